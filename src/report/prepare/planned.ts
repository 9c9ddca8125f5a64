import { grouping, listed } from '../../model/phrases.ts';
import type { Changeset, Plan, Unmanaged } from '../../model/plan.ts';
import { countDangers, dangers } from '../danger.ts';
import { itemsOf } from '../items.ts';
import { makeReport, type Report, type ZoneSection } from '../report.ts';
import { shortened } from '../values/parts.ts';
import { countsInWords } from '../words/counts.ts';
import { denyInWords } from '../words/deny.ts';
import { fewOfEachRule, messageInWords, problemCounts } from '../words/problem.ts';

/** What `plan` reports: problems, then zone by zone what changes and what does not. */
export const preparePlanned = (plan: Plan): Report =>
  makeReport({
    kind: 'planned',
    document: plan,
    sections: [
      { kind: 'problems', problems: plan.problems, most: fewOfEachRule },
      { kind: 'zones', zones: plan.changesets.filter(isWorthShowing).map(zoneSection).toSorted(byDanger) },
      { kind: 'lines', lines: (plan.open_denies ?? []).map((deny) => [denyInWords(deny)]) },
    ],
    summary: [planSummary(plan)],
    isSpaced: true,
    identity: { digest: plan.digest, commit: plan.config_commit, dirty: plan.dirty },
  });

const isWorthShowing = ({ changes, withheld, create_zone }: Changeset): boolean =>
  changes.length > 0 || withheld.length > 0 || create_zone;

const zoneSection = (changeset: Changeset): ZoneSection => {
  const { changes, cost, create_zone, down = [], target, unmanaged, view, withheld, zone } = changeset;
  return {
    title: shortened(view === null ? zone : `${zone}@${view}`, 400),
    zone,
    target: shortened(target, 200),
    isNew: create_zone,
    items: itemsOf(changeset),
    counts: countDangers(changes, withheld, zone),
    unmanaged: unmanaged.filter((each) => !isInEveryZone(each)),
    cost: cost === undefined ? null : messageInWords(cost),
    down,
  };
};

/** The zone with the most dangerous thing first; those that have the same stay in the plan's order. */
const byDanger = (a: ZoneSection, b: ZoneSection): number => worstOf(a) - worstOf(b);

const worstOf = ({ items: [worst] }: ZoneSection): number =>
  worst === undefined ? dangers.length : dangers.indexOf(worst.danger);

/** What every zone has that does not speak of it. */
const isInEveryZone = ({ kind }: Unmanaged): boolean => kind === 'server_own' || kind === 'apex_ns';

/** One line: what would change, what is withheld, what is wrong. */
const planSummary = ({ summary, problems, changesets }: Plan): string => {
  const { create, replace, delete: deletes } = summary;
  const created = changesets.filter(({ create_zone }) => create_zone).length;
  const words = countsInWords({ 'new zone': created, create, replace, delete: deletes });
  const changes = words.length === 0 ? 'no changes' : listed(words);
  const withheld = summary.withheld > 0 ? `; ${grouping(summary.withheld)} withheld` : '';
  const wrong = problemCounts(problems);
  return `Plan: ${changes}${withheld}${wrong === null ? '' : `; ${wrong}`}.`;
};
