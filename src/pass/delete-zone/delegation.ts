import type { Definitions } from '../../model/definitions.ts';
import { messageOf } from '../../model/errors.ts';
import { isWithin } from '../../model/name.ts';
import { listed } from '../../model/phrases.ts';
import { type Problem, problemOfTarget } from '../../model/problem.ts';
import { isDelegationType, isNameServers, isNameServersOf } from '../../model/rr-types.ts';
import type { ExistingRRset, ZoneSnapshot } from '../../model/zone.ts';
import type { OpenTarget, OpenTargets, RunContext } from '../../target.ts';
import { signalIn } from '../stopped.ts';

/** A zone above, at a target that Hostmaster can read. */
interface Parent {
  readonly name: string;
  readonly target: string;
}

/** What the zones above say of one that is to be deleted. `leads`: to this very zone, as far as can be known. */
export interface Delegation {
  readonly leads: boolean;
  readonly problem: Problem;
}

/** The configured targets that have a zone above `zone`. */
export const targetsAbove = (zone: string, { zones }: Definitions): readonly string[] => [
  ...new Set(zones.filter(({ id }) => isAbove(id.name, zone)).flatMap(({ settings }) => settings.targets)),
];

const isAbove = (parent: string, zone: string): boolean => parent !== zone && isWithin(zone, parent);

/**
 * Every delegation of the zone in a zone above it, of those that hostmaster.yaml has and of those beside it at its own
 * target. It leads to the zone where both name one of the same name servers, or the zone none: a zone that moved away is
 * delegated to others.
 */
export const delegationsOf = async (
  zone: string,
  apex: readonly ExistingRRset[],
  at: OpenTarget,
  definitions: Definitions,
  targets: OpenTargets,
  context: Pick<RunContext, 'signal'>,
): Promise<readonly Delegation[]> => {
  const own = new Set(apex.filter((rrset) => isNameServersOf(rrset, zone)).flatMap(rdataOf));
  const delegations: Delegation[] = [];
  for (const parent of await parentsOf(zone, at, definitions, context)) {
    const { name: target } = at.definition;
    const open = parent.target === target ? at : targets.open.get(parent.target);
    const found = await read(parent, zone, open, targets, context);
    if (typeof found === 'string') {
      delegations.push(of(parent, true, `whether it delegates ${zone} is not known: ${found}`));
      continue;
    }
    const nameservers = found.filter(({ type }) => isNameServers(type)).flatMap(rdataOf);
    if (found.length === 0) continue;
    const signed = found.some(({ type }) => !isNameServers(type)) ? ', with DS' : '';
    const words = `it delegates ${zone} to ${listed(nameservers) || 'no name server'}${signed}`;
    const leads = own.size === 0 || nameservers.some((each) => own.has(each));
    delegations.push(of(parent, leads, words));
  }
  return delegations;
};

/** Zones of hostmaster.yaml that are found by way of this one. */
export const delegatedIn = (
  { rrsets, zone }: ZoneSnapshot,
  { definition }: OpenTarget,
  { zoneNames }: Definitions,
): readonly Delegation[] => {
  const below = rrsets.filter(
    ({ name, type }) => isNameServers(type) && name !== zone.name && zoneNames.includes(name),
  );
  const at = { name: zone.name, target: definition.name };
  return below.map(({ name }) => of(at, true, `it delegates ${name}, which hostmaster.yaml has`));
};

const of = ({ name, target }: Parent, leads: boolean, message: string): Delegation => ({
  leads,
  problem: { ...problemOfTarget('zone-delegated', message, target, name), severity: 'warning' },
});

const rdataOf = ({ values }: ExistingRRset): readonly string[] => values.map(({ rdata }) => rdata);

const parentsOf = async (
  zone: string,
  { definition, provider }: OpenTarget,
  { zones }: Definitions,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<readonly Parent[]> => {
  const configured = zones.flatMap(({ id, settings }) =>
    isAbove(id.name, zone) ? settings.targets.map((target) => ({ name: id.name, target })) : [],
  );
  const beside = (await provider.listZones(signal))
    .filter(({ name }) => isAbove(name, zone))
    .map(({ name }) => ({ name, target: definition.name }));
  return [...new Map([...configured, ...beside].map((each) => [`${each.name} ${each.target}`, each])).values()];
};

/** NS and DS at the zone's name in its parent; words where they cannot be read. */
const read = async (
  { name, target }: Parent,
  zone: string,
  open: OpenTarget | undefined,
  { statuses }: OpenTargets,
  context: Pick<RunContext, 'signal'>,
): Promise<readonly ExistingRRset[] | string> => {
  if (open === undefined) return statuses.find((each) => each.name === target)?.message ?? `${target} cannot be opened`;
  try {
    const found = await open.provider.read({ name, view: null }, { names: [zone], ...signalIn(context) });
    if (found.status !== 'read') return [];
    return found.rrsets.filter((rrset) => rrset.name === zone && isDelegationType(rrset.type));
  } catch (error) {
    return messageOf(error);
  }
};
