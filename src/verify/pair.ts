import type { NameServer } from '../model/ports.ts';
import type { Difference } from '../model/result.ts';
import { keyOf, type RRsetKey } from '../model/rrset.ts';
import type { ZoneId } from '../model/zone.ts';
import { type ZoneTree, zoneTree, zoneTreeOf } from '../model/zone-tree.ts';
import type { Lateness } from './compare.ts';
import type { ServedRRset } from './content.ts';
import { expectationsFor } from './expect.ts';

/** One zone at one target, to be proven at each of its name servers. */
export interface ZoneWork {
  readonly zone: ZoneId;
  readonly target: string;
  readonly nameservers: readonly NameServer[];
  /**
   * All that the zone should answer with, as far as it is known. What is left alone counts too: its wildcards and zone
   * cuts decide other answers.
   */
  readonly rrsets: readonly ServedRRset[];
  /** What to ask for; one that is not among `rrsets` should be gone. Default is every RRset. */
  readonly keys?: readonly RRsetKey[];
  /** By keyOf: what was there before the write; null: nothing. */
  readonly before?: ReadonlyMap<string, ServedRRset | null>;
  /** The serial that was written, or that the target has, where it tells. */
  readonly serial?: number | null;
  /** Milliseconds that a name server may lag. */
  readonly wait: number;
}

/** One zone at one name server. */
export interface Pair {
  readonly work: ZoneWork;
  /** What the zone should answer with. */
  readonly expected: ZoneTree<ServedRRset>;
  readonly nameserver: NameServer;
  /** What is not proven yet. */
  readonly open: Set<RRsetKey>;
  /** What the last round found out about it. */
  readonly found: Map<RRsetKey, Difference>;
  /** Why nothing can be asked; null: it answers for the zone. */
  trouble: { readonly kind: 'no_answer' | 'missing'; readonly reason: string } | null;
  serial: number | null;
  /** The newest serial of the zone, where this name server's is older. */
  behind: number | null;
  /** Was all that is open asked for since its last SOA? */
  asked: boolean;
}

export const pairsOf = (work: ZoneWork): readonly Pair[] => {
  const expected = zoneTreeOf(work.zone.name, work.rrsets);
  const keys = (work.keys ?? work.rrsets).filter(
    (key) => expectationsFor(expected, key, beforeOf(work, key)).length > 0,
  );
  return work.nameservers.map((nameserver) => ({
    work,
    expected,
    nameserver,
    open: new Set(keys),
    found: new Map(),
    trouble: null,
    serial: null,
    behind: null,
    asked: false,
  }));
};

export const isOpen = (pair: Pair): boolean => pair.trouble !== null || pair.open.size > 0;

export const openOf = (pairs: readonly Pair[]): number => pairs.reduce((sum, pair) => sum + pair.open.size, 0);

/** How many RRsets it was not asked for. */
export const unaskedOf = (pair: Pair): number =>
  pair.trouble === null ? pair.open.size - pair.found.size : pair.open.size;

export const beforeOf = (work: ZoneWork, key: RRsetKey): ServedRRset | undefined =>
  work.before?.get(keyOf(key)) ?? undefined;

/** What a name server that is late may answer; a name that was not there may have been a wildcard's. */
export const answersBefore = ({ expected, work }: Pair, key: RRsetKey): Lateness['before'] => {
  if (work.before === undefined) return undefined;
  const before = besideOf(key).flatMap((each) => beforeOf(work, each) ?? []);
  if (before.length > 0) return before;
  const without = zoneTree({
    ...expected,
    at: (name) => (name === key.name ? [] : expected.at(name)),
    exists: (name) => name !== key.name && expected.exists(name),
  });
  return [null, without.rrsetsFor(key.name).find(({ type }) => type === key.type) ?? null];
};

/** LUA and the addresses of its name take each other's place. */
const besideOf = ({ name, type }: RRsetKey): readonly RRsetKey[] =>
  (({ LUA: ['LUA', 'A', 'AAAA'], A: ['A', 'LUA'], AAAA: ['AAAA', 'LUA'] })[type] ?? [type]).map((each) => ({
    name,
    type: each,
  }));
