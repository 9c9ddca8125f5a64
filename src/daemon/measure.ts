import type { DaemonPass } from './answers.ts';
import type { FileSource } from './file-source.ts';
import type { Knowledge } from './knowledge.ts';
import type { Measured, Metrics } from './metrics.ts';
import { type Standing, zoneStatuses } from './standing.ts';
import { countedZones } from './status.ts';
import type { Suspensions } from './suspensions.ts';

// What the metrics say, from what the daemon knows: what only passes change is set as they end, and ages as they are read.

type Known = Pick<Knowledge, 'standing' | 'withheldOf'>;

/** The pass has ended, and `known` has what it found. */
export const measurePass = (pass: DaemonPass, known: Known, metrics: Metrics): void => {
  const { cause, ended, outcome } = pass;
  if (outcome === null || ended === null) return;
  metrics.add('passes_total', { cause, outcome });
  metrics.set('last_pass_timestamp_seconds', {}, Date.parse(ended) / 1_000);
  for (const { labels, value } of appliedIn(pass)) metrics.add('changes_total', labels, value);
  const standing = known.standing();
  const converged = lastConverged(standing);
  if (converged !== null) metrics.set('last_converged_timestamp_seconds', {}, converged / 1_000);
  measureStanding(standing, metrics);
  measureWithheld(standing, known, metrics);
};

const measureStanding = (standing: Standing, metrics: Metrics): void => {
  const { inventories, targets } = standing;
  const zones = Object.entries(countedZones(zoneStatuses(standing)));
  metrics.setAll(
    'zones',
    zones.map(([state, value]) => ({ labels: { state }, value })),
  );
  metrics.setAll(
    'target_up',
    targets.map(({ name, status }) => ({ labels: { target: name }, value: Number(status === 'ok') })),
  );
  metrics.setAll(
    'inventory_complete',
    Object.entries(inventories).map(([inventory, { complete }]) => ({
      labels: { inventory },
      value: Number(complete),
    })),
  );
  const drifted = [...standing.zoneTargets.values()].filter((each) => each.drifted > 0);
  metrics.setAll('drift', summed(drifted.map((each) => ({ labels: labelsOf(each), value: each.drifted }))));
};

const labelsOf = ({ target, zone }: { readonly target: string; readonly zone: string }) => ({ zone, target });

const measureWithheld = (standing: Standing, { withheldOf }: Known, metrics: Metrics): void => {
  const all = zoneStatuses(standing).flatMap((zone) =>
    withheldOf(zone).map(({ guard, kind }) => ({ zone: zone.zone, guard, kind })),
  );
  metrics.setAll('withheld', summed(all.map(({ guard, zone }) => ({ labels: { zone, guard }, value: 1 }))));
  metrics.set('contested', {}, all.filter(({ kind }) => kind === 'contested').length);
};

const appliedIn = ({ cause, results }: DaemonPass) =>
  summed(
    results.flatMap(({ changes, target }) =>
      changes.flatMap(({ action, status }) =>
        status === 'applied' ? [{ labels: { target, action, cause }, value: 1 }] : [],
      ),
    ),
  );

/** One series for each set of labels: a zone may have views, and a server of theirs each. */
const summed = <Series extends { readonly labels: object; readonly value: number }>(
  all: readonly Series[],
): readonly Series[] => {
  const sums = new Map<string, Series>();
  for (const each of all) {
    const key = JSON.stringify(each.labels);
    sums.set(key, { ...each, value: each.value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
};

/** When all was last known to be in order: as old as what is known of the zone that was looked at first. null: it is not. */
export const lastConverged = ({ targets, zoneTargets }: Standing): number | null => {
  if (zoneTargets.size === 0 || targets.some(({ status }) => status !== 'ok')) return null;
  let oldest = Number.POSITIVE_INFINITY;
  for (const { converged, state } of zoneTargets.values()) {
    if (state !== 'converged' || converged === null) return null;
    oldest = Math.min(oldest, converged);
  }
  return oldest;
};

interface Ageing {
  readonly knowledge: Known;
  readonly source: Pick<FileSource, 'status' | 'fetched'>;
  readonly suspensions: { readonly now: () => Suspensions };
}

/** Sets what changes between passes each time that the metrics are read. */
export const measureAges = ({ knowledge, source, suspensions }: Ageing, metrics: Metrics): void =>
  metrics.beforeRead(() => {
    const now = Date.now();
    metrics.setAll('inventory_age_seconds', inventoryAges(knowledge.standing(), now));
    metrics.set('git_commit_held', {}, Number((source.status()?.held_because ?? null) !== null));
    metrics.set('git_last_fetch_timestamp_seconds', {}, (source.fetched() ?? 0) / 1_000);
    metrics.set('suspended_seconds', {}, suspendedFor(suspensions.now(), now));
  });

/** Of those that have ever given a complete answer. */
const inventoryAges = ({ inventories, takenAt }: Standing, now: number): readonly Measured<'inventory_age_seconds'>[] =>
  Object.keys(inventories).flatMap((inventory) => {
    const at = takenAt[inventory] ?? 0;
    return at === 0 ? [] : [{ labels: { inventory }, value: secondsFrom(at, now) }];
  });

const suspendedFor = (all: Suspensions, now: number): number =>
  all.length === 0 ? 0 : secondsFrom(Math.min(...all.map(({ at }) => Date.parse(at))), now);

const secondsFrom = (at: number, now: number): number => Math.max(0, now - at) / 1_000;
