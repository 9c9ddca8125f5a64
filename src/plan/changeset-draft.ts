import { dependentsOf, sidesOf } from '../model/dependents.ts';
import type { Change, Changeset, GuardName, Withheld, WithheldKind } from '../model/plan.ts';
import { keyOf } from '../model/rrset.ts';
import type { Allow } from './allow.ts';
import { isAllowed, printAllow } from './allow.ts';
import { byNameAndType } from './diff.ts';
import { dependsOn } from './refusal.ts';
import { onlyAdds } from './sets.ts';

/** One changeset while sets are withheld from it. */
export interface ChangesetDraft {
  readonly changeset: Changeset;
  readonly changes: readonly DraftChange[];
  /** What was withheld in addition to what the guards withheld. */
  readonly added: Withheld[];
  /** What was withheld whole since dependents were last looked for, by name. */
  readonly newlyWithheld: Map<string, NewlyWithheld>;
}

/** One change, and how far it is withheld. */
export interface DraftChange {
  readonly draft: ChangesetDraft;
  readonly change: Change;
  readonly withheld: Withheld[];
  /** What of the change is still to be applied; null: nothing. */
  remaining: Change | null;
}

interface NewlyWithheld {
  readonly changes: readonly Change[];
  readonly causes: readonly SetCause[];
  /** Are all of them claims that only add addresses? */
  readonly onlyAddingClaims: boolean;
}

/** Why a change is withheld; what Withheld says, but for the change itself. */
export interface SetCause {
  readonly guard: GuardName;
  readonly kind: WithheldKind;
  readonly reason: string;
  /** null: nothing lets it through. `own`: the `--allow` with the name of the change itself. */
  readonly allow: string | null | 'own';
}

/** What decides whether this run's filter concerns a change. */
export interface ChangeFilter {
  readonly allows: readonly Allow[];
  /** Is the changeset part of this run? Missing: all are. */
  readonly selected?: (changeset: Changeset) => boolean;
}

/** A draft has the planned changes, and those that a guard withheld. */
export const draftOf = (changeset: Changeset): ChangesetDraft => {
  const changes: DraftChange[] = [];
  const draft: ChangesetDraft = { changeset, changes, added: [], newlyWithheld: new Map() };
  const byKey = new Map<string, DraftChange>();
  const add = (change: Change, remaining: Change | null): DraftChange => {
    const made = { draft, change, withheld: [], remaining };
    byKey.set(keyOf(change), made);
    changes.push(made);
    return made;
  };
  for (const change of changeset.changes) add(change, change);
  for (const withheld of changeset.withheld.filter(isChangeOfPlan)) {
    const { guard: _guard, kind: _kind, reason: _reason, allow: _allow, ...change } = withheld;
    const entry = byKey.get(keyOf(withheld)) ?? add(change, null);
    entry.withheld.push(withheld);
    entry.remaining = null;
  }
  return draft;
};

/** What guard `absence` withholds is mostly no change of this plan: retain-absent.ts already kept the values. */
const isChangeOfPlan = ({ guard, action }: Withheld): boolean => guard !== 'absence' || action === 'create';

/** The changeset as if nothing were withheld. */
export const withAllChanges = ({ changeset, changes }: ChangesetDraft): Changeset => ({
  ...changeset,
  changes: changes.map(({ change }) => change),
});

/** Withholds a change; `remaining` is the part of it that is still to be applied. */
export const withholdChanges = (
  entry: DraftChange,
  causes: readonly SetCause[],
  filter: ChangeFilter,
  { remaining, isClaim }: { readonly remaining: (change: Change) => Change | null; readonly isClaim: boolean },
): void => {
  const { draft, change } = entry;
  if (entry.remaining === null) return;
  const applicable = causes.filter((cause) => appliesTo(cause, change, draft.changeset, filter));
  if (applicable.length === 0) return;
  record(entry, applicable);
  entry.remaining = remaining(entry.remaining);
  // What is withheld in part withholds nothing else at its name.
  if (entry.remaining !== null) return;
  const known = draft.newlyWithheld.get(change.name);
  draft.newlyWithheld.set(change.name, {
    changes: [...(known?.changes ?? []), change],
    causes: applicable,
    onlyAddingClaims: (known?.onlyAddingClaims ?? true) && isClaim && onlyAdds(change),
  });
};

/** A filter withholds only what is part of this run, and not what this run allows. */
const appliesTo = ({ guard }: SetCause, { name }: Change, changeset: Changeset, filter: ChangeFilter): boolean => {
  if (guard !== 'filter') return true;
  const { zone, view, target } = changeset;
  const isSelected = filter.selected?.(changeset) ?? true;
  return isSelected && !isAllowed(filter.allows, 'filter', { name: zone, view }, target, name);
};

const record = ({ draft, change, withheld }: DraftChange, causes: readonly SetCause[]): void => {
  const { zone, view, target } = draft.changeset;
  for (const { guard, kind, reason, allow } of causes) {
    const argument = allow === 'own' ? printAllow(guard, { name: zone, view }, target, change.name) : allow;
    const isKnown = withheld.some((each) => each.guard === guard && each.reason === reason && each.allow === argument);
    if (isKnown) continue;
    const added = { ...change, guard, kind, reason, allow: argument };
    withheld.push(added);
    draft.added.push(added);
  }
};

/** Withholds what would be of no use, or do harm, without what was just withheld in its zone. */
export const withholdDependents = (draft: ChangesetDraft): void => {
  const { changeset, changes, newlyWithheld } = draft;
  if (newlyWithheld.size === 0) return;
  const remaining = changes.filter((entry) => entry.remaining !== null);
  const byName = Map.groupBy(remaining, ({ change }) => change.name);
  const existing = new Set(changes.filter(({ change }) => change.before !== null).map(({ change }) => change.name));
  const dependents = dependentsOf({
    zone: changeset.zone,
    changes: remaining.map(({ change }) => change),
    withheld: [...newlyWithheld].flatMap(([name, each]) =>
      each.onlyAddingClaims && allOnlyAdd(byName.get(name)) ? [] : each.changes.flatMap(sidesOf),
    ),
    exists: (name) => existing.has(name),
  });
  for (const entry of remaining) {
    const name = dependents.get(entry.change);
    const cause = name === undefined ? undefined : newlyWithheld.get(name);
    if (cause === undefined) continue;
    const reason = dependsOn(cause.changes);
    record(
      entry,
      cause.causes.map((each) => ({ ...each, kind: 'dependent', reason })),
    );
    entry.remaining = null;
  }
  newlyWithheld.clear();
};

/** Where a name only gets more addresses, one that does not come yet is in nobody's way. */
const allOnlyAdd = (entries: readonly DraftChange[] = []): boolean =>
  entries.length > 0 && entries.every(({ remaining }) => remaining !== null && onlyAdds(remaining));

/** The changeset without what was withheld. */
export const finishDraft = ({ changeset, changes, added }: ChangesetDraft): Changeset =>
  added.length === 0
    ? changeset
    : {
        ...changeset,
        changes: changes.flatMap(({ remaining }) => remaining ?? []),
        withheld: [...changeset.withheld, ...added].sort(byNameAndType),
      };
