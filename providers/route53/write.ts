import {
  answeredTypes,
  type Change,
  HostmasterError,
  isApexSet,
  keyOf,
  listKeys,
  type RefusedChange,
  type Sending,
  sameAnswer,
  sameCheck,
  type Write,
  type WriteResult,
  type ZoneId,
} from '../../src/provider.ts';
import { whyNoAlias } from './alias.ts';
import type { CallOptions } from './api.ts';
import { batchOf, type Content } from './convert.ts';
import { type AwsRefusal, isRefusal } from './failure.ts';
import { deleteUnusedMade } from './health-check-cleanup.ts';
import { makeChecks } from './health-make.ts';
import { addToCount, findZone, forgetZone, type HostedZone, type Session } from './hosted-zones.ts';
import { fits, sizeOf, whyTooLarge } from './limits.ts';
import { currentContent } from './read.ts';
import { refusedBy } from './refusal.ts';
import { afterOtherWrites, waitInSync } from './wait-insync.ts';

/** One batch: all of it or nothing, and only where what it replaces is still there. */
export const applyWrite = (
  session: Session,
  write: Write,
  signal?: AbortSignal,
  sending?: Sending,
): Promise<WriteResult> => afterOtherWrites(session, write.zone, () => sendWrite(session, write, { signal, sending }));

interface HowToSend {
  readonly signal: AbortSignal | undefined;
  readonly sending: Sending | undefined;
}

const applied: WriteResult = { status: 'applied', fingerprint: null, raced: false };

const sendWrite = async (session: Session, write: Write, how: HowToSend, isSecond = false): Promise<WriteResult> => {
  const { signal, sending } = how;
  const { changes, zone } = write;
  if (changes.length === 0) return applied;
  const hosted = await findZone(session, zone.name, signal);
  if (hosted === null) throw zoneMissing(session, zone);
  const stored = session.stored.get(zone.name) ?? new Map();
  const refused = changes.flatMap((change) =>
    refusedWith(change, whyNoAlias(zone.name, hosted.id, change) ?? whyTooLarge(zone.name, change, stored)),
  );
  if (refused.length > 0) return { status: 'refused', refused };
  const checks = await makeChecks(session, hosted, changes, signal);
  if (checks.refused.length > 0) {
    await deleteUnusedMade(session, hosted, signal);
    return { status: 'refused', refused: checks.refused };
  }
  const batch = batchOf(zone.name, changes, stored, checks.idOf, hosted.id);
  if (!fits(sizeOf(batch))) return { status: 'refused', refused: refusedIfOneName(changes) };
  const apex = changes.filter((change) => isApexSet(change, zone.name));
  // An UPSERT compares nothing, and AWS may be busy with somebody else's write.
  const beforeRetry = () => refuseStale(session, zone, apex, signal);
  await beforeRetry();
  const onlyDeletes = changes.every(({ after }) => after === null);
  // Deletes wait until what was written before them is at every name server.
  if (onlyDeletes && session.pending.get(zone.name)?.onlyDeletes === false) {
    await waitInSync(session, zone, signal, sending?.stopping);
  }
  try {
    const id = await send(session, hosted, batch, { signal, beforeRetry, before: sending?.before });
    session.pending.set(zone.name, { id, sentAt: Date.now(), onlyDeletes });
    noteReleased(session, zone, batch);
    addToCount(session, zone.name, growthOf(batch));
    forgetStored(session, zone, changes);
    return applied;
  } catch (error) {
    // It may have been done, and be read back before every name server has it.
    if (error instanceof HostmasterError && error.code === 'WRITE_UNKNOWN') {
      session.pending.set(zone.name, { id: null, sentAt: Date.now(), onlyDeletes });
    }
    if (isRefusal(error, 'NoSuchHostedZone')) {
      forgetZone(session, zone.name);
      throw zoneMissing(session, zone);
    }
    // Somebody deleted a check that was to be used again.
    if (isRefusal(error, 'NoSuchHealthCheck') && !isSecond) {
      session.checks.listedAt = 0;
      return sendWrite(session, write, how, true);
    }
    if (!isRefusal(error, 'InvalidChangeBatch', 'InvalidInput')) throw error;
    await refuseStale(session, zone, changes, signal);
    return { status: 'refused', refused: refusalsOf(changes, error) };
  }
};

const send = async (
  { api }: Session,
  { id }: HostedZone,
  batch: ReturnType<typeof batchOf>,
  options: CallOptions,
): Promise<string> => {
  const input = { HostedZoneId: id, ChangeBatch: { Changes: [...batch] } };
  const { ChangeInfo } = await api.call('ChangeResourceRecordSets', input, options);
  return ChangeInfo?.Id ?? '';
};

const growthOf = (batch: ReturnType<typeof batchOf>): number =>
  batch.reduce((sum, { Action }) => sum + (Action === 'CREATE' ? 1 : Action === 'DELETE' ? -1 : 0), 0);

/** Notes the checks that a batch took out of use. */
const noteReleased = ({ checks }: Session, { name }: ZoneId, batch: ReturnType<typeof batchOf>): void => {
  const idsOf = (deleted: boolean): readonly string[] =>
    batch.flatMap(({ Action, ResourceRecordSet }) =>
      (Action === 'DELETE') === deleted ? (ResourceRecordSet?.HealthCheckId ?? []) : [],
    );
  const still = new Set(idsOf(false));
  const gone = new Set(idsOf(true).filter((id) => !still.has(id)));
  for (const id of gone) checks.released.add(id);
  const used = checks.used.get(name);
  if (used !== undefined) checks.used.set(name, new Set([...used, ...still].filter((id) => !gone.has(id))));
};

const refusedWith = ({ name, type }: Change, message: string | null): readonly RefusedChange[] =>
  message === null ? [] : [{ name, type, message }];

/** Too much for one batch: refused where it is one name, else none, as the caller cuts the write. */
const refusedIfOneName = (changes: readonly Change[]): readonly RefusedChange[] =>
  new Set(changes.map(({ name }) => name)).size > 1
    ? []
    : changes.flatMap((change) => refusedWith(change, 'the changes of this name do not fit one batch of Route 53'));

/** Throws where what the changes replace is not there any more; reads these names again. */
const refuseStale = async (
  session: Session,
  zone: ZoneId,
  changes: readonly Change[],
  signal: AbortSignal | undefined,
): Promise<void> => {
  if (changes.length === 0) return;
  const names = [...new Set(changes.map(({ name }) => name))];
  const content = await currentContent(session, zone.name, names, signal);
  if (content === null) throw zoneMissing(session, zone);
  const stale = differing(changes, content);
  if (stale.length === 0) return;
  throw new HostmasterError(
    'STALE_PLAN',
    `somebody else has changed ${listKeys(stale)} of ${zone.name} at ${session.api.where} since the plan; nothing of this write was applied: plan again`,
  );
};

/** The changes whose RRset is not what they replace: its rdata or its TTL. */
const differing = (changes: readonly Change[], { rrsets, unreadable }: Content): readonly Change[] => {
  const existing = new Map(rrsets.map((rrset) => [keyOf(rrset), rrset]));
  const changed = new Set(changes.map(keyOf));
  const aliases = rrsets.filter((rrset) => !changed.has(keyOf(rrset)));
  const aliased = aliases.flatMap((rrset) => answeredTypes(rrset).map((type) => ({ name: rrset.name, type })));
  const unread = new Set([...unreadable, ...aliased].map(keyOf));
  return changes.filter((change) => {
    const found = existing.get(keyOf(change));
    if (change.before === null || found === undefined) {
      return change.before !== null || found !== undefined || unread.has(keyOf(change));
    }
    if (!sameCheck(change.type, change.before.health_check, found.healthCheck ?? null)) return true;
    return !sameAnswer(change.before, found);
  });
};

/** The changes that AWS's messages name, or all of a write of one name; else none, as AWS does not say which. */
const refusalsOf = (changes: readonly Change[], refusal: AwsRefusal): readonly RefusedChange[] => {
  const named = refusedBy(refusal.messages, changes);
  if (named.length > 0) return named;
  if (new Set(changes.map(({ name }) => name)).size > 1) return [];
  return changes.flatMap((change) => refusedWith(change, refusal.messages.join('; ')));
};

/** What was read of these names is outdated; it is read again before the next write. */
const forgetStored = ({ stored }: Session, zone: ZoneId, changes: readonly Change[]): void => {
  const known = stored.get(zone.name);
  if (known === undefined || known.size === 0) return;
  const gone = new Set(changes.map(keyOf));
  stored.set(zone.name, new Map([...known].filter(([key]) => !gone.has(key))));
};

export const zoneMissing = ({ api }: Session, { name }: ZoneId): HostmasterError =>
  new HostmasterError('ZONE_MISSING', `${api.where} does not have the zone ${name}`);
