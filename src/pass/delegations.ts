import type { TargetDefinition } from '../model/definitions.ts';
import { listed } from '../model/phrases.ts';
import { pooled } from '../model/pool.ts';
import type { Answer, Asker, NameServer, NoAnswer, Question } from '../model/ports.ts';
import { type Problem, warningOfTarget } from '../model/problem.ts';
import { addressTypes, isAddressType, isNameServers, isSoa, soaAt } from '../model/rr-types.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Allow } from '../plan/index.ts';
import type { RunContext } from '../target.ts';
import {
  type AddressedNameServer,
  type AddressSources,
  addressedNameServers,
  atAddresses,
  type NameServerRRset,
} from '../verify/index.ts';
import { configuredAddresses } from './configured-addresses.ts';

// Delegations that a run may change, as somebody allowed them by name: are their new name servers ready?
//
// A name server is new where it was not there before, or not at that address. Its addresses are those that the zone has, or
// another configured zone, or DNS; where none of them knows one, those of `verify_at` stand in for it, if the delegated zone
// is configured. Each must answer SOA of the delegated name with AA, and whatever the present ones answer at the names that
// count: at Azure in May 2019 the new one held an empty zone. One whose address nobody knows cannot be asked: then the allow
// by name is enough, and that is said.

/** What was found out of a zone's delegations that may change. */
export interface Delegations {
  /** Why new name servers are not ready, by the delegated name. */
  readonly unready: ReadonlyMap<string, string>;
  /** A warning for each with new name servers that nobody can ask. */
  readonly unasked: readonly Problem[];
}

export type CheckDelegations = (
  zone: DesiredZone,
  target: string,
  existing: ZoneSnapshot | null,
) => Promise<Delegations>;

export interface DelegationsInput {
  readonly allows: readonly Allow[];
  /** All that are configured, as they are wanted. */
  readonly zones: readonly DesiredZone[];
  /** All that are configured, whether or not this run opens them. */
  readonly targets: readonly Pick<TargetDefinition, 'name' | 'verify_at'>[];
  readonly context: Pick<RunContext, 'ask' | 'lookup'>;
}

interface Sources {
  readonly ask: Asker;
  readonly addresses: AddressSources;
  /** The name servers that `verify_at` has for a zone, at one target or at all of its. */
  readonly verifiedAt: (zone: string) => readonly NameServer[];
}

/** Checks delegations for the length of a plan: no name server that gives no answer is asked twice. */
export const delegationCheck = ({ allows, context, targets, zones }: DelegationsInput): CheckDelegations => {
  const { lookup } = context;
  const addresses = { elsewhere: configuredAddresses(zones), ...(lookup === undefined ? {} : { lookup }) };
  const ask = onceIfSilent(context.ask);
  const verifyAt = new Map(targets.map((each) => [each.name, each.verify_at ?? []]));
  return async (zone, target, existing) => {
    const names = allowedNames(zone, target, allows);
    if (names.length === 0) return { unready: new Map(), unasked: [] };
    const [desired, present] = [zone.rrsets, existing?.rrsets ?? []].map(byNameIn);
    const sides = {
      after: (name: string) => nameServerRRsets(name, desired, present),
      before: (name: string) => nameServerRRsets(name, present),
    };
    const verifiedAt = (name: string): readonly NameServer[] => {
      const holding =
        name === zone.id.name ? [target] : (zones.find(({ id }) => id.name === name)?.settings.targets ?? []);
      return holding.flatMap((each) => verifyAt.get(each) ?? []);
    };
    const found = await pooled(names, namesAtOnce, async (name) => {
      return { name, ...(await checkOne(name, sides, { ask, addresses, verifiedAt })) };
    });
    return {
      unready: new Map(found.flatMap(({ name, why }) => (why === null ? [] : [[name, why] as const]))),
      unasked: found
        .filter(({ unknown }) => unknown.length > 0)
        .map(({ name, unknown }) => notAsked(name, unknown, zone, target)),
    };
  };
};

const namesAtOnce = 64;

const allowedNames = (zone: DesiredZone, at: string, allows: readonly Allow[]): readonly string[] => [
  ...new Set(
    allows.flatMap(({ guard, name, target, zone: of }) =>
      guard === 'delegation' &&
      zoneLabel(of) === zoneLabel(zone.id) &&
      (target === null || target === at) &&
      name !== null
        ? [name]
        : [],
    ),
  ),
];

/** Asks the first question of a name server alone: one that gives no answer to it is asked nothing more. */
const onceIfSilent = (ask: Asker): Asker => {
  const first = new Map<string, Promise<Answer | NoAnswer>>();
  return async (nameserver, question, signal) => {
    const id = `${nameserver.address} ${nameserver.port}`;
    const known = first.get(id);
    if (known === undefined) {
      const answer = ask(nameserver, question, signal);
      first.set(id, answer);
      return answer;
    }
    const answer = await known;
    return answer.status === 'no_answer' ? answer : ask(nameserver, question, signal);
  };
};

interface Checked {
  /** null: all that can be asked are ready. */
  readonly why: string | null;
  readonly unknown: readonly string[];
}

type ByName = ReadonlyMap<string, readonly NameServerRRset[]>;

/** NS, A and AAAA, by name. */
const byNameIn = (rrsets: readonly NameServerRRset[]): ByName =>
  Map.groupBy(
    rrsets.filter(({ type }) => isNameServers(type) || isAddressType(type)),
    ({ name }) => name,
  );

/** The NS RRset of a name, with the addresses of what is in it. */
const nameServerRRsets = (name: string, rrsets: ByName | undefined, besides?: ByName): readonly NameServerRRset[] => {
  const own = (rrsets?.get(name) ?? []).filter(({ type }) => isNameServers(type));
  const names = own.flatMap(({ values }) => values.map(({ rdata }) => rdata));
  const glue = names.flatMap((each) => {
    const known = (rrsets?.get(each) ?? []).filter(({ type }) => isAddressType(type));
    return known.length > 0 ? known : (besides?.get(each) ?? []).filter(({ type }) => isAddressType(type));
  });
  return [...own, ...glue];
};

/** What its name servers are found in, as it is wanted and as it is. */
interface Sides {
  readonly after: (name: string) => readonly NameServerRRset[];
  readonly before: (name: string) => readonly NameServerRRset[];
}

const checkOne = async (name: string, sides: Sides, { addresses, ask, verifiedAt }: Sources): Promise<Checked> => {
  const [after, before] = await Promise.all([
    addressedNameServers(name, sides.after(name), addresses),
    addressedNameServers(name, sides.before(name), addresses),
  ]);
  const fresh = after.flatMap((each) => withoutKnown(each, before));
  const unknown = fresh.filter((each) => each.addresses.length === 0).map((each) => each.name);
  const instead = unknown.length === 0 ? [] : verifiedAt(name);
  const groups = [...fresh.map(atAddresses), ...instead.map((each) => [each])].filter(({ length }) => length > 0);
  return {
    why: await whyUnready(name, groups, before.flatMap(atAddresses), ask),
    unknown: instead.length > 0 ? [] : unknown,
  };
};

/** The addresses at which it was not there before. */
const withoutKnown = (
  each: AddressedNameServer,
  before: readonly AddressedNameServer[],
): readonly AddressedNameServer[] => {
  const known = before.find(({ name }) => name === each.name);
  if (known === undefined) return [each];
  const addresses = each.addresses.filter((address) => !known.addresses.includes(address));
  return addresses.length === 0 ? [] : [{ ...each, addresses }];
};

/** `groups`: the addresses of each new name server. */
const whyUnready = async (
  name: string,
  groups: readonly (readonly NameServer[])[],
  before: readonly NameServer[],
  ask: Asker,
): Promise<string | null> => {
  const judged = await Promise.all(groups.map((group) => serversOf(group, name, ask)));
  const reason = judged.find(({ why }) => why !== null)?.why ?? null;
  if (reason !== null) return reason;
  const serving = await Promise.all(
    before.map(async (each) => ((await askSoa(each, name, ask)) === null ? [each] : [])),
  );
  const [present] = serving.flat();
  if (present === undefined) return null;
  const emptier = await Promise.all(
    judged.flatMap((each) => each.serving).map((nameserver) => whyEmptier(nameserver, present, name, ask)),
  );
  return emptier.find((each) => each !== null) ?? null;
};

/** At which addresses a name server serves the name; `why` it counts as not ready: at one it does not, or at none. */
const serversOf = async (group: readonly NameServer[], name: string, ask: Asker) => {
  const answers = await Promise.all(
    group.map(async (nameserver) => ({ nameserver, fault: await askSoa(nameserver, name, ask) })),
  );
  const serving = answers.filter(({ fault }) => fault === null).map(({ nameserver }) => nameserver);
  // From here, only one version of IP may be reachable.
  const faults = answers.flatMap(({ fault }) =>
    fault === null || (fault.isSilent && serving.length > 0) ? [] : [fault],
  );
  return { serving, why: faults[0]?.why ?? null };
};

/** null: it answers SOA of the name with authority. */
const askSoa = async (nameserver: NameServer, name: string, ask: Asker) => {
  const answer = await ask(nameserver, soaAt(name));
  const off =
    'where it cannot be asked from here, set "guards: {delegation: false}" for the zone while this is applied';
  if (answer.status === 'no_answer') {
    const why = `the new name server ${nameserver.label} gave no answer (${answer.reason}); ${off}`;
    return { isSilent: true, why };
  }
  const isServing = answer.authoritative && answer.answers.some((each) => isSoa(each.type) && each.name === name);
  const why = `the new name server ${nameserver.label} does not answer SOA of ${name} with authority (${answer.rcode})`;
  return isServing ? null : { isSilent: false, why };
};

/** What people notice first when it is gone. */
const keyQuestions = (name: string): readonly Question[] => [
  ...['NS', 'A', 'AAAA', 'MX', 'TXT'].map((type) => ({ name, type })),
  ...addressTypes.map((type) => ({ name: name === '.' ? 'www.' : `www.${name}`, type })),
];

const whyEmptier = async (
  nameserver: NameServer,
  present: NameServer,
  name: string,
  ask: Asker,
): Promise<string | null> => {
  const missing = await Promise.all(
    keyQuestions(name).map(async (question) => {
      const [before, after] = await Promise.all([ask(present, question), ask(nameserver, question)]);
      return hasAnswer(before) && !hasAnswer(after) ? [`${question.name} ${question.type}`] : [];
    }),
  );
  const [first] = missing.flat();
  return first === undefined
    ? null
    : `the new name server ${nameserver.label} does not answer ${first}, which the present one, ${present.label}, answers`;
};

const hasAnswer = (answer: Answer | NoAnswer): boolean => answer.status === 'answered' && answer.answers.length > 0;

const notAsked = (name: string, unknown: readonly string[], zone: DesiredZone, target: string): Problem =>
  warningOfTarget(
    'delegation-unasked',
    `${name}: nobody knows an address of the new name server${unknown.length === 1 ? '' : 's'} ${listed(unknown)} (no configured zone, no verify_at, no DNS): ${unknown.length === 1 ? 'it was' : 'they were'} not asked for ${name}`,
    target,
    zoneLabel(zone.id),
  );
