import type { JournalMember, Store } from '../../model/ports.ts';
import type { ZoneId } from '../../model/zone.ts';

/**
 * Clears what the state knows of a zone at a target that does not have it any more: its reads, whose its values were, and
 * its part in sets that are half done, of which the rest alone decides then.
 */
export const forgetZone = async (zone: ZoneId, target: string, store: Store): Promise<void> => {
  await store.forgetSync(zone, target);
  const written = await store.written(zone, target);
  if (written.length > 0) await store.noteWritten(zone, target, written, []);
  await store.keepOrphans(zone, target, []);
  await store.keepUnproven(zone, target, []);
  const isGone = (member: JournalMember): boolean =>
    member.target === target && member.zone.name === zone.name && member.zone.view === zone.view;
  const touched = (await store.journalled()).filter(({ members }) => members.some(isGone));
  const left = touched.map((entry) => ({ ...entry, members: entry.members.filter((each) => !isGone(each)) }));
  await store.journalAll(left.filter(({ members }) => members.length > 0));
  await store.endJournalAll(left.filter(({ members }) => members.length === 0).map(({ id }) => id));
};
