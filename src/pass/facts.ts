import type { InventoryFacts } from '../model/facts.ts';
import type { Store } from '../model/ports.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { SharedFacts } from './types.ts';

/** What accounts for values of this zone at this target; null where all that Git does not want may go. */
export const factsAt = async (
  { id, scope, settings }: DesiredZone,
  target: string,
  shared: SharedFacts,
  store: Pick<Store, 'written' | 'orphans'>,
  now: number,
): Promise<InventoryFacts | null> => {
  if (scope === undefined && settings.owns === 'all') return null;
  const [written, orphans] = await Promise.all([store.written(id, target), store.orphans(id, target)]);
  return { ...(shared ?? { ...noFacts, now }), written, orphans };
};

const noFacts = { servers: new Map(), names: new Map(), addresses: new Map() } as const;
