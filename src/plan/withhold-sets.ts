import type { AtomicSet, Change, ChangeRef, Changeset } from '../model/plan.ts';
import { reverseType } from '../model/rr-types.ts';
import { joined, tiesOf } from '../model/ties.ts';
import { changeRefKey } from '../model/zone-target.ts';
import type { ChangesetDraft, DraftChange } from './changeset-draft.ts';
import { draftOf, finishDraft, withAllChanges, withholdChanges, withholdDependents } from './changeset-draft.ts';
import type { DraftSet, SetCausesInput, TiedSet } from './set-causes.ts';
import { causesOf } from './set-causes.ts';
import type { Registered } from './sets.ts';
import { atomicSets, refTo, withoutValuesOf } from './sets.ts';

// Withholding atomic sets whole: how it works
//
// Terms
//   registration  the A, AAAA and PTR of one server, mostly in several zones and at several targets
//   atomic set    the changes of one registration in this pass (sets.ts finds them)
//   member        a change of the set
//   claim         a shared name that the server contributes to: it waits for the set, and the set does not wait for it
//   tied sets     sets of servers that exchange addresses: to apply one of them would give an address two PTRs, or none
//   draft         a changeset while this file withholds parts of it (changeset-draft.ts)
//   cause         what makes a set wait, and the --allow that lets it through (set-causes.ts)
//
// Premise
//   guard.ts judges one zone at one target, and knows nothing of the others. A set of which a part is applied leaves an
//   address without its PTR, or a PTR to a name without an address. So this runs after all zones are planned, also those
//   that --zone and --target leave out: it must see a set as a whole.
//
// How it works
//   1. Each changeset becomes a draft: its planned changes, and those that a guard withheld.
//   2. The atomic sets of all drafts are found, and those that are tied are joined.
//   3. A set has a cause where a member (of it, or of a set tied to it)
//        - is withheld by a guard, or
//        - is a PTR to a name whose addresses are quarantined, or
//      where a part of its registration
//        - lies in a zone that could not be read, or
//        - is left out of this run by --zone or --target.
//   4. A set with a cause is withheld: its members whole, its claims without the values of that server, where the rest
//      of the claim can be applied alone.
//   5. In each zone, what depends on what was just withheld is withheld too (model/dependents.ts).
//   6. That may be a member of another set: 3 to 5 are repeated until no set more is withheld.
//
// Every cause is listed at every change that it withholds, so that all that has to be allowed is known at once. A change
// that waits says what for, and not why that is withheld: the plan says so once, at that change.

export interface WithholdSetsInput extends SetCausesInput {
  /** Of all zones at all targets that could be planned, also of those that this run leaves out. */
  readonly changesets: readonly Changeset[];
  readonly registered: Registered;
}

/** Withholds whole each atomic set of which a part must not be applied. Pure. */
export const withholdSplitSets = (input: WithholdSetsInput): readonly Changeset[] => {
  const drafts = input.changesets.map(draftOf);
  const open = new Set(tiedSets(setsIn(drafts, input.registered)));
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    for (const each of open) if (withholdSet(each, input)) open.delete(each);
    for (const draft of drafts) withholdDependents(draft);
  }
  return drafts.map(finishDraft);
};

/** False: the set has no cause to wait. */
const withholdSet = (each: TiedSet, input: WithholdSetsInput): boolean => {
  const causes = causesOf(each, input);
  if (causes.length === 0) return false;
  const remainingOfClaim = (change: Change) => withoutValuesOf(change, each.set);
  for (const member of each.members) withholdChanges(member, causes, input, { remaining: () => null, isClaim: false });
  for (const claim of each.claims)
    withholdChanges(claim, causes, input, { remaining: remainingOfClaim, isClaim: true });
  return true;
};

const setsIn = (drafts: readonly ChangesetDraft[], registered: Registered): readonly DraftSet[] => {
  const byRef = new Map(
    drafts.flatMap(({ changeset, changes }) =>
      changes.map((each) => [changeRefKey(refTo(changeset, each.change)), each] as const),
    ),
  );
  const found = (refs: readonly ChangeRef[]) => refs.flatMap((ref) => byRef.get(changeRefKey(ref)) ?? []);
  return atomicSets(drafts.map(withAllChanges), registered).map((set: AtomicSet) => ({
    set,
    members: found(set.members),
    claims: found(set.claims),
  }));
};

const tiedSets = (sets: readonly DraftSet[]): readonly TiedSet[] =>
  joined(sets, ({ members }) => members.flatMap(tiesAt)).flatMap((tied) => {
    const tiedMembers = tied.flatMap(({ members }) => members);
    return tied.map((each) => ({ ...each, tiedMembers }));
  });

/** A server that loses its last address keeps it meanwhile: whoever has the address now does not wait for that. */
const tiesAt = ({ change }: DraftChange): readonly string[] =>
  change.type !== reverseType && change.after === null ? [] : tiesOf(change);
