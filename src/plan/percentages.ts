import { plannedHash } from '../model/guard-context.ts';
import { grouping } from '../model/phrases.ts';
import type { Action, Change } from '../model/plan.ts';
import type { RRsetKey } from '../model/rrset.ts';
import { mapRRsets } from '../model/rrset-map.ts';
import type { ExistingRRset } from '../model/zone.ts';
import { isAllowed } from './allow.ts';
import { plannedExisting } from './diff.ts';
import type { GuardInput, Judge, Refusal, Refusals } from './refusal.ts';
import { countOurs, isContent, refuse } from './refusal.ts';

// How much of the zone changes: what differs between the zone as it was a while ago and as it would be, each RRset once, on the
// base of the zone as it was then. So what is refused at once does not pass in slices, and what goes back counts no more. Where
// the zone had next to nothing then, there is nothing to go back to, and what would be done now counts by itself.

/** One RRset that is otherwise than it was. */
interface NetChange extends RRsetKey {
  readonly action: Action;
  /** What of it would be done now; null: it was done before. */
  readonly change: Change | null;
}

/** Refuses more deletes or replaces than the zone's settings let through within their window. */
export const refusedByPercentages: Judge = (input) => {
  const written = earlierIn(input);
  const now = countOurs(input);
  const then = now + written.reduce((sum, each) => sum + Number(each.before !== null) - Number(each.now !== null), 0);
  // A zone that was made since then has nothing to go back to: it counts as it is now.
  const isMade = then < input.settings.min_existing;
  const [earlier, base] = isMade ? [[], now] : [written, then];
  if (base < input.settings.min_existing) return new Map();
  // What is refused leaves its RRset as it is now, which may be otherwise than it was: then that counts.
  const refused = new Map<Change, Refusal>();
  for (let before = -1; before < refused.size; ) {
    before = refused.size;
    const changes = input.changes.filter((each) => counts(each, input) && !refused.has(each));
    const { deletes, replaces, replaceCount } = replacesAndDeletes(netChanges(changes, earlier));
    for (const [change, refusal] of [
      ...overLimit(input, 'max_delete_percent', deletes, deletes.length, base),
      ...overLimit(input, 'max_replace_percent', replaces, replaceCount, base),
    ]) {
      refused.set(change, refusal);
    }
  }
  return refused;
};

/** What is down goes and comes back by itself; drift that a person let through by its name is looked at already. */
const counts = (change: Change, input: GuardInput): boolean =>
  isContent(change, input) &&
  change.health !== true &&
  !(change.drift === true && isAllowed(input.allows, 'drift', input.zone, input.target, change.name));

/** An RRset that was written since then: its hash then, and its hash now. */
interface Earlier extends RRsetKey {
  readonly before: string | null;
  readonly now: string | null;
}

const earlierIn = (input: GuardInput): readonly Earlier[] => {
  const { context, isRead } = input;
  if (context.earlier.length === 0) return [];
  const present = mapRRsets(input.present);
  return context.earlier
    .filter((each) => isContent(each, input))
    .map(({ after, before, name, type }) => ({
      ...{ name, type, before },
      now: isRead(name) ? hashOfExisting(present.get({ name, type })) : after,
    }));
};

const hashOfExisting = (rrset: ExistingRRset | undefined): string | null =>
  rrset === undefined || rrset.values.length === 0 ? null : plannedHash(rrset.type, plannedExisting(rrset));

const netChanges = (changes: readonly Change[], earlier: readonly Earlier[]): readonly NetChange[] => {
  const before = mapRRsets(earlier);
  const planned = mapRRsets(changes);
  const written = earlier.flatMap((each): readonly NetChange[] => {
    const change = planned.get(each) ?? null;
    return netOf(each, each.before, change === null ? each.now : plannedHash(each.type, change.after), change);
  });
  const others = changes.filter((change) => !before.has(change));
  return [
    ...others.map((change) => ({ action: change.action, name: change.name, type: change.type, change })),
    ...written,
  ];
};

const netOf = (
  { name, type }: RRsetKey,
  before: string | null,
  after: string | null,
  change: Change | null,
): readonly NetChange[] => {
  if (before === after) return [];
  return [{ action: before === null ? 'create' : after === null ? 'delete' : 'replace', name, type, change }];
};

const overLimit = (
  input: GuardInput,
  name: 'max_delete_percent' | 'max_replace_percent',
  changes: readonly NetChange[],
  count: number,
  base: number,
): Refusals => {
  const limit = input.settings[name];
  const percent = (count / base) * 100;
  if (percent <= limit) return new Map();
  const due = changes.flatMap(({ change }) => change ?? []);
  const done = changes.length - due.length;
  const what = name === 'max_delete_percent' ? 'deleted' : 'replaced';
  const since = done === 0 ? '' : `, with the ${grouping(done)} that ${done === 1 ? 'was' : 'were'} a short time ago`;
  const reason = `${grouping(count)} of ${grouping(base)} RRsets (${percentText(percent, limit)} %) would be ${what}${since}; the limit is ${limit} %`;
  return refuse(due, input, { guard: name, reason, byName: false });
};

/** With as many decimals as it takes to be above the limit, and below 100 where some stay. */
const percentText = (percent: number, limit: number): string => {
  const texts = [0, 1, 2, 3].slice(percent < 10 ? 1 : 0).map((digits) => percent.toFixed(digits));
  return texts.find((text) => Number(text) > limit && (percent === 100 || Number(text) < 100)) ?? String(percent);
};

/** A delete and a create of different types at one name count as one replace of the name. */
const replacesAndDeletes = (changes: readonly NetChange[]) => {
  const created = new Set(changes.filter((change) => change.action === 'create').map((change) => change.name));
  const deletes = changes.filter((change) => change.action === 'delete' && !created.has(change.name));
  const swapped = changes.filter((change) => change.action === 'delete' && created.has(change.name));
  const replaced = changes.filter((change) => change.action === 'replace');
  return {
    deletes,
    replaces: [...replaced, ...swapped],
    replaceCount: replaced.length + new Set(swapped.map((change) => change.name)).size,
  };
};
