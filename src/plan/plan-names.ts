import { type GuardContext, nothingSpecial } from '../model/guard-context.ts';
import { isWildcard } from '../model/name.ts';
import { type Change, samePlanned, type Withheld } from '../model/plan.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { ZoneSnapshot } from '../model/zone.ts';
import { decidesBelow } from '../model/zone-tree.ts';
import type { PlannedZone, PlanZoneInput } from './index.ts';
import { draftZone, judgeZone } from './index.ts';

export interface PlanNamesInput extends Omit<PlanZoneInput, 'isRead'> {
  /** A read of at least `names` and `around`; what is wanted there, and nowhere else, is in `desired`. */
  readonly existing: ZoneSnapshot;
  /** The names whose changes are asked for. */
  readonly names: ReadonlySet<string>;
  /** Names that decide whether those changes are withheld, and that must not change themselves. */
  readonly around: ReadonlySet<string>;
  readonly total: number;
  /** What the last plan of all zones withheld: where it is the same around those names, it stays so. Default is nothing. */
  readonly withheldBefore?: readonly Withheld[];
}

/** `needs_full_pass`: the zone has to be planned in full, for these names alone do not show what would change. */
export type PlannedNames =
  | { readonly status: 'planned'; readonly planned: PlannedZone }
  | { readonly status: 'needs_full_pass'; readonly reason: string };

/**
 * What would change at some names of a zone: the same as a plan of the whole zone has at them, where nothing but them has
 * moved since the zone was last read in full. Pure.
 */
export const planNames = (input: PlanNamesInput, context: GuardContext = nothingSpecial): PlannedNames => {
  const { names, around, withheldBefore = [], ...rest } = input;
  const isHere = ({ name }: RRsetKey) => names.has(name) || around.has(name);
  const draft = draftZone({
    ...rest,
    isRead: (name) => names.has(name) || around.has(name),
    existing: {
      ...input.existing,
      rrsets: input.existing.rrsets.filter(isHere),
      unreadable: input.existing.unreadable.filter(isHere),
    },
  });
  const planned = judgeZone(draft, context);
  const { changeset, orphans } = planned;
  const isOwn = ({ name }: RRsetKey) => names.has(name);
  const others = changeset.changes.filter((change) => !isOwn(change));
  const withheld = others.flatMap((change) => withheldBefore.find((each) => isSameChange(each, change)) ?? []);
  const moved = others.find((change) => !withheld.some((each) => isSameChange(each, change)));
  if (moved !== undefined)
    return needsFullPass(`${moved.name} ${moved.type} moved since the zone was last read in full`);
  const cut = [...changeset.changes, ...changeset.withheld].filter(isOwn).find(decidesBelowIt);
  if (cut !== undefined) return needsFullPass(`${cut.name} ${cut.type} decides about the names below it`);
  return {
    status: 'planned',
    planned: {
      ...planned,
      changeset: {
        ...changeset,
        changes: changeset.changes.filter(isOwn),
        withheld: [...changeset.withheld.filter(isOwn), ...withheld],
        unmanaged: changeset.unmanaged.filter(isOwn),
      },
      orphans: orphans.filter(isOwn),
    },
  };
};

const isSameChange = (a: Change, b: Change): boolean =>
  a.name === b.name && a.type === b.type && isSameSide(a, a.before, b.before) && isSameSide(a, a.after, b.after);

const isSameSide = ({ type }: Change, a: Change['after'], b: Change['after']): boolean =>
  a === null || b === null ? a === b : samePlanned(type, a, b);

const needsFullPass = (reason: string): PlannedNames => ({ status: 'needs_full_pass', reason });

/** A zone cut, a DNAME, or a wildcard that is created or deleted: it changes the answers of the names below it. */
const decidesBelowIt = ({ action, name, type }: Change): boolean =>
  decidesBelow(type) || (isWildcard(name) && action !== 'replace');
