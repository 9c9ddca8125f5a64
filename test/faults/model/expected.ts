import { isPerhapsProven, isSurelyProven, type Seen } from './heard.ts';
import {
  addressesOf,
  type Content,
  type Git,
  type RRset,
  reverseName,
  type Wanted,
  wantedBy,
  type Zones,
} from './lab.ts';
import { wantedByGit } from './slots.ts';
import { isForeign } from './strangers.ts';
import type { Witness } from './witness.ts';

// The model: what the zones must have after an apply, what they may have, and what must never happen. From the documents:
// what Git says alone is as it says; a server's values come at once and go by proof; nothing foreign and nothing live goes.

/** One RRset after an apply. */
export type Expected =
  | { readonly kind: 'one of'; readonly of: readonly (RRset | null)[] }
  | {
      readonly kind: 'values';
      readonly must: ReadonlySet<string>;
      readonly may: ReadonlySet<string>;
      /** Where a value of `must` is there. */
      readonly ttl: number | null;
      /** One value at least. */
      readonly live: boolean;
    };

/** What `--allow` let through. */
export interface Allowed {
  readonly absence: ReadonlySet<string>;
  readonly delegation: ReadonlySet<string>;
  readonly neverEmpty: (name: string) => boolean;
}

export interface Model {
  readonly zones: Zones;
  readonly git: Git;
  readonly before: Content;
  readonly witness: Witness;
  readonly allowed: Allowed;
  readonly now: number;
}

const nameOf = (key: string): string => key.split(' ')[0] ?? '';
const typeOf = (key: string): string => key.split(' ')[1] ?? '';

/** The names and types that an apply could have to do with, each with what is expected. */
export const expectedOf = (model: Model): ReadonlyMap<string, Expected> => {
  const { before, git, witness, zones } = model;
  const all = witness.servers().map((seen) => ({ seen, wanted: wantedBy(zones, seen.name, seen.machine, git.roles) }));
  const loose = looseServers(model);
  const { bad, wanted } = wantedByGit(zones, git);
  const keys = new Set([
    ...before.keys(),
    ...wanted.keys(),
    ...all.flatMap(({ seen, wanted }) => [...wanted, ...pastOf(seen, model)].map(({ key }) => key)),
  ]);
  const foreign = new Set([...keys].filter((key) => isForeign(key, before, zones)));
  const foreignNames = new Set([...foreign].map(nameOf));
  const expectOne = (key: string): Expected => {
    const [is, then] = [before.get(key) ?? null, wanted.get(key) ?? null];
    const name = nameOf(key);
    const isUnread = git.broken && name.endsWith(zones.shared);
    const stays = foreign.has(key) || name === `ignored.${zones.shared}` || (isUnread && is !== null);
    const isDelegation = name === `sub.${zones.shared}`;
    if (stays || (isDelegation && !model.allowed.delegation.has(name))) return { kind: 'one of', of: [is] };
    const isFree = foreignNames.has(name) || isUnread;
    if (isOfServers(key, zones) && (then === null || git.broken))
      return expectValues(key, { all, loose, isFree }, model);
    const isEither = isFree || bad.has(name) || name.endsWith(`sub.${zones.shared}`);
    return { kind: 'one of', of: isEither ? [is, then] : [then] };
  };
  return withNeighbours(new Map([...keys].map((key) => [key, expectOne(key)])), model);
};

/** Where a last answer is kept, the other changes of its name wait with it. */
const withNeighbours = (all: ReadonlyMap<string, Expected>, { before }: Model): ReadonlyMap<string, Expected> => {
  const kept = [...all].flatMap(([key, each]) =>
    each.kind === 'values' && each.live && each.must.size === 0 && before.has(key) ? [key] : [],
  );
  return new Map(
    [...all].map(([key, each]): [string, Expected] => {
      const waits = kept.some((other) => other !== key && nameOf(other) === nameOf(key));
      if (!waits || each.kind === 'one of') return [key, each];
      const may = new Set([...each.must, ...each.may, ...(before.get(key)?.values ?? [])]);
      return [key, { ...each, must: new Set(), may, ttl: null }];
    }),
  );
};

/** Could an inventory have written there? */
const isOfServers = (key: string, { forward, shared }: Zones): boolean => {
  const [name, type] = [nameOf(key), typeOf(key)];
  if (type === 'PTR') return true;
  if (name.endsWith(`.${forward}`)) return type === 'A' || type === 'AAAA';
  if (name === `www.${shared}`) return type === 'A' || type === 'AAAA';
  return (name === `app.${shared}` && type === 'A') || (name.endsWith(`.srv.${shared}`) && type === 'TXT');
};

interface Wanting {
  readonly seen: Seen;
  readonly wanted: readonly Wanted[];
}

interface Contenders {
  readonly all: readonly Wanting[];
  readonly loose: ReadonlySet<string>;
  /** Whatever is there may stay and go. */
  readonly isFree: boolean;
}

const expectValues = (key: string, { all, isFree, loose }: Contenders, model: Model): Expected => {
  const { before, now, witness } = model;
  const is = before.get(key)?.values ?? [];
  const here = all.flatMap(({ seen, wanted }) =>
    wanted.filter((each) => each.key === key).map((each) => ({ seen, ...each })),
  );
  const owners = is.flatMap((value) => [...witness.owners(key, value)]);
  const isLoose = isFree || [...here.map(({ seen }) => seen.id), ...owners].some((id) => loose.has(id));
  const strict = here.filter(({ seen }) => isPresent(seen));
  const must = new Set(isLoose ? [] : strict.map(({ value }) => value));
  const may = new Set(here.filter(({ seen }) => !isSurelyGone(seen)).map(({ value }) => value));
  const fates = is.flatMap((value) =>
    must.has(value) ? [] : [{ value, fate: isLoose ? ('may go' as const) : fateOf(key, value, model) }],
  );
  // A server that does not get what it wants stays as it was.
  const past = all.flatMap(({ seen }) => (isLoose || loose.has(seen.id) ? pastOf(seen, model) : []));
  for (const each of past) if (each.key === key) may.add(each.value);
  for (const { fate, value } of fates) {
    if (fate === 'stays') must.add(value);
    else if (fate !== 'goes') may.add(value);
  }
  const keepsOne = fates.some(({ fate }) => fate === 'goes if others stay');
  const hasServer = here.some(({ seen }) => owners.includes(seen.id) && !isPerhapsGone(seen, now));
  const live = is.length > 0 && (keepsOne || isProtected(key, { hasServer, owners }, model));
  if (live && must.size === 0) for (const value of is) may.add(value);
  return { kind: 'values', must, may, ttl: isLoose ? null : (strict[0]?.ttl ?? null), live };
};

const pastOf = ({ name, past }: Seen, { git, zones }: Model): readonly Wanted[] =>
  past.flatMap((machine) => wantedBy(zones, name, machine, git.roles));

/** Is it the answer of a claim that Git has, or of a server that is there? */
const isProtected = (
  key: string,
  { hasServer, owners }: { readonly hasServer: boolean; readonly owners: readonly string[] },
  { allowed, git: { roles }, zones }: Model,
): boolean => {
  const name = nameOf(key);
  if (allowed.neverEmpty(name)) return false;
  const isClaimed = (name === `www.${zones.shared}` && roles.claim) || (name === `app.${zones.shared}` && roles.group);
  if (isClaimed) return owners.some((owner) => owner !== 'git');
  return name.endsWith(`.${zones.forward}`) && hasServer && !allowed.absence.has(name);
};

const isPresent = ({ standing }: Seen): boolean => standing === 'present' || standing === 'partial';

const isSurelyGone = ({ allowed, lack, standing }: Seen): boolean =>
  standing === 'missing' && (allowed || (lack !== null && isSurelyProven(lack)));

const isPerhapsGone = ({ allowed, lack, standing }: Seen, now: number): boolean =>
  standing === 'missing' && (allowed || (lack !== null && isPerhapsProven(lack, now)));

type Fate = 'stays' | 'may go' | 'goes if others stay' | 'goes';

/** What becomes of a value that no present server wants. */
const fateOf = (key: string, value: string, model: Model): Fate => {
  const { allowed, git, now, witness, zones } = model;
  const owners = [...witness.owners(key, value)].filter((owner) => owner !== 'git');
  const isGits = witness.owners(key, value).has('git');
  if (allowed.absence.has(nameOf(key))) return 'may go';
  const known = owners.map((owner) => witness.find(owner));
  const fates = known.map(
    (seen): Fate => (seen === undefined ? orphanFate(key, value, model) : serverFate(seen, key, value, model)),
  );
  if (owners.length === 0) fates.push(isGits ? 'may go' : strangersFate(key, value, model));
  const taken = isTaken(key, value, model);
  if (fates.every((fate) => fate === 'goes')) return taken || !isGits ? 'goes' : 'may go';
  if (taken || known.some((seen) => seen !== undefined && isOfNoRole(seen, key, zones, git))) return 'may go';
  if (fates.includes('stays')) return 'stays';
  return fates.includes('goes if others stay') ? 'goes if others stay' : 'may go';

  function serverFate(seen: Seen, at: string, rdata: string, { git: { roles } }: Model): Fate {
    const isWanted = wantedBy(zones, seen.name, seen.machine, roles).some(
      (each) => each.key === at && each.value === rdata,
    );
    switch (seen.standing) {
      case 'present':
        return isWanted ? 'stays' : 'goes';
      case 'missing':
        if (isSurelyGone(seen)) return 'goes';
        return isPerhapsGone(seen, now) ? 'may go' : 'stays';
      default:
        return isWanted && seen.standing === 'remembered' ? 'stays' : 'goes if others stay';
    }
  }
};

/** Nobody knows whose it is: it waits for its own proof. */
const orphanFate = (key: string, value: string, { now, witness }: Model): Fate => {
  const lack = witness.orphaned(key, value);
  if (lack === null || !isPerhapsProven(lack, now)) return 'stays';
  return isSurelyProven(lack, 1) ? 'goes' : 'may go';
};

/** The same, where a present server has the name or the address. */
const strangersFate = (key: string, value: string, model: Model): Fate => {
  const { forward } = model.zones;
  const isOf = ({ machine, name, standing }: Seen): boolean =>
    (standing === 'present' || standing === 'partial') &&
    (nameOf(key) === `${name}.${forward}` ||
      value === `${name}.${forward}` ||
      nameOf(key).startsWith(`${name}.srv.`) ||
      (!nameOf(key).endsWith(`.${forward}`) && addressesOf(model.zones, machine).includes(value)));
  return model.witness.servers().some(isOf) ? 'may go' : orphanFate(key, value, model);
};

/** Has Git taken out what the server had it by? */
const isOfNoRole = ({ machine, name }: Seen, key: string, zones: Zones, { roles }: Git): boolean => {
  const at = nameOf(key);
  if (at === `www.${zones.shared}`) return !roles.claim;
  if (at === `app.${zones.shared}`) return !roles.group;
  return at === `${name}.srv.${zones.shared}` && machine.valid && !roles.record;
};

/** Has a present server the address now? Its PTR is replaced at once, and a claim loses it. */
const isTaken = (key: string, value: string, { witness, zones }: Model): boolean => {
  const present = witness
    .servers()
    .filter(
      ({ machine, standing }) =>
        (standing === 'present' || standing === 'partial') && machine.state !== 'decommissioned',
    );
  const addresses = present.flatMap(({ machine }) => addressesOf(zones, machine));
  if (typeOf(key) === 'PTR') return addresses.some((each) => reverseName(zones, each) === nameOf(key));
  return nameOf(key).endsWith(zones.shared) && addresses.includes(value);
};

/**
 * Servers that want a name or an address of another, and all that an address ties them to: which of them has it is not this
 * model's to say.
 */
export const looseServers = ({ before, witness, zones }: Model): ReadonlySet<string> => {
  const servers = witness.servers().filter(({ machine }) => machine.state !== 'decommissioned');
  const has = new Map(
    servers.map((seen) => {
      const own = ['A', 'AAAA'].flatMap((type) => before.get(`${seen.name}.${zones.forward} ${type}`)?.values ?? []);
      const pointing = [...before].flatMap(([key, { values }]) =>
        typeOf(key) === 'PTR' && values.includes(`${seen.name}.${zones.forward}`) ? [nameOf(key)] : [],
      );
      const wanted = addressesOf(zones, seen.machine);
      return [
        seen.id,
        new Set([
          ...own.map((each) => reverseName(zones, each)),
          ...pointing,
          ...wanted.map((each) => reverseName(zones, each)),
        ]),
      ] as const;
    }),
  );
  const quarrel = (a: Seen, b: Seen): boolean =>
    a.id !== b.id &&
    (a.name === b.name || addressesOf(zones, a.machine).some((each) => addressesOf(zones, b.machine).includes(each)));
  const quarrelling = servers.filter((a) => servers.some((b) => quarrel(a, b))).map(({ id }) => id);
  const loose = new Set([...quarrelling, ...witness.unsure()]);
  for (let grown = -1; grown !== loose.size; ) {
    grown = loose.size;
    for (const { id } of servers) {
      const own = has.get(id) ?? new Set();
      const isTied = [...loose].some((other) => [...(has.get(other) ?? [])].some((each) => own.has(each)));
      if (isTied) loose.add(id);
    }
  }
  return loose;
};
