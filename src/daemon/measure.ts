import type { DaemonPass, WithheldAt } from './answers.ts';
import type { FileSource } from './file-source.ts';
import type { Knowledge } from './knowledge.ts';
import type { Measured, Metrics } from './metrics.ts';
import { type Standing, zoneStatuses } from './standing.ts';
import { countedZones } from './status.ts';
import type { Suspensions } from './suspensions.ts';

// What the metrics say, from what the daemon knows: a pass is counted as it ends, and how things stand is set as the metrics are
// read, so that no hook waits for that.

type Known = Pick<Knowledge, 'standing' | 'withheldOf'>;

/** The pass has ended, and `known` has what it found. */
export const measurePass = (pass: DaemonPass, known: Pick<Known, 'standing'>, metrics: Metrics): void => {
  const { cause, ended, outcome } = pass;
  if (outcome === null || ended === null) return;
  metrics.add('passes_total', { cause, outcome });
  metrics.set('last_pass_timestamp_seconds', {}, Date.parse(ended) / 1_000);
  for (const { labels, value } of appliedIn(pass)) metrics.add('changes_total', labels, value);
  const converged = lastConverged(known.standing());
  if (converged !== null) metrics.set('last_converged_timestamp_seconds', {}, converged / 1_000);
};

/** Sets how things stand each time that the metrics are read; what only passes change, once after each. */
export const measureStanding = ({ knowledge, source, suspensions }: Measurable, metrics: Metrics): void => {
  let measured: Standing | null = null;
  metrics.beforeRead(() => {
    const now = Date.now();
    const standing = knowledge.standing();
    metrics.setAll('inventory_age_seconds', inventoryAges(standing, now));
    metrics.set('git_commit_held', {}, Number((source.status()?.held_because ?? null) !== null));
    metrics.set('git_last_fetch_timestamp_seconds', {}, (source.fetched() ?? 0) / 1_000);
    metrics.set('suspended_seconds', {}, suspendedFor(suspensions.now(), now));
    if (standing !== measured) measureFound(standing, knowledge, metrics);
    measured = standing;
  });
};

interface Measurable {
  readonly knowledge: Known;
  readonly source: Pick<FileSource, 'status' | 'fetched'>;
  readonly suspensions: { readonly now: () => Suspensions };
}

const measureFound = (standing: Standing, { withheldOf }: Known, metrics: Metrics): void => {
  const { inventories, targets } = standing;
  const zones = zoneStatuses(standing);
  for (const [state, value] of Object.entries(countedZones(zones))) metrics.set('zones', { state }, value);
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
  metrics.setAll(
    'drift',
    summed(drifted.map(({ drifted: value, target, zone }) => ({ labels: { zone, target }, value }))),
  );
  const withheld = zones.map((each) => ({ zone: each.zone, all: withheldOf(each) }));
  metrics.setAll('withheld', summed(withheld.flatMap(seriesOfWithheld)));
  const contested = withheld.map(({ all }) => all.filter(({ kind }) => kind === 'contested').length);
  metrics.set(
    'contested',
    {},
    contested.reduce((sum, each) => sum + each, 0),
  );
};

const seriesOfWithheld = ({ all, zone }: { readonly zone: string; readonly all: readonly WithheldAt[] }) =>
  [...counted(all.map(({ guard }) => guard))].map(([guard, value]) => ({ labels: { zone, guard }, value }));

const appliedIn = ({ cause, results }: DaemonPass) =>
  results.flatMap(({ changes, target }) =>
    [...counted(changes.flatMap(({ action, status }) => (status === 'applied' ? [action] : [])))].map(
      ([action, value]) => ({ labels: { target, action, cause }, value }),
    ),
  );

/** How often each is there. */
const counted = <Word extends string>(words: readonly Word[]): ReadonlyMap<Word, number> => {
  const counts = new Map<Word, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

/** One series for each set of labels: the views of a zone are one. */
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

/** Of those that have ever given a complete answer. */
const inventoryAges = ({ inventories, takenAt }: Standing, now: number): readonly Measured<'inventory_age_seconds'>[] =>
  Object.keys(inventories).flatMap((inventory) => {
    const at = takenAt[inventory] ?? 0;
    return at === 0 ? [] : [{ labels: { inventory }, value: secondsFrom(at, now) }];
  });

const suspendedFor = (all: Suspensions, now: number): number =>
  all.length === 0 ? 0 : secondsFrom(Math.min(...all.map(({ at }) => Date.parse(at))), now);

const secondsFrom = (at: number, now: number): number => Math.max(0, now - at) / 1_000;
