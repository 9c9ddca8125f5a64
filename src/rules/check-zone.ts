import type { Origin } from '../model/origin.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { keyOf, type RRset } from '../model/rrset.ts';
import type { DesiredZone, Exemption, Quarantine } from '../model/zone.ts';
import { type ExemptionFinder, exemptionsOf } from './exemptions.ts';
import { rules } from './list.ts';
import { firstOrigin, type NameRule, type RRsetRule, type Rule, type Violation, type ZoneRule } from './rule.ts';
import type { ZoneIndex } from './zone-index.ts';

/** A violation with all that decides what becomes of it. `type` null: every type of the name; `name` null: nothing. */
interface Finding {
  readonly rule: Rule;
  readonly violation: Violation;
  readonly name: string | null;
  readonly type: string | null;
  readonly at: Origin | null;
  readonly lenient: boolean;
}

/** All rules on one zone. The exemptions that cover a finding are added to `used`. */
export const checkZone = (
  zone: ZoneIndex,
  rulesOf: RulesOfType,
  exemptionsFor: (exempt: readonly Exemption[]) => ExemptionFinder,
  used: Set<string>,
): { readonly zone: DesiredZone; readonly problems: readonly Problem[] } => {
  const isExempt = exemptionsOf(zone.zone, exemptionsFor(zone.zone.settings.exempt), used);
  const findings = findAll(zone, rulesOf).filter((finding) => !isExempt(finding.rule.id, finding.name ?? zone.apex));
  return {
    zone: quarantine(zone.zone, findings),
    problems: findings.map((finding) => problemOf(finding, zone)),
  };
};

const zoneRules = rules.filter((rule) => rule.scope === 'zone');
const nameRules = rules.filter((rule) => rule.scope === 'name');
const rrsetRules = rules.filter((rule) => rule.scope === 'rrset');
const order: ReadonlyMap<Rule, number> = new Map(rules.map((rule, i) => [rule, i]));

const findAll = (zone: ZoneIndex, rulesOf: RulesOfType): readonly Finding[] => {
  const inapplicable = new Set(rules.filter((rule) => rule.applies?.(zone) === false));
  const findings = [
    ...ofZone(
      zoneRules.filter((rule) => !inapplicable.has(rule)),
      zone,
    ),
    ...ofNames(
      nameRules.filter((rule) => !inapplicable.has(rule)),
      zone,
    ),
    ...ofRRsets(rulesOf, inapplicable, zone),
  ];
  return findings.sort((a, b) => (order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0));
};

const isLenient = (rrset: RRset): boolean => rrset.options?.lenient === true;

const ofZone = (checks: readonly ZoneRule[], zone: ZoneIndex): readonly Finding[] =>
  checks.flatMap((rule) =>
    (rule.check(zone) ?? []).map((violation) => ({
      rule,
      violation,
      name: violation.rrset?.name ?? null,
      type: violation.rrset?.type ?? null,
      at:
        violation.at === undefined && violation.rrset !== undefined
          ? firstOrigin(violation.rrset)
          : (violation.at ?? null),
      lenient: violation.rrset !== undefined && isLenient(violation.rrset),
    })),
  );

const ofNames = (checks: readonly NameRule[], zone: ZoneIndex): readonly Finding[] => {
  const findings: Finding[] = [];
  for (const [name, rrsets] of zone.byName) {
    if (rrsets.length < 2) continue;
    for (const rule of checks) {
      const violations = rule.check(rrsets, zone);
      if (violations === null) continue;
      for (const violation of violations) {
        findings.push({
          rule,
          violation,
          name,
          type: null,
          at: violation.at ?? null,
          lenient: rrsets.every(isLenient),
        });
      }
    }
  }
  return findings;
};

const ofRRsets = (rulesOf: RulesOfType, inapplicable: ReadonlySet<Rule>, zone: ZoneIndex): readonly Finding[] => {
  const findings: Finding[] = [];
  for (const rrset of zone.zone.rrsets) {
    for (const rule of rulesOf(rrset.type)) {
      const violations = inapplicable.has(rule) ? null : rule.check(rrset, zone);
      if (violations === null) continue;
      for (const violation of violations) {
        const at = violation.at === undefined ? firstOrigin(rrset) : violation.at;
        findings.push({ rule, violation, name: rrset.name, type: rrset.type, at, lenient: isLenient(rrset) });
      }
    }
  }
  return findings;
};

/** The rules that look at an RRset of a type. */
export type RulesOfType = (type: string) => readonly RRsetRule[];

/** Finds the rules of each type once, for all zones. */
export const rulesByType = (): RulesOfType => {
  const byType = new Map<string, readonly RRsetRule[]>();
  return (type) => {
    const known = byType.get(type);
    if (known !== undefined) return known;
    const wanted = rrsetRules.filter(({ types }) => types === 'every' || types.includes(type));
    byType.set(type, wanted);
    return wanted;
  };
};

const severityIn = (finding: Finding) => (finding.lenient ? 'warning' : finding.rule.severity);

const problemOf = (finding: Finding, { zone, apex }: ZoneIndex): Problem => {
  const [file] = zone.files;
  const at = finding.at ?? (file === undefined ? null : { file, line: 1, column: 1 });
  const problem = problemAt(finding.rule.id, severityIn(finding), finding.violation.message, at);
  return { ...problem, zone: apex, ...(finding.name === null ? {} : { name: finding.name }) };
};

/** What errors name leaves `rrsets`; it is bad input then, and never missing from desired. */
const quarantine = (zone: DesiredZone, findings: readonly Finding[]): DesiredZone => {
  const errors = findings.filter((finding) => severityIn(finding) === 'error');
  if (errors.length === 0) return zone;
  const names = new Set(errors.flatMap(({ name, type }) => (name !== null && type === null ? [name] : [])));
  const entries = new Map<string, Quarantine>();
  for (const { name, type, rule, violation, at } of errors) {
    if (name === null || (type !== null && names.has(name))) continue;
    const key = type === null ? name : keyOf({ name, type });
    if (!entries.has(key)) {
      entries.set(key, { name, type, rule: rule.id, reason: `${rule.id}: ${violation.message}`, origin: at });
    }
  }
  return {
    ...zone,
    rrsets: zone.rrsets.filter((rrset) => !names.has(rrset.name) && !entries.has(keyOf(rrset))),
    quarantined: [...zone.quarantined, ...entries.values()],
  };
};
