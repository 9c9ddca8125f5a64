import type { RosterServer } from '../model/server.ts';

// Which of several servers has the best right to a name or an address.

/** The rivals with the best right: one, or several that are equal. `address` null: they want one name. */
export type Ranking = (rivals: readonly RosterServer[], address: string | null) => readonly RosterServer[];

/** Ranks each list once: thousands of servers may all claim to have one address. */
export const rankOnce = (): Ranking => {
  const known = new WeakMap<readonly RosterServer[], readonly RosterServer[]>();
  return (rivals, address) => {
    const before = known.get(rivals);
    if (before !== undefined) return before;
    const top = best(rivals, address);
    known.set(rivals, top);
    return top;
  };
};

const best: Ranking = (rivals, address) => {
  let top: RosterServer[] = [];
  for (const rival of rivals) {
    const [leader] = top;
    const rank = leader === undefined ? -1 : compareRanks(rival, leader, address);
    if (rank < 0) top = [rival];
    else if (rank === 0) top.push(rival);
  }
  return top;
};

/**
 * Present before remembered before missing; then who was last known with it; then who has been known for longer. Equal
 * ranks are a tie, never settled by the order of names: it would move an address because a server was renamed.
 */
const compareRanks = (a: RosterServer, b: RosterServer, address: string | null): number =>
  standings[a.standing] - standings[b.standing] ||
  rankOf(had(a, address)) - rankOf(had(b, address)) ||
  compareNumbers(a.known?.since ?? Number.POSITIVE_INFINITY, b.known?.since ?? Number.POSITIVE_INFINITY);

/** Was the server last known with the address, or (null) with its name? */
export const had = ({ known }: RosterServer, address: string | null): boolean =>
  known !== null && (address === null || known.server.ips.includes(address));

const standings = { present: 0, remembered: 1, missing: 2 } as const;

const rankOf = (holds: boolean): number => (holds ? 0 : 1);

const compareNumbers = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
