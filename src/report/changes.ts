import { sameCheck } from '../model/health.ts';
import { relativeTo } from '../model/name.ts';
import { count } from '../model/phrases.ts';
import type { Action, Change, PlannedRRset } from '../model/plan.ts';
import { checkInWords } from './checks.ts';
import { reasonsOf } from './origin.ts';
import type { Paint } from './paint.ts';

/** How many changes are shown one by one; the rest is counted, and JSON has all. */
export type Shown = Readonly<Record<Action | 'apex', number>>;
export const shownInPlan: Shown = { apex: 100, delete: 200, replace: 150, create: 100 };
const shownInZone: Shown = { apex: 100, delete: 200, replace: 100, create: 40 };

const order: readonly Action[] = ['delete', 'replace', 'create'];
const signs: Readonly<Record<Action, string>> = { create: '+', replace: '~', delete: '-' };
/** Of one RRset; a set of 1,200 addresses does not fill the screen. */
const shownValues = 12;
const longestValue = 160;
const longestLine = 320;

export interface ChangeLines {
  readonly lines: readonly string[];
  /** What may still be shown of other zones. */
  readonly left: Shown;
}

/** The changes of a zone for people: the apex first, then deletes, replaces and creates, columns aligned. */
export const changeLines = (changes: readonly Change[], zone: string, most: Shown, paint: Paint): ChangeLines => {
  const groups = groupsOf(changes, zone).map(({ kind, all }) => {
    const some = all.slice(0, Math.min(most[kind], shownInZone[kind]));
    return { kind, some, more: all.slice(some.length) };
  });
  const seen = groups.flatMap(({ some }) => some);
  const columns: Columns = {
    name: widthOf(seen.map(({ name }) => displayName(name, zone))),
    type: widthOf(seen.map(({ type }) => type)),
    ttl: widthOf(seen.filter((change) => !isReplace(change)).map(ttlOf)),
  };
  return {
    lines: groups.flatMap(({ some, more }) => [
      ...some.flatMap((change) => linesOfChange(change, zone, columns, paint)),
      ...(seen.length === 0 ? [] : moreLines(more)),
    ]),
    left: less(most, new Map(groups.map(({ kind, some }) => [kind, some.length]))),
  };
};

const less = (most: Shown, used: ReadonlyMap<string, number>): Shown => ({
  apex: most.apex - (used.get('apex') ?? 0),
  delete: most.delete - (used.get('delete') ?? 0),
  replace: most.replace - (used.get('replace') ?? 0),
  create: most.create - (used.get('create') ?? 0),
});

/** A name that is longer than most stands out of its column, instead of moving all others. */
const widest = 40;
const widthOf = (texts: readonly string[]): number =>
  texts.reduce((width, { length }) => (length > widest ? width : Math.max(width, length)), 0);

const groupsOf = (changes: readonly Change[], zone: string) => [
  { kind: 'apex' as const, all: changes.filter((change) => change.name === zone) },
  ...order.map((kind) => ({ kind, all: changes.filter(({ name, action }) => name !== zone && action === kind) })),
];

const moreLines = (more: readonly Change[]): readonly string[] =>
  order.flatMap((action) => {
    const number = more.filter((change) => change.action === action).length;
    return number === 0
      ? []
      : [`  ${signs[action]} … and ${count(number, `more ${action}`)} (--format json has them all)`];
  });

/** A name as it stands in a zone file; the apex is `@`. */
export const displayName = (name: string, zone: string): string => relativeTo(name, zone) || '@';

interface Columns {
  readonly name: number;
  readonly type: number;
  readonly ttl: number;
}

const isReplace = ({ before, after }: Change): boolean => before !== null && after !== null;

/** A TTL that changes shows as such. */
const ttlOf = ({ before, after }: Change): string =>
  before !== null && after !== null && before.ttl !== after.ttl
    ? `ttl ${before.ttl} → ${after.ttl}`
    : `${(after ?? before)?.ttl ?? ''}`;

const linesOfChange = (change: Change, zone: string, columns: Columns, paint: Paint): readonly string[] => {
  const { action, name, type, before, after } = change;
  const colour = { create: paint.green, replace: paint.yellow, delete: paint.red }[action];
  const stands = action === 'delete' || name === zone ? paint.bold : (text: string) => text;
  const cells = [
    displayName(name, zone).padEnd(columns.name),
    type.padEnd(columns.type),
    ttlOf(change).padEnd(columns.ttl),
  ];
  const only = before === null ? after : after === null ? before : null;
  const words = [
    ...cells,
    ...(only === null ? [] : [valuesOf(only)]),
    ...(action === 'delete' ? ['DELETE'] : []),
    ...(name === zone ? ['(apex)'] : []),
  ];
  const head = stands(colour(`  ${signs[action]} ${words.join('  ').trimEnd()}`)) + paint.dim(reasonOf(change));
  const checks = action === 'delete' ? [] : checkLines(type, before, after, paint);
  return before === null || after === null ? [head, ...checks] : [head, ...valueLines(before, after, paint), ...checks];
};

/** A change in one line of words: `replace www.example.com. A 192.0.2.1 → 192.0.2.2`. */
export const changeInWords = ({ action, name, type, before, after }: Change): string => {
  const [was, is] = [before === null ? null : valuesOf(before), after === null ? null : valuesOf(after)];
  const ttl = before !== null && after !== null && before.ttl !== after.ttl ? `ttl ${before.ttl} → ${after.ttl}` : null;
  const values = was === is || was === null || is === null ? (is ?? was) : `${was} → ${is}`;
  return [action, name, type, values, ttl].filter((word) => word !== null).join(' ');
};

/** As many values as fit into a line. */
const valuesOf = ({ values }: PlannedRRset): string => {
  const some: string[] = [];
  let length = 0;
  for (const { rdata } of values) {
    if (some.length === shownValues || length > longestLine) break;
    some.push(short(rdata));
    length += some.at(-1)?.length ?? 0;
  }
  return [...some, ...(some.length < values.length ? [`… ${count(values.length, 'value')} in all`] : [])].join(', ');
};

const reasonOf = (change: Change): string => {
  const words = reasonsOf(change);
  return words.length === 0 ? '' : `   ${words.join('; ')}`;
};

/** Before and after, one under the other; where one value became another, the differing part is marked. */
const valueLines = (before: PlannedRRset, after: PlannedRRset, paint: Paint): readonly string[] => {
  const old = new Set(before.values.map(({ rdata }) => rdata));
  const wanted = new Set(after.values.map(({ rdata }) => rdata));
  const gone = [...old].filter((rdata) => !wanted.has(rdata));
  const come = [...wanted].filter((rdata) => !old.has(rdata));
  const stay = wanted.size - come.length;
  const [was, is] = [gone[0], come[0]];
  const kept = stay === 0 ? [] : [paint.dim(`        ${count(stay, 'value stays', 'values stay')}`)];
  if (gone.length === 1 && come.length === 1 && was !== undefined && is !== undefined) {
    return [...pairLines(was, is, paint), ...kept];
  }
  return [
    ...limited(gone).map((text) => paint.red(`      - ${text}`)),
    ...limited(come).map((text) => paint.green(`      + ${text}`)),
    ...kept,
  ];
};

const checkLines = (type: string, before: Change['before'], after: Change['after'], paint: Paint): readonly string[] =>
  sameCheck(type, before?.health_check ?? null, after?.health_check ?? null)
    ? []
    : [
        ...(before === null ? [] : [paint.red(`      - health check: ${checkInWords(before.health_check)}`)]),
        paint.green(`      + health check: ${checkInWords(after?.health_check ?? null)}`),
      ];

const limited = (values: readonly string[]): readonly string[] =>
  values.length <= shownValues
    ? values.map(short)
    : [...values.slice(0, shownValues).map(short), `… and ${count(values.length - shownValues, 'more', 'more')}`];

const short = (text: string): string =>
  text.length > longestValue ? `${text.slice(0, longestValue)}… (${count(text.length, 'character')})` : text;

/** How much of a long value shows beside what differs. */
const context = 60;

const pairLines = (was: string, is: string, paint: Paint): readonly string[] => {
  let start = 0;
  while (start < Math.min(was.length, is.length) && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < Math.min(was.length, is.length) - start && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  const before = was.slice(0, start);
  const after = was.slice(was.length - end);
  const head = before.length > longestValue ? `…${before.slice(-context)}` : before;
  const tail = after.length > longestValue ? `${after.slice(0, context)}…` : after;
  const part = (text: string) => short(text.slice(start, text.length - end));
  const line = (sign: string, text: string) => `      ${sign} ${head}${paint.mark(part(text))}${tail}`;
  const carets = ' '.repeat(8 + head.length) + '^'.repeat(Math.max(1, part(was).length, part(is).length));
  return [paint.red(line('-', was)), paint.green(line('+', is)), ...(paint.colours ? [] : [carets])];
};
