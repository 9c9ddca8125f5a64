import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Origin } from '../../model/origin.ts';
import { type AtomicSet, type Change, samePlanned } from '../../model/plan.ts';
import { keyOf } from '../../model/rrset.ts';
import type { Place } from '../phases.ts';
import { placeKey, refKey } from '../phases.ts';
import type { ZoneRun } from '../zone/run.ts';
import { stands, undecided } from '../zone/run.ts';
import { setAside } from '../zone/set-aside.ts';
import { writePhase } from '../zone/write.ts';
import type { Bundle, Member, Runner } from './bundle.ts';
import { serversOf } from './bundle.ts';

/** A claim's change at its place. */
export interface PlacedChange {
  readonly changeset: Place;
  readonly change: Change;
}

/**
 * What becomes of the claims where these servers stay as they were: the changes, from what existed at the plan. A claim
 * without one stays as it is.
 */
export type ReplanClaims = (
  failed: readonly Pick<AtomicSet, 'inventory' | 'server'>[],
) => Promise<readonly PlacedChange[]>;

/** Does the claim's new RRset have something from a server of the bundle? */
export const takesFrom = ({ after }: Change, { sets }: Bundle): boolean => {
  if (after === null) return false;
  const origins = after.values.flatMap((value) => value.origins).filter(isOfServer);
  if (origins.length === 0) return true;
  return sets.some((set) =>
    origins.some((origin) => origin.inventory === set.inventory && origin.server === set.server),
  );
};

const isOfServer = (origin: Origin): origin is Exclude<Origin, { readonly kind: 'zone_file' }> =>
  origin.kind !== 'zone_file';

interface Waiting extends Member {
  readonly bundle: Bundle;
}

/**
 * Takes the claims that would have something from a server whose set failed out of their runs, or puts what they are
 * without it in their place.
 */
export const holdClaims = async (
  bundles: readonly Bundle[],
  runners: readonly Runner[],
  replan: ReplanClaims | undefined,
): Promise<void> => {
  const waiting = bundles
    .filter(({ failure }) => failure !== null)
    .flatMap((bundle) => bundle.claims.flatMap((member) => (isWaiting(member, bundle) ? [{ ...member, bundle }] : [])));
  if (waiting.length === 0) return;
  const replaced = replan === undefined ? new Set<string>() : await substitute(waiting, bundles, runners, replan);
  const held = new Map<ZoneRun, Map<string, string>>();
  for (const { runner, change, bundle } of waiting) {
    const { run } = runner;
    const why = `waits for ${serversOf(bundle)}: ${messageOf(bundle.failure)}`;
    run.state.elsewhere ??= new HostmasterError(bundle.failure?.code ?? 'WRITE_REFUSED', 'retry', why);
    if (run.substitutes.has(keyOf(change))) continue;
    // What is replaced in part holds nothing else at its name back.
    if (replaced.has(nameKey(runner, change))) run.outcome.set(keyOf(change), { status: 'skipped', message: why });
    else held.set(run, (held.get(run) ?? new Map<string, string>()).set(keyOf(change), why));
  }
  for (const [run, reasons] of held) setAside(run, reasons, 'skipped');
};

const isWaiting = ({ runner: { run }, change }: Member, bundle: Bundle): boolean =>
  takesFrom(change, bundle) && undecided(run, [change]).length > 0 && !run.sent.has(keyOf(change));

const nameKey = ({ run }: Runner, { name }: Change): string => `${placeKey(run.input.changeset)} ${name}`;

/** Puts the new changes in place; gives the names that have any. */
const substitute = async (
  waiting: readonly Waiting[],
  bundles: readonly Bundle[],
  runners: readonly Runner[],
  replan: ReplanClaims,
): Promise<ReadonlySet<string>> => {
  const names = new Set(waiting.map(({ runner, change }) => nameKey(runner, change)));
  const failed = bundles.filter(({ failure }) => failure !== null).flatMap(({ sets }) => sets);
  const byPlace = new Map(runners.map((runner) => [placeKey(runner.run.input.changeset), runner]));
  const replaced = new Set<string>();
  for (const { changeset, change } of await replan(failed)) {
    const runner = byPlace.get(placeKey(changeset));
    if (runner === undefined || !names.has(nameKey(runner, change))) continue;
    replaced.add(nameKey(runner, change));
    runner.run.substitutes.set(keyOf(change), change);
  }
  return replaced;
};

/**
 * Claims that went out before the set of a server in them failed take what they are without it, but for sets that cannot
 * be taken back: these stand as they are, and so do their claims. Those that only failed sets are in are taken back with
 * them; without `replan` the others keep what they have, and the next pass sets it right.
 */
export const correctClaims = async (
  failed: readonly Bundle[],
  bundles: readonly Bundle[],
  replan: ReplanClaims | undefined,
): Promise<void> => {
  if (replan === undefined) return;
  for (const bundle of failed) bundle.claimsStand = bundle.group.trouble !== null && bundle.claims.some(isWritten);
  const byClaim = bundlesByClaim(bundles);
  const due = new Map(
    failed
      .filter(isWithoutClaims)
      .flatMap((bundle) =>
        bundle.claims
          .filter((member) => isShared(member, bundle, byClaim))
          .map((member) => [refKey(member.runner.run.input.changeset, member.change), member] as const),
      ),
  );
  if (due.size === 0) return;
  const sets = bundles.filter(isWithoutClaims).flatMap((bundle) => bundle.sets);
  const planned = new Map((await replan(sets)).map((each) => [refKey(each.changeset, each.change), each.change]));
  for (const [key, { runner, change }] of due) {
    const { run } = runner;
    const sent = run.sent.get(keyOf(change)) ?? change;
    const after = planned.has(key) ? (planned.get(key)?.after ?? null) : sent.before;
    const next = between(sent, after);
    if (next === null) continue;
    run.outcome.delete(keyOf(change));
    run.substitutes.set(keyOf(change), next);
    await writePhase(run, [next]);
  }
};

const isWritten = ({ runner: { run }, change }: Member): boolean => stands(run, change);

/** Has what claims take from it to go out of them again? */
export const isWithoutClaims = ({ failure, claimsStand }: Bundle): boolean => failure !== null && !claimsStand;

const isShared = (
  { runner: { run }, change }: Member,
  bundle: Bundle,
  byClaim: ReadonlyMap<string, readonly Bundle[]>,
): boolean =>
  takesFrom(change, bundle) &&
  stands(run, change) &&
  byClaim.get(refKey(run.input.changeset, change))?.some((each) => !isWithoutClaims(each)) === true;

/** The change from what was sent to another RRset; null where that is the same. */
const between = ({ name, type, after: before }: Change, after: Change['after']): Change | null => {
  if (before === null || after === null) {
    return before === after ? null : { action: before === null ? 'create' : 'delete', name, type, before, after };
  }
  return samePlanned(type, before, after) ? null : { action: 'replace', name, type, before, after };
};

/** By refKey: which bundles each claim has to do with. */
export const bundlesByClaim = (bundles: readonly Bundle[]): ReadonlyMap<string, readonly Bundle[]> => {
  const found = new Map<string, Bundle[]>();
  for (const bundle of bundles) {
    for (const { runner, change } of bundle.claims) {
      const key = refKey(runner.run.input.changeset, change);
      const known = found.get(key);
      if (known === undefined) found.set(key, [bundle]);
      else known.push(bundle);
    }
  }
  return found;
};
