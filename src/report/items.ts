import { compareText } from '../model/compare.ts';
import type { Change, Changeset, Withheld } from '../model/plan.ts';
import { isAddressType, runsCode } from '../model/rr-types.ts';
import { type Counts, countDangers, type Danger, dangers, noCounts, rankOf } from './danger.ts';

/** What of a zone is shown or left out as a whole: a name's changes, or what is withheld for one reason. */
export type Item =
  | { readonly kind: 'name'; readonly danger: Danger; readonly changes: readonly Change[]; readonly counts: Counts }
  | {
      readonly kind: 'withheld';
      readonly danger: 'withheld';
      readonly changes: readonly Withheld[];
      readonly counts: Counts;
    };

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
  [...Map.groupBy(withheld, ({ guard, reason, allow }) => `${guard}\n${reason}\n${allow ?? ''}`).values()].map(
    (group) => ({
      kind: 'withheld',
      danger: 'withheld',
      changes: group.toSorted((a, b) => rankOf(a, zone) - rankOf(b, zone)),
      counts: { ...noCounts, withheld: group.length },
    }),
  );

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
      items.push({ kind: 'name', danger, changes: some, counts: countDangers(some, [], zone) });
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
