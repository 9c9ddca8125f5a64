import { type RosterServer, serverKey } from '../model/server.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow } from '../plan/index.ts';
import { planZone } from '../plan/index.ts';
import type { PlacedChange, ReplanClaims } from './apply.ts';
import { composed } from './desired.ts';
import type { PlanPass } from './types.ts';

/**
 * What becomes of the claims where the sets of some servers could not be written: all is composed again with these as
 * they were last known, and planned against what existed.
 */
export const replanning =
  ({ desired, work }: PlanPass, allows: readonly Allow[]): ReplanClaims =>
  async (failed) => {
    const keys = new Set(failed.map(({ inventory, server }) => serverKey({ inventory, name: server })));
    const servers = desired.roster.servers.flatMap((entry) =>
      keys.has(serverKey(entry.server)) ? asKnown(entry) : [entry],
    );
    const roster = { ...desired.roster, servers };
    const { definitions } = composed(desired.repository, { ...desired, roster });
    const zones = new Map(definitions.zones.map((zone) => [zoneLabel(zone.id), zone]));
    return work.flatMap(({ changeset, facts, fitFor, snapshot, zone }): readonly PlacedChange[] => {
      const now = zones.get(zoneLabel(zone.id));
      if (facts === null || now === undefined) return [];
      const planned = planZone({ desired: now, target: fitFor, existing: snapshot, allows, facts });
      return planned.changeset.changes.map((change) => ({ changeset, change }));
    });
  };

/** A server as it was before this pass; one that is new was not there. */
const asKnown = ({ known }: RosterServer): readonly RosterServer[] =>
  known === null
    ? []
    : [
        {
          standing: 'remembered',
          server: known.server,
          reason: 'what it is registered with could not be written',
          known,
        },
      ];
