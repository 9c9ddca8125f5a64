import { bringIn } from '../../compose/affected.ts';
import { appliedChanges, resultOf, type ZoneResult } from '../../model/result.ts';
import { isApexSet } from '../../model/rr-types.ts';
import type { KnownServer, RosterServer } from '../../model/server.ts';
import { zoneTargetKey } from '../../model/zone-target.ts';
import type { PlannedWork } from '../../run.ts';
import type { CheckedZone } from './check.ts';
import type { InventoryAfter } from './inventories.ts';
import {
  byName,
  type LastPass,
  type LastPassTarget,
  type LastPassZone,
  leadsTo,
  noteLeading,
  openServersIn,
} from './last-pass.ts';
import { overwrite } from './overlay.ts';
import type { NextOfServers, PlannedAffected } from './planned.ts';

/**
 * Brings what was applied into the last pass, in place: it is then as if everything had been composed and planned anew. Null,
 * and nothing is changed, where these servers alone do not tell how that would be.
 */
export const handOn = (
  last: LastPass,
  { next, work }: PlannedAffected,
  results: readonly ZoneResult[],
  inventories: readonly InventoryAfter[],
): LastPass | null => {
  if (isContested(last, next)) return null;
  const entries = entriesAfter(next, inventories);
  const inventory = { ...last.plan.inventory };
  for (const [key, entry] of entries) {
    const status = inventory[entry.server.inventory];
    const before = last.composition.entries.get(key);
    if (status !== undefined && (before === undefined || before.standing === 'missing'))
      inventory[entry.server.inventory] = { ...status, servers: status.servers + 1 };
  }
  bringIn(last.composition, next.affected, entries);
  overwrite(last.registered, next.registered);
  overwriteEvidence(last, next);
  for (const each of next.zones) overwriteZone(each.last, each);
  for (const each of work) {
    const key = zoneTargetKey(each.changeset);
    const before = last.zoneTargets.get(key);
    if (before !== undefined) last.zoneTargets.set(key, targetAfter(before, each, results));
  }
  for (const each of inventories) overwriteInventory(last, each);
  for (const key of openServersIn(work, last.registered)) last.openServers.add(key);
  return { ...last, plan: { ...last.plan, inventory } };
};

/** Does anybody else want what these servers have, or vouch for what they gave up? What comes of that goes by who had it first. */
const isContested = ({ bystanders }: LastPass, { evidence, impact }: NextOfServers): boolean => {
  if ([...impact.entries.values()].some(({ isUncontested }) => !isUncontested)) return true;
  const givenUp = [...evidence.names, ...evidence.addresses].flatMap(([each, key]) => (key === null ? [each] : []));
  return givenUp.some((each) => bystanders.has(each));
};

/** The servers as the next pass finds them: known as they are now. */
const entriesAfter = (
  { impact: { entries } }: NextOfServers,
  inventories: readonly InventoryAfter[],
): ReadonlyMap<string, RosterServer> => {
  const known = new Map<string, KnownServer>(
    inventories.flatMap(({ known: { servers }, name, positions }) =>
      positions.flatMap((position) => {
        const server = servers[position];
        return server === undefined ? [] : [[`${name}/${server.server.name}`, server] as const];
      }),
    ),
  );
  return new Map(
    [...entries].map(([key, { entry }]): [string, RosterServer] => {
      const as = known.get(key);
      return [key, as === undefined || entry.standing !== 'present' ? entry : { ...entry, known: as }];
    }),
  );
};

const overwriteEvidence = ({ evidence }: LastPass, { evidence: now }: NextOfServers): void => {
  if (evidence === null) return;
  overwrite(evidence.servers, now.servers);
  overwrite(evidence.names, now.names);
  overwrite(evidence.addresses, now.addresses);
  for (const [key, isPresent] of now.present) {
    if (isPresent) evidence.present.add(key);
    else evidence.present.delete(key);
  }
};

const overwriteZone = (last: LastPassZone, { checked, names, zone }: CheckedZone): void => {
  for (const name of names) {
    for (const before of last.at.get(name) ?? []) {
      for (const leading of leadsTo(before)) last.leadingTo.get(leading)?.delete(name);
    }
  }
  const put = <T extends { readonly name: string }>(into: Map<string, readonly T[]>, all: readonly T[]): void => {
    const now = byName(all);
    for (const name of names) {
      const here = now.get(name);
      if (here === undefined) into.delete(name);
      else into.set(name, here);
    }
  };
  put(last.at, zone.rrsets);
  put(last.bad, zone.quarantined);
  put(last.quarantined, checked.quarantined);
  put(last.protected, zone.protected ?? []);
  for (const rrset of zone.rrsets) if (names.has(rrset.name)) noteLeading(last.leadingTo, rrset);
};

const targetAfter = (
  before: LastPassTarget,
  { changeset, part, zone }: PlannedWork,
  results: readonly ZoneResult[],
): LastPassTarget => {
  const { foreign, open } = before;
  for (const name of part?.names ?? []) {
    foreign.delete(name);
    open.delete(name);
  }
  for (const { name } of changeset.unmanaged) foreign.add(name);
  for (const [name, withheld] of byName(changeset.withheld)) open.set(name, withheld);
  let { total } = before;
  const result = resultOf(results, changeset);
  for (const change of appliedChanges(changeset, result)) {
    if (change.action === 'replace' || isApexSet(change, zone.id.name)) continue;
    total += change.action === 'create' ? 1 : -1;
  }
  return { ...before, total, fingerprint: result === undefined ? before.fingerprint : result.fingerprint };
};

const overwriteInventory = ({ inventories }: LastPass, { known, name, positions }: InventoryAfter): void => {
  const before = inventories.get(name);
  if (before === undefined) return;
  for (const position of positions) {
    const server = known.servers[position]?.server;
    if (server !== undefined) before.positions.set(server.name, position);
  }
  inventories.set(name, { ...before, known });
};
