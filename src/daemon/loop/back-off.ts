import { type ErrorKind, kindOf } from '../../model/errors.ts';

// When what failed is tried again. What failed is known by a key (a target, a zone at a target, the state), and its error's
// kind decides, never its text. Times are milliseconds.

/** Something that failed in a pass. */
export interface Failure {
  readonly key: string;
  readonly code: string;
}

interface Failing {
  readonly kind: ErrorKind;
  /** How often in a row. */
  readonly tries: number;
  /** null: with the next commit, inventory change, reload, sync or full pass. */
  readonly nextTry: number | null;
}

/** What fails now, by key. */
export type BackOff = ReadonlyMap<string, Failing>;

const delays: Readonly<Record<ErrorKind, { readonly first: number; readonly most: number } | null>> = {
  retry: { first: 1_000, most: 60_000 },
  wait: { first: 30_000, most: 300_000 },
  stop: null,
};

/** So far from the delay the next try may be, in either direction: who failed together need not come back together. */
const jitter = 0.2;

/** After a pass that ended: what failed again waits longer, and what did not fail is forgotten. `chance` gives 0 to 1. */
export const afterPass = (
  before: BackOff,
  failures: readonly Failure[],
  now: number,
  chance: () => number,
): BackOff => {
  const after = new Map<string, Failing>();
  for (const { key, code } of failures) {
    const kind = kindOf(code);
    const known = before.get(key);
    const tries = known?.kind === kind ? known.tries + 1 : 1;
    const failing = { kind, tries, nextTry: nextTry(kind, tries, now, chance) };
    const other = after.get(key);
    if (other === undefined || (failing.nextTry ?? Infinity) < (other.nextTry ?? Infinity)) after.set(key, failing);
  }
  return after;
};

const nextTry = (kind: ErrorKind, tries: number, now: number, chance: () => number): number | null => {
  const delay = delays[kind];
  if (delay === null) return null;
  const plain = Math.min(delay.most, delay.first * 2 ** Math.min(tries - 1, 20));
  return now + Math.round(plain * (1 + jitter * (2 * chance() - 1)));
};

/** When the first of them is tried again; null: nothing is. */
export const firstTry = (failing: BackOff): number | null => {
  const times = [...failing.values()].flatMap(({ nextTry: at }) => (at === null ? [] : [at]));
  return times.length === 0 ? null : Math.min(...times);
};
