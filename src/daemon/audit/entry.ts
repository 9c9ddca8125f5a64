import { createHash } from 'node:crypto';
import type { Change, PlannedRRset } from '../../model/plan.ts';
import type { WriteEnd, WriteToSend } from '../../target.ts';
import { isMapping } from '../../validation/index.ts';
import type { Cause } from '../cause.ts';

// What a line of the audit file says. A line is JSON, with its number, when it was written, and the hash of the line before.

/** Of which pass something was written. */
export interface PassAbout {
  readonly id: string;
  readonly cause: Cause;
  /** The token's name where a person asked for it; else null. */
  readonly by: string | null;
}

/** What a pass works on, as far as it is known when it writes. */
export interface AuditedPass extends PassAbout {
  readonly commit: string | null;
  /** Of the servers as they are known; null: there is no inventory, it was not asked yet, or a hook brought newer ones. */
  readonly inventory: string | null;
}

interface AuditedRRset {
  readonly ttl: number;
  readonly values: readonly string[];
}

/** A write that is about to be sent; one of many changes takes several lines. */
interface WriteEntry {
  readonly kind: 'write';
  readonly pass: string;
  readonly cause: Cause;
  readonly by: string | null;
  readonly commit: string | null;
  readonly inventory: string | null;
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
  readonly create_zone: boolean;
  readonly part: number;
  readonly parts: number;
  readonly changes: readonly {
    readonly action: string;
    readonly name: string;
    readonly type: string;
    readonly before: AuditedRRset | null;
    readonly after: AuditedRRset | null;
  }[];
}

/** What became of the write whose first line has the number `write`. */
interface ResultEntry extends WriteEnd {
  readonly kind: 'result';
  readonly pass: string;
  readonly write: number;
}

/** What the name servers say after a pass that wrote. */
interface VerifiedEntry {
  readonly kind: 'verified';
  readonly pass: string;
  readonly checked: number;
  readonly differences: number;
  /** The first of them. */
  readonly names: readonly string[];
}

/** What a person let the daemon do, or keeps it from. */
interface ActionEntry {
  readonly kind: 'suspend' | 'resume' | 'sync';
  readonly by: string;
  readonly request: object;
}

export type AuditEntry = WriteEntry | ResultEntry | VerifiedEntry | ActionEntry;

/** The first line of each file. */
export interface BeginsEntry {
  readonly kind: 'begins';
  /** From 1. */
  readonly file: number;
}

/** No line is longer than what so many changes take. */
const mostChanges = 500;

export const entriesOfWrite = (write: WriteToSend, pass: AuditedPass): readonly AuditEntry[] => {
  const { changes, createsZone, target, view, zone } = write;
  const { by, cause, commit, id, inventory } = pass;
  const parts = Math.max(1, Math.ceil(changes.length / mostChanges));
  return Array.from({ length: parts }, (_, i) => ({
    ...({ kind: 'write', pass: id, cause, by, commit, inventory, zone, view, target } as const),
    create_zone: createsZone,
    part: i + 1,
    parts,
    changes: changes.slice(i * mostChanges, (i + 1) * mostChanges).map(auditedChange),
  }));
};

const auditedChange = ({ action, after, before, name, type }: Change) => ({
  ...{ action, name, type },
  before: auditedRRset(before),
  after: auditedRRset(after),
});

const auditedRRset = (rrset: PlannedRRset | null): AuditedRRset | null =>
  rrset === null ? null : { ttl: rrset.ttl, values: rrset.values.map(({ rdata }) => rdata) };

/** The end of the chain: the number and the hash of the last line; null: there is none yet. */
export interface ChainEnd {
  readonly number: number;
  readonly hash: string | null;
}

export const noLine: ChainEnd = { number: 0, hash: null };

/** The line that follows, without its end, and the chain with it. `at` is RFC 3339. */
export const nextLine = (
  { hash, number }: ChainEnd,
  at: string,
  entry: AuditEntry | BeginsEntry,
): { readonly line: string; readonly end: ChainEnd } => {
  const line = JSON.stringify({ number: number + 1, at, ...entry, previous: hash });
  return { line, end: { number: number + 1, hash: hashOfLine(line) } };
};

export const hashOfLine = (line: string | Buffer): string => createHash('sha256').update(line).digest('hex');

/** What of a line says where it belongs; null: it is no line of an audit file. */
export interface ReadLine {
  readonly number: number;
  readonly previous: string | null;
  readonly kind: string;
  /** Of a line that begins a file. */
  readonly file: number | null;
  /** Of a result. */
  readonly write: number | null;
  /** Of a write. */
  readonly part: number | null;
}

export const readLine = (text: string): ReadLine | null => {
  const entry = jsonIn(text);
  if (entry === null) return null;
  const { file, kind, number, part, previous, write } = entry;
  if (!isNumber(number) || typeof kind !== 'string' || !(previous === null || typeof previous === 'string'))
    return null;
  return { number, previous, kind, file: numberOrNull(file), write: numberOrNull(write), part: numberOrNull(part) };
};

/** The object that a line is; null: it is none. */
export const jsonIn = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const found: unknown = JSON.parse(text);
    return isMapping(found) ? found : null;
  } catch {
    return null;
  }
};

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);

const numberOrNull = (value: unknown): number | null => (isNumber(value) ? value : null);
