import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { HostmasterError, type Missing, type ReadOptions, type ZoneId, type ZoneSnapshot } from '../../src/provider.ts';
import { endlessPaging } from './api.ts';
import { type Content, contentOf, keyOfSet, type ReadChecked } from './convert.ts';
import { nameToAws } from './escapes.ts';
import { isDenied, isRefusal } from './failure.ts';
import { checksOf, usedBy } from './health-check-cache.ts';
import { checkedRRset } from './health-sets.ts';
import { addToCount, findZone, forgetZone, type HostedZone, type Session } from './hosted-zones.ts';
import type { Input } from './operations.ts';

/** The most record sets of one answer. */
const pageSize = 300;
/** Record sets that are asked for at one name: there are seldom more. */
const pageOfName = 30;

/** Route 53 has nothing that moves when a zone changes: every read is a whole one, or of some names. */
export const readZone = async (
  session: Session,
  zone: ZoneId,
  { names, signal }: ReadOptions,
): Promise<ZoneSnapshot | Missing> => {
  const content = await currentContent(session, zone.name, names, signal);
  if (content === null) return { status: 'missing' };
  const { rrsets, unreadable } = content;
  return { status: 'read', zone, fingerprint: null, rrsets, unreadable };
};

/** What the zone holds now, at least at these names. Null: it is not there. */
export const currentContent = async (
  session: Session,
  zone: string,
  names: readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Promise<Content | null> => {
  const sets = await setsOf(session, zone, names, signal);
  if (sets === null) return null;
  const id = (await findZone(session, zone, signal))?.id;
  const content = contentOf(sets, await checkReader(session, zone, sets, signal), id);
  remember(session, zone, names, content);
  if (names === undefined) session.checks.used.set(zone, usedBy(sets));
  return content;
};

/** Reads multivalue answers of ours in these record sets. */
export const checkReader = async (
  session: Session,
  zone: string,
  sets: readonly ResourceRecordSet[],
  signal: AbortSignal | undefined,
): Promise<ReadChecked> => {
  const known = await checksOf(session.api, session.checks, sets, signal);
  const id = known === null ? null : ((await findZone(session, zone, signal))?.id ?? null);
  return (key, same) => (known === null || id === null ? null : checkedRRset(key, same, known, id));
};

const remember = ({ stored }: Session, zone: string, names: readonly string[] | undefined, content: Content): void => {
  const read = names === undefined ? null : new Set(names);
  const kept = read === null ? [] : [...(stored.get(zone) ?? [])].filter(([, sets]) => !isOf(sets, read));
  stored.set(zone, new Map([...kept, ...content.stored]));
};

const isOf = ([set]: readonly ResourceRecordSet[], names: ReadonlySet<string>): boolean =>
  set !== undefined && names.has(keyOfSet(set).name);

/** As the API lists them. Null: the zone is not there. */
export const setsOf = async (
  session: Session,
  zone: string,
  names: readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly ResourceRecordSet[] | null> => {
  for (let attempt = 1; ; attempt += 1) {
    const hosted = await findZone(session, zone, signal);
    if (hosted === null) return null;
    try {
      const few = names !== undefined && names.length <= hosted.count / pageSize;
      if (!few) {
        const sets = await listAll(session, hosted, signal);
        addToCount(session, zone, sets.length - hosted.count);
        return sets;
      }
      const lists: (readonly ResourceRecordSet[])[] = [];
      for (const name of new Set(names)) lists.push(await listName(session, hosted, name, signal));
      return lists.flat();
    } catch (error) {
      if (isDenied(error)) {
        throw new HostmasterError('ZONE_UNREADABLE', error.message, { cause: error });
      }
      if (!isRefusal(error, 'NoSuchHostedZone')) throw error;
      // It was made anew since it was looked up, or is gone.
      forgetZone(session, zone);
      if (attempt > 1) return null;
    }
  }
};

const listAll = (session: Session, hosted: HostedZone, signal: AbortSignal | undefined) =>
  list(session, { HostedZoneId: hosted.id, MaxItems: pageSize }, () => true, signal);

const listName = (session: Session, hosted: HostedZone, name: string, signal: AbortSignal | undefined) =>
  list(
    session,
    { HostedZoneId: hosted.id, MaxItems: pageOfName, StartRecordName: nameToAws(name) },
    (set) => keyOfSet(set).name === name,
    signal,
  );

type From = Input<'ListResourceRecordSets'>;

/** The record sets from `first` on, for as long as `isOne` says that they belong. */
const list = async (
  { api }: Session,
  first: From,
  isOne: (set: ResourceRecordSet) => boolean,
  signal: AbortSignal | undefined,
): Promise<readonly ResourceRecordSet[]> => {
  const found = new Map<string, ResourceRecordSet>();
  for (let from = first; ; ) {
    const page = await api.call('ListResourceRecordSets', from, { signal });
    const sets = page.ResourceRecordSets ?? [];
    const here = sets.filter(isOne);
    const before = found.size;
    for (const set of here) found.set(`${set.Name} ${set.Type} ${set.SetIdentifier ?? ''}`, set);
    if (page.IsTruncated !== true || here.length < sets.length) return [...found.values()];
    if (page.NextRecordName === undefined || found.size === before)
      throw endlessPaging(api.where, 'ListResourceRecordSets');
    from = {
      HostedZoneId: first.HostedZoneId,
      MaxItems: first.MaxItems,
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
};
