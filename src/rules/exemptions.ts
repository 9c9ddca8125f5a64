import { compileGlobs } from '../model/glob.ts';
import { relativeTo } from '../model/name.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import type { DesiredZone, Exemption } from '../model/zone.ts';
import { rules } from './list.ts';
import type { KnownOfExemption } from './rule.ts';

const exemptable: ReadonlySet<string> = new Set(
  rules.filter((rule) => rule.exemptable !== false).map((rule) => rule.id),
);
const fixed = rules.filter(({ id }) => !exemptable.has(id)).map(({ id }) => id);
const exemptionRules = rules.filter((rule) => rule.scope === 'exemption');

/** An exemption under "*" is one exemption of many zones. */
const keyOfExemption = ({ rule, name, reason }: Exemption): string => JSON.stringify([rule, name, reason]);

/** The exemptions of a zone that cover a violation of `rule` at a name, relative to the zone. */
export type ExemptionFinder = (rule: string, name: string) => readonly Exemption[];

/** Compiles an `exempt`, for all zones that have it. */
export const compileExemptions = (exempt: readonly Exemption[]): ExemptionFinder => {
  const entries = exempt.filter(({ rule }) => exemptable.has(rule));
  if (entries.length === 0) return () => [];
  const matching = compileGlobs(entries.map(({ name }) => name));
  return (rule, name) =>
    matching(name)
      .flatMap((index) => entries[index] ?? [])
      .filter((entry) => entry.rule === rule);
};

/** Is a violation of `rule` at `name` exempt? What covers one is added to `used`. */
export const exemptionsOf =
  (zone: DesiredZone, exemptions: ExemptionFinder, used: Set<string>): ((rule: string, name: string) => boolean) =>
  (rule, name) => {
    const covering = exemptions(rule, relativeTo(name, zone.id.name));
    for (const exemption of covering) used.add(keyOfExemption(exemption));
    return covering.length > 0;
  };

/** What is wrong with the exemptions, each once. Zones that could not be read in full may yet need theirs. */
export const checkExemptions = (
  zones: readonly DesiredZone[],
  used: ReadonlySet<string>,
  rulesElsewhere: readonly string[],
): readonly Problem[] => {
  const others = new Set([...fixed, ...rulesElsewhere]);
  const needed = new Set(used);
  const incomplete = new Set(zones.filter(({ complete }) => !complete).map(({ settings }) => settings.exempt));
  for (const exempt of incomplete) for (const entry of exempt) needed.add(keyOfExemption(entry));
  const seen = new Set<string>();
  const first = new Map(zones.toReversed().map((zone) => [zone.settings.exempt, zone]));
  return [...first.values()].toReversed().flatMap(({ id, settings }) =>
    settings.exempt.flatMap((exemption) => {
      const key = keyOfExemption(exemption);
      if (seen.has(key)) return [];
      seen.add(key);
      return checkExemption(exemption, id.name, { exemptable, others, isUsed: needed.has(key) });
    }),
  );
};

const checkExemption = (exemption: Exemption, apex: string, known: KnownOfExemption): readonly Problem[] =>
  exemptionRules.flatMap(({ id, severity, check }) => {
    const message = check(exemption, known);
    if (message === null) return [];
    const problem = problemAt(id, severity, `${apex}: ${message}`, exemption.at ?? null);
    return [exemption.at === undefined ? { ...problem, zone: apex } : problem];
  });
