import type { Withheld } from '../model/plan.ts';
import { added, type Counts, countDangers, type Danger, dangers, less, noCounts } from './danger.ts';
import type { Item, WithheldItem } from './items.ts';
import type { ZoneSection } from './report.ts';

// How the zones of a plan share the room that a format has. What is most dangerous comes first, of all zones in turn, so that
// neither a long zone nor a long name keeps the others from being seen; what is left out is counted.

/** Room, in whatever a format measures it, for what is this dangerous. */
export interface Room {
  readonly dangers: readonly Danger[];
  readonly room: number;
}

/** How a format shows what there is, and what that takes. */
export interface Costs {
  /** Of a zone without its items. */
  readonly ofZone: (zone: ZoneSection) => number;
  /** Below `before`, where something of the zone is shown already. */
  readonly ofItem: (item: Item, zone: ZoneSection, before: Item | undefined) => number;
  /** Those of an item that are shown one by one. */
  readonly shownOf: (item: WithheldItem) => readonly Withheld[];
}

/** A zone of which something is shown, the most dangerous first. */
export interface ShownZone {
  readonly section: ZoneSection;
  readonly items: readonly Item[];
  /** Without what one of the items cuts: that is counted there. */
  readonly leftOut: Counts;
}

export interface Shared {
  readonly zones: readonly ShownZone[];
  /** Those of which nothing is shown. */
  readonly others: readonly ZoneSection[];
  /** In all, with what items cut. */
  readonly leftOut: Counts;
}

/** Of a room, for each danger that it is for, so that many of one kind leave something for the next. */
const reserved = 0.12;

/** `zones` come in the order in which they are shown. */
export const shareRoom = (zones: readonly ZoneSection[], rooms: readonly Room[], costs: Costs): Shared => {
  const shown = new Map<ZoneSection, Item[]>();
  for (const { dangers: some, room } of rooms) {
    const queues = some.map((danger) => zones.flatMap((section) => queueOf(section, danger)));
    const each = some.length > 1 ? room * reserved : 0;
    const unused = queues.reduce((sum, ofDanger) => sum + fill(ofDanger, each, false, costs, shown), 0);
    queues.reduce((left, ofDanger) => fill(ofDanger, left, true, costs, shown), room - each * some.length + unused);
  }
  const itemsOf = (section: ZoneSection) => (shown.get(section) ?? []).toSorted(byDanger);
  const without = (section: ZoneSection, shownOf: Costs['shownOf']) =>
    less(section.counts, counted(itemsOf(section), section, shownOf));
  return {
    zones: zones
      .filter((section) => shown.has(section))
      .map((section) => ({
        section,
        items: itemsOf(section),
        leftOut: without(section, ({ changes }) => changes),
      })),
    others: zones.filter((section) => !shown.has(section)),
    leftOut: added([noCounts, ...zones.map((section) => without(section, costs.shownOf))]),
  };
};

/** All at once, as a change may be withheld for two reasons. */
const counted = (items: readonly Item[], { zone }: ZoneSection, shownOf: Costs['shownOf']): Counts =>
  countDangers(
    items.flatMap((item) => (item.kind === 'name' ? item.changes : [])),
    items.flatMap((item) => (item.kind === 'withheld' ? shownOf(item) : [])),
    zone,
  );

const byDanger = (a: Item, b: Item): number => dangers.indexOf(a.danger) - dangers.indexOf(b.danger);

/** What does not fit is passed over so often, for something shorter of the same zone. */
const mostPassedOver = 5;

interface Queue {
  readonly section: ZoneSection;
  /** null: the zone itself, which is new and has nothing else. */
  readonly items: readonly (Item | null)[];
  next: number;
  passedOver: number;
}

/**
 * Shows of each zone in turn what comes next, and gives the room that is left. What does not fit is passed over where this
 * room is the `last`, and waits for that one where it is not.
 */
const fill = (
  all: readonly Queue[],
  room: number,
  isLast: boolean,
  costs: Costs,
  shown: Map<ZoneSection, Item[]>,
): number => {
  let left = room;
  const take = (queue: Queue): boolean => {
    const { section } = queue;
    const item = queue.items[queue.next] ?? null;
    const items = shown.get(section);
    const cost =
      (items === undefined ? costs.ofZone(section) : 0) +
      (item === null ? 0 : costs.ofItem(item, section, items?.at(-1)));
    const fits = cost <= left;
    if (!fits && !isLast) return false;
    queue.next += 1;
    if (!fits) queue.passedOver += 1;
    else {
      left -= cost;
      shown.set(section, items ?? []);
      if (item !== null) shown.get(section)?.push(item);
    }
    return queue.next < queue.items.length && queue.passedOver < mostPassedOver;
  };
  let queues = all.filter(({ items, next }) => next < items.length);
  while (queues.length > 0 && left > 0) queues = queues.filter(take);
  return left;
};

const queueOf = (section: ZoneSection, danger: Danger): readonly Queue[] => {
  const items = section.items.filter((item) => item.danger === danger);
  const isOnlyNew = danger === 'create' && section.isNew && section.items.length === 0;
  return items.length === 0 && !isOnlyNew
    ? []
    : [{ section, items: isOnlyNew ? [null] : items, next: 0, passedOver: 0 }];
};
