import { type DeletionEvidence, isForServer } from '../model/deletion-evidence.ts';
import type { Store, WrittenValue } from '../model/ports.ts';
import { serverKey } from '../model/server.ts';
import type { DesiredZone } from '../model/zone.ts';
import type { SharedEvidence } from '../run.ts';

/**
 * The evidence for deciding deletions in this zone at this target, or at some names of it. null: no inventory owns anything
 * here, so unwanted values may be deleted.
 */
export const deletionEvidenceAt = async (
  { id, scope, settings }: DesiredZone,
  target: string,
  shared: SharedEvidence,
  store: EvidenceStore,
  now: number,
  names?: readonly string[],
): Promise<DeletionEvidence | null> => {
  const written = await store.written(id, target, names);
  // What was written for a server keeps needing evidence when Git takes registration or grants out of the zone.
  if (scope === undefined && settings.owns === 'all' && !written.some(isForServer)) return null;
  const orphans = await store.orphans(id, target);
  const evidence = shared ?? { ...noEvidence, now };
  const gone = await allowedElsewhere(written, evidence, store);
  const servers: DeletionEvidence['servers'] = {
    get: (key) => evidence.servers.get(key) ?? (gone.has(key) ? 'conclusive' : undefined),
  };
  return { ...evidence, servers: gone.size === 0 ? evidence.servers : servers, written, orphans };
};

export type EvidenceStore = Pick<Store, 'written' | 'orphans' | 'inventory'>;

const noEvidence = {
  servers: new Map(),
  names: new Map(),
  addresses: new Map(),
  present: new Set<string>(),
  counts: false,
} as const;

/** Servers of inventories that nobody asks any more, of which a person said that they are gone. */
const allowedElsewhere = async (
  written: readonly WrittenValue[],
  { servers }: Pick<DeletionEvidence, 'servers'>,
  store: Pick<Store, 'inventory'>,
): Promise<ReadonlySet<string>> => {
  const sources = new Set(written.flatMap((each) => each.sources));
  const unknown = [...sources].filter((source) => source !== 'git' && servers.get(source) === undefined);
  const gone = new Set<string>();
  for (const inventory of new Set(unknown.map((key) => key.slice(0, key.indexOf('/'))))) {
    const known = await store.inventory(inventory);
    for (const { missing, server } of known?.servers ?? []) {
      if (missing?.allowed === true) gone.add(serverKey({ inventory, name: server.name }));
    }
  }
  return gone;
};
