import { nothingRecovered, type Recovered, recoverJournal } from '../apply/index.ts';
import type { Definitions } from '../model/definitions.ts';
import { type PassSuspension, suspensionAt } from '../model/guard-context.ts';
import { listed } from '../model/phrases.ts';
import type { JournalEntry, JournalMember } from '../model/ports.ts';
import type { PassOptions, WriterWait } from '../run.ts';
import type { RunContext, UnwritableName } from '../target.ts';
import type { Resources } from './open.ts';

const mostShown = 5;

const more = (count: number): readonly string[] => (count > 0 ? [`${count} more`] : []);

/** Ends what an earlier apply left half done, and says so; a pass that only plans leaves it alone. */
export const recover = async (
  { store, targets }: Resources,
  definitions: Pick<Definitions, 'targets'>,
  context: RunContext,
  wait: WriterWait,
  { recover: isAsked = false, suspended = [] }: Pick<PassOptions, 'recover' | 'suspended'>,
): Promise<Recovered> => {
  if (!isAsked) return nothingRecovered;
  const left = (await store.journalledElsewhere()).map(({ inventory, server }) => `${server} (${inventory})`);
  if (left.length > 0) {
    context.onNotice?.(
      `the records of ${listed([...left.slice(0, mostShown), ...more(left.length - mostShown)])} were left half done at servers that the targets here are not; they stay in the state until a target is that server again`,
    );
  }
  const configured = definitions.targets.map(({ name }) => name);
  const now = context.clock.now();
  const isWaiting = ({ members }: JournalEntry) => members.some((each) => isSuspendedMember(each, suspended, now));
  const journalled = await store.journalled();
  const due = { ...store, journalled: async () => (await store.journalled()).filter((entry) => !isWaiting(entry)) };
  const recovered = await recoverJournal(due, targets, context, configured, wait);
  for (const notice of recovered.notices) context.onNotice?.(notice);
  const waiting = journalled.filter(isWaiting).flatMap(({ members }) => members);
  return { ...recovered, unwritable: [...recovered.unwritable, ...waiting.map(unwritableUntilResumed)] };
};

const isSuspendedMember = (
  { target, zone }: JournalMember,
  suspended: readonly PassSuspension[],
  now: number,
): boolean => suspensionAt(suspended, { zone: zone.name, target }, now) !== null;

const unwritableUntilResumed = ({ change, target, zone }: JournalMember): UnwritableName => ({
  ...{ zone: zone.name, view: zone.view, target, name: change.name },
  reason: 'an earlier apply left it half done, and what is suspended is not ended before it is resumed',
});
