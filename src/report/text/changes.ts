import { count } from '../../model/phrases.ts';
import type { Action, Change, PlannedRRset } from '../../model/plan.ts';
import { type Line, toned } from '../report.ts';
import {
  checkChange,
  nameInZone,
  someValues,
  ttlChange,
  valueChange,
  valueDifference,
  valuesInWords,
} from '../words/change.ts';
import { reasonsOf } from '../words/origin.ts';

/** How many changes of each group are shown one by one; the rest is counted. */
export type MostChanges = Readonly<Record<Action | 'apex', number>>;
export const mostInPlan: MostChanges = { apex: 100, delete: 200, replace: 150, create: 100 };
const mostInZone: MostChanges = { apex: 100, delete: 200, replace: 100, create: 40 };

const order: readonly Action[] = ['delete', 'replace', 'create'];
const signs: Readonly<Record<Action, string>> = { create: '+', replace: '~', delete: '-' };

export interface ChangeLines {
  readonly lines: readonly Line[];
  /** What may still be shown of other zones. */
  readonly left: MostChanges;
}

/** The changes of a zone: the apex first, then deletes, replaces and creates, columns aligned. */
export const changeLines = (changes: readonly Change[], zone: string, most: MostChanges): ChangeLines => {
  const groups = groupsOf(changes, zone).map(({ group, all }) => {
    const shown = all.slice(0, Math.min(most[group], mostInZone[group]));
    return { group, shown, more: all.slice(shown.length) };
  });
  const shown = groups.flatMap((group) => group.shown);
  const columns = columnsOf(shown, zone);
  return {
    lines: groups.flatMap((group) => [
      ...group.shown.flatMap((change) => linesOfChange(change, zone, columns)),
      ...(shown.length === 0 ? [] : moreLines(group.more)),
    ]),
    left: less(most, new Map(groups.map((group) => [group.group, group.shown.length]))),
  };
};

const groupsOf = (changes: readonly Change[], zone: string) => [
  { group: 'apex' as const, all: changes.filter(({ name }) => name === zone) },
  ...order.map((group) => ({ group, all: changes.filter(({ name, action }) => name !== zone && action === group) })),
];

const less = (most: MostChanges, used: ReadonlyMap<string, number>): MostChanges => ({
  apex: most.apex - (used.get('apex') ?? 0),
  delete: most.delete - (used.get('delete') ?? 0),
  replace: most.replace - (used.get('replace') ?? 0),
  create: most.create - (used.get('create') ?? 0),
});

const moreLines = (more: readonly Change[]): readonly Line[] =>
  order.flatMap((action) => {
    const number = more.filter((change) => change.action === action).length;
    return number === 0
      ? []
      : [[`  ${signs[action]} … and ${count(number, `more ${action}`)} (--format json has them all)`]];
  });

interface Columns {
  readonly name: number;
  readonly type: number;
  readonly ttl: number;
}

const columnsOf = (changes: readonly Change[], zone: string): Columns => ({
  name: widthOf(changes.map(({ name }) => nameInZone(name, zone))),
  type: widthOf(changes.map(({ type }) => type)),
  ttl: widthOf(changes.filter(({ before, after }) => before === null || after === null).map(ttlOf)),
});

/** A name that is longer than most stands out of its column, instead of moving all others. */
const widest = 40;
const widthOf = (texts: readonly string[]): number =>
  texts.reduce((width, { length }) => (length > widest ? width : Math.max(width, length)), 0);

const ttlOf = (change: Change): string => ttlChange(change) ?? `${(change.after ?? change.before)?.ttl ?? ''}`;

const linesOfChange = (change: Change, zone: string, columns: Columns): readonly Line[] => {
  const { action, before, after } = change;
  const values = before === null || after === null ? [] : valueLines(before, after);
  return [headLine(change, zone, columns), ...values, ...(action === 'delete' ? [] : checkLines(change))];
};

const headLine = (change: Change, zone: string, columns: Columns): Line => {
  const { action, name, type, before, after } = change;
  const only = before === null ? after : after === null ? before : null;
  const words = [
    nameInZone(name, zone).padEnd(columns.name),
    type.padEnd(columns.type),
    ttlOf(change).padEnd(columns.ttl),
    ...(only === null ? [] : [valuesInWords(only)]),
    ...(action === 'delete' ? ['DELETE'] : []),
    ...(name === zone ? ['(apex)'] : []),
  ];
  const head = `  ${signs[action]} ${words.join('  ').trimEnd()}`;
  const reasons = reasonsOf(change);
  return [
    action === 'delete' || name === zone ? toned(head, 'strong', action) : toned(head, action),
    toned(reasons.length === 0 ? '' : `   ${reasons.join('; ')}`, 'aside'),
  ];
};

/** Before and after, one under the other; where one value became another, the differing part is marked. */
const valueLines = (before: PlannedRRset, after: PlannedRRset): readonly Line[] => {
  const { gone, come, stay } = valueChange(before, after);
  const [was, is] = [gone[0], come[0]];
  const isPair = gone.length === 1 && come.length === 1;
  const lines =
    isPair && was !== undefined && is !== undefined
      ? pairLines(was, is)
      : [...someValues(gone).map((text) => goneLine(text)), ...someValues(come).map((text) => comeLine(text))];
  return stay === 0 ? lines : [...lines, [toned(`        ${count(stay, 'value stays', 'values stay')}`, 'aside')]];
};

const goneLine = (text: string): Line => [toned(`      - ${text}`, 'delete')];
const comeLine = (text: string): Line => [toned(`      + ${text}`, 'create')];

const pairLines = (old: string, wanted: string): readonly Line[] => {
  const { start, was, is, end } = valueDifference(old, wanted);
  const line = (sign: string, action: Action, text: string): Line => [
    toned(`      ${sign} ${start}`, action),
    toned(text, action, 'differing'),
    toned(end, action),
  ];
  const carets = ' '.repeat(8 + start.length) + '^'.repeat(Math.max(1, was.length, is.length));
  return [line('-', 'delete', was), line('+', 'create', is), [toned(carets, 'pointer')]];
};

const checkLines = (change: Change): readonly Line[] => {
  const checks = checkChange(change);
  if (checks === null) return [];
  return [
    ...(checks.was === null ? [] : [goneLine(`health check: ${checks.was}`)]),
    comeLine(`health check: ${checks.is}`),
  ];
};
