import { count, listed } from '../../model/phrases.ts';
import type { DownAddress, Unmanaged } from '../../model/plan.ts';
import { type ChangeView, compactView, viewsOfName } from '../change-view.ts';
import { isOfReason, mostWithheld, type NameItem, type WithheldItem, withheldByReason } from '../items.ts';
import { type Line, toned, type ZoneSection } from '../report.ts';
import { type Room, type Shared, type ShownZone, shareRoom } from '../share.ts';
import { shortened } from '../values/parts.ts';
import { changeInWords } from '../words/change.ts';
import { downAddressInWords } from '../words/check.ts';
import { leftOutOfZone, otherZonesInWords } from '../words/left-out.ts';
import { messageInWords } from '../words/problem.ts';
import { shellWord } from '../words/shell.ts';
import { columnsOf, linesOfChange, noColumns } from './changes.ts';

/** In lines, until nobody would read on; what may hurt is shown longer. */
const rooms: readonly Room[] = [
  { dangers: ['withheld', 'delete', 'apex', 'delegation', 'replace'], room: 500 },
  { dangers: ['create'], room: 200 },
];

/** What of a plan's zones a screen shows. */
export const zonesOnScreen = (zones: readonly ZoneSection[]): Shared =>
  shareRoom(zones, rooms, {
    ofZone: (section) => headLines(section).length + footLines(section).length + 2,
    ofItem: (item, { zone }, before) =>
      item.kind === 'withheld'
        ? withheldLines(item).length + (isOfReason(item, before) ? 0 : 1)
        : viewsOfItem(item, zone).flatMap((view) => linesOfChange(view, noColumns)).length,
    shownOf: shownOfWithheld,
  });

/** Zone by zone; then the rest in one line. */
export const zoneParagraphs = (shared: Shared): readonly (readonly Line[])[] => {
  const others = otherZonesInWords(shared);
  return [...shared.zones.map(zoneLines), ...(others === null ? [] : [[[others]]])];
};

const zoneLines = (shown: ShownZone): readonly Line[] => {
  const { items, section } = shown;
  const views = items.flatMap((item) => (item.kind === 'name' ? viewsOfItem(item, section.zone) : []));
  const columns = columnsOf(views);
  const more = leftOutOfZone(shown);
  return [
    ...headLines(section),
    ...withheldByReason(items).flatMap((some) => [...some.slice(0, 1).map(reasonLine), ...some.flatMap(withheldLines)]),
    ...views.flatMap((view) => linesOfChange(view, columns)),
    ...(more === null ? [] : [[`  ${more}`]]),
    ...footLines(section),
  ];
};

/** Of one item, before it is told in fewer words. */
const mostLines = 60;

const viewsOfItem = ({ changes }: NameItem, zone: string): readonly ChangeView[] => {
  const views = viewsOfName(changes, zone);
  const lines = views.flatMap((view) => linesOfChange(view, noColumns));
  return lines.length <= mostLines ? views : views.map(compactView);
};

const headLines = ({ isNew, target, title }: ZoneSection): readonly Line[] => [
  [toned(title, 'strong'), ` at ${target}${isNew ? ' (new zone)' : ''}`],
];

const footLines = ({ cost, down, unmanaged }: ZoneSection): readonly Line[] => [
  ...downLines(down),
  ...(cost === null ? [] : [[toned(`    ${cost}`, 'aside')]]),
  ...unmanagedLines(unmanaged),
];

const shownOfWithheld = ({ changes }: WithheldItem) => changes.slice(0, mostWithheld);

const reasonLine = ({ guard, reason }: WithheldItem): Line => [
  toned(`  ! withheld by ${guard}: ${shortened(messageInWords(reason), 1_000)}`, 'error'),
];

/** Below the line of its reason. */
const withheldLines = (item: WithheldItem): readonly Line[] => {
  const { allow, changes } = item;
  const shown = shownOfWithheld(item);
  const more = changes.length - shown.length;
  return [
    ...shown.map((change) => [`      ${changeInWords(change)}`]),
    ...(more > 0 ? [[`      … and ${count(more, 'more', 'more')}`]] : []),
    ...(allow === null ? [] : [[`      ${allowWords(allow)}: --allow ${shellWord(allow)}`]]),
  ];
};

/** That a server is gone is remembered; all else is let through once. */
const allowWords = (allow: string): string =>
  allow.startsWith('absent:') ? 'to let all of that server go' : 'to let it through in one run';

const mostDown = 5;

const downLines = (down: readonly DownAddress[]): readonly Line[] => {
  const more = down.length - mostDown;
  return [
    ...down.slice(0, mostDown).map((address) => [toned(`    ${downAddressInWords(address)}`, 'warning')]),
    ...(more > 0 ? [[toned(`    … and ${count(more, 'more address', 'more addresses')} down`, 'warning')]] : []),
  ];
};

const mostWhys = 4;

const unmanagedLines = (unmanaged: readonly Unmanaged[]): readonly Line[] => {
  if (unmanaged.length === 0) return [];
  const whys = [...Map.groupBy(unmanaged, ({ why }) => why)].map(
    ([why, group]) => `${count(group.length, 'RRset')} (${messageInWords(why)})`,
  );
  const shown =
    whys.length > mostWhys ? [...whys.slice(0, mostWhys), count(whys.length - mostWhys, 'other reason')] : whys;
  return [[toned(`    left alone: ${listed(shown)}`, 'aside')]];
};
