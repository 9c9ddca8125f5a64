import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { HostmasterError, type Missing, type ReadOptions, type ZoneId, type ZoneSnapshot } from '../../src/provider.ts';
import { type Content, contentOf, keyOfSet, type ReadChecked } from './convert.ts';
import { isDenied, isRefusal } from './failure.ts';
import { checksOf, usedBy } from './health-check-cache.ts';
import { checkedRRset } from './health-sets.ts';
import { findZone, forgetZone, noteCount, type Session } from './hosted-zones.ts';
import { listAll, listName, pageSize } from './list-sets.ts';

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
        noteCount(session, zone, sets.length);
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
