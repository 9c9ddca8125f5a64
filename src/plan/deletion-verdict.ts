import type { Accountable, InventoryFacts } from '../model/deletion-evidence.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { AbsenceLimits, Missing } from '../model/server.ts';
import { isProven } from '../model/server.ts';

/** One value that exists at a name and type. */
export interface ValueAt extends RRsetKey {
  readonly rdata: string;
}

/** A value that exists and would go, if its absence were proven. */
export interface HeldValue extends ValueAt {
  readonly reason: string;
}

/** Whether a value that nobody wants may go. */
export interface Verdict {
  readonly standing: Accountable;
  /** Nobody accounts for it, but it has been so for long enough. */
  readonly proven: boolean;
  /** Why it is not settled. */
  readonly reason: string;
}

const settled: Verdict = { standing: 'settled', proven: false, reason: '' };

/** Judges values by what the state knows that we wrote, and by the servers that are there. */
export const accountant = (facts: InventoryFacts, limits: AbsenceLimits): ((value: ValueAt) => Verdict) => {
  let known: Known | null = null;
  return (value) => {
    known ??= knownOf(facts);
    const written = known.sources.get(textOf(value)) ?? [];
    const [standing, who] = written.length > 0 ? worstOf(written, facts) : bestOf(presentAt(value, facts), facts);
    if (standing === 'settled') return settled;
    if (standing === 'unsettled') {
      return {
        standing,
        proven: false,
        reason: `the answer that ${who} was last in is not complete, so that no RRset goes by it`,
      };
    }
    const missing = known.orphans.get(textOf(value)) ?? null;
    const proven = missing !== null && isProven(missing, limits, facts.now);
    const whose =
      who === null ? 'it is of no server that is known' : `nobody knows what became of ${who}, which it is of`;
    return { standing, proven, reason: `${whose}: ${countOf(missing, limits)}` };
  };
};

interface Known {
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly orphans: ReadonlyMap<string, Missing>;
}

/** By value; made when the first is asked about, for mostly none is. */
const knownOf = ({ orphans, written }: InventoryFacts): Known => ({
  sources: new Map(written.map((value) => [textOf(value), value.sources])),
  orphans: new Map(orphans.map((value) => [textOf(value), value.missing])),
});

type Standing = readonly [Accountable, string | null];

const textOf = ({ name, type, rdata }: ValueAt): string => `${name} ${type} ${rdata}`;

/** What a zone file wrote is Git's: that it wants it no more is certain. */
const standingOf = (source: string, { servers }: InventoryFacts): Accountable =>
  source === 'git' ? 'settled' : (servers.get(source) ?? 'held');

const ranks = { settled: 0, unsettled: 1, held: 2 } as const;

const worstOf = (sources: readonly string[], facts: InventoryFacts): Standing =>
  sources
    .map((source): Standing => [standingOf(source, facts), source])
    .reduce((worst, each) => (ranks[each[0]] > ranks[worst[0]] ? each : worst));

const bestOf = (sources: readonly string[], facts: InventoryFacts): Standing =>
  sources
    .map((source): Standing => [standingOf(source, facts), source])
    .reduce((best, each) => (ranks[each[0]] < ranks[best[0]] ? each : best), ['held', null]);

/** The servers that account for what nobody is known to have written: by their name, by a PTR to it, by an address. */
const presentAt = ({ name, type, rdata }: ValueAt, { addresses, names }: InventoryFacts): readonly string[] =>
  [
    names.get(name),
    type === 'PTR' ? names.get(rdata) : undefined,
    type === 'A' || type === 'AAAA' ? addresses.get(rdata) : undefined,
  ].filter((key) => key !== undefined);

const countOf = (missing: Missing | null, { snapshots }: AbsenceLimits): string =>
  missing === null
    ? `unaccounted for in 0 of ${snapshots} complete snapshots`
    : `unaccounted for in ${missing.snapshots} of ${snapshots} complete snapshots, since ${new Date(missing.since).toISOString()}`;
