import { sameCheck } from '../../model/health.ts';
import { relativeTo } from '../../model/name.ts';
import { count } from '../../model/phrases.ts';
import type { Change, PlannedRRset } from '../../model/plan.ts';
import { checkInWords } from './check.ts';

/** Of one RRset; a set of 1,200 addresses does not fill the screen. */
const mostValues = 12;
const longestValue = 160;
const longestLine = 320;

/** A name as it stands in a zone file; the apex is `@`. */
export const nameInZone = (name: string, zone: string): string => relativeTo(name, zone) || '@';

/** A change in one line: `replace www.example.com. A 192.0.2.1 → 192.0.2.2`. */
export const changeInWords = (change: Change): string => {
  const { action, name, type, before, after } = change;
  const [was, is] = [before === null ? null : valuesInWords(before), after === null ? null : valuesInWords(after)];
  const values = was === is || was === null || is === null ? (is ?? was) : `${was} → ${is}`;
  return [action, name, type, values, ttlChange(change)].filter((word) => word !== null).join(' ');
};

/** `ttl 300 → 60`, or null where it stays. */
export const ttlChange = ({ before, after }: Change): string | null =>
  before !== null && after !== null && before.ttl !== after.ttl ? `ttl ${before.ttl} → ${after.ttl}` : null;

/** As many values as fit into a line. */
export const valuesInWords = ({ values }: PlannedRRset): string => {
  const some: string[] = [];
  let length = 0;
  for (const { rdata } of values) {
    if (some.length === mostValues || length > longestLine) break;
    const value = shortened(rdata);
    some.push(value);
    length += value.length;
  }
  return [...some, ...(some.length < values.length ? [`… ${count(values.length, 'value')} in all`] : [])].join(', ');
};

export interface ValueChange {
  readonly gone: readonly string[];
  readonly come: readonly string[];
  readonly stay: number;
}

/** Which values go and come where an RRset becomes another. */
export const valueChange = (before: PlannedRRset, after: PlannedRRset): ValueChange => {
  const old = new Set(before.values.map(({ rdata }) => rdata));
  const wanted = new Set(after.values.map(({ rdata }) => rdata));
  const come = [...wanted].filter((rdata) => !old.has(rdata));
  return { gone: [...old].filter((rdata) => !wanted.has(rdata)), come, stay: wanted.size - come.length };
};

/** Values one under the other; those beyond the most that is shown are counted. */
export const someValues = (values: readonly string[]): readonly string[] =>
  values.length <= mostValues
    ? values.map(shortened)
    : [...values.slice(0, mostValues).map(shortened), `… and ${count(values.length - mostValues, 'more', 'more')}`];

const shortened = (text: string): string =>
  text.length > longestValue ? `${text.slice(0, longestValue)}… (${count(text.length, 'character')})` : text;

/** Where one value became another: what differs, between what both begin with and what both end with. */
export interface ValueDifference {
  readonly start: string;
  readonly was: string;
  readonly is: string;
  readonly end: string;
}

/** How much of a long value shows beside what differs. */
const besideDifference = 60;

export const valueDifference = (was: string, is: string): ValueDifference => {
  const shorter = Math.min(was.length, is.length);
  let start = 0;
  while (start < shorter && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < shorter - start && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  const before = was.slice(0, start);
  const after = was.slice(was.length - end);
  const differing = (text: string) => shortened(text.slice(start, text.length - end));
  return {
    start: before.length > longestValue ? `…${before.slice(-besideDifference)}` : before,
    was: differing(was),
    is: differing(is),
    end: after.length > longestValue ? `${after.slice(0, besideDifference)}…` : after,
  };
};

/** The health checks before and after, where they differ; `was` is null where there was no RRset. */
export const checkChange = ({
  type,
  before,
  after,
}: Change): { readonly was: string | null; readonly is: string } | null => {
  const [old, wanted] = [before?.health_check ?? null, after?.health_check ?? null];
  if (sameCheck(type, old, wanted)) return null;
  return { was: before === null ? null : checkInWords(old), is: checkInWords(wanted) };
};
