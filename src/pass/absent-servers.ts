import type { Definitions } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import { compileGlob, hasStar } from '../model/glob.ts';
import { listed } from '../model/phrases.ts';
import type { Store } from '../model/ports.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { type Roster, type RosterServer, serverKey } from '../model/server.ts';
import { type DesiredZone, type ZoneId, zoneLabel } from '../model/zone.ts';
import { type AbsentAllow, absentAllows, printAbsent } from '../plan/index.ts';
import { type GivenAllow, parseAllows } from './allows.ts';
import { notConfigured } from './options.ts';

// Which servers a run's `--allow` says are gone. `absent:INVENTORY/SERVER` names them. `absence:ZONE…` of a value that is
// some absent server's takes that server as a whole: without its other values the value would come back, or leave half of
// a set behind. Nothing here is written; inventory/allowed-absences.ts says what is remembered.

/** What a run allows of absences. */
export interface AbsenceAllows {
  readonly servers: readonly (AbsentAllow & { readonly text: string })[];
  readonly absences: readonly GivenAllow[];
}

export const absenceAllows = (texts: readonly string[]): AbsenceAllows => ({
  servers: absentAllows(texts),
  absences: parseAllows(texts).filter(({ allow }) => allow.guard === 'absence'),
});

/** A value that was written for a server. */
interface WrittenFor {
  readonly zone: ZoneId;
  readonly target: string;
  readonly name: string;
  readonly server: string;
}

export interface AbsentServers {
  readonly servers: readonly { readonly inventory: string; readonly name: string }[];
  readonly problems: readonly Problem[];
}

interface Known {
  readonly definitions: Definitions;
  readonly roster: Roster;
  /** What is wanted without these allows. */
  readonly zones: readonly DesiredZone[];
}

/** Finds them. Throws USAGE for one that its inventory has, and for an inventory that nobody knows. */
export const absentServers = async (
  { absences, servers }: AbsenceAllows,
  known: Known,
  store: Pick<Store, 'written'>,
): Promise<AbsentServers> => {
  const entries = new Map(known.roster.servers.map((entry) => [serverKey(entry.server), entry]));
  const written = await writtenForStrangers(known.definitions, store, (key) => entries.has(key));
  const named = servers.map((allow) => ({ allow, keys: keysNamed(allow, entries, written, known) }));
  const isMissing = (key: string) => entries.get(key)?.standing === 'missing';
  const members = absences.map((given) => ({ given, keys: keysAt(given, known.zones, written, isMissing) }));
  const keys = new Set([...named, ...members].flatMap((each) => each.keys));
  return {
    servers: [...keys].sort().map((key) => {
      const slash = key.indexOf('/');
      return { inventory: key.slice(0, slash), name: key.slice(slash + 1) };
    }),
    problems: [
      ...named.filter((each) => each.keys.length === 0).map(({ allow }) => unused(allow)),
      ...members.filter((each) => each.keys.length > 0).map(({ given, keys: own }) => taken(given, own)),
    ],
  };
};

/** What was written for servers that no inventory has or remembers. */
const writtenForStrangers = async (
  { zones }: Definitions,
  store: Pick<Store, 'written'>,
  isKnown: (key: string) => boolean,
): Promise<readonly WrittenFor[]> => {
  const found: WrittenFor[] = [];
  for (const { id, settings } of zones) {
    for (const target of settings.targets) {
      for (const { name, sources } of await store.written(id, target)) {
        const strangers = sources.filter((source) => source !== 'git' && !isKnown(source));
        for (const server of strangers) found.push({ zone: id, target, name, server });
      }
    }
  }
  return found;
};

const keysNamed = (
  { inventory, server, text }: AbsenceAllows['servers'][number],
  entries: ReadonlyMap<string, RosterServer>,
  written: readonly WrittenFor[],
  { definitions, roster }: Known,
): readonly string[] => {
  const prefix = serverKey({ inventory, name: '' });
  const strangers = [...new Set(written.map((each) => each.server))].filter((key) => key.startsWith(prefix));
  const configured = definitions.roles.inventories.map(({ name }) => name);
  if (!configured.includes(inventory) && strangers.length === 0) {
    throw notConfigured(`--allow ${text}`, 'inventories', configured);
  }
  const matches = compileGlob(server);
  const isNamed = (key: string) => matches(key.slice(prefix.length));
  const known = [...entries].filter(([key]) => key.startsWith(prefix) && isNamed(key));
  if (hasStar(server)) {
    // A glob takes nobody whom a failing inventory may still have.
    const isAnswered = roster.inventories[inventory]?.complete ?? true;
    return [
      ...known.filter(([, { standing }]) => standing === 'missing').map(([key]) => key),
      ...(isAnswered ? strangers.filter(isNamed) : []),
    ];
  }
  if (known.some(([, { standing }]) => standing === 'present')) throw isPresent(text, inventory);
  return [...known.map(([key]) => key), ...strangers.filter(isNamed)];
};

const isPresent = (text: string, inventory: string): HostmasterError => {
  const message = `--allow ${text}: the answer of inventory ${inventory} has that server; take it out there, or mark it decommissioned`;
  return new HostmasterError('USAGE', message);
};

/** The absent servers whose values stand where an `absence:` lets them go. */
const keysAt = (
  { allow }: GivenAllow,
  zones: readonly DesiredZone[],
  written: readonly WrittenFor[],
  isMissing: (key: string) => boolean,
): readonly string[] => {
  const isAt = (zone: ZoneId, name: string) =>
    zoneLabel(zone) === zoneLabel(allow.zone) && (allow.name === null || allow.name === name);
  const retained = zones
    .flatMap(({ id, rrsets }) => rrsets.filter(({ name }) => isAt(id, name)))
    .flatMap(({ values }) => values.filter((value) => value.retained !== undefined))
    .flatMap(({ origins }) => origins)
    .flatMap((origin) =>
      origin.kind === 'zone_file' ? [] : [serverKey({ inventory: origin.inventory, name: origin.server })],
    );
  // What another server would have by now, did it get what it wants, is still the absent one's.
  const kept = zones
    .flatMap(({ id, protected: all = [] }) => all.filter(({ name }) => isAt(id, name)))
    .flatMap(({ server }) => (server !== undefined && isMissing(server) ? [server] : []));
  const strangers = written
    .filter(({ name, target, zone }) => isAt(zone, name) && (allow.target === null || allow.target === target))
    .map(({ server }) => server);
  return [...new Set([...retained, ...kept, ...strangers])].sort();
};

const unused = ({ inventory, server, text }: AbsenceAllows['servers'][number]): Problem => {
  const which = hasStar(server)
    ? `no server of ${inventory} that matches is missing`
    : 'nothing is known of that server';
  return problemAt('allow-unused', 'warning', `--allow ${text} let nothing through: ${which}`, null);
};

const taken = ({ allow, text }: GivenAllow, keys: readonly string[]): Problem => {
  const as = listed(keys.map((key) => `--allow ${printAbsent(key)}`));
  const where = allow.name ?? zoneLabel(allow.zone);
  return problemAt(
    'allow-absent',
    'warning',
    `--allow ${text} takes ${listed(keys)} as gone, with all records and claims, as values at ${where} belong to ${keys.length === 1 ? 'that server' : 'these servers'}: it counts as ${as}`,
    null,
  );
};
