import type { ClaimChange, ReplanClaims } from '../apply/index.ts';
import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import type { Change, Changeset } from '../model/plan.ts';
import { keyOf } from '../model/rrset.ts';
import { type RosterServer, serverKey } from '../model/server.ts';
import { zoneLabel } from '../model/zone.ts';
import { planZone } from '../plan/index.ts';
import type { PlanPass } from '../run.ts';
import { composed } from './desired.ts';

/**
 * Plans the claims again where the sets of some servers could not be written: composes without these servers, and plans
 * against what existed as if their fate were unknown. So a claim keeps the values that it has of them, whatever an earlier
 * pass learnt, and takes no new ones.
 */
export const replanning =
  ({ desired, work, allows }: PlanPass): ReplanClaims =>
  async (failed) => {
    const names = new Set(failed.map(({ inventory, server }) => serverKey({ inventory, name: server })));
    // A server that its inventory does not call active leaves its claims all the same.
    const isLeftOut = ({ server }: RosterServer) => server.state === 'active' && names.has(serverKey(server));
    const servers = desired.roster.servers.filter((entry) => !isLeftOut(entry));
    const keys = new Set(desired.roster.servers.filter(isLeftOut).map(({ server }) => serverKey(server)));
    const { definitions } = composed(desired.repository, { ...desired, roster: { ...desired.roster, servers } });
    const zones = new Map(definitions.zones.map((zone) => [zoneLabel(zone.id), zone]));
    const others = allows.filter(({ guard }) => guard !== 'absence');
    return work.flatMap(({ changeset, evidence, fitFor, snapshot, zone }): readonly ClaimChange[] => {
      const now = zones.get(zoneLabel(zone.id));
      if (evidence === null || now === undefined) return [];
      const known = withUnknownFate(keys, evidence);
      const planned = planZone({ desired: now, target: fitFor, existing: snapshot, allows: others, evidence: known });
      return claimChangesOf(changeset, planned.changeset.changes);
    });
  };

/**
 * What is planned again in place of a changeset. What that withholds stays so: the guards that judged it knew what was before
 * the pass, and what the pass left out.
 */
export const claimChangesOf = (planned: Changeset, again: readonly Change[]): readonly ClaimChange[] => {
  const written = new Set(planned.changes.map(keyOf));
  const withheld = new Set(planned.withheld.map(keyOf));
  const isDue = (change: Change) => written.has(keyOf(change)) || !withheld.has(keyOf(change));
  return again.filter(isDue).map((change) => ({ at: planned, change }));
};

export const withUnknownFate = (keys: ReadonlySet<string>, evidence: DeletionEvidence): DeletionEvidence => {
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
    counts: false,
    orphans: [],
  };
};
