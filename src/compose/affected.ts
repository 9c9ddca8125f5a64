import type { Known, RosterServer, Server } from '../model/server.ts';
import { type Composition, contributionsAt, staticsAt } from './composition.ts';
import { keyOfEntry } from './contenders.ts';
import { type Contribution, type ServerContributions, serverKeyOf } from './contribution.ts';
import { contributionsOf } from './contributions.ts';
import { type MergedName, mergeName, noStatics, type Statics } from './merge.ts';
import { indexRoster, reindexed, rivalsOf } from './roster-index.ts';

// The change of a few servers, composed without the rest, and brought into the composition.

/** Servers by key as they are now; null: gone. */
export type ChangedServers = ReadonlyMap<string, RosterServer | null>;

/** What the change of some servers affects. */
export interface Affected {
  /** Every name that these servers or their rivals contributed to before, or contribute to now. */
  readonly names: readonly string[];
  readonly merged: readonly MergedName[];
  /** The servers, unless they are gone, and their rivals. */
  readonly recomposed: readonly ServerContributions[];
  /** By name: all that anybody contributes to it now, in the order of the servers' keys. */
  readonly contributions: ReadonlyMap<string, readonly Contribution[]>;
}

/** What zone files have at each of some names. Default is to look through all of them. */
export type StaticsOf = (names: ReadonlySet<string>) => Pick<ReadonlyMap<string, Statics>, 'get'>;

/** Composes only the names that the change of some servers affects. */
export const affectedBy = (
  from: Composition,
  changed: ChangedServers,
  staticsOf: StaticsOf = (names) => staticsAt(from.input.zones, (name) => names.has(name)),
): Affected => {
  const { ruleset, index, entries, byName } = from;
  const now = reindexed(index, changed, ruleset.contends);
  const rivals = new Map<string, RosterServer | null>(changed);
  for (const [key, next] of changed) {
    for (const entry of [entries.get(key) ?? null, next].filter((each) => each !== null)) {
      for (const other of [...rivalsOf(index, entry), ...rivalsOf(now, entry)]) {
        const otherKey = keyOfEntry(other);
        if (!rivals.has(otherKey)) rivals.set(otherKey, other);
      }
    }
  }
  const recomposed = [...rivals].flatMap(([, entry]) => (entry === null ? [] : [contributionsOf(ruleset, now, entry)]));
  const own = Map.groupBy(
    recomposed.flatMap((contributed) => contributed.contributions),
    ({ name }) => name,
  );
  const before = [...rivals.keys()].flatMap((each) => from.byServer.get(each)?.contributions ?? []);
  const names = new Set([...before.map(({ name }) => name), ...own.keys()]);
  const statics = staticsOf(names);
  const contributions = new Map(
    [...names].map((name) => {
      const rest = contributionsAt(byName.get(name)).filter((each) => !rivals.has(serverKeyOf(each) ?? ''));
      return [name, [...rest, ...(own.get(name) ?? [])].sort(byServerKey)] as const;
    }),
  );
  const merged = [...contributions].flatMap(
    ([name, all]) => mergeName(ruleset, name, all, statics.get(name) ?? noStatics) ?? [],
  );
  return { names: [...names].sort(), merged, recomposed, contributions };
};

const byServerKey = (a: Contribution, b: Contribution): number => {
  const [keyOfA, keyOfB] = [serverKeyOf(a) ?? '', serverKeyOf(b) ?? ''];
  return keyOfA < keyOfB ? -1 : keyOfA > keyOfB ? 1 : 0;
};

/** The same with each server that is present known as the pass leaves it, which is how the next pass finds it. */
export const asKnownSince = (from: Composition, knownOf: (server: Server) => Known | undefined): Composition => {
  const entries = new Map(
    [...from.entries].map(([key, entry]): [string, RosterServer] => {
      const known = entry.standing === 'present' ? knownOf(entry.server) : undefined;
      return [key, known === undefined ? entry : { ...entry, known }];
    }),
  );
  return { ...from, entries, index: indexRoster([...entries.values()], from.ruleset.contends) };
};

/**
 * Brings a change into the composition that it was composed from, which from then on is as if all had been composed with
 * it. It is changed in place: to copy the maps of a hundred thousand names takes longer than all else of a change.
 */
export const bringIn = (from: Composition, { contributions, recomposed }: Affected, entries: ChangedServers): void => {
  for (const [key, next] of entries) {
    from.index.replace(from.entries.get(key) ?? null, next);
    if (next !== null) from.entries.set(key, next);
    else {
      from.entries.delete(key);
      from.byServer.delete(key);
    }
  }
  for (const each of recomposed) from.byServer.set(each.key, each);
  for (const [name, all] of contributions) {
    const [first] = all;
    if (first === undefined) from.byName.delete(name);
    else from.byName.set(name, all.length === 1 ? first : all);
  }
};
