import { randomInt } from 'node:crypto';
import { isWithin } from '../model/name.ts';
import { isSoa, soaAt } from '../model/rr-types.ts';
import { withSerialNumber } from '../model/soa.ts';
import { classCodes, metaType, rcodeName } from './codes.ts';
import { WireError } from './errors.ts';
import { decodeAnswer, type ExchangeOptions, type SignedQuestion, signQuestion } from './exchange.ts';
import { encodeMessage, type Message, type MessageRecord, noFlags } from './message.ts';
import { openStream, type StreamServer } from './stream.ts';
import { readAxfr, readIxfr, type Transfer, type TransferReader } from './transfer-reader.ts';

/** The most that a transfer may be before it is given up. */
export interface TransferLimits {
  /** Default is 2,000,000. */
  readonly maxRecords?: number;
  /** Octets that come. Default is 256 MiB. */
  readonly maxBytes?: number;
  /** Octets that all records take once they are read, text as it is. Default is 256 MiB: more than a million records. */
  readonly maxMemory?: number;
  /** For all of it. Default is 300,000. */
  readonly timeoutMs?: number;
  /** Without a single octet. Default is 15,000. */
  readonly idleMs?: number;
}

export interface TransferOptions extends TransferLimits, Omit<ExchangeOptions, 'timeoutMs'> {}

/** What was transferred, and how many of its records were ignored because they are not of the zone. */
export type Transferred = Transfer & { readonly outOfZone: number; readonly bytes: number };

/**
 * All of a zone by AXFR (RFC 5936). Rejects with WireError for a transfer that is refused, cut, not signed as it has to
 * be, or not closed by its SOA: what it gives is the whole zone.
 */
export const transferZone = async (
  server: StreamServer,
  zone: string,
  options: TransferOptions = {},
): Promise<Extract<Transferred, { kind: 'zone' }>> => {
  const transfer = await run(server, zone, query(zone, 'AXFR', []), readAxfr(zone), options);
  if (transfer.kind !== 'zone') throw new WireError('malformed', 'the answer to AXFR is no zone');
  return transfer;
};

/**
 * What has changed since the version `serial`, by IXFR (RFC 1995): steps, or all of the zone where the server has no
 * steps, or nothing. Rejects as transferZone does; with `rcode` NOTIMP or FORMERR the server knows no IXFR.
 */
export const transferChanges = (
  server: StreamServer,
  zone: string,
  serial: number,
  options: TransferOptions = {},
): Promise<Transferred> => {
  const rdata = withSerialNumber('. . 0 0 0 0 0', serial);
  const soa = { ...soaAt(zone), class: classCodes.IN, ttl: 0, rdata };
  return run(server, zone, query(zone, 'IXFR', [soa]), readIxfr(zone, serial), options);
};

const defaults = {
  maxRecords: 2_000_000,
  maxBytes: 256 * 1024 * 1024,
  maxMemory: 256 * 1024 * 1024,
  timeoutMs: 300_000,
  idleMs: 15_000,
};

/** What a record takes beside its text. */
const recordMemory = 160;

/** What has come of a transfer. */
interface Seen {
  records: number;
  outOfZone: number;
  bytes: number;
  memory: number;
}

const query = (zone: string, type: 'AXFR' | 'IXFR', authority: readonly MessageRecord[]): Uint8Array =>
  encodeMessage({
    id: randomInt(0x10000),
    flags: noFlags,
    rcode: 0,
    questions: [{ name: zone, type: metaType(type), class: classCodes.IN }],
    answers: [],
    authority,
    additional: [],
    edns: null,
  });

const run = async (
  server: StreamServer,
  zone: string,
  message: Uint8Array,
  reader: TransferReader,
  options: TransferOptions,
): Promise<Transferred> => {
  const limits = { ...defaults, ...options };
  const question = signQuestion(message, options);
  const stream = await openStream(server, limits);
  const seen: Seen = { records: 0, outOfZone: 0, bytes: 0, memory: 0 };
  try {
    stream.send(question.bytes);
    for await (const bytes of stream.messages) {
      seen.bytes += bytes.length;
      for (const proven of question.answers.take(bytes)) takeMessage(zone, reader, answer(proven, question), seen);
      refuseTooLarge(seen, limits);
      const transfer = question.answers.pending() === 0 ? reader.ended() : null;
      if (transfer !== null) return { ...transfer, outOfZone: seen.outOfZone, bytes: seen.bytes };
    }
    throw new WireError('cut', 'the transfer ended before it was whole');
  } catch (error) {
    throw question.answers.pending() > 0 ? unproven(error) : error;
  } finally {
    stream.close();
  }
};

const answer = (bytes: Uint8Array, question: SignedQuestion): Message => {
  const message = decodeAnswer(bytes, question);
  if (message.rcode === 0) return message;
  const rcode = rcodeName(message.rcode);
  throw new WireError('refused', `the server answered ${rcode} to the transfer of ${question.asked.name}`, { rcode });
};

const takeMessage = (zone: string, reader: TransferReader, message: Message, seen: Seen): void => {
  seen.records += message.answers.length;
  if (message.answers.length === 0) throw new WireError('malformed', 'the transfer has a message without records');
  for (const record of message.answers) {
    if (record.class !== classCodes.IN) throw new WireError('malformed', 'the transfer has records of another class');
    // The SOA of another zone is no stray record: the reader says what is wrong.
    if (isSoa(record.type) || isWithin(record.name, zone)) {
      seen.memory += recordMemory + record.name.length + record.rdata.length;
      reader.take(record);
    } else seen.outOfZone += 1;
  }
};

const refuseTooLarge = ({ memory, records }: Seen, { maxMemory, maxRecords }: typeof defaults): void => {
  if (records > maxRecords) throw new WireError('too-large', `the zone has more than ${maxRecords} records`);
  if (memory > maxMemory) {
    const message = `the zone takes more than ${maxMemory} octets, with ${records} records so far`;
    throw new WireError('too-large', message);
  }
};

/** The error for a transfer that ends after messages which no signature covers: it is not proven. */
const unproven = (error: unknown): unknown =>
  error instanceof WireError && error.fault === 'cut'
    ? new WireError('tsig', 'the transfer ended without a signature on its last message', {
        tsig: 'UNSIGNED',
        cause: error,
      })
    : error;
