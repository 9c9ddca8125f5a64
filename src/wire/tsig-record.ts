import { SyntaxProblem } from '../model/errors.ts';
import { nameToWire } from '../model/name.ts';
import { classCodes, typeCodes } from './codes.ts';
import { headerBytes, maxMessageBytes } from './message.ts';
import { lastRecordStart, readRawRecord, startReading } from './reader.ts';

/** The rdata of a TSIG record, and the name of its key (RFC 8945 section 4.2). */
export interface TsigRecord {
  readonly keyName: string;
  readonly algorithm: string;
  /** In seconds since 1970. */
  readonly time: number;
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/** A message, and the TSIG record that stood at its end. */
export interface SignedMessage {
  /** The octets that were signed: without the record, under the id that the signer gave it. */
  readonly unsigned: Uint8Array;
  readonly tsig: TsigRecord;
}

const additionalCount = 10;
const fixedBytes = 16;

/** Takes the TSIG off the end of a message; null: it has none. Throws SyntaxProblem for one that is not as it has to be. */
export const takeTsig = (bytes: Uint8Array): SignedMessage | null => {
  const start = lastRecordStart(bytes);
  const state = startReading(bytes);
  const count = state.view.getUint16(additionalCount);
  if (start === null || count === 0) return null;
  state.at = start;
  const record = readRawRecord(state);
  if (record.code !== typeCodes.TSIG) return null;
  if (record.class !== classCodes.ANY || record.ttl !== 0 || state.at !== bytes.length) bad();
  const end = record.offset + record.length;
  const algorithm = state.readName(bytes, record.offset);
  const at = algorithm.end;
  if (at + fixedBytes > end) bad();
  const macEnd = at + 10 + state.view.getUint16(at + 8);
  if (macEnd + 6 > end || macEnd + 6 + state.view.getUint16(macEnd + 4) !== end) bad();
  const tsig: TsigRecord = {
    keyName: record.name,
    algorithm: algorithm.name,
    time: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUIntBE(at, 6),
    fudge: state.view.getUint16(at + 6),
    mac: new Uint8Array(bytes.subarray(at + 10, macEnd)),
    originalId: state.view.getUint16(macEnd),
    error: state.view.getUint16(macEnd + 2),
    other: new Uint8Array(bytes.subarray(macEnd + 6, end)),
  };
  const unsigned = Buffer.from(bytes.subarray(0, start));
  unsigned.writeUInt16BE(tsig.originalId, 0);
  unsigned.writeUInt16BE(count - 1, additionalCount);
  return { unsigned, tsig };
};

/** The message with a TSIG record behind it. Throws SyntaxProblem where that is longer than a message can be. */
export const withTsig = (message: Uint8Array, tsig: TsigRecord): Uint8Array => {
  if (message.length < headerBytes) bad();
  const name = nameToWire(tsig.keyName);
  const rdata = Buffer.concat([
    nameToWire(tsig.algorithm),
    uint(tsig.time, 6),
    uint(tsig.fudge, 2),
    uint(tsig.mac.length, 2),
    tsig.mac,
    uint(tsig.originalId, 2),
    uint(tsig.error, 2),
    uint(tsig.other.length, 2),
    tsig.other,
  ]);
  const fixed = [uint(typeCodes.TSIG, 2), uint(classCodes.ANY, 2), uint(0, 4), uint(rdata.length, 2)];
  const signed = Buffer.concat([message, name, ...fixed, rdata]);
  if (signed.length > maxMessageBytes) {
    throw new SyntaxProblem(`no DNS message has more than ${maxMessageBytes} octets, its TSIG counted`, 'rrset-size');
  }
  signed.writeUInt16BE(signed.readUInt16BE(additionalCount) + 1, additionalCount);
  return signed;
};

/** `value` in so many octets, the highest first. */
export const uint = (value: number, octets: number): Buffer => {
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntBE(value, 0, octets);
  return bytes;
};

const bad = (): never => {
  throw new SyntaxProblem('a TSIG record that is not as RFC 8945 has it', 'wire');
};
