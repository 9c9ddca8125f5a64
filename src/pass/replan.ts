import type { PlacedChange, ReplanClaims } from '../apply/index.ts';
import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import { type RosterServer, serverKey } from '../model/server.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow } from '../plan/index.ts';
import { planZone } from '../plan/index.ts';
import type { PlanPass } from '../run.ts';
import { composed } from './desired.ts';

/**
 * What becomes of the claims where the sets of some servers could not be written: all is composed again without these,
 * and planned against what existed, as if nobody knew what became of them. So what a claim has of them stays, whatever an
 * earlier pass learnt, and nothing new of them comes.
 */
export const replanning =
  ({ desired, work }: PlanPass, allows: readonly Allow[]): ReplanClaims =>
  async (failed) => {
    const names = new Set(failed.map(({ inventory, server }) => serverKey({ inventory, name: server })));
    // One that is in no claim by what its inventory says leaves them all the same.
    const isLeftOut = ({ server }: RosterServer) => server.state === 'active' && names.has(serverKey(server));
    const servers = desired.roster.servers.filter((entry) => !isLeftOut(entry));
    const keys = new Set(desired.roster.servers.filter(isLeftOut).map(({ server }) => serverKey(server)));
    const { definitions } = composed(desired.repository, { ...desired, roster: { ...desired.roster, servers } });
    const zones = new Map(definitions.zones.map((zone) => [zoneLabel(zone.id), zone]));
    const others = allows.filter(({ guard }) => guard !== 'absence');
    return work.flatMap(({ changeset, evidence, fitFor, snapshot, zone }): readonly PlacedChange[] => {
      const now = zones.get(zoneLabel(zone.id));
      if (evidence === null || now === undefined) return [];
      const known = withoutWordOf(keys, evidence);
      const planned = planZone({ desired: now, target: fitFor, existing: snapshot, allows: others, evidence: known });
      return planned.changeset.changes.map((change) => ({ changeset, change }));
    });
  };

const withoutWordOf = (keys: ReadonlySet<string>, evidence: DeletionEvidence): DeletionEvidence => {
  const unless = (all: DeletionEvidence['names']): DeletionEvidence['names'] => ({
    get: (at) => {
      const key = all.get(at);
      return key === undefined || keys.has(key) ? undefined : key;
    },
  });
  return {
    ...evidence,
    servers: { get: (key) => (keys.has(key) ? 'unknown' : evidence.servers.get(key)) },
    names: unless(evidence.names),
    addresses: unless(evidence.addresses),
    orphans: [],
  };
};
