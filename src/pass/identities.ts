import { inventoryIdentity } from '../inventory/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Identity, KnownAs, Store } from '../model/ports.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { identifiedStore } from '../state/index.ts';
import type { OpenTargets, ProviderLookup } from '../target.ts';
import { stateIdsOf } from './targets.ts';

/** The state as it is for this configuration. */
export interface IdentifiedState {
  /** Until targets are open, zones are known by their names alone. */
  readonly storeFor: (targets: Pick<OpenTargets, 'open'> | null) => Store;
  /** A warning for each name that stands for another server or inventory than the state knows by it. */
  readonly problems: readonly Problem[];
}

/** Finds out what the state knows of the servers and inventories that the configuration names. */
export const identifyState = async (
  store: Store,
  definitions: Definitions,
  context: ProviderLookup,
): Promise<IdentifiedState> => {
  const { roles, targets, targetsFolder } = definitions;
  const ids = await stateIdsOf(definitions, context);
  const places = new Map([...targets.map((each) => [each.name, each] as const)]);
  const ofTargets = [...ids].map(([name, identity]): Identity => ({ kind: 'target', name, identity, first: name }));
  const ofInventories = roles.inventories.map((each): Identity => {
    const { name } = each;
    return { kind: 'inventory', name, identity: inventoryIdentity(each, targetsFolder), first: name };
  });
  const all = [...ofTargets, ...ofInventories];
  const known = await store.identify(all);
  const namesOf = (kind: Identity['kind']): ReadonlyMap<string, string> =>
    new Map(
      all.flatMap((each, i) => (each.kind === kind ? [[each.name, known[i]?.stored ?? each.name] as const] : [])),
    );
  const names = { targets: namesOf('target'), inventories: namesOf('inventory') };
  const problems = all.flatMap((each, i): readonly Problem[] => {
    const { before } = known[i] ?? notKnown;
    if (before === null) return [];
    const at =
      each.kind === 'target' ? places.get(each.name) : roles.inventories.find(({ name }) => name === each.name)?.at;
    return [problemAt('state-of-another', 'warning', anotherWords(each, before), at ?? null)];
  });
  return {
    storeFor: (open) => identifiedStore(store, names, async (zone, target) => zoneIdAt(open, zone, target)),
    problems,
  };
};

const notKnown: KnownAs = { stored: '', before: null };

const zoneIdAt = async (
  targets: Pick<OpenTargets, 'open'> | null,
  zone: Parameters<Store['orphans']>[0],
  target: string,
): Promise<string | null> => (await targets?.open.get(target)?.provider.zoneId?.(zone)) ?? null;

const anotherWords = ({ identity, kind, name }: Identity, before: string): string =>
  `${kind} ${name} is ${identity} now, and the state knows it as ${before}: nothing that it remembers of that one counts for this one, which begins at nothing`;
