import { compareText } from '../model/compare.ts';
import type { AtomicSet, Change, ChangeRef, Changeset, PlannedRRset } from '../model/plan.ts';
import { answersForOthers, isAddressType, reverseType } from '../model/rr-types.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { serverKey } from '../model/server.ts';

// Joins the changes of one server into its atomic set: the A, AAAA and PTR of its registration, which are all applied or none,
// so that forward and reverse agree. The planner calls it after each zone has its changeset; apply keeps the sets whole.

/** A server by its inventory. */
export interface ServerRef {
  readonly inventory: string;
  readonly server: string;
}

/** The server of each registration name, also of servers that are being removed. */
export type Registered = Pick<ReadonlyMap<string, ServerRef>, 'get' | 'size'>;

/**
 * One set for each server whose A, AAAA or PTR changes, in the order of inventory and server. A PTR is of the server that it
 * points at after its change, or else before. `claims` are changes that add the server's addresses to shared names.
 */
export const atomicSets = (changesets: readonly Changeset[], registered: Registered): readonly AtomicSet[] => {
  const sets = new Map<
    string,
    { readonly server: ServerRef; readonly members: ChangeRef[]; readonly claims: ChangeRef[] }
  >();
  const setOf = (server: ServerRef) => {
    const key = keyOfServer(server);
    const known = sets.get(key) ?? { server, members: [], claims: [] };
    sets.set(key, known);
    return known;
  };
  if (registered.size === 0) return [];
  for (const changeset of changesets) {
    const addressed = namesWithAddresses(changeset.changes);
    for (const change of changeset.changes) {
      const ref = refTo(changeset, change);
      for (const server of serversOf(change, registered, addressed)) setOf(server).members.push(ref);
      for (const server of addedClaimants(change)) setOf(server).claims.push(ref);
    }
  }
  return [...sets.values()]
    .filter(({ members }) => members.length > 0)
    .map(({ server, members, claims }) => ({ ...server, members: members.sort(byRef), claims: claims.sort(byRef) }))
    .sort((a, b) => compareText(a.inventory, b.inventory) || compareText(a.server, b.server));
};

export const refTo = ({ zone, view, target }: Changeset, { name, type }: RRsetKey): ChangeRef => ({
  zone,
  view,
  target,
  name,
  type,
});

const isAddress = ({ type }: RRsetKey): boolean => isAddressType(type);

const namesWithAddresses = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(changes.filter(isAddress).map(({ name }) => name));

/** The servers whose registration a change is part of; `addressed` are the names where an A or AAAA changes. */
const serversOf = (change: Change, registered: Registered, addressed: ReadonlySet<string>): readonly ServerRef[] => {
  const { name, type, before, after } = change;
  if (type === reverseType) {
    const named = (side: Change['after']) => [
      ...new Set(side?.values.flatMap(({ rdata }) => registered.get(rdata) ?? [])),
    ];
    const next = named(after);
    return next.length > 0 ? next : named(before);
  }
  const server = registered.get(name);
  return server !== undefined && (isAddress(change) || (answersForOthers(type) && addressed.has(name))) ? [server] : [];
};

/**
 * The servers that a change adds a claimed value of. Where addresses are compiled into one value, that is every server of
 * it.
 */
const addedClaimants = ({ before, after }: Change): readonly ServerRef[] => {
  const known = new Set(before?.values.map(({ rdata }) => rdata));
  const values = (after?.values ?? []).filter(({ rdata }) => !known.has(rdata));
  const servers = new Map(values.flatMap(claimantsOf).map((server) => [keyOfServer(server), server]));
  return [...servers.values()];
};

/** The servers that contribute a value by a claim. */
const claimantsOf = ({ origins }: PlannedRRset['values'][number]): readonly ServerRef[] =>
  origins.flatMap((origin) =>
    origin.kind === 'claim' ? [{ inventory: origin.inventory, server: origin.server }] : [],
  );

const keyOfServer = ({ inventory, server }: ServerRef): string => serverKey({ inventory, name: server });

/** Does the change add addresses, and take none away? */
export const onlyAdds = (change: Change): boolean => {
  const { before, after } = change;
  if (after === null || !isAddress(change)) return false;
  const next = new Set(after.values.map(({ rdata }) => rdata));
  return before === null || before.values.every(({ rdata }) => next.has(rdata));
};

/**
 * A claim's change without the values that it adds of a server. Null where the rest cannot be applied alone: where it adds
 * nothing else, where it takes a value away (it does not say of which server), and where the addresses are compiled into
 * another RRset.
 */
export const withoutValuesOf = (change: Change, server: ServerRef): Change | null => {
  const { before, after } = change;
  if (after === null || after.health_check !== null || !onlyAdds(change)) return null;
  const known = new Set(before?.values.map(({ rdata }) => rdata));
  const key = keyOfServer(server);
  const values = after.values.filter(
    (value) => known.has(value.rdata) || claimantsOf(value).every((each) => keyOfServer(each) !== key),
  );
  return values.length > known.size ? { ...change, after: { ...after, values } } : null;
};

const byRef = (a: ChangeRef, b: ChangeRef): number =>
  compareText(a.zone, b.zone) ||
  compareText(a.view ?? '', b.view ?? '') ||
  compareText(a.target, b.target) ||
  compareText(`${a.name} ${a.type}`, `${b.name} ${b.type}`);
