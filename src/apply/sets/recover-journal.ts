import { codeOf, messageOf } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import type { JournalEntry, JournalMember, Store } from '../../model/ports.ts';
import type { Problem } from '../../model/problem.ts';
import { problemOfTarget, withCode } from '../../model/problem.ts';
import { reverseType } from '../../model/rr-types.ts';
import { joined, tiesOf } from '../../model/ties.ts';
import { changeKey, type ZoneTarget, zoneTargetKey, zoneTargetLabel } from '../../model/zone-target.ts';
import type { WriterWait } from '../../run.ts';
import type { OpenTargets, RunContext, UnwritableName } from '../../target.ts';
import { inLeaseOrder } from '../changeset-run.ts';
import { circuitBreaker } from '../circuit-breaker.ts';
import { type LeaseHandle, leaseHandle, newWriterWait } from '../lease.ts';
import { writesOf } from '../split-writes.ts';
import { runPerServer } from '../target-concurrency.ts';
import type { ChangeState, UndoFailure, UndoGroup } from '../zone/undo.ts';
import { failedWith, inverse, readChangeStates } from '../zone/undo.ts';
import { type RollBackItem, type RollBackZone, rollBack } from './roll-back.ts';
import { howToRepair } from './roll-back-sets.ts';

/** What recovery did and found. Nothing may write the `unwritable` names until a person, or a target, has acted. */
export interface Recovered {
  readonly problems: readonly Problem[];
  readonly notices: readonly string[];
  readonly unwritable: readonly UnwritableName[];
}

export const nothingRecovered: Recovered = { problems: [], notices: [], unwritable: [] };

/** A zone at a target that the journal names; `failure` says why it cannot be read or written. */
interface JournalledZone {
  readonly at: ZoneTarget;
  readonly lease: LeaseHandle | null;
  readonly rollBackZone: RollBackZone | null;
  /** By changeKey, once it was read. */
  states: ReadonlyMap<string, ChangeState>;
  failure: UndoFailure | null;
}

/** Journalled sets that share changes or addresses, so that they are completed or rolled back together. */
interface JournalledGroup {
  readonly entries: readonly JournalEntry[];
  readonly members: readonly { readonly zone: JournalledZone; readonly change: Change }[];
  readonly undoGroup: UndoGroup;
}

/**
 * Ends what a killed apply left half done, at the start of the next: a set whose new values are all there is completed,
 * any other is rolled back, both by compare and swap under the leases of its zones. What somebody else changed meanwhile
 * is left alone and reported, and so is what cannot be reached. Entries at targets that hostmaster.yaml no longer has are
 * dropped: `configured` are the names of all that it has. Default: it has all that the journal names.
 */
export const recoverJournal = async (
  store: Store,
  targets: OpenTargets,
  context: RunContext,
  configured?: readonly string[],
  wait: WriterWait = newWriterWait(),
): Promise<Recovered> => {
  const isConfigured = ({ target }: JournalMember) => configured === undefined || configured.includes(target);
  const journalled = async () =>
    (await store.journalled()).map((entry) => ({ ...entry, members: entry.members.filter(isConfigured) }));
  const found = await journalled();
  if (found.length === 0) return nothingRecovered;
  const zones = zonesOf(found, store, targets, context);
  try {
    await takeLeases([...zones.values()], wait);
    // Another Hostmaster that was writing them has ended by now, if we have its leases.
    const known = new Set(found.map(({ id }) => id));
    const left = (await journalled()).filter(({ id }) => known.has(id));
    const groups = groupsOf(left, zones);
    await readStates(groups);
    return await endGroups(groups, store);
  } finally {
    await Promise.all(zones.values().map(({ lease }) => lease?.release()));
  }
};

const zoneTargetOf = ({ zone, target }: JournalMember): ZoneTarget => ({ zone: zone.name, view: zone.view, target });

const zonesOf = (
  entries: readonly JournalEntry[],
  store: Store,
  targets: OpenTargets,
  context: RunContext,
): ReadonlyMap<string, JournalledZone> => {
  const zones = new Map<string, JournalledZone>();
  for (const member of entries.flatMap(({ members }) => members)) {
    const key = zoneTargetKey(zoneTargetOf(member));
    if (!zones.has(key)) zones.set(key, journalledZone(member, store, targets, context));
  }
  return zones;
};

const journalledZone = (
  member: JournalMember,
  store: Store,
  { open, statuses }: OpenTargets,
  context: RunContext,
): JournalledZone => {
  const at = zoneTargetOf(member);
  const target = open.get(member.target);
  if (target === undefined) {
    const status = statuses.find(({ name }) => name === member.target);
    const why = `${member.target} cannot be asked: ${status?.message ?? 'it is no target of this run'}`;
    const failure = failedWith('failed', why, status?.code ?? null);
    return { at, lease: null, rollBackZone: null, states: new Map(), failure };
  }
  const lease = leaseHandle(at, store, context);
  const { provider } = target;
  const sender = {
    provider,
    zone: member.zone,
    target: member.target,
    stopping: context.signal,
    cut: context.cut,
    endsWork: true,
    sleep: context.sleep,
    lease,
    onWrite: context.onWrite,
  };
  const rollBackZone = { target, sender, splitIntoWrites: writesOf(provider, member.zone) };
  return { at, lease, rollBackZone, states: new Map(), failure: null };
};

const takeLeases = async (zones: readonly JournalledZone[], wait: WriterWait): Promise<void> => {
  for (const zone of inLeaseOrder(zones, ({ at }) => at)) {
    await zone.lease?.take(wait).catch((error) => {
      zone.failure ??= failedWith('failed', messageOf(error), codeOf(error));
    });
  }
};

const groupsOf = (
  entries: readonly JournalEntry[],
  zones: ReadonlyMap<string, JournalledZone>,
): readonly JournalledGroup[] => {
  const keyOf = (member: JournalMember) => changeKey(zoneTargetOf(member), member.change);
  const groups = joined(entries, ({ members }) => members.flatMap((each) => [keyOf(each), ...tiesOf(each.change)]));
  return groups.map((own) => {
    const byKey = new Map(own.flatMap(({ members }) => members).map((each) => [keyOf(each), each]));
    return {
      entries: own,
      members: [...byKey.values()].flatMap((each) => {
        const zone = zones.get(zoneTargetKey(zoneTargetOf(each)));
        return zone === undefined ? [] : [{ zone, change: each.change }];
      }),
      undoGroup: { failure: null },
    };
  });
};

/** Reads the states of all changes, and runs the `finish` that a killed process may have left undone. */
const readStates = async (groups: readonly JournalledGroup[]): Promise<void> => {
  const byZone = Map.groupBy(
    groups.flatMap(({ members }) => members),
    ({ zone }) => zone,
  );
  const due = [...byZone].flatMap(([zone, members]) => {
    const { failure, rollBackZone } = zone;
    if (rollBackZone === null || failure !== null) return [];
    return [{ zone, sender: rollBackZone.sender, target: rollBackZone.target, members }];
  });
  await runPerServer(due, async ({ zone, sender, members }) => {
    try {
      const states = await readChangeStates(
        members.map(({ change }) => change),
        sender,
      );
      zone.states = new Map([...states].map(([change, state]) => [changeKey(zone.at, change), state]));
      await sender.provider.finish?.(sender.zone, [], sender.cut, sender.stopping);
    } catch (error) {
      const why = `${zoneTargetLabel(zone.at)} cannot be asked: ${messageOf(error)}`;
      zone.failure = failedWith('failed', why, codeOf(error));
    }
  });
};

type Resolution = 'nothing' | 'complete' | 'roll back';

const endGroups = async (groups: readonly JournalledGroup[], store: Store): Promise<Recovered> => {
  const resolved = groups.map((group) => ({ group, resolution: resolutionOf(group) }));
  const items = resolved.flatMap(({ group, resolution }) => itemsOf(group, resolution));
  await rollBack(items, circuitBreaker());
  const written = new Map(items.map(({ zone }) => [zone, zone.sender]));
  for (const { zone, target } of written.values()) await store.forgetSync(zone, target);
  const ended = resolved.filter(({ group }) => group.undoGroup.failure === null);
  const open = groups.filter(({ undoGroup }) => undoGroup.failure !== null);
  await store.endJournalAll(ended.flatMap(({ group }) => group.entries.map(({ id }) => id)));
  await store.journalAll(open.flatMap(stuckEntries));
  return {
    problems: open.flatMap(problemOf),
    notices: ended.flatMap(({ group, resolution }) => noticesOf(group, resolution)),
    unwritable: open.flatMap(unwritableNames),
  };
};

/** What is to be done about a group; what keeps it from being done becomes its failure. */
const resolutionOf = ({ members, undoGroup }: JournalledGroup): Resolution => {
  const found = members.map(({ zone, change }) => ({ change, state: zone.states.get(changeKey(zone.at, change)) }));
  const unreachable = members.find(({ zone }) => zone.failure !== null)?.zone.failure ?? null;
  if (unreachable !== null) undoGroup.failure = unreachable;
  for (const { state } of found) if (state?.kind === 'changed') undoGroup.failure ??= state;
  const done = found.filter(({ state }) => state?.kind === 'after');
  if (undoGroup.failure !== null || done.length === 0 || done.length === found.length) return 'nothing';
  const withNewValues = found.filter(({ change }) => change.after !== null);
  return withNewValues.every(({ state }) => state?.kind === 'after') ? 'complete' : 'roll back';
};

/** To make a change is to roll its inverse back. */
const itemsOf = ({ members, undoGroup: group }: JournalledGroup, resolution: Resolution): readonly RollBackItem[] =>
  members.flatMap(({ zone: { rollBackZone, states, at }, change }) => {
    const isDone = states.get(changeKey(at, change))?.kind === 'after';
    if (rollBackZone === null || resolution === 'nothing' || isDone !== (resolution === 'roll back')) return [];
    return [{ zone: rollBackZone, group, ...(resolution === 'roll back' ? backward(change) : forward(change)) }];
  });

const backward = (change: Change) => ({ change, step: stepOf(change) });
const forward = (change: Change) => ({ change: inverse(change), step: -stepOf(change) });

/** A new PTR comes before its address, and an old address goes before its PTR. */
const stepOf = ({ type, after }: Change): number =>
  (after === null ? 2 : 0) + Number((type === reverseType) === (after === null));

const stuckEntries = ({ entries, undoGroup: { failure } }: JournalledGroup): readonly JournalEntry[] =>
  entries
    .map((entry) => ({ ...entry, stuck: failure?.kind === 'changed' ? failure.message : null }))
    .filter(({ stuck }, i) => stuck !== entries[i]?.stuck);

const serversOf = ({ entries }: JournalledGroup): string =>
  entries.map(({ inventory, server }) => `${server} (${inventory})`).join(', ');

const noticesOf = (group: JournalledGroup, resolution: Resolution): readonly string[] => {
  if (resolution === 'nothing') return [];
  const done = resolution === 'complete' ? 'completed' : 'rolled back';
  return [`the records of ${serversOf(group)} were left half done by an apply that did not end, and were ${done}`];
};

const problemOf = (group: JournalledGroup): readonly Problem[] => {
  const at = group.members[0]?.zone.at;
  if (at === undefined) return [];
  const problem = problemOfTarget('set-not-whole', stuckMessage(group), at.target, at.zone);
  return [withCode(problem, group.undoGroup.failure?.code ?? null)];
};

const unwritableNames = (group: JournalledGroup): readonly UnwritableName[] =>
  group.members.map(({ zone, change }) => ({ ...zone.at, name: change.name, reason: stuckMessage(group) }));

const stuckMessage = (group: JournalledGroup): string => {
  const half = `the records of ${serversOf(group)} were left half done by an earlier apply`;
  const failure: UndoFailure = group.undoGroup.failure ?? { kind: 'failed', message: '' };
  return {
    changed: `${half}, and ${failure.message}; they are left alone: ${howToRepair}`,
    failed: `${half}, and are left alone for now: ${failure.message}`,
    unfinished: `${half}; they are whole again, but ${failure.message}`,
  }[failure.kind];
};
