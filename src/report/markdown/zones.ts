import { count } from '../../model/phrases.ts';
import type { Withheld } from '../../model/plan.ts';
import { type ChangeView, checkChangeInWords, compactView, viewsOfName } from '../change-view.ts';
import { dangers } from '../danger.ts';
import { isOfReason, mostWithheld, type NameItem, type WithheldItem, withheldByReason } from '../items.ts';
import type { ZoneSection } from '../report.ts';
import { type Shared, type ShownZone, shareRoom } from '../share.ts';
import { shortened, textOf } from '../values/parts.ts';
import { changeInWords, moreInWords, unchangedInWords } from '../words/change.ts';
import { downAddressInWords } from '../words/check.ts';
import { leftOutOfZone, otherZonesInWords } from '../words/left-out.ts';
import { messageInWords } from '../words/problem.ts';
import { shellWord } from '../words/shell.ts';
import { code, codeOfParts, inert, rowOf, sizeOf, tableOf } from './markup.ts';

/** Of the room, for what is only new. */
const forCreates = 14_000;
/** Of a zone, for what it says of what it leaves out. */
const forMore = 160;

/** What of a plan's zones fits into so much room. */
export const zonesInRoom = (zones: readonly ZoneSection[], room: number): Shared =>
  shareRoom(
    zones,
    [
      { dangers: dangers.filter((danger) => danger !== 'create'), room: room - forCreates },
      { dangers: ['create'], room: forCreates },
    ],
    {
      ofZone: (section) =>
        sizeOf(joined([...headBlocks(section), tableOf(columns, []), ...footBlocks(section)])) + forMore,
      ofItem: (item, section, before) =>
        item.kind === 'withheld'
          ? sizeOf(withheldInWords(item)) + (isOfReason(item, before) ? 0 : sizeOf(reasonInWords(item))) + forList
          : rowsOf(item, section).reduce((sum, row) => sum + sizeOf(rowOf(row)) + 1, 0),
      shownOf: (item) => shownOfWithheld(item).map(({ change }) => change),
    },
  );

/** Zone by zone; then the rest in one line. */
export const zoneBlocks = (shared: Shared): readonly string[] => {
  const others = otherZonesInWords(shared);
  return [...shared.zones.map(zoneBlock), ...(others === null ? [] : [others])];
};

const columns = ['', 'name', 'type', 'ttl', 'before', 'after', 'why'];

const zoneBlock = (shown: ShownZone): string => {
  const { items, section } = shown;
  const rows = items.flatMap((item) => (item.kind === 'name' ? rowsOf(item, section) : []));
  const more = leftOutOfZone(shown);
  return joined([
    ...headBlocks(section),
    ...withheldByReason(items).map(withheldBlock),
    ...(rows.length === 0 ? [] : [tableOf(columns, rows)]),
    ...(more === null ? [] : [more]),
    ...footBlocks(section),
  ]);
};

const joined = (blocks: readonly string[]): string => blocks.join('\n\n');

const headBlocks = ({ isNew, target, title }: ZoneSection): readonly string[] => [
  `### ${code(title)} at ${code(target)}${isNew ? ' (new zone)' : ''}`,
];

const mostDown = 5;

const footBlocks = ({ cost, down, unmanaged }: ZoneSection): readonly string[] => [
  ...down.slice(0, mostDown).map((address) => `⚠️ ${inert(downAddressInWords(address))}`),
  ...(down.length > mostDown
    ? [`⚠️ … and ${count(down.length - mostDown, 'more address', 'more addresses')} down`]
    : []),
  ...(cost === null ? [] : [`💰 ${inert(cost)}`]),
  ...(unmanaged.length === 0 ? [] : [`<sub>left alone: ${count(unmanaged.length, 'RRset')}</sub>`]),
];

/** Of one that stands in a list, or alone, for what is around it. */
const forList = 5;

/** A paragraph, or a list where there are several `--allow`. */
const withheldBlock = (items: readonly WithheldItem[]): string => {
  const reason = items.slice(0, 1).map(reasonInWords).join('');
  const each = items.map(withheldInWords);
  return each.length === 1 ? `${reason} ${each[0]}` : [reason, ...each.map((words) => `- ${words}`)].join('\n');
};

const reasonInWords = ({ guard, reason }: WithheldItem): string =>
  `⛔ withheld by ${inert(`${guard}: ${shortened(messageInWords(reason), 1_000)}`)}:`;

/** Below or after its reason. */
const withheldInWords = (item: WithheldItem): string => {
  const shown = shownOfWithheld(item);
  const more = item.changes.length - shown.length;
  const rest = more > 0 ? ` and ${count(more, 'more', 'more')}` : '';
  return `${shown.map(({ span }) => span).join(', ')}${rest}${allowOf(item)}`;
};

/** The first, and as many more as a paragraph should have. */
const shownOfWithheld = ({
  changes,
}: WithheldItem): readonly { readonly change: Withheld; readonly span: string }[] => {
  const first = changes.slice(0, mostWithheld).map((change) => ({ change, span: code(changeInWords(change)) }));
  let left = longestItem;
  const end = first.findIndex(({ span }, i) => {
    left -= sizeOf(span);
    return i > 0 && left < 0;
  });
  return end === -1 ? first : first.slice(0, end);
};

/** Far beyond what names can be long. */
const longestAllow = 6_000;

const allowOf = ({ allow }: WithheldItem): string => {
  if (allow === null) return '';
  const option = code(`--allow ${shellWord(allow)}`);
  return `; to let it through: ${sizeOf(option) > longestAllow ? 'the `--allow` that `--format json` has' : option}`;
};

const rowsOf = ({ changes }: NameItem, { zone }: ZoneSection): readonly (readonly string[])[] => {
  const views = viewsOfName(changes, zone);
  const rows = views.map(cellsOf);
  const size = rows.reduce((sum, row) => sum + sizeOf(rowOf(row)), 0);
  return size <= longestItem ? rows : views.map((view) => cellsOf(compactView(view)));
};

/** Of one item, before it is told in fewer words. */
const longestItem = 6_000;

const icons = { create: '🟢 create', replace: '🟡 replace', delete: '🔴 **delete**' } as const;

const cellsOf = (view: ChangeView): readonly string[] => {
  const { action, isApex, isDrift, name, reasons, type } = view;
  return [
    icons[action],
    code(name) + (isApex ? ' **apex**' : '') + (isDrift ? ' **drift**' : ''),
    code(type),
    ttlCell(view),
    stacked(valueCells(view, '-')),
    stacked([...valueCells(view, '+'), ...restCells(view)]),
    stacked(reasons.map(code)),
  ];
};

const stacked = (lines: readonly string[]): string => lines.join('<br>');

const ttlCell = ({ ttl: { was, is } }: ChangeView): string =>
  was === null || is === null || was === is ? `${is ?? was ?? ''}` : `${was} → **${is}**`;

const valueCells = ({ values }: ChangeView, sign: '-' | '+'): readonly string[] =>
  values.lines
    .filter((line) => line.sign === sign)
    .map(({ isPaired, parts }) => (isPaired ? codeOfParts(parts) : code(textOf(parts))));

const restCells = (view: ChangeView): readonly string[] => {
  const { note, values } = view;
  const check = checkChangeInWords(view);
  return [
    ...moreInWords(values),
    ...(values.stay === 0 ? [] : [unchangedInWords(values)]),
    ...(check === null ? [] : [inert(check)]),
    ...(note === null ? [] : [`(${note})`]),
  ];
};
