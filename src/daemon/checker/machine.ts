import type { HealthVerdict } from '../../model/daemon-store.ts';
import { checkerKey, downSince, type KnownHealth, type Probe, probeKey, type WatchedProbe } from '../../model/probe.ts';

// What the health checker makes of the results of its probes. Nothing here reads a clock or a network; times are milliseconds
// since 1970.
//
// Terms
//   result    what one probe found: `up`; `refused`: something answered, and not as it should; `silent`: nothing did; or
//             `unknown`: it could not be sent from here at all, which says nothing of the address
//   verdict   what counts of an address: up, or down since a time
//   mass failure   over half of all checked addresses fail at once: no fall is believed while it lasts
//
// Premise: our own network fails more often than most of a fleet does, and from here the two look alike. So a failure counts
// only where something has answered since the one before it: while nothing answers at all, nothing falls. And before a fall is
// believed, the others have to speak for us: since it began to fail, at most half of all have failed. Else it is a mass failure;
// while those that were not asked since could decide it, nothing is decided. After a mass failure all failures are counted
// anew, and only those of probes that began after it: the last probes of a cut network end after the first of a mended one.
// A rise needs no such proof: who answers is there.

/** So many failures in a row bring an address down, and so many successes up. */
const fall = 3;
const rise = 2;
/** An RRset changes for its health at most so often. */
const leastBetweenChanges = 10_000;

export type ProbeResult = 'up' | 'refused' | 'silent' | 'unknown';

/** What is known of one probe. */
export interface ProbeHealth extends WatchedProbe {
  readonly key: string;
  readonly isUp: boolean;
  readonly since: number;
  /** In a row. */
  readonly failures: number;
  /** Those of them between which something answered somewhere: our own network was there. */
  readonly proven: number;
  readonly provenAt: number;
  readonly successes: number;
  /** When the first of `failures` ended. */
  readonly failingSince: number;
  /** When the last failure ended, counted or not; null: there was none. */
  readonly failedAt: number | null;
  /** When the last probe ended, whatever it found; null: none has. */
  readonly probedAt: number | null;
  /** When the last one ended that says something of the address; null: none has. */
  readonly resultAt: number | null;
}

export interface CheckerHealth {
  /** By probeKey. */
  readonly probes: ReadonlyMap<string, ProbeHealth>;
  /** By RRset: when it last changed for its health. */
  readonly changedAt: ReadonlyMap<string, number>;
  /** Since when a mass failure lasts; null: there is none. */
  readonly massFailureSince: number | null;
  /** When the last one ended. */
  readonly countedFrom: number;
}

export const newCheckerHealth: CheckerHealth = {
  probes: new Map(),
  changedAt: new Map(),
  massFailureSince: null,
  countedFrom: 0,
};

/** Watches these from now on, and no others. What is known stays; of the rest, `kept` says what still counts as down. */
export const watching = (before: CheckerHealth, watched: readonly WatchedProbe[], kept: KnownHealth): CheckerHealth => {
  const probes = new Map<string, ProbeHealth>();
  for (const { probe, rrsets } of watched) {
    const key = probeKey(probe);
    const known = probes.get(key) ?? before.probes.get(key);
    const all = probes.has(key) ? [...new Set([...(known?.rrsets ?? []), ...rrsets])] : rrsets;
    probes.set(key, known === undefined ? newProbeHealth(probe, key, all, kept) : { ...known, rrsets: all });
  }
  const rrsets = new Set([...probes.values()].flatMap((each) => each.rrsets));
  return { ...before, probes, changedAt: new Map([...before.changedAt].filter(([rrset]) => rrsets.has(rrset))) };
};

const newProbeHealth = (probe: Probe, key: string, rrsets: readonly string[], kept: KnownHealth): ProbeHealth => {
  const down = downSince(probe, kept);
  const probedAt = down === null ? null : (kept.verdicts.get(key)?.checkedAt ?? null);
  return {
    ...{ probe, key, rrsets, isUp: down === null, since: down ?? kept.now },
    ...{ failures: 0, proven: 0, provenAt: kept.now, successes: 0, failingSince: kept.now },
    ...{ failedAt: null, probedAt, resultAt: null },
  };
};

/** When a probe began and ended, and what is known of all others. */
export interface ResultTimes {
  readonly began: number;
  readonly now: number;
  /** When anything last answered anywhere; null: nothing has. */
  readonly heardAt: number | null;
  /** Of CheckerHealth. */
  readonly countedFrom: number;
}

export const afterResult = (health: ProbeHealth, result: ProbeResult, times: ResultTimes): ProbeHealth => {
  const { began, countedFrom, heardAt, now } = times;
  if (result === 'unknown') return { ...health, probedAt: now };
  const seen = { ...health, probedAt: now, resultAt: now };
  if (result === 'up') return { ...seen, failures: 0, proven: 0, successes: health.successes + 1 };
  const failed = { ...seen, successes: 0, failedAt: now };
  if (began < countedFrom) return failed;
  const isFirst = health.failures === 0;
  const isProven = isFirst || result === 'refused' || (heardAt !== null && heardAt >= health.provenAt);
  return {
    ...failed,
    failures: health.failures + 1,
    failingSince: isFirst ? now : health.failingSince,
    proven: (isFirst ? 0 : health.proven) + (isProven ? 1 : 0),
    provenAt: isProven ? now : health.provenAt,
  };
};

/** What is to be told of a judgement. */
export interface Judgement {
  readonly health: CheckerHealth;
  readonly fell: readonly ProbeHealth[];
  readonly rose: readonly ProbeHealth[];
  /** A mass failure began: how many of how many addresses fail. */
  readonly massFailure: { readonly failing: number; readonly of: number } | null;
  readonly massFailureEnded: boolean;
}

/** Decides which verdicts change now. */
export const judged = (before: CheckerHealth, now: number): Judgement => {
  const all = [...before.probes.values()];
  const falling = all.filter(({ failures, isUp }) => isUp && failures >= fall);
  const rising = all.filter(({ isUp, successes }) => !isUp && successes >= rise);
  const others = falling.length === 0 ? null : othersOf(all, falling, now);
  const wasMass = before.massFailureSince !== null;
  const isSure = others === null || areSpokenFor(others);
  const isMass = others !== null && (isMassFailure(others) || (wasMass && !isSure));
  const isOpen = (rrset: string): boolean => (before.changedAt.get(rrset) ?? -Infinity) + leastBetweenChanges <= now;
  const mayChange = ({ rrsets }: ProbeHealth): boolean => rrsets.every(isOpen);
  const fell = isMass || wasMass || !isSure ? [] : falling.filter((each) => each.proven >= fall && mayChange(each));
  const rose = rising.filter(mayChange);
  const massFailureEnded = wasMass && !isMass;
  return {
    health: changed(massFailureEnded ? countedAnew(before, now) : before, [...fell, ...rose], {
      now,
      massFailureSince: isMass ? (before.massFailureSince ?? now) : null,
    }),
    fell,
    rose,
    massFailure: isMass && !wasMass && others !== null ? { failing: others.failing, of: others.all } : null,
    massFailureEnded,
  };
};

/** Of `all` checked addresses, `of` have had a result since the last of those that would fall began to fail. */
interface Others {
  readonly failing: number;
  readonly of: number;
  readonly all: number;
}

const isMassFailure = ({ all, failing }: Others): boolean => failing * 2 > all;

/** Whatever those find that have no result yet. */
const areSpokenFor = ({ all, failing, of }: Others): boolean => (failing + all - of) * 2 <= all;

const othersOf = (all: readonly ProbeHealth[], falling: readonly ProbeHealth[], now: number): Others => {
  const longest = all.reduce((most, { probe: { interval } }) => Math.max(most, interval), 0);
  // Long enough for everybody to have been asked.
  const since = falling.reduce((last, { failingSince }) => Math.max(last, failingSince), now - 2 * longest);
  const addresses = new Map<string, boolean>();
  const expected = new Set<string>();
  for (const { failedAt, isUp, probe, probedAt, resultAt, since: changedAt } of all) {
    // One that cannot be asked from here says nothing of the others.
    if (resultAt !== null || probedAt === null) expected.add(probe.address);
    if (resultAt === null || resultAt < since) continue;
    // Also one that answers again: the network that it was out of reach of may have been the same.
    const isFailing = isUp ? failedAt !== null && failedAt >= since : changedAt > since - probe.interval;
    addresses.set(probe.address, (addresses.get(probe.address) ?? false) || isFailing);
  }
  const failing = [...addresses.values()].filter((isFailing) => isFailing).length;
  return { failing, of: addresses.size, all: expected.size };
};

const countedAnew = (health: CheckerHealth, now: number): CheckerHealth => ({
  ...health,
  countedFrom: now,
  probes: new Map(
    [...health.probes].map(([key, each]) => [key, each.isUp ? { ...each, failures: 0, proven: 0 } : each]),
  ),
});

const changed = (
  health: CheckerHealth,
  changing: readonly ProbeHealth[],
  { massFailureSince, now }: { readonly massFailureSince: number | null; readonly now: number },
): CheckerHealth => {
  if (changing.length === 0) return { ...health, massFailureSince };
  const probes = new Map(health.probes);
  const changedAt = new Map(health.changedAt);
  for (const each of changing) {
    probes.set(each.key, { ...each, isUp: !each.isUp, since: now, failures: 0, successes: 0 });
    for (const rrset of each.rrsets) changedAt.set(rrset, now);
  }
  return { ...health, probes, changedAt, massFailureSince };
};

/** What is not older than so many intervals still stands. */
const standsFor = 3;

/** All that the state is to have: what is down, as long as it is probed, and that a checker runs. */
export const verdictsToKeep = ({ probes }: CheckerHealth, started: number, now: number): readonly HealthVerdict[] => [
  { check: checkerKey, isUp: true, since: started, checkedAt: now },
  ...[...probes.values()].flatMap(({ isUp, key, probe, probedAt, since }) => {
    if (isUp || probedAt === null) return [];
    const isStanding = now - probedAt < standsFor * probe.interval;
    return [{ check: key, isUp, since, checkedAt: isStanding ? now : probedAt }];
  }),
];
