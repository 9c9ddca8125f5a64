import { SyntaxProblem } from '../../model/errors.ts';
import type { FileOrigin } from '../../model/origin.ts';
import { grouping } from '../../model/phrases.ts';
import { makeRRset, type RRset, type Value } from '../../model/rrset.ts';
import { type RRsetMap, rrsetMap } from '../../model/rrset-map.ts';
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
  readonly unfinished: RRsetMap<UnfinishedRRset>;
  /** Those of `unfinished` in the order of the file. */
  readonly inOrder: UnfinishedRRset[];
  readonly mismatches: Map<UnfinishedRRset, TtlMismatch>;
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

/** An RRset to which more values may come. A zone may have a million: nothing is kept twice. */
export interface UnfinishedRRset extends RRset {
  readonly values: Value[];
}

/** The first record with another TTL than its RRset, and how many more there are. */
interface TtlMismatch {
  readonly ttl: number;
  readonly origin: FileOrigin;
  others: number;
}

export const startProgress = (context: ZoneContext, into: Collector, include: IncludeReader): MasterProgress => ({
  context,
  into,
  include,
  unfinished: rrsetMap(),
  inOrder: [],
  mismatches: new Map(),
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
  const known = progress.unfinished.get(record);
  const value = { rdata, origins: [origin] };
  const excess = countRecords(progress.context, 1);
  if (excess !== null) progress.excess ??= { message: excess, origin };
  if (known === undefined) {
    const fresh: UnfinishedRRset = { name, type, ttl, values: [value] };
    progress.unfinished.set(fresh, fresh);
    progress.inOrder.push(fresh);
    return;
  }
  known.values.push(value);
  if (known.ttl === ttl) return;
  const mismatch = progress.mismatches.get(known);
  if (mismatch === undefined) progress.mismatches.set(known, { ttl, origin, others: 0 });
  else mismatch.others += 1;
};

export const addUnfinished = (progress: MasterProgress): void => {
  for (const rrset of progress.inOrder) {
    const { name, type, ttl, values } = rrset;
    progress.into.add(values.length === 1 ? rrset : makeRRset(name, type, ttl, values));
  }
  for (const [rrset, mismatch] of progress.mismatches) refuseMismatch(rrset, mismatch, progress);
};

const refuseMismatch = (
  { name, ttl, type, values }: UnfinishedRRset,
  { origin, others, ttl: second }: TtlMismatch,
  progress: MasterProgress,
): void => {
  const first = values[0]?.origins[0];
  const more = others === 0 ? '' : ` (and ${grouping(others)} more of its records have another)`;
  const message = `${name} ${type} has the ttl ${second} here and ${ttl} at ${first?.file}:${first?.line}${more}; an RRset has one ttl (RFC 2181)`;
  refuseEntry(progress, 'ttl-mismatch', message, origin, { name, type });
};

/** Reports, and quarantines the name `at`; null: the name is unknown, and the whole zone is incomplete. */
export const refuseEntry = (
  progress: MasterProgress,
  rule: LoadRuleId,
  message: string,
  origin: FileOrigin,
  at: { readonly name: string; readonly type: string | null } | null,
): void => {
  progress.into.report(rule, message, origin, at?.name);
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
