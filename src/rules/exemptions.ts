import { compileGlob } from '../model/glob.ts';
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

/** Is a violation of `rule` at `name` exempt? What covers one is added to `used`. */
export const exemptionsOf = (zone: DesiredZone, used: Set<string>): ((rule: string, name: string) => boolean) => {
  const entries = zone.settings.exempt
    .filter(({ rule }) => exemptable.has(rule))
    .map(({ rule, name, reason }) => ({ rule, glob: compileGlob(name), key: keyOfExemption({ rule, name, reason }) }));
  if (entries.length === 0) return () => false;
  return (rule, name) => {
    const relative = relativeTo(name, zone.id.name);
    const covering = entries.filter((entry) => entry.rule === rule && entry.glob(relative));
    for (const { key } of covering) used.add(key);
    return covering.length > 0;
  };
};

/** What is wrong with the exemptions, each once. Zones that could not be read in full may yet need theirs. */
export const checkExemptions = (
  zones: readonly DesiredZone[],
  used: ReadonlySet<string>,
  rulesElsewhere: readonly string[],
): readonly Problem[] => {
  const others = new Set([...fixed, ...rulesElsewhere]);
  const needed = new Set(used);
  for (const zone of zones)
    if (!zone.complete) for (const entry of zone.settings.exempt) needed.add(keyOfExemption(entry));
  const seen = new Set<string>();
  return zones.flatMap(({ id, settings }) =>
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
