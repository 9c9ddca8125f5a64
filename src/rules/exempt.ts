import { compileGlob } from '../model/glob.ts';
import { relativeTo } from '../model/name.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { didYouMean } from '../model/suggest.ts';
import type { DesiredZone, Exemption } from '../model/zone.ts';
import { type RuleId, ruleTable } from './table.ts';

/** Without their finding nobody would see that an exemption does nothing. */
const neverExempt: readonly RuleId[] = ['exempt-unknown-rule', 'exempt-unused'];

const exemptRules: ReadonlySet<string> = new Set(
  ruleTable.map((row) => row.id).filter((id) => !neverExempt.includes(id)),
);

/** An exemption under "*" is one exemption of many zones. */
const keyOfExemption = ({ rule, name, reason }: Exemption): string => JSON.stringify([rule, name, reason]);

/** Is a finding of `rule` at `name` exempt? What covers one is added to `used`. */
export const exemptions = (zone: DesiredZone, used: Set<string>): ((rule: RuleId, name: string) => boolean) => {
  const entries = zone.settings.exempt
    .filter(({ rule }) => exemptRules.has(rule))
    .map(({ rule, name, reason }) => ({ rule, glob: compileGlob(name), key: keyOfExemption({ rule, name, reason }) }));
  if (entries.length === 0) return () => false;
  return (rule, name) => {
    const relative = relativeTo(name, zone.id.name);
    const covering = entries.filter((entry) => entry.rule === rule && entry.glob(relative));
    for (const { key } of covering) used.add(key);
    return covering.length > 0;
  };
};

/** Exemptions that do nothing, each once. Zones that could not be read in full may yet need theirs. */
export const exemptProblems = (zones: readonly DesiredZone[], used: ReadonlySet<string>): readonly Problem[] => {
  const needed = new Set(used);
  for (const zone of zones)
    if (!zone.complete) for (const entry of zone.settings.exempt) needed.add(keyOfExemption(entry));
  const seen = new Set<string>();
  return zones.flatMap(({ id, settings }) =>
    settings.exempt.flatMap((exemption) => {
      const key = keyOfExemption(exemption);
      if (seen.has(key)) return [];
      seen.add(key);
      return problemOf(exemption, id.name, needed.has(key));
    }),
  );
};

const problemOf = ({ rule, name, at }: Exemption, apex: string, needed: boolean): readonly Problem[] => {
  const warn = (id: RuleId, message: string): readonly Problem[] => [
    { ...problemAt(id, 'warning', message, at ?? null), ...(at === undefined ? { zone: apex } : {}) },
  ];
  if (!exemptRules.has(rule)) {
    const hint = didYouMean(rule, exemptRules);
    return warn('exempt-unknown-rule', `${apex}: "exempt" names "${rule}", no rule that can be exempt from${hint}`);
  }
  if (needed) return [];
  return warn('exempt-unused', `${apex}: "exempt" of the rule "${rule}" for "${name}" has no effect; remove it`);
};
