import type { Action, Change, Changeset } from './plan.ts';
import { keyOf } from './rrset.ts';
import type { ZoneTarget } from './zone-target.ts';

/** What became of one change. */
export interface ChangeResult {
  readonly action: Action;
  readonly name: string;
  readonly type: string;
  readonly status: 'applied' | 'refused' | 'stale' | 'skipped' | 'lost';
  readonly message: string | null;
}

/** What became of one zone at one target. */
export interface ZoneResult {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
  readonly status: 'applied' | 'failed' | 'rolled_back' | 'skipped';
  readonly error: string | null;
  /** The error's documented code; null where nothing failed. */
  readonly code: string | null;
  readonly changes: readonly ChangeResult[];
  /** The fingerprint after the last write, where it is known to be ours. */
  readonly fingerprint: string | null;
  /** What went out in place of planned changes of the same name and type: claims without a server whose set failed. */
  readonly substituted?: readonly Change[];
}

/** What became of a changeset; undefined where there was nothing to do. */
export const resultOf = (results: readonly ZoneResult[], changeset: ZoneTarget): ZoneResult | undefined =>
  results.find(
    ({ zone, view, target }) => zone === changeset.zone && view === changeset.view && target === changeset.target,
  );

/** The changes that a name server has to answer for now; none where nothing was to do. */
export const appliedChanges = (changeset: Changeset, result: ZoneResult | undefined): readonly Change[] => {
  if (result === undefined) return [];
  const applied = new Set(result.changes.filter(({ status }) => status === 'applied').map(keyOf));
  const went = new Map([...changeset.changes, ...(result.substituted ?? [])].map((change) => [keyOf(change), change]));
  return [...went.values()].filter((change) => applied.has(keyOf(change)));
};

/** How many changes are applied. */
export const appliedCount = (results: readonly ZoneResult[]): number =>
  results.reduce((sum, { changes }) => sum + changes.filter(({ status }) => status === 'applied').length, 0);

/** One difference between what a name server should answer and what it answers. */
export interface Difference {
  readonly zone: string;
  readonly nameserver: string;
  readonly name: string;
  readonly type: string;
  readonly kind: 'differs' | 'missing' | 'unexpected' | 'lags' | 'no_answer';
  readonly expected: readonly string[] | null;
  readonly answered: readonly string[] | string | null;
  /** The name server's, where it is older than the zone's and it `lags`, or newer; else null. */
  readonly serial: number | null;
  /** The zone's, beside a `serial`. */
  readonly zone_serial?: number;
}

export interface VerifyReport {
  readonly checked: number;
  readonly differences: readonly Difference[];
}
