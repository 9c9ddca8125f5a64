import { SyntaxProblem } from '../../model/errors.ts';
import type { FileOrigin } from '../../model/origin.ts';
import { grouping } from '../../model/phrases.ts';
import { makeRRset, type Value } from '../../model/rrset.ts';
import { type LoadRuleId, syntaxRule } from '../load-rules.ts';
import type { FileText } from '../repository-files.ts';
import { type Collector, countRecords, type ZoneContext } from '../zone-content.ts';

/** Reads a file that $INCLUDE names; `file` is shown in problems and is what its own $INCLUDE start from. */
export type IncludeReader = (path: string, from: string) => Promise<{ readonly file: string; readonly text: FileText }>;

/** What one line leaves to the next, also into and out of included files. */
export interface MasterProgress {
  readonly context: ZoneContext;
  readonly into: Collector;
  readonly include: IncludeReader;
  readonly unfinished: Map<string, UnfinishedRRset>;
  /** Canonical. */
  origin: string;
  /** null: none yet, or one that cannot be read. */
  owner: string | null;
  /** Whether the missing owner has been reported. */
  ownerRefused: boolean;
  /** $TTL (RFC 2308 section 4). */
  defaultTtl: number | null;
  lastTtl: number | null;
  includes: number;
  generated: number;
  /** The record that is one too many for a zone. */
  excess: { readonly message: string; readonly origin: FileOrigin } | null;
}

/** One file that is being read. */
export interface MasterFile {
  readonly file: string;
  readonly depth: number;
  /** The files that led here, itself included. */
  readonly trail: readonly string[];
  readonly originAt: (offset: number) => FileOrigin;
}

export interface UnfinishedRRset {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly origin: FileOrigin;
  readonly values: Value[];
  /** The first record with another TTL, and how many more there are. */
  mismatch: { readonly ttl: number; readonly origin: FileOrigin; others: number } | null;
}

export const startProgress = (context: ZoneContext, into: Collector, include: IncludeReader): MasterProgress => ({
  context,
  into,
  include,
  unfinished: new Map(),
  origin: context.zone,
  owner: null,
  ownerRefused: false,
  defaultTtl: null,
  lastTtl: null,
  includes: 0,
  generated: 0,
  excess: null,
});

/** Adds one record; all of an RRset have one TTL (RFC 2181 section 5.2). */
export const addRecord = (
  progress: MasterProgress,
  record: { readonly name: string; readonly type: string; readonly ttl: number; readonly rdata: string },
  origin: FileOrigin,
): void => {
  const { name, type, ttl, rdata } = record;
  const known = progress.unfinished.get(`${name} ${type}`);
  const value = { rdata, origins: [origin] };
  const excess = countRecords(progress.context, 1);
  if (excess !== null) progress.excess ??= { message: excess, origin };
  if (known === undefined) {
    progress.unfinished.set(`${name} ${type}`, { name, type, ttl, origin, values: [value], mismatch: null });
    return;
  }
  known.values.push(value);
  if (known.ttl === ttl) return;
  if (known.mismatch === null) known.mismatch = { ttl, origin, others: 0 };
  else known.mismatch.others += 1;
};

export const addUnfinished = (progress: MasterProgress): void => {
  for (const unfinished of progress.unfinished.values()) {
    const { name, type, ttl, values } = unfinished;
    progress.into.add(makeRRset(name, type, ttl, values));
    refuseMismatch(unfinished, progress);
  }
};

const refuseMismatch = ({ mismatch, name, origin, ttl, type }: UnfinishedRRset, progress: MasterProgress): void => {
  if (mismatch === null) return;
  const other = `${ttl} at ${origin.file}:${origin.line}`;
  const more = mismatch.others === 0 ? '' : ` (and ${grouping(mismatch.others)} more of its records have another)`;
  const message = `${name} ${type} has the ttl ${mismatch.ttl} here and ${other}${more}; an RRset has one ttl (RFC 2181)`;
  refuseEntry(progress, 'ttl-mismatch', message, mismatch.origin, { name, type });
};

/** Reports, and quarantines the name `at`; null: the name is unknown, and the whole zone is incomplete. */
export const refuseEntry = (
  progress: MasterProgress,
  rule: LoadRuleId,
  message: string,
  origin: FileOrigin,
  at: { readonly name: string; readonly type: string | null } | null,
): void => {
  progress.into.report(rule, message, origin);
  if (at === null) progress.into.markIncomplete();
  else progress.into.quarantine(at.name, at.type, message, origin);
};

/** Runs `read`; a SyntaxProblem goes to `onProblem`, and the result is null. */
export const orProblem = <T>(read: () => T, onProblem: (rule: LoadRuleId, message: string) => void): T | null => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    onProblem(syntaxRule(error.rule), error.message);
    return null;
  }
};
