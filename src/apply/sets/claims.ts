import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Origin } from '../../model/origin.ts';
import { type AtomicSet, type Change, samePlanned } from '../../model/plan.ts';
import { keyOf } from '../../model/rrset.ts';
import type { ZoneTarget } from '../phases.ts';
import { changeKey, zoneTargetKey } from '../phases.ts';
import type { ZoneRun } from '../zone/run.ts';
import { stands, undecided } from '../zone/run.ts';
import { setAside } from '../zone/set-aside.ts';
import { writePhase } from '../zone/write.ts';
import type { ChangesetRun, Member, SetGroup } from './bundle.ts';
import { serversOf } from './bundle.ts';

/** A claim's change at its place. */
export interface PlacedChange {
  readonly changeset: ZoneTarget;
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
export const takesFrom = ({ after }: Change, { sets }: SetGroup): boolean => {
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
  readonly bundle: SetGroup;
}

/**
 * Takes the claims that would have something from a server whose set failed out of their runs, or puts what they are
 * without it in their place.
 */
export const withholdClaims = async (
  groups: readonly SetGroup[],
  changesetRuns: readonly ChangesetRun[],
  replan: ReplanClaims | undefined,
): Promise<void> => {
  const waiting = groups
    .filter(({ failure }) => failure !== null)
    .flatMap((group) =>
      group.claims.flatMap((member) => (isWaiting(member, group) ? [{ ...member, bundle: group }] : [])),
    );
  if (waiting.length === 0) return;
  const replaced = replan === undefined ? new Set<string>() : await substitute(waiting, groups, changesetRuns, replan);
  const held = new Map<ZoneRun, Map<string, string>>();
  for (const { runner: changesetRun, change, bundle: group } of waiting) {
    const { run } = changesetRun;
    const why = `waits for ${serversOf(group)}: ${messageOf(group.failure)}`;
    run.state.elsewhere ??= new HostmasterError(group.failure?.code ?? 'WRITE_REFUSED', why);
    if (run.substitutes.has(keyOf(change))) continue;
    // What is replaced in part holds nothing else at its name back.
    if (replaced.has(nameKey(changesetRun, change)))
      run.outcome.set(keyOf(change), { status: 'skipped', message: why });
    else held.set(run, (held.get(run) ?? new Map<string, string>()).set(keyOf(change), why));
  }
  for (const [run, reasons] of held) setAside(run, reasons, 'skipped');
};

const isWaiting = ({ runner: { run }, change }: Member, group: SetGroup): boolean =>
  takesFrom(change, group) && undecided(run, [change]).length > 0 && !run.sent.has(keyOf(change));

const nameKey = ({ run }: ChangesetRun, { name }: Change): string => `${zoneTargetKey(run.input.changeset)} ${name}`;

/** Puts the new changes in place; gives the names that have any. */
const substitute = async (
  waiting: readonly Waiting[],
  groups: readonly SetGroup[],
  changesetRuns: readonly ChangesetRun[],
  replan: ReplanClaims,
): Promise<ReadonlySet<string>> => {
  const names = new Set(waiting.map(({ runner: changesetRun, change }) => nameKey(changesetRun, change)));
  const failed = groups.filter(({ failure }) => failure !== null).flatMap(({ sets }) => sets);
  const byPlace = new Map(
    changesetRuns.map((changesetRun) => [zoneTargetKey(changesetRun.run.input.changeset), changesetRun]),
  );
  const replaced = new Set<string>();
  for (const { changeset, change } of await replan(failed)) {
    const changesetRun = byPlace.get(zoneTargetKey(changeset));
    if (changesetRun === undefined || !names.has(nameKey(changesetRun, change))) continue;
    replaced.add(nameKey(changesetRun, change));
    changesetRun.run.substitutes.set(keyOf(change), change);
  }
  return replaced;
};

/**
 * Claims that went out before the set of a server in them failed take what they are without it, but for sets that cannot
 * be taken back: these stand as they are, and so do their claims. Those that only failed sets are in are taken back with
 * them; without `replan` the others keep what they have, and the next pass sets it right.
 */
export const correctClaims = async (
  failed: readonly SetGroup[],
  groups: readonly SetGroup[],
  replan: ReplanClaims | undefined,
): Promise<void> => {
  if (replan === undefined) return;
  for (const group of failed) group.claimsStand = group.group.trouble !== null && group.claims.some(isWritten);
  const byClaim = setGroupsByClaim(groups);
  const due = new Map(
    failed
      .filter(isWithoutClaims)
      .flatMap((group) =>
        group.claims
          .filter((member) => isShared(member, group, byClaim))
          .map((member) => [changeKey(member.runner.run.input.changeset, member.change), member] as const),
      ),
  );
  if (due.size === 0) return;
  const sets = groups.filter(isWithoutClaims).flatMap((group) => group.sets);
  const planned = new Map((await replan(sets)).map((each) => [changeKey(each.changeset, each.change), each.change]));
  for (const [key, { runner: changesetRun, change }] of due) {
    const { run } = changesetRun;
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
export const isWithoutClaims = ({ failure, claimsStand }: SetGroup): boolean => failure !== null && !claimsStand;

const isShared = (
  { runner: { run }, change }: Member,
  group: SetGroup,
  byClaim: ReadonlyMap<string, readonly SetGroup[]>,
): boolean =>
  takesFrom(change, group) &&
  stands(run, change) &&
  byClaim.get(changeKey(run.input.changeset, change))?.some((each) => !isWithoutClaims(each)) === true;

/** The change from what was sent to another RRset; null where that is the same. */
const between = ({ name, type, after: before }: Change, after: Change['after']): Change | null => {
  if (before === null || after === null) {
    return before === after ? null : { action: before === null ? 'create' : 'delete', name, type, before, after };
  }
  return samePlanned(type, before, after) ? null : { action: 'replace', name, type, before, after };
};

/** By refKey: which bundles each claim has to do with. */
export const setGroupsByClaim = (groups: readonly SetGroup[]): ReadonlyMap<string, readonly SetGroup[]> => {
  const found = new Map<string, SetGroup[]>();
  for (const group of groups) {
    for (const { runner: changesetRun, change } of group.claims) {
      const key = changeKey(changesetRun.run.input.changeset, change);
      const known = found.get(key);
      if (known === undefined) found.set(key, [group]);
      else known.push(group);
    }
  }
  return found;
};
