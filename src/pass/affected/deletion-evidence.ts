import type { Affected, Composition } from '../../compose/composition.ts';
import { keyOfEntry } from '../../compose/contenders.ts';
import { evidenceOfSome, type ServerOutcome } from '../../compose/deletion-evidence.ts';
import { isServerName } from '../../compose/template.ts';
import { type RosterServer, serverKey } from '../../model/server.ts';
import type { Registered, ServerRef } from '../../plan/sets.ts';
import type { SharedEvidence } from '../../run.ts';
import type { LastPass } from './last-pass.ts';

// What a pass of one server looks up of all others stays as the last pass had it.

/** A server's change, and the servers whose records it may change with it. */
export interface ServerImpact {
  /** Of the server that changes. */
  readonly key: string;
  readonly next: RosterServer | null;
  /** By key: those that share a name or an address with it, and itself. */
  readonly entries: ReadonlyMap<string, ImpactedServer>;
}

interface ImpactedServer extends ServerOutcome {
  /** Does it get anything? */
  readonly gets: boolean;
}

export const impactOf = (
  { entries }: Composition,
  key: string,
  next: RosterServer | null,
  { recomposed }: Pick<Affected, 'recomposed'>,
): ServerImpact => ({
  key,
  next,
  entries: new Map(
    recomposed.flatMap((contributed): readonly [string, ImpactedServer][] => {
      const entry = contributed.key === key ? next : (entries.get(contributed.key) ?? null);
      return entry === null
        ? []
        : [
            [
              contributed.key,
              {
                key: contributed.key,
                entry,
                outcome: contributed.allocation.outcome,
                gets: contributed.allocation.server !== null,
              },
            ],
          ];
    }),
  ),
});

/**
 * The evidence for deletions now. A value that the server gave up and that nobody is known to have written may lack one who
 * left and accounts for it as well: then it stays for the next full pass.
 */
export const evidenceWith = (
  { desired, composition }: LastPass,
  { key, entries }: ServerImpact,
  now: number,
): SharedEvidence => {
  const { evidence } = desired;
  if (evidence === null) return null;
  const own = evidenceOfSome(composition.ruleset, now, [...entries.values()]);
  const isOwn = (each: string) => each === key || entries.has(each);
  const unlessOwn = (each: string | undefined) => (each === undefined || isOwn(each) ? undefined : each);
  return {
    servers: { get: (each) => (isOwn(each) ? own.servers.get(each) : evidence.servers.get(each)) },
    names: { get: (name) => own.names.get(name) ?? unlessOwn(evidence.names.get(name)) },
    addresses: { get: (address) => own.addresses.get(address) ?? unlessOwn(evidence.addresses.get(address)) },
    present: { has: (each) => (isOwn(each) ? own.present.has(each) : evidence.present.has(each)) },
    counts: false,
    now,
  };
};

/** Whose each registration name is now. */
export const registeredWith = (
  { desired: { registered }, composition }: LastPass,
  { key, next, entries }: ServerImpact,
): Registered => {
  const { ruleset, byServer } = composition;
  const server = next?.server ?? composition.entries.get(key)?.server;
  if (ruleset.registration === null || server === undefined || !isServerName(server.name)) return registered;
  const own = `${server.name}.${ruleset.registration.definition.zone}`;
  const named = [
    ...new Set(
      [server.inventory, ...ruleset.inventories.map(({ name }) => name)].map((inventory) =>
        serverKey({ inventory, name: server.name }),
      ),
    ),
  ]
    .sort()
    .flatMap((each) => {
      const entry = each === key ? next : (composition.entries.get(each) ?? null);
      return entry === null ? [] : [entry];
    });
  const has = (entry: RosterServer): boolean => {
    const each = keyOfEntry(entry);
    return ruleset.contends(entry) && (entries.get(each)?.gets ?? byServer.get(each)?.allocation.server !== null);
  };
  const first = named.find(has) ?? named[0];
  const of: ServerRef | undefined =
    first === undefined ? undefined : { inventory: first.server.inventory, server: first.server.name };
  return { size: Math.max(1, registered.size), get: (name) => (name === own ? of : registered.get(name)) };
};
