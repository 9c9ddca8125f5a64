import { ascending } from './ascending.ts';
import { lazy } from './lazy.ts';
import { isWildcard, parentOf } from './name.ts';
import type { Change } from './plan.ts';
import { rdataNames } from './rdata.ts';
import { isNameServers, nameServersAt, pointingTypes } from './rr-types.ts';
import { namesAbove, occludes } from './zone-tree.ts';

/** An RRset at a name with withheld changes: one that stays for now, or one that does not come yet. */
export interface WithheldRRset {
  readonly name: string;
  /** null: it may be of any type. */
  readonly type: string | null;
  /** Empty: nobody knows them. */
  readonly values: readonly { readonly rdata: string }[];
}

export interface DependentsInput {
  readonly zone: string;
  readonly changes: readonly Change[];
  /** What is withheld, and what exists at its names. */
  readonly withheld: readonly WithheldRRset[];
  /** Does the target serve anything at that name now? */
  readonly exists: (name: string) => boolean;
}

/**
 * The changes that must wait for those that are withheld, each with the withheld name that it depends on:
 *
 * - every change at a withheld name;
 * - changes below a withheld zone cut or DNAME: it occludes them now, or it was to take their place;
 * - deletes that a withheld wildcard was to take the place of;
 * - the addresses of a name server whose NS is withheld (its glue);
 * - creates and replaces that point at a name which does not come yet, and deletes of what is still pointed at.
 *
 * What depends on a dependent change waits for the same name.
 */
export const dependentsOf = ({ zone, changes, withheld, exists }: DependentsInput): ReadonlyMap<Change, string> => {
  const dependencies = dependenciesIn(zone, exists);
  for (const rrset of withheld) dependencies.add(rrset, rrset.name);
  const reach = reachIn(zone, changes);
  const dependents = new Map<Change, string>();
  // As if all changes were looked at in their order, and again until nothing is found, but only those that may have become
  // dependent: a chain of 60,000 names takes a walk of 60,000.
  const due = ascending();
  for (let i = 0; i < changes.length; i += 1) due.add(i);
  for (let at = due.take(); at !== null; at = due.take()) {
    const change = changes[at % changes.length];
    const cause = change === undefined || dependents.has(change) ? null : dependencies.causeOf(change);
    if (change === undefined || cause === null) continue;
    dependents.set(change, cause);
    const round = at - (at % changes.length);
    for (const each of sidesOf(change)) {
      dependencies.add(each, cause);
      for (const i of reach(each)) due.add(round + i > at ? round + i : round + changes.length + i);
    }
  }
  return dependents;
};

/** The changes, by their index, that may have to wait for an RRset once it is withheld. */
const reachIn = (zone: string, changes: readonly Change[]): ((rrset: WithheldRRset) => Iterable<number>) => {
  const index = lazy(() => {
    const at = new Map<string, number[]>();
    const below = new Map<string, number[]>();
    const pointing = new Map<string, number[]>();
    for (const [i, { after, name, type }] of changes.entries()) {
      note(at, name, i);
      for (const above of namesAbove(name, zone)) note(below, above, i);
      for (const target of after === null ? [] : targetsOf(type, after.values)) note(pointing, target, i);
    }
    return { at, below, pointing };
  });
  const seen = new Set<string>();
  /** Nobody becomes dependent by what was withheld already. */
  const once = (how: string, key: string, map: ReadonlyMap<string, readonly number[]>): readonly number[] => {
    if (seen.has(`${how} ${key}`)) return [];
    seen.add(`${how} ${key}`);
    return map.get(key) ?? [];
  };
  return ({ name, type, values }) => {
    const { at, below, pointing } = index();
    const targets = type === null ? [] : targetsOf(type, values);
    const how = type !== null && isNameServers(type) ? 'glue' : 'target';
    return [
      ...once('at', name, at),
      ...once('pointing', name, pointing),
      ...(occludesAny({ name, type }, zone) ? once('below', name, below) : []),
      ...(isWildcard(name) ? once('wild', parentOf(name), below) : []),
      ...targets.flatMap((target) => once(how, target, at)),
    ];
  };
};

const note = (map: Map<string, number[]>, key: string, index: number): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, [index]);
  else known.push(index);
};

const targetsOf = (type: string, values: WithheldRRset['values']): readonly string[] =>
  pointingTypes.has(type) ? values.flatMap(({ rdata }) => rdataNames(type, rdata)) : [];

const occludesAny = ({ name, type }: Pick<WithheldRRset, 'name' | 'type'>, zone: string): boolean =>
  occludes(type === null ? nameServersAt(name) : { name, type }, zone);

/** A change's RRset before it and after it, where there is one. */
export const sidesOf = ({ name, type, before, after }: Change): readonly WithheldRRset[] =>
  [before, after].flatMap((side) => (side === null ? [] : [{ name, type, values: side.values }]));

/** What has to wait for withheld RRsets. */
interface Dependencies {
  readonly add: (rrset: WithheldRRset, cause: string) => void;
  /** The withheld name that a change depends on, or null. */
  readonly causeOf: (change: Change) => string | null;
}

const dependenciesIn = (zone: string, exists: (name: string) => boolean): Dependencies => {
  const names = new Map<string, string>();
  const occluding = new Map<string, string>();
  const wild = new Map<string, string>();
  const pointedAt = new Map<string, string>();
  const glue = new Map<string, string>();
  const absent = new Map<string, string>();
  return {
    add: ({ name, type, values }, cause) => {
      names.set(name, cause);
      if (!exists(name)) absent.set(name, cause);
      if (occludesAny({ name, type }, zone)) occluding.set(name, cause);
      if (isWildcard(name)) wild.set(parentOf(name), cause);
      if (type === null) return;
      for (const target of targetsOf(type, values)) {
        pointedAt.set(target, cause);
        if (isNameServers(type)) glue.set(target, cause);
      }
    },
    causeOf: ({ name, type, action, after }) =>
      names.get(name) ??
      nearestAbove(name, zone, occluding) ??
      glue.get(name) ??
      (action === 'delete' ? (pointedAt.get(name) ?? nearestAbove(name, zone, wild)) : null) ??
      (absent.size === 0 || after === null
        ? null
        : (targetsOf(type, after.values)
            .map((target) => absent.get(target))
            .find((cause) => cause !== undefined) ?? null)),
  };
};

/** The entry of the nearest name above, or null. */
const nearestAbove = (name: string, zone: string, entries: ReadonlyMap<string, string>): string | null => {
  if (entries.size === 0) return null;
  const above = namesAbove(name, zone).find((each) => entries.has(each));
  return above === undefined ? null : (entries.get(above) ?? null);
};
