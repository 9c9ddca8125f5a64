import { compareText } from '../model/compare.ts';
import type { AtomicSet, Change, ChangeRef, Changeset, PlannedRRset } from '../model/plan.ts';
import { synthesisedTypes } from '../model/rdata.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { serverKey } from '../model/server.ts';

/** A server by its inventory. */
export interface ServerRef {
  readonly inventory: string;
  readonly server: string;
}

/** Every registration name, of servers that leave as well, with whose it is. */
export type Registered = Pick<ReadonlyMap<string, ServerRef>, 'get' | 'size'>;

/**
 * The sets of servers whose A, AAAA or PTR change, by inventory and server. A PTR is of the server that it points at
 * after its change, or else before.
 */
export const atomicSets = (changesets: readonly Changeset[], registered: Registered): readonly AtomicSet[] => {
  const sets = new Map<
    string,
    { readonly of: ServerRef; readonly members: ChangeRef[]; readonly claims: ChangeRef[] }
  >();
  const setOf = (of: ServerRef) => {
    const key = keyOfServer(of);
    const known = sets.get(key) ?? { of, members: [], claims: [] };
    sets.set(key, known);
    return known;
  };
  if (registered.size === 0) return [];
  for (const changeset of changesets) {
    const swaps = namesWithAddresses(changeset.changes);
    for (const change of changeset.changes) {
      const ref = refTo(changeset, change);
      for (const of of serversOf(change, registered, swaps)) setOf(of).members.push(ref);
      for (const of of newcomersOf(change)) setOf(of).claims.push(ref);
    }
  }
  return [...sets.values()]
    .filter(({ members }) => members.length > 0)
    .map(({ of, members, claims }) => ({ ...of, members: members.sort(byPlace), claims: claims.sort(byPlace) }))
    .sort((a, b) => compareText(a.inventory, b.inventory) || compareText(a.server, b.server));
};

export const refTo = ({ zone, view, target }: Changeset, { name, type }: RRsetKey): ChangeRef => ({
  zone,
  view,
  target,
  name,
  type,
});

/** One text for a change's place. */
export const placeOf = ({ zone, view, target, name, type }: ChangeRef): string =>
  `${zone}\n${view ?? ''}\n${target}\n${name} ${type}`;

/** What an address takes the place of, or gives its place to. */
const swapped: ReadonlySet<string> = new Set(['CNAME', ...synthesisedTypes]);

const isAddress = ({ type }: RRsetKey): boolean => type === 'A' || type === 'AAAA';

const namesWithAddresses = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(changes.filter(isAddress).map(({ name }) => name));

/** The servers that a change is part of the registration of. */
const serversOf = (change: Change, registered: Registered, swaps: ReadonlySet<string>): readonly ServerRef[] => {
  const { name, type, before, after } = change;
  if (type === 'PTR') {
    const named = (side: Change['after']) => [
      ...new Set(side?.values.flatMap(({ rdata }) => registered.get(rdata) ?? [])),
    ];
    const next = named(after);
    return next.length > 0 ? next : named(before);
  }
  const of = registered.get(name);
  return of !== undefined && (isAddress(change) || (swapped.has(type) && swaps.has(name))) ? [of] : [];
};

/**
 * The servers that a change takes a value of a claim from which was not there. Where addresses are compiled into one
 * value, that is every server of it.
 */
const newcomersOf = ({ before, after }: Change): readonly ServerRef[] => {
  const known = new Set(before?.values.map(({ rdata }) => rdata));
  const values = (after?.values ?? []).filter(({ rdata }) => !known.has(rdata));
  const servers = new Map(values.flatMap(claimantsOf).map((of) => [keyOfServer(of), of]));
  return [...servers.values()];
};

/** The servers that a value is of by a claim. */
const claimantsOf = ({ origins }: PlannedRRset['values'][number]): readonly ServerRef[] =>
  origins.flatMap((origin) =>
    origin.kind === 'claim' ? [{ inventory: origin.inventory, server: origin.server }] : [],
  );

const keyOfServer = ({ inventory, server }: ServerRef): string => serverKey({ inventory, name: server });

/** Are these addresses that all stay, with others beside them? */
export const onlyGains = (change: Change): boolean => {
  const { before, after } = change;
  if (after === null || !isAddress(change)) return false;
  const next = new Set(after.values.map(({ rdata }) => rdata));
  return before === null || before.values.every(({ rdata }) => next.has(rdata));
};

/**
 * A claim's change without the values that it takes from a server. Null where it cannot go without them: where nothing
 * else comes by it, where something goes by it (the change does not say whose that is), and where the addresses are parts
 * of something else.
 */
export const withoutNewcomers = (change: Change, of: ServerRef): Change | null => {
  const { before, after } = change;
  if (after === null || after.health_check !== null || !onlyGains(change)) return null;
  const known = new Set(before?.values.map(({ rdata }) => rdata));
  const left = keyOfServer(of);
  const values = after.values.filter(
    (value) => known.has(value.rdata) || claimantsOf(value).every((each) => keyOfServer(each) !== left),
  );
  return values.length > known.size ? { ...change, after: { ...after, values } } : null;
};

const byPlace = (a: ChangeRef, b: ChangeRef): number => compareText(placeOf(a), placeOf(b));
