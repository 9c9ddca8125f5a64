import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Origin } from '../../model/origin.ts';
import { type AtomicSet, type Change, samePlanned } from '../../model/plan.ts';
import { keyOf } from '../../model/rrset.ts';
import { changeKey, type ZoneTarget, zoneTargetKey } from '../../model/zone-target.ts';
import { type ChangesetRun, changesIn, zoneTargetOf } from '../changeset-run.ts';
import { phases } from '../phases.ts';
import { endingRun, isApplied, undecided, type ZoneRun } from '../zone/run.ts';
import { setAside } from '../zone/set-aside.ts';
import { writePhase } from '../zone/write.ts';
import { type Member, type SetGroup, serversOf } from './set-group.ts';

/** The change of a claim's RRset, with its zone and target. */
export interface ClaimChange {
  readonly at: ZoneTarget;
  readonly change: Change;
}

/**
 * Plans the claims again as if these servers had not changed: the changes from what existed at the plan. A claim without
 * a change stays as it is.
 */
export type ReplanClaims = (
  failed: readonly Pick<AtomicSet, 'inventory' | 'server'>[],
) => Promise<readonly ClaimChange[]>;

/**
 * The claims of a zone that can be written in one write with the addresses that they wait for: all of these are in that
 * zone, so that the one is not there without the other. Of other sets nothing is left to be written before them.
 */
export const claimsTogether = (changesetRun: ChangesetRun, groups: readonly SetGroup[]): readonly Change[] => {
  const { run, target } = changesetRun;
  const claims = changesIn(changesetRun, 'claims');
  if (claims.length === 0 || !target.provider.supports.atomic || run.substitutes.size > 0) return [];
  const keys = new Set(claims.map(keyOf));
  const waitedFor = groups.filter((group) =>
    group.claims.some((member) => member.changesetRun === changesetRun && keys.has(keyOf(member.change))),
  );
  const isReady = waitedFor.every(
    ({ failure, members }) =>
      failure === null && members.every((each) => each.changesetRun === changesetRun || isDecidedOrLater(each)),
  );
  return isReady ? claims : [];
};

/** It is applied already, or goes once all new values are there. */
const isDecidedOrLater = ({ changesetRun: { phaseNumbers, run }, change }: Member): boolean =>
  isApplied(run, change) || (phaseNumbers.get(keyOf(change)) ?? 0) > phases.indexOf('claims');

/** Does the claim's new RRset have a value from a server of the group? */
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

/** A claim that waits for a set, with the group that failed. */
interface WaitingClaim extends Member {
  readonly group: SetGroup;
}

/**
 * Skips the claims that would take a value from a server whose set failed, or writes in their place what they are without
 * that server.
 */
export const withholdClaims = async (
  groups: readonly SetGroup[],
  changesetRuns: readonly ChangesetRun[],
  replan: ReplanClaims | undefined,
): Promise<void> => {
  const waiting = groups
    .filter(({ failure }) => failure !== null)
    .flatMap((group) => group.claims.flatMap((member) => (isWaiting(member, group) ? [{ ...member, group }] : [])));
  if (waiting.length === 0) return;
  const replaced = replan === undefined ? new Set<string>() : await substitute(waiting, groups, changesetRuns, replan);
  const skipped = new Map<ZoneRun, Map<string, string>>();
  for (const { changesetRun, change, group } of waiting) {
    const { run } = changesetRun;
    const why = `waits for ${serversOf(group)}: ${messageOf(group.failure)}`;
    run.state.setFailure ??= new HostmasterError(group.failure?.code ?? 'WRITE_REFUSED', why);
    if (run.substitutes.has(keyOf(change))) continue;
    // A name of which another claim is written in place of this one keeps nothing else from being written.
    if (replaced.has(nameKey(changesetRun, change)))
      run.outcome.set(keyOf(change), { status: 'skipped', message: why });
    else skipped.set(run, (skipped.get(run) ?? new Map<string, string>()).set(keyOf(change), why));
  }
  for (const [run, reasons] of skipped) setAside(run, reasons, 'skipped');
};

const isWaiting = ({ changesetRun: { run }, change }: Member, group: SetGroup): boolean =>
  takesFrom(change, group) && undecided(run, [change]).length > 0 && !run.sent.has(keyOf(change));

const nameKey = (changesetRun: ChangesetRun, { name }: Change): string =>
  `${zoneTargetKey(zoneTargetOf(changesetRun))} ${name}`;

/** Puts the replanned changes in place of the planned ones; gives the names (by nameKey) that have any. */
const substitute = async (
  waiting: readonly WaitingClaim[],
  groups: readonly SetGroup[],
  changesetRuns: readonly ChangesetRun[],
  replan: ReplanClaims,
): Promise<ReadonlySet<string>> => {
  const names = new Set(waiting.map(({ changesetRun, change }) => nameKey(changesetRun, change)));
  const failed = groups.filter(({ failure }) => failure !== null).flatMap(({ sets }) => sets);
  const byZoneTarget = new Map(changesetRuns.map((each) => [zoneTargetKey(zoneTargetOf(each)), each]));
  const replaced = new Set<string>();
  for (const { at, change } of await replan(failed)) {
    const changesetRun = byZoneTarget.get(zoneTargetKey(at));
    if (changesetRun === undefined || !names.has(nameKey(changesetRun, change))) continue;
    replaced.add(nameKey(changesetRun, change));
    changesetRun.run.substitutes.set(keyOf(change), change);
  }
  return replaced;
};

/**
 * Rewrites claims that were written before the set of a server in them failed, to what they are without it. Where a set
 * cannot be rolled back, its claims stay too. Claims with values of failed sets alone are rolled back with these; without
 * `replan` the others stay as written, and the next pass corrects them.
 */
export const correctClaims = async (
  failed: readonly SetGroup[],
  groups: readonly SetGroup[],
  replan: ReplanClaims | undefined,
): Promise<void> => {
  if (replan === undefined) return;
  for (const group of failed) group.claimsStay = group.undoGroup.failure !== null && group.claims.some(isWritten);
  const byClaim = groupsByClaim(groups);
  const due = new Map(
    failed
      .filter(isWithoutClaims)
      .flatMap((group) =>
        group.claims
          .filter((member) => isShared(member, group, byClaim))
          .map((member) => [memberKey(member), member] as const),
      ),
  );
  if (due.size === 0) return;
  const sets = groups.filter(isWithoutClaims).flatMap((group) => group.sets);
  const planned = new Map((await replan(sets)).map(({ at, change }) => [changeKey(at, change), change]));
  for (const [key, { changesetRun, change }] of due) {
    const { run } = changesetRun;
    const sent = run.sent.get(keyOf(change)) ?? change;
    const after = planned.has(key) ? (planned.get(key)?.after ?? null) : sent.before;
    const next = between(sent, after);
    if (next === null) continue;
    run.outcome.delete(keyOf(change));
    run.substitutes.set(keyOf(change), next);
    await writePhase(endingRun(run), [next]);
  }
};

/** One string for a member's change, over all zones. */
export const memberKey = ({ changesetRun, change }: Member): string => changeKey(zoneTargetOf(changesetRun), change);

const isWritten = ({ changesetRun: { run }, change }: Member): boolean => isApplied(run, change);

/** Do its values have to leave the claims again? */
export const isWithoutClaims = ({ failure, claimsStay }: SetGroup): boolean => failure !== null && !claimsStay;

const isShared = (member: Member, group: SetGroup, byClaim: ReadonlyMap<string, readonly SetGroup[]>): boolean =>
  takesFrom(member.change, group) &&
  isWritten(member) &&
  byClaim.get(memberKey(member))?.some((each) => !isWithoutClaims(each)) === true;

/** The change from what was sent to another RRset; null where that is the same. */
const between = ({ name, type, after: before }: Change, after: Change['after']): Change | null => {
  if (before === null || after === null) {
    return before === after ? null : { action: before === null ? 'create' : 'delete', name, type, before, after };
  }
  return samePlanned(type, before, after) ? null : { action: 'replace', name, type, before, after };
};

/** By changeKey: the groups that each claim waits for. */
export const groupsByClaim = (groups: readonly SetGroup[]): ReadonlyMap<string, readonly SetGroup[]> => {
  const found = new Map<string, SetGroup[]>();
  for (const group of groups) {
    for (const claim of group.claims) {
      const key = memberKey(claim);
      const known = found.get(key);
      if (known === undefined) found.set(key, [group]);
      else known.push(group);
    }
  }
  return found;
};
