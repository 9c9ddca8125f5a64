import { relativeTo } from '../model/name.ts';
import type { Action, Change, PlannedRRset } from '../model/plan.ts';
import type { Paint } from './paint.ts';
import { count } from './words.ts';

/** How many changes of an action are shown one by one; the rest is counted. JSON has all. */
const shown: Readonly<Record<Action, number>> = { delete: 200, replace: 100, create: 40 };
const order: readonly Action[] = ['delete', 'replace', 'create'];
const signs: Readonly<Record<Action, string>> = { create: '+', replace: '~', delete: '-' };
/** Values of one RRset that are shown; a set of 1,200 addresses does not fill the screen. */
const shownValues = 12;

/** The changes of a zone for people: the apex first, then deletes, replaces and creates, columns aligned. */
export const changeLines = (changes: readonly Change[], zone: string, paint: Paint): readonly string[] => {
  const apex = changes.filter((change) => change.name === zone);
  const others = changes.filter((change) => change.name !== zone);
  const picked = order.map((action) => {
    const all = others.filter((change) => change.action === action);
    return { action, all, some: all.slice(0, shown[action]) };
  });
  const visible = [...apex, ...picked.flatMap(({ some }) => some)];
  const width = Math.min(40, Math.max(0, ...visible.map(({ name }) => displayName(name, zone).length)));
  const typeWidth = Math.max(0, ...visible.map(({ type }) => type.length));
  const lineOf = (change: Change) => linesOfChange(change, zone, width, typeWidth, paint);
  return [
    ...apex.flatMap(lineOf),
    ...picked.flatMap(({ action, all, some }) => [
      ...some.flatMap(lineOf),
      ...(all.length > some.length
        ? [`  ${signs[action]} … and ${count(all.length - some.length, action)} more (--format json has them all)`]
        : []),
    ]),
  ];
};

/** A name as it stands in a zone file; the apex is `@`. */
export const displayName = (name: string, zone: string): string => relativeTo(name, zone) || '@';

const linesOfChange = (
  change: Change,
  zone: string,
  width: number,
  typeWidth: number,
  paint: Paint,
): readonly string[] => {
  const { action, name, type, before, after } = change;
  const colour = { create: paint.green, replace: paint.yellow, delete: paint.red }[action];
  const stands = action === 'delete' || name === zone ? paint.bold : (text: string) => text;
  const head = `  ${signs[action]} ${displayName(name, zone).padEnd(width)}  ${type.padEnd(typeWidth)}`;
  const words = action === 'delete' ? '  DELETE' : '';
  const apex = name === zone ? '  (apex)' : '';
  const why = after === null ? '' : originOf(after);
  if (before !== null && after !== null) {
    const ttl = before.ttl === after.ttl ? `${after.ttl}` : `${before.ttl} → ${after.ttl}`;
    return [stands(colour(`${head}  ttl ${ttl}${apex}`)) + paint.dim(why), ...valueLines(before, after, paint)];
  }
  const only = before ?? after;
  if (only === null) return [];
  const values = only.values.slice(0, shownValues).map(({ rdata }) => rdata);
  const more = only.values.length > values.length ? `, … ${only.values.length} values in all` : '';
  const line = `${head}  ${only.ttl}  ${values.map(short).join(', ')}${more}${words}${apex}`;
  return [stands(colour(line)) + paint.dim(why)];
};

const originOf = (after: PlannedRRset): string => {
  const origin = after.values[0]?.origins[0];
  return origin === undefined ? '' : `   ${origin.file}:${origin.line}`;
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

const limited = (values: readonly string[]): readonly string[] =>
  values.length <= shownValues
    ? values.map(short)
    : [...values.slice(0, shownValues).map(short), `… and ${count(values.length - shownValues, 'more', 'more')}`];

const longest = 160;
const short = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;

const pairLines = (was: string, is: string, paint: Paint): readonly string[] => {
  let start = 0;
  while (start < Math.min(was.length, is.length) && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < Math.min(was.length, is.length) - start && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  const from = Math.max(0, start - 60);
  const cut = (text: string) => (from > 0 ? '…' : '') + text.slice(from, start);
  const part = (text: string) => short(text.slice(start, text.length - end));
  const tail = short(was.slice(was.length - end));
  const line = (sign: string, text: string) => `      ${sign} ${cut(text)}${paint.mark(part(text))}${tail}`;
  const carets = ' '.repeat(8 + cut(is).length) + '^'.repeat(Math.max(1, part(was).length, part(is).length));
  return [paint.red(line('-', was)), paint.green(line('+', is)), ...(paint.colours ? [] : [carets])];
};
