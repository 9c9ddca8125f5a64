import { nothingRecovered, type Recovered, recoverJournal } from '../apply/index.ts';
import type { Definitions } from '../model/definitions.ts';
import { listed } from '../model/phrases.ts';
import type { WriterWait } from '../run.ts';
import type { RunContext } from '../target.ts';
import type { Resources } from './open.ts';

const mostShown = 5;

const more = (count: number): readonly string[] => (count > 0 ? [`${count} more`] : []);

/** Ends what an earlier apply left half done, and says so; a pass that only plans leaves it alone. */
export const recover = async (
  { store, targets }: Resources,
  definitions: Pick<Definitions, 'targets'>,
  context: RunContext,
  wait: WriterWait,
  isAsked = true,
): Promise<Recovered> => {
  if (!isAsked) return nothingRecovered;
  const left = (await store.journalledElsewhere()).map(({ inventory, server }) => `${server} (${inventory})`);
  if (left.length > 0) {
    context.onNotice?.(
      `the records of ${listed([...left.slice(0, mostShown), ...more(left.length - mostShown)])} were left half done at servers that the targets here are not; they stay in the state until a target is that server again`,
    );
  }
  const configured = definitions.targets.map(({ name }) => name);
  const recovered = await recoverJournal(store, targets, context, configured, wait);
  for (const notice of recovered.notices) context.onNotice?.(notice);
  return recovered;
};
