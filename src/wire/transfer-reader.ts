import { isSoa } from '../model/rr-types.ts';
import { serialOf } from '../model/soa.ts';
import { classCodes } from './codes.ts';
import { WireError } from './errors.ts';
import type { MessageRecord } from './message.ts';
import { isNewer } from './serial.ts';

/** One step from one version of a zone to the next (RFC 1995 section 4). */
export interface ZoneStep {
  readonly from: MessageRecord;
  readonly to: MessageRecord;
  /** Without the SOA. */
  readonly deleted: readonly MessageRecord[];
  readonly added: readonly MessageRecord[];
}

/** What a transfer gave. `soa` is the version that the server has now. */
export type Transfer =
  /** All of the zone; `records` begins with its SOA, which is in it once. */
  | { readonly kind: 'zone'; readonly soa: MessageRecord; readonly records: readonly MessageRecord[] }
  | { readonly kind: 'steps'; readonly soa: MessageRecord; readonly steps: readonly ZoneStep[] }
  /** The server has nothing newer than what was asked about. Its own serial may be older: then all has to be read. */
  | { readonly kind: 'current'; readonly soa: MessageRecord };

/** Reads the records of a transfer in their order; throws WireError where they are none. */
export interface TransferReader {
  take(record: MessageRecord): void;
  /** After the last record of a message: what came, if that was all; null: more has to come. */
  ended(): Transfer | null;
}

interface OpenStep {
  readonly from: MessageRecord;
  to: MessageRecord | null;
  readonly deleted: MessageRecord[];
  readonly added: MessageRecord[];
}

/** AXFR (RFC 5936 section 2.2): the SOA, every other record, and the same SOA again. */
export const readAxfr = (zone: string): TransferReader => {
  const records: MessageRecord[] = [];
  let closed = false;
  return {
    take: (record) => {
      const [soa] = records;
      if (closed) malformed('there are records after the SOA that closes it');
      if (soa === undefined || isSoa(record.type)) {
        if (!isSoaOf(zone, record)) malformed(`it has a SOA that is not that of ${zone}, or does not begin with one`);
        if (soa !== undefined && soa.rdata !== record.rdata)
          malformed('the SOA at its end is not the one it began with');
        closed = soa !== undefined;
      }
      if (!closed) records.push(record);
    },
    ended: () => {
      const [soa] = records;
      return closed && soa !== undefined ? { kind: 'zone', soa, records } : null;
    },
  };
};

/** IXFR (RFC 1995 section 4) from the version `serial` on; its answer may be a whole zone as AXFR gives it. */
export const readIxfr = (zone: string, serial: number): TransferReader => {
  let first: MessageRecord | null = null;
  let reader: TransferReader | null = null;
  return {
    take: (record) => {
      if (first === null) {
        if (!isSoaOf(zone, record)) malformed(`it does not begin with the SOA of ${zone}`);
        first = record;
        return;
      }
      reader ??= beginsSteps(first, record) ? readSteps(zone, first, serial) : axfrFrom(zone, first);
      reader.take(record);
    },
    ended: () => {
      if (reader !== null) return reader.ended();
      return first !== null && !isNewer(serialOf(first.rdata), serial) ? { kind: 'current', soa: first } : null;
    },
  };
};

/** A second SOA that is another one begins a step; anything else is the content of a whole zone. */
const beginsSteps = (first: MessageRecord, second: MessageRecord): boolean =>
  isSoa(second.type) && second.rdata !== first.rdata;

const axfrFrom = (zone: string, first: MessageRecord): TransferReader => {
  const reader = readAxfr(zone);
  reader.take(first);
  return reader;
};

const readSteps = (zone: string, soa: MessageRecord, serial: number): TransferReader => {
  const steps: OpenStep[] = [];
  let closed = false;

  const takeSoa = (record: MessageRecord): void => {
    const step = steps.at(-1);
    if (!isSoaOf(zone, record)) malformed(`it has a SOA that is not that of ${zone}`);
    if (step !== undefined && step.to === null) {
      step.to = record;
      return;
    }
    const version = step?.to;
    closed = version?.rdata === soa.rdata && record.rdata === soa.rdata;
    if (closed) return;
    const expected = version === undefined || version === null ? serial : serialOf(version.rdata);
    if (serialOf(record.rdata) !== expected)
      malformed(`a step begins at ${serialOf(record.rdata)}, not at ${expected}`);
    steps.push({ from: record, to: null, deleted: [], added: [] });
  };

  return {
    take: (record) => {
      if (closed) malformed('there are records after the SOA that closes it');
      if (isSoa(record.type)) takeSoa(record);
      else if (steps.at(-1)?.to === null) steps.at(-1)?.deleted.push(record);
      else steps.at(-1)?.added.push(record);
    },
    ended: () => (closed ? { kind: 'steps', soa, steps: steps.flatMap(whole) } : null),
  };
};

const whole = ({ added, deleted, from, to }: OpenStep): readonly ZoneStep[] =>
  to === null ? [] : [{ from, to, deleted, added }];

const isSoaOf = (zone: string, record: MessageRecord): boolean =>
  isSoa(record.type) && record.name === zone && record.class === classCodes.IN && !record.rdata.startsWith('\\#');

const malformed = (what: string): never => {
  throw new WireError('malformed', `the transfer cannot be used: ${what}`);
};
