import { join } from 'node:path';
import type { Prober } from '../../servers/index.ts';
import type { InventoryServer } from '../../servers/inventory.ts';
import { makeRepository, type Repository } from '../target-repository.ts';
import { allZones, type InventoryName, inventories } from './lab.ts';
import type { Place } from './places.ts';
import type { Witness } from './witness.ts';

/** All that one history is played with. */
export interface Game {
  readonly place: Place;
  readonly repository: Repository;
  readonly inventories: Readonly<Record<InventoryName, InventoryServer>>;
  readonly witness: Witness;
  /** The names that must answer now. */
  readonly live: Set<string>;
  /** The names that were there after the last apply that ended: what was half done since may be taken back. */
  readonly settled: Set<string>;
  readonly prober: Prober;
  readonly story: string[];
}

export const stateOf = ({ folder }: Pick<Repository, 'folder'>): string => join(folder, 'state.sqlite');

/** What a history is configured by; its files come with its steps. */
export const repositoryOf = ({ target, zones }: Place, servers: Game['inventories']): Repository => {
  const { forward, shared } = zones;
  const repository = makeRepository({
    targets: { ns: target },
    zones: {
      ...Object.fromEntries(allZones(zones).map((zone) => [zone, {}])),
      [shared]: { ignore: [{ name: 'ignored' }] },
    },
    guards: { max_delete_percent: 100, max_replace_percent: 100 },
    more: {
      inventory: Object.fromEntries(
        inventories.map((name) => [name, { type: 'http', url: servers[name].url, interval: '30s', timeout: '10s' }]),
      ),
      registration: { zone: forward, ttl: 300 },
      grants: [
        { label: 'web', names: [`www.${shared}`], types: ['A', 'AAAA'] },
        { label: 'web', names: [`*.srv.${shared}`], types: ['TXT'] },
        { group: 'prod', names: [`app.${shared}`], types: ['A'] },
      ],
    },
  });
  return repository;
};
