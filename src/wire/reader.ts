import { SyntaxProblem } from '../model/errors.ts';
import type { NameReader } from '../model/rdata.ts';
import { createNameReader, skipName } from './names.ts';

/** Octets of a header (RFC 1035 section 4.1.1). */
export const headerBytes = 12;

/** A record where it stands in its message. */
export interface RawRecord {
  /** Where its owner name begins. */
  readonly start: number;
  readonly name: string;
  readonly code: number;
  readonly class: number;
  readonly ttl: number;
  /** Where its rdata begins. */
  readonly offset: number;
  readonly length: number;
}

/** Reads one message from its front to its end; all throw SyntaxProblem for what is missing or wrong. */
export interface Reading {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly readName: NameReader;
  at: number;
}

/** The counts of the four sections: questions, answers, authority, additional. */
export type SectionCounts = readonly [number, number, number, number];

export const startReading = (bytes: Uint8Array): Reading => {
  if (bytes.length < headerBytes) throw new SyntaxProblem('a message shorter than its header', 'wire');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, readName: createNameReader(bytes), at: headerBytes };
};

export const sectionCounts = ({ view }: Reading): SectionCounts => [
  view.getUint16(4),
  view.getUint16(6),
  view.getUint16(8),
  view.getUint16(10),
];

export const times = <T>(count: number, read: () => T): readonly T[] => {
  const all: T[] = [];
  for (let i = 0; i < count; i += 1) all.push(read());
  return all;
};

export const readRawRecord = (state: Reading): RawRecord => {
  const start = state.at;
  const { name, end } = state.readName(state.bytes, start);
  const length = skipFixed(state, end);
  return {
    start,
    name,
    code: state.view.getUint16(end),
    class: state.view.getUint16(end + 2),
    ttl: state.view.getUint32(end + 4),
    offset: end + 10,
    length,
  };
};

/** Where the last record of the message begins, without reading any; null: the message has no record. */
export const lastRecordStart = (bytes: Uint8Array): number | null => {
  const state = startReading(bytes);
  const [questions, ...records] = sectionCounts(state);
  for (let i = 0; i < questions; i += 1) {
    state.at = skipName(bytes, state.at) + 4;
    need(state, state.at);
  }
  let start: number | null = null;
  for (let left = records.reduce((sum, count) => sum + count, 0); left > 0; left -= 1) {
    start = state.at;
    skipFixed(state, skipName(bytes, start));
  }
  return start;
};

/** Goes over type, class, TTL and rdata, and gives the length of the rdata. */
const skipFixed = (state: Reading, end: number): number => {
  need(state, end + 10);
  const length = state.view.getUint16(end + 8);
  need(state, end + 10 + length);
  state.at = end + 10 + length;
  return length;
};

export const need = (state: Reading, end: number): void => {
  if (end > state.bytes.length) throw new SyntaxProblem('a record runs past the end of the message', 'wire');
};
