import type { Affected, ChangedServers } from '../../compose/affected.ts';
import { keyOfEntry } from '../../compose/contenders.ts';
import { evidenceOfSome, type ServerOutcome } from '../../compose/deletion-evidence.ts';
import { isServerName } from '../../compose/template.ts';
import type { EvidenceStatus } from '../../model/deletion-evidence.ts';
import { type RosterServer, serverKey } from '../../model/server.ts';
import type { ServerRef } from '../../plan/sets.ts';
import type { SharedEvidence } from '../../run.ts';
import type { LastPass } from './last-pass.ts';
import { type Overlay, over } from './overlay.ts';

// What a pass of a few servers looks up of all others stays as the last pass had it.

/** The change of some servers, and those whose records it may change with them. */
export interface ServersImpact {
  readonly changed: ChangedServers;
  /** By key: those that share a name or an address with one that changes, and these; none that is gone. */
  readonly entries: ReadonlyMap<string, ImpactedServer>;
}

interface ImpactedServer extends ServerOutcome {
  /** Does it get anything? */
  readonly gets: boolean;
  /** Does it get all that it wants, and does nobody else want any of it? */
  readonly isUncontested: boolean;
}

export const impactOf = (
  { entries }: LastPass['composition'],
  changed: ChangedServers,
  { recomposed }: Pick<Affected, 'recomposed'>,
): ServersImpact => ({
  changed,
  entries: new Map(
    recomposed.flatMap(({ allocation, key }): readonly [string, ImpactedServer][] => {
      const next = changed.get(key);
      const entry = next === undefined ? entries.get(key) : (next ?? undefined);
      if (entry === undefined) return [];
      const { conflicts, outcome, ptrTakenBy, server } = allocation;
      const isUncontested = outcome === 'won' && conflicts.length + ptrTakenBy.size === 0;
      return [[key, { key, entry, outcome, gets: server !== null, isUncontested }]];
    }),
  ),
});

/** What these servers prove now, and no more, over the evidence of the last pass. */
export interface EvidenceOverlay {
  readonly servers: Overlay<string, EvidenceStatus>;
  readonly names: Overlay<string, string>;
  readonly addresses: Overlay<string, string>;
  /** By key: is it in the answer of its inventory? */
  readonly present: ReadonlyMap<string, boolean>;
}

/**
 * A value that the server gave up and that nobody is known to have written may lack one who left and accounts for it as
 * well: then it stays for the next full pass.
 */
export const evidenceOverlay = (
  { composition, evidence }: LastPass,
  { changed, entries }: ServersImpact,
  now: number,
): EvidenceOverlay => {
  const own = evidenceOfSome(composition.ruleset, now, [...entries.values()]);
  const keys = [...new Set([...changed.keys(), ...entries.keys()])];
  const isOwn = (key: string | undefined): boolean => key !== undefined && (changed.has(key) || entries.has(key));
  const before = keys.flatMap((key) => composition.entries.get(key)?.server ?? []);
  const zone = composition.ruleset.registration?.definition.zone ?? '';
  const overlay = (
    base: ReadonlyMap<string, string> | undefined,
    next: ReadonlyMap<string, string>,
    had: readonly string[],
  ): Overlay<string, string> =>
    new Map<string, string | null>([
      ...had.filter((each) => isOwn(base?.get(each))).map((each) => [each, null] as const),
      ...next,
    ]);
  return {
    servers: new Map(keys.map((key) => [key, own.servers.get(key) ?? null])),
    names: overlay(
      evidence?.names,
      own.names,
      before.map(({ name }) => `${name}.${zone}`),
    ),
    addresses: overlay(
      evidence?.addresses,
      own.addresses,
      before.flatMap(({ ips }) => ips),
    ),
    present: new Map(keys.map((key) => [key, own.present.has(key)])),
  };
};

/** The evidence for deletions now. */
export const evidenceWith = (
  { evidence }: LastPass,
  { addresses, names, present, servers }: EvidenceOverlay,
  now: number,
): SharedEvidence =>
  evidence === null
    ? null
    : {
        servers: over(evidence.servers, servers),
        names: over(evidence.names, names),
        addresses: over(evidence.addresses, addresses),
        present: { has: (key) => present.get(key) ?? evidence.present.has(key) },
        counts: false,
        now,
      };

/** Whose the registration names of the servers that change are now. */
export const registeredOverlay = (
  { composition }: LastPass,
  { changed, entries }: ServersImpact,
): Overlay<string, ServerRef> => {
  const { ruleset, byServer } = composition;
  const { registration } = ruleset;
  if (registration === null) return new Map();
  const has = (entry: RosterServer): boolean => {
    const key = keyOfEntry(entry);
    return ruleset.contends(entry) && (entries.get(key)?.gets ?? byServer.get(key)?.allocation.server !== null);
  };
  return new Map(
    [...changed].flatMap(([key, next]): readonly [string, ServerRef | null][] => {
      const server = next?.server ?? composition.entries.get(key)?.server;
      if (server === undefined || !isServerName(server.name)) return [];
      const { name } = server;
      const inventories = new Set([server.inventory, ...ruleset.inventories.map((each) => each.name)]);
      const named = [...inventories]
        .map((inventory) => serverKey({ inventory, name }))
        .sort()
        .flatMap((each) => {
          const changedTo = changed.get(each);
          return (changedTo === undefined ? composition.entries.get(each) : changedTo) ?? [];
        });
      const first = named.find(has) ?? named[0];
      const ref = first === undefined ? null : { inventory: first.server.inventory, server: first.server.name };
      return [[`${name}.${registration.definition.zone}`, ref]];
    }),
  );
};
