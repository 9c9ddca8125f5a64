import { nothingRecovered, type Recovered, recoverJournal } from '../apply/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { RunContext } from '../target.ts';
import type { Resources } from './open.ts';

/** Ends what an earlier apply left half done, and says so; a pass that only plans leaves it alone. */
export const recover = async (
  { store, targets }: Resources,
  definitions: Pick<Definitions, 'targets'>,
  context: RunContext,
  isAsked = true,
): Promise<Recovered> => {
  if (!isAsked) return nothingRecovered;
  const configured = definitions.targets.map(({ name }) => name);
  const recovered = await recoverJournal(store, targets, context, configured);
  for (const notice of recovered.notices) context.onNotice?.(notice);
  return recovered;
};
