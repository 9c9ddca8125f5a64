import type { Action } from '../../model/plan.ts';
import { type ChangeView, checkChangeInWords, ttlInWords } from '../change-view.ts';
import { type Line, type Span, toned } from '../report.ts';
import type { ValueLine } from '../values/value-changes.ts';
import { fitsIntoLine, restInWords, valuesInWords } from '../words/change.ts';
import { visible } from '../words/visible.ts';

const signs: Readonly<Record<Action, string>> = { create: '+', replace: '~', delete: '-' };

/** How wide names, types and TTLs are. */
export interface Columns {
  readonly name: number;
  readonly type: number;
  readonly ttl: number;
}

export const noColumns: Columns = { name: 0, type: 0, ttl: 0 };

export const columnsOf = (views: readonly ChangeView[]): Columns => ({
  name: widthOf(
    views.map(({ name }) => name),
    40,
  ),
  type: widthOf(
    views.map(({ type }) => type),
    12,
  ),
  ttl: widthOf(views.map(ttlInWords), 8),
});

/** A text that is longer than most stands out of its column, instead of moving all others. */
const widthOf = (texts: readonly string[], widest: number): number =>
  texts.reduce((width, text) => Math.max(width, visible(text).length > widest ? 0 : visible(text).length), 0);

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - visible(text).length));

/** A change in one line, or its values one under the other below it. */
export const linesOfChange = (view: ChangeView, columns: Columns): readonly Line[] => {
  const isShort = fitsIntoLine(view);
  return [headLine(view, columns, isShort), ...(isShort ? [] : belowLines(view))];
};

const headLine = (view: ChangeView, columns: Columns, isShort: boolean): Line => {
  const { action, isApex, isDrift, name, reasons, type } = view;
  const check = checkChangeInWords(view);
  const values = isShort ? spansInLine(view) : [];
  const words = [padded(name, columns.name), padded(type, columns.type), padded(ttlInWords(view), columns.ttl)];
  const head = `  ${signs[action]} ${words.join('  ')}${check === null ? '' : `  ${check}${values.length === 0 ? '' : ':'}`}`;
  const marks = [
    ...(action === 'delete' ? ['DELETE'] : []),
    ...(isApex ? ['(apex)'] : []),
    ...(isDrift ? ['(drift)'] : []),
  ];
  const tones: readonly Span['tones'][number][] = action === 'delete' || isApex ? ['strong', action] : [action];
  const isBare = values.length === 0 && marks.length === 0;
  return [
    toned(isBare ? head.trimEnd() : head, ...tones),
    ...(values.length === 0 ? [] : [check === null ? '  ' : ' ', ...values]),
    ...(marks.length === 0 ? [] : [toned(`  ${marks.join('  ')}`, ...tones)]),
    toned(reasons.length === 0 ? '' : `   ${reasons.join('; ')}`, 'aside'),
  ];
};

const toneOf = { '-': 'delete', '+': 'create' } as const;

/** All of a change's values for its own line. */
const spansInLine = (view: ChangeView): readonly (string | Span)[] => {
  const { action, values } = view;
  if (action !== 'replace') return [toned(valuesInWords(view), action)];
  const changed = values.lines.flatMap((line, i) => [i === 0 ? '' : ' ', ...spansOf(line)]);
  const rest = restInWords(view);
  const between = changed.length === 0 ? '' : rest.startsWith('(') ? ' ' : ', ';
  return [...changed, ...(rest === '' ? [] : [toned(`${between}${rest}`, 'aside')])];
};

const spansOf = ({ isPaired, parts, sign }: ValueLine): readonly Span[] => [
  toned(`${sign} `, toneOf[sign]),
  ...parts.map(({ kind, text }) =>
    isPaired && kind === 'differing' ? toned(text, toneOf[sign], 'differing') : toned(text, toneOf[sign]),
  ),
];

/** What goes and what comes, a value a line; what differs in a pair is marked. */
const belowLines = (view: ChangeView): readonly Line[] => {
  const { values } = view;
  const lines = values.lines.flatMap((line, i) => [
    ['      ', ...spansOf(line)],
    ...pointersOf(line, values.lines[i - 1], values.lines[i + 1]),
  ]);
  const rest = restInWords(view);
  return [...lines, ...(rest === '' ? [] : [[toned(`        ${rest}`, 'aside')]])];
};

/** What stands under a line where no colour marks what differs: under the second of a pair for both, if it can. */
const pointersOf = (line: ValueLine, above: ValueLine | undefined, below: ValueLine | undefined): readonly Line[] => {
  if (!line.isPaired) return [];
  const other = line.sign === '+' ? above : below;
  const [own, others] = [stretchesOf(line), other === undefined ? [] : stretchesOf(other)];
  const isShared = own.length <= 1 && others.length <= 1;
  if (isShared && line.sign === '-') return [];
  const all = isShared ? sharedStretch(own, others) : own;
  if (all.length === 0) return [];
  let text = '';
  for (const { at, length } of all) text = `${text.padEnd(at)}${'^'.repeat(length)}`;
  return [[toned(text, 'pointer')]];
};

interface Stretch {
  readonly at: number;
  readonly length: number;
}

const indent = 8;

/** Where on the screen a line has what differs. */
const stretchesOf = ({ parts }: ValueLine): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let at = indent;
  for (const { kind, text } of parts) {
    const { length } = visible(text);
    if (kind === 'differing') stretches.push({ at, length });
    at += length;
  }
  return stretches;
};

const sharedStretch = (own: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] => {
  const [first = others[0]] = own;
  if (first === undefined) return [];
  return [{ at: first.at, length: Math.max(1, ...[...own, ...others].map(({ length }) => length)) }];
};
