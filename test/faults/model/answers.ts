import { type Bend, bends, type InventoryEntry } from '../../servers/inventory.ts';
import type { AnswerFault } from './history.ts';
import { entryOf, type Machine, type Machines, type Zones } from './lab.ts';

/** What an inventory answers, and what can be known by that. */
export interface Answer {
  readonly entries: readonly InventoryEntry[];
  readonly bend: Bend | null;
  /** What it says of machines; null: it says nothing. */
  readonly says: Machines | null;
  readonly complete: boolean;
}

/** How an inventory with these machines answers. */
export const answerOf = (zones: Zones, machines: Machines, fault: AnswerFault): Answer => {
  const sorted = [...machines].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = sorted.map(([name, machine]) => entryOf(zones, name, machine));
  const without = (left: readonly (readonly [string, Machine])[]): Machines => new Map(left);
  const whole = { entries, says: machines };
  const [first] = sorted;
  switch (fault) {
    case 'fine':
      return { ...whole, bend: null, complete: true };
    case 'failed':
      return { entries, bend: bends.status(500), says: null, complete: false };
    case 'cut':
      return { entries, bend: bends.cut, says: null, complete: false };
    case 'none':
      return { entries, bend: bends.noServers, says: new Map(), complete: true };
    case 'duplicate':
      // The first comes again in place of the last.
      return first === undefined
        ? { ...whole, bend: null, complete: true }
        : {
            entries,
            bend: bends.duplicate,
            says: without(sorted.slice(0, Math.max(1, sorted.length - 1))),
            complete: sorted.length < 2,
          };
    case 'lost':
      return first === undefined
        ? { ...whole, bend: null, complete: true }
        : { entries, bend: bends.lost(first[0]), says: without(sorted.slice(1)), complete: false };
    case 'without':
      return first === undefined
        ? { ...whole, bend: null, complete: true }
        : { entries, bend: bends.without(first[0]), says: without(sorted.slice(1)), complete: true };
  }
};
