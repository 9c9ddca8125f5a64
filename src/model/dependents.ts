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
  const dependents = new Map<Change, string>();
  for (let before = -1; before < dependents.size; ) {
    before = dependents.size;
    for (const change of changes) {
      const cause = dependents.has(change) ? null : dependencies.causeOf(change);
      if (cause === null) continue;
      dependents.set(change, cause);
      for (const each of sidesOf(change)) dependencies.add(each, cause);
    }
  }
  return dependents;
};

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
      if (occludes(type === null ? nameServersAt(name) : { name, type }, zone)) occluding.set(name, cause);
      if (isWildcard(name)) wild.set(parentOf(name), cause);
      if (type === null || !pointingTypes.has(type)) return;
      for (const target of values.flatMap(({ rdata }) => rdataNames(type, rdata))) {
        pointedAt.set(target, cause);
        if (isNameServers(type)) glue.set(target, cause);
      }
    },
    causeOf: ({ name, type, action, after }) =>
      names.get(name) ??
      nearestAbove(name, zone, occluding) ??
      glue.get(name) ??
      (action === 'delete' ? (pointedAt.get(name) ?? nearestAbove(name, zone, wild)) : null) ??
      (absent.size === 0 || after === null || !pointingTypes.has(type)
        ? null
        : (after.values
            .flatMap(({ rdata }) => rdataNames(type, rdata))
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
