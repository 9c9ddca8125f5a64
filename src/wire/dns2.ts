import dns2 from 'dns2';
import { nameFromWire, nameToWire } from '../model/name.ts';
import { rrTypes, typeByCode, typeByName } from '../model/rdata.ts';
import { typeCodes } from './codes.ts';
import { rdataText } from './message.ts';

// dns2 gives us its sockets, headers and sections. Its names and rdata are ours: dns2 3.1 takes "\." in a name for a
// dot and follows any chain of pointers (7 s for 64 KB), its TXT loses octets over 127, and it knows 14 types. Its maps
// may be extended, so the codecs stand there, once for the process: dns2 keeps them in one object.

/** What dns2 hands over for a record of any type: rdata in canonical text. */
export interface CanonicalRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly canonical?: string;
}

/** A question as our codec reads it: `wire` are its own octets. */
export interface CanonicalQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly wire: Uint8Array;
}

interface Reader {
  readonly buffer: Buffer;
  /** In bits. */
  offset: number;
}

interface BitWriter {
  write(value: number, bits: number): void;
}

interface RdataCodec {
  decode(this: object, reader: Reader, length: number): object;
}

/** dns2 with our codec for names and for the rdata of every type; to be called before each use, cheap after the first. */
export const dns2WithOurCodec = (): typeof dns2 => {
  if (dns2.Packet.Name.decode !== (decodeName as unknown)) install();
  return dns2;
};

/** The word by which dns2's client takes a type; makes one where it has none. Null: no type of ours either. */
export const dns2Type = (type: string): string | null => {
  const known = typeByName(type);
  if (known === null) return null;
  const types: Record<string, number> = dns2WithOurCodec().Packet.TYPE;
  if (types[known.name] === undefined) teach(known.name, known.code);
  return known.name;
};

const install = (): void => {
  Object.assign(dns2.Packet.Name, { decode: decodeName, encode: encodeName });
  Object.assign(dns2.Packet.Question, { parse: decodeQuestion, decode: decodeQuestion });
  const own = Object.values(dns2.Packet.TYPE).filter((code) => code !== typeCodes.OPT);
  for (const type of [...rrTypes, ...own.map(typeByCode)]) teach(type.name, type.code);
};

const teach = (name: string, code: number): void => {
  Object.assign(dns2.Packet.TYPE, { [name]: code });
  dns2.Packet.TYPE_NAME[code] = name;
  Object.assign(dns2.Packet.Resource, { [name]: rdataCodec(name) });
};

const rdataCodec = (type: string): RdataCodec => ({
  decode(reader, length) {
    const canonical = rdataText(type, reader.buffer, reader.offset / 8, length);
    reader.offset += length * 8;
    return Object.assign(this, { canonical });
  },
});

const decodeName = (reader: Reader): string => {
  const { name, end } = nameFromWire(reader.buffer, reader.offset / 8);
  reader.offset = end * 8;
  return name;
};

const encodeName = (name: string, writer: BitWriter): void => {
  for (const octet of nameToWire(name)) writer.write(octet, 8);
};

const decodeQuestion = (reader: Reader): CanonicalQuestion => {
  const start = reader.offset / 8;
  const name = decodeName(reader);
  const at = reader.offset / 8;
  const [type, code] = [reader.buffer.readUInt16BE(at), reader.buffer.readUInt16BE(at + 2)];
  reader.offset += 32;
  return { name, type, class: code, wire: reader.buffer.subarray(start, at + 4) };
};
