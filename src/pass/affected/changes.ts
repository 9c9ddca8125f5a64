import { answersWith, presentServer } from '../../inventory/index.ts';
import { count } from '../../model/phrases.ts';
import { type RosterServer, type Server, serverKey } from '../../model/server.ts';
import type { GivenAnswers } from '../../run.ts';
import type { LastPass } from './last-pass.ts';
import { type NeedsFullPass, needsFullPass } from './zone.ts';

/** One server as the last pass had it and as it is now; null: there was, or is, none. */
export interface ServerChange {
  readonly previous: Server | null;
  readonly next: RosterServer | null;
}

/** More servers at once are no less work than all of them. */
export const mostServers = 50;

/**
 * What somebody says of some servers, as if a complete answer of their inventory had said it; `now` in milliseconds since
 * 1970.
 */
export const changesTo = (
  last: LastPass,
  servers: readonly Server[],
  now: number,
): readonly ServerChange[] | NeedsFullPass => {
  const { absence: limits } = last.definitions.roles;
  const changes: ServerChange[] = [];
  for (const server of servers) {
    const inventory = last.inventories.get(server.inventory);
    if (inventory === undefined) return needsFullPass(`nothing is known of the inventory ${server.inventory} yet`);
    const { known, positions } = inventory;
    const position = positions.get(server.name);
    const before = position === undefined ? undefined : known.servers[position];
    const previous = last.composition.entries.get(serverKey(server))?.server ?? null;
    changes.push({ previous, next: presentServer(server, before, known, { limits, now }) });
  }
  return changes;
};

/**
 * The same for a pass over all, which then asks no inventory: what the last pass was told, with these servers. `now` in
 * milliseconds since 1970.
 */
export const answersWithChanges = (last: LastPass, servers: readonly Server[], now: number): GivenAnswers => {
  const { composition, definitions, inventories, plan, rosterProblems: problems } = last;
  const roster = { servers: [...composition.entries.values()], inventories: plan.inventory, problems, now };
  const next = Object.fromEntries([...inventories].map(([name, { known }]) => [name, known]));
  return answersWith({ roster, next }, servers, { limits: definitions.roles.absence, now });
};

/** The servers that change, by key; or why they cannot be planned without all others. */
export const changedServers = (
  { composition: { entries } }: LastPass,
  changes: readonly ServerChange[],
): ReadonlyMap<string, RosterServer | null> | NeedsFullPass => {
  if (changes.length > mostServers) return needsFullPass(`${count(changes.length, 'server')} change at once`);
  const changed = new Map<string, RosterServer | null>();
  const owners = new Map<string, string>();
  for (const { next, previous } of changes) {
    const server = next?.server ?? previous;
    if (server === null) return needsFullPass('there is no server');
    const key = serverKey(server);
    if (changed.has(key)) return needsFullPass(`${key} is there twice`);
    if (previous !== null && serverKey(previous) !== key)
      return needsFullPass(`${key} and another server cannot change at once`);
    for (const each of sharedBy([server, previous, entries.get(key)?.server, next?.known?.server])) {
      const other = owners.get(each);
      if (other !== undefined && other !== key) return needsFullPass(`${other} and ${key} both have ${each}`);
      owners.set(each, key);
    }
    changed.set(key, next);
  }
  return changed.size === 0 ? needsFullPass('there is no server') : changed;
};

/** Names and addresses, which two servers may want. */
const sharedBy = (servers: readonly (Server | null | undefined)[]): readonly string[] =>
  servers.flatMap((server) => (server === null || server === undefined ? [] : [server.name, ...server.ips]));
