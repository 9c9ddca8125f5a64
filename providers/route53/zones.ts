import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { HostmasterError, isApexSet, keyOf, messageOf, type ZoneId } from '../../src/provider.ts';
import { interruptible } from './api.ts';
import { contentOf, keyOfSet } from './convert.ts';
import { nameToAws } from './escapes.ts';
import { type AwsRefusal, isRefusal } from './failure.ts';
import { cleanUpChecks } from './health-check-cleanup.ts';
import { findZone, forgetZone, type HostedZone, type Session, zonesNamed } from './hosted-zones.ts';
import { cutChanges, fits, sizeOf } from './limits.ts';
import { checkReader, setsOf } from './read.ts';
import { bareId } from './settings.ts';
import { whyUndeletable } from './undeletable.ts';
import { afterOtherWrites, waitInSync } from './wait-insync.ts';
import { applyWrite } from './write.ts';

/** Makes the zone, unless somebody else did: AWS would make a second one of the same name. */
export const createZone = (session: Session, zone: ZoneId, signal?: AbortSignal): Promise<void> =>
  afterOtherWrites(session, zone, async () => {
    forgetZone(session, zone.name);
    if ((await findZone(session, zone.name, signal)) !== null) throw madeMeanwhile(session, zone);
    const reference = `hostmaster-${randomUUID()}`;
    const made = await create(session, zone, reference, signal);
    const zones = await zonesWith(session, zone.name, reference, signal);
    const ours = zones.find(({ callerReference }) => callerReference === reference);
    if (ours === undefined) throw await takeBack(session, zone, made, signal);
    const other = zones.find(
      ({ callerReference, isPrivate }) => callerReference !== reference && isPrivate === ours.isPrivate,
    );
    if (other === undefined) return;
    await session.api.call('DeleteHostedZone', { Id: ours.id }, { signal, repeatable: true });
    forgetZone(session, zone.name);
    throw madeMeanwhile(session, zone);
  });

const triesToFind = 3;

/** The zones of the name, once ours is listed among them, or will not be. */
const zonesWith = async (
  session: Session,
  name: string,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<readonly HostedZone[]> => {
  for (let attempt = 1; ; attempt += 1) {
    const zones = await zonesNamed(session, name, signal);
    const isListed = zones.some(({ callerReference }) => callerReference === reference);
    if (isListed || attempt === triesToFind) return zones;
    await interruptible(sleep(pauseBetween * attempt, undefined, signal === undefined ? {} : { signal }), signal);
  }
};

/** Milliseconds. */
const pauseBetween = 250;

/** What was made, as far as AWS said it. */
interface Made {
  /** null: no answer gave one. */
  readonly id: string | null;
  readonly reference: string;
}

/**
 * A list that does not have the zone that we have just made may not have the next one either: each run would make one more. So the
 * new, empty zone is deleted again.
 */
const takeBack = async (
  session: Session,
  { name }: ZoneId,
  { id, reference }: Made,
  signal: AbortSignal | undefined,
): Promise<HostmasterError> => {
  const { api } = session;
  forgetZone(session, name);
  const what = `${api.where} made a hosted zone for ${name} (${id === null ? `CallerReference ${reference}` : `id ${id}`}) and does not list it`;
  const fail = (rest: string, cause?: unknown): HostmasterError =>
    new HostmasterError('ZONE_UNREADABLE', `${what}; ${rest}: see what answers in its place`, { cause });
  if (id === null) return fail('it may still be there; delete it by hand');
  try {
    await api.call('DeleteHostedZone', { Id: id }, { signal, repeatable: true });
    return fail('the new, empty zone was deleted again');
  } catch (error) {
    if (isRefusal(error, 'NoSuchHostedZone')) return fail('it is not there any more');
    return fail(`it could not be deleted again (${messageOf(error)}); delete it by hand`, error);
  }
};

/** A request that got no answer is sent again with the same reference, by which AWS knows it. */
const create = async (
  session: Session,
  { name }: ZoneId,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<Made> => {
  const { api, settings, pending } = session;
  const { vpc } = settings;
  const input = {
    Name: nameToAws(name),
    CallerReference: reference,
    HostedZoneConfig: { Comment: 'made by Hostmaster', PrivateZone: vpc !== null },
    ...(vpc === null ? {} : { VPC: { VPCId: vpc.id, VPCRegion: vpc.region as 'us-east-1' } }),
  };
  try {
    const { ChangeInfo, HostedZone } = await api.call('CreateHostedZone', input, { signal, repeatable: true });
    if (ChangeInfo?.Id !== undefined) pending.set(name, { id: ChangeInfo.Id, sentAt: Date.now(), onlyDeletes: false });
    return { id: bareId(HostedZone?.Id ?? ''), reference };
  } catch (error) {
    if (isRefusal(error, 'HostedZoneAlreadyExists')) return { id: null, reference };
    if (!isUnanswered(error)) throw error;
    if (await isListed(session, name, reference, signal)) return { id: null, reference };
    const message = `${error.message}; if it was made all the same, its CallerReference is ${reference}`;
    throw new HostmasterError('WRITE_UNKNOWN', message, { cause: error });
  }
};

const isUnanswered = (error: unknown): error is HostmasterError =>
  error instanceof HostmasterError && error.code === 'TARGET_UNREACHABLE';

const isListed = (
  session: Session,
  name: string,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<boolean> =>
  zonesNamed(session, name, signal).then(
    (zones) => zones.some(({ callerReference }) => callerReference === reference),
    () => false,
  );

const madeMeanwhile = ({ api }: Session, { name }: ZoneId): HostmasterError =>
  new HostmasterError('STALE_PLAN', `somebody else made the zone ${name} at ${api.where} since the plan: plan again`);

/**
 * Deletes the zone with all its record sets, also those that no zone file can hold: AWS deletes only empty zones. A zone that
 * AWS would keep all the same is refused before anything is deleted.
 */
export const deleteZone = async (session: Session, zone: ZoneId, signal?: AbortSignal): Promise<void> => {
  forgetZone(session, zone.name);
  const hosted = await findZone(session, zone.name, signal);
  if (hosted === null) return;
  const sets = (await setsOf(session, zone.name, undefined, signal)) ?? [];
  const undeletable = await whyUndeletable(session, hosted, sets, signal);
  if (undeletable !== null) throw refuse(session, zone, undeletable);
  const content = contentOf(sets, await checkReader(session, zone.name, sets, signal), hosted.id);
  const { rrsets, stored } = content;
  const unreadable = new Set(content.unreadable.filter((each) => !isApexSet(each, zone.name)).map(keyOf));
  const notPlain = sets.filter((set) => unreadable.has(keyOf(keyOfSet(set))));
  await afterOtherWrites(session, zone, () => deleteSets(session, zone, hosted, notPlain, signal));
  session.stored.set(zone.name, stored);
  const deletes = rrsets
    .filter((rrset) => !isApexSet(rrset, zone.name))
    .map(({ healthCheck, name, ttl, type, values }) => ({
      action: 'delete' as const,
      name,
      type,
      before: { ttl, values, health_check: healthCheck ?? null },
      after: null,
    }));
  for (const changes of cutChanges(zone.name, deletes, stored)) {
    const result = await applyWrite(session, { zone, changes, expect: null }, signal);
    if (result.status === 'refused')
      throw refuse(session, zone, result.refused.map(({ message }) => message).join('; '));
  }
  await waitInSync(session, zone, signal);
  session.checks.used.set(zone.name, new Set());
  await cleanUpChecks(session, zone, deletes, signal);
  await remove(session, zone, hosted, signal);
};

/** Deletes record sets that are no plain RRsets just as AWS lists them. */
const deleteSets = async (
  { api }: Session,
  { name }: ZoneId,
  { id }: HostedZone,
  sets: readonly ResourceRecordSet[],
  signal: AbortSignal | undefined,
): Promise<void> => {
  const deletes = sets.map((set) => ({ Action: 'DELETE' as const, ResourceRecordSet: set }));
  for (let first = 0, last = 0; first < deletes.length; first = last) {
    for (last = first + 1; last < deletes.length && fits(sizeOf(deletes.slice(first, last + 1))); ) last += 1;
    const input = { HostedZoneId: id, ChangeBatch: { Changes: deletes.slice(first, last) } };
    await api.call('ChangeResourceRecordSets', input, { signal }).catch((error: unknown) => {
      throw isRefusal(error, 'InvalidChangeBatch') ? refuse({ api }, { name }, messagesOf(error)) : error;
    });
  }
};

const remove = async (
  session: Session,
  zone: ZoneId,
  { id }: HostedZone,
  signal: AbortSignal | undefined,
): Promise<void> => {
  try {
    await session.api.call('DeleteHostedZone', { Id: id }, { signal, repeatable: true });
  } catch (error) {
    if (!isRefusal(error, 'NoSuchHostedZone')) {
      throw isRefusal(error, 'HostedZoneNotEmpty')
        ? refuse(session, zone, `somebody else writes to it (${messagesOf(error)})`)
        : error;
    }
  }
  forgetZone(session, zone.name);
};

const messagesOf = ({ messages }: AwsRefusal): string => messages.join('; ');

const refuse = ({ api }: Pick<Session, 'api'>, { name }: Pick<ZoneId, 'name'>, why: string): HostmasterError =>
  new HostmasterError('WRITE_REFUSED', `${name} at ${api.where} is not deleted: ${why}`);
