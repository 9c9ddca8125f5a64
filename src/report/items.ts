import { compareText } from '../model/compare.ts';
import type { Change, Changeset, GuardName, Withheld } from '../model/plan.ts';
import { isAddressType, runsCode } from '../model/rr-types.ts';
import { type Danger, dangers, rankOf } from './danger.ts';

/** What of a zone is shown or left out as a whole: a name's changes, or what is withheld until one `--allow`. */
export type Item = NameItem | WithheldItem;

export interface NameItem {
  readonly kind: 'name';
  readonly danger: Danger;
  readonly changes: readonly Change[];
}

export interface WithheldItem {
  readonly kind: 'withheld';
  readonly danger: 'withheld';
  readonly guard: GuardName;
  readonly reason: string;
  readonly allow: string | null;
  /** The most dangerous first; no format shows more than `mostWithheld` of them. */
  readonly changes: readonly Withheld[];
}

export const mostWithheld = 20;

/** No format shows more names of one rank in one zone; a plan may have a million. */
const mostOfRank = 2_000;
/** A name with more changes is several items, one after the other: no name is too long to be shown. */
const mostOfName = 4;

/** What is withheld and what changes in a zone, the most dangerous first, one name's changes together. */
export const itemsOf = ({
  changes,
  withheld,
  zone,
}: Pick<Changeset, 'changes' | 'withheld' | 'zone'>): readonly Item[] => [
  ...withheldItems(withheld, zone),
  ...nameItems(byName(changes), zone),
];

/** A plan is sorted; a plan file of a stranger need not be. */
const byName = (changes: readonly Change[]): readonly Change[] =>
  changes.every(({ name }, i) => i === 0 || compareText(changes[i - 1]?.name ?? '', name) <= 0)
    ? changes
    : changes.toSorted((a, b) => compareText(a.name, b.name));

const withheldItems = (withheld: readonly Withheld[], zone: string): readonly Item[] =>
  [...Map.groupBy(withheld, reasonKey).values()]
    .flatMap((ofReason) => [...Map.groupBy(ofReason, ({ allow }) => allow).values()])
    .flatMap((group) =>
      group.slice(0, 1).map(({ guard, reason, allow }) => ({
        kind: 'withheld',
        danger: 'withheld',
        guard,
        reason,
        allow,
        changes: group.toSorted((a, b) => rankOf(a, zone) - rankOf(b, zone)),
      })),
    );

const reasonKey = ({ guard, reason }: Pick<WithheldItem, 'guard' | 'reason'>): string => `${guard}\n${reason}`;

/** What is withheld, by its reason: that is said once, however many `--allow` there are. */
export const withheldByReason = (items: readonly Item[]): readonly (readonly WithheldItem[])[] => [
  ...Map.groupBy(
    items.filter((item) => item.kind === 'withheld'),
    reasonKey,
  ).values(),
];

/** Does `item` go on with the reason of the one before it? */
export const isOfReason = (item: WithheldItem, before: Item | undefined): boolean =>
  before?.kind === 'withheld' && reasonKey(before) === reasonKey(item);

const nameItems = (changes: readonly Change[], zone: string): readonly Item[] => {
  const byRank: Item[][] = [];
  for (const { from, to } of namesIn(changes)) {
    const ofName = changes.slice(from, to).toSorted((a, b) => rankOf(a, zone) - rankOf(b, zone));
    const [worst] = ofName;
    if (worst === undefined) continue;
    const rank = rankOf(worst, zone);
    byRank[rank] ??= [];
    const items = byRank[rank];
    if (items.length >= mostOfRank) continue;
    const danger = dangers[Math.floor(rank / 100)] ?? 'create';
    for (const some of inItems(ofName)) {
      items.push({ kind: 'name', danger, changes: some });
    }
  }
  return byRank.flat();
};

/** Addresses, and code that answers for them, are told together. */
const inItems = (changes: readonly Change[]): readonly (readonly Change[])[] => {
  if (changes.length <= mostOfName) return [changes];
  const isAddress = ({ type }: Change) => isAddressType(type) || runsCode(type);
  const rest = changes.filter((change) => !isAddress(change));
  const items = Array.from({ length: Math.ceil(rest.length / mostOfName) }, (_, i) =>
    rest.slice(i * mostOfName, (i + 1) * mostOfName),
  );
  return [changes.filter(isAddress), ...items].filter((some) => some.length > 0);
};

/** Where each name's changes are. */
function* namesIn(changes: readonly Change[]): Generator<{ readonly from: number; readonly to: number }> {
  let from = 0;
  for (let to = 1; to <= changes.length; to += 1) {
    if (changes[to]?.name === changes[from]?.name) continue;
    yield { from, to };
    from = to;
  }
}
