import { isWildcard, parentOf } from './name.ts';
import type { Change } from './plan.ts';
import { pointingTypes, rdataNames } from './rdata.ts';
import { namesAbove, occludes } from './zone-tree.ts';

/** An RRset that stays or waits at a held-back name. Without a type, anything may; without values, nobody knows them. */
export interface StandingRRset {
  readonly name: string;
  readonly type: string | null;
  readonly values: readonly { readonly rdata: string }[];
}

export interface Withholding {
  readonly zone: string;
  readonly changes: readonly Change[];
  /** What is held back, and what exists where it is. */
  readonly standing: readonly StandingRRset[];
  /** Does the target serve anything at that name now? */
  readonly exists: (name: string) => boolean;
}

/**
 * The changes that cannot go without those that are held back, each with the held-back name that it waits for:
 *
 * - every change at a held-back name;
 * - below a zone cut or a DNAME that waits or stays, for it occludes them or was to take their place;
 * - a delete that a wildcard which waits was to take the place of;
 * - the addresses of a name server whose NS waits or stays (its glue);
 * - what would point at a name that does not come, and the delete of what is still pointed at.
 *
 * What is held back so holds back others in turn.
 */
export const withheldWith = ({ zone, changes, standing, exists }: Withholding): ReadonlyMap<Change, string> => {
  const bonds = bondsOf(zone, exists);
  for (const rrset of standing) bonds.add(rrset, rrset.name);
  const held = new Map<Change, string>();
  for (let before = -1; before < held.size; ) {
    before = held.size;
    for (const change of changes) {
      const cause = held.has(change) ? null : bonds.causeOf(change);
      if (cause === null) continue;
      held.set(change, cause);
      for (const each of sidesOf(change)) bonds.add(each, cause);
    }
  }
  return held;
};

/** What a change leads from and to, as standing RRsets. */
export const sidesOf = ({ name, type, before, after }: Change): readonly StandingRRset[] =>
  [before, after].flatMap((side) => (side === null ? [] : [{ name, type, values: side.values }]));

interface Bonds {
  readonly add: (rrset: StandingRRset, cause: string) => void;
  readonly causeOf: (change: Change) => string | null;
}

const bondsOf = (zone: string, exists: (name: string) => boolean): Bonds => {
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
      if (occludes({ name, type: type ?? 'NS' }, zone)) occluding.set(name, cause);
      if (isWildcard(name)) wild.set(parentOf(name), cause);
      if (type === null || !pointingTypes.has(type)) return;
      for (const target of values.flatMap(({ rdata }) => rdataNames(type, rdata))) {
        pointedAt.set(target, cause);
        if (type === 'NS') glue.set(target, cause);
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
