import type { Origin } from '../model/origin.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { keyOf, type RRset } from '../model/rrset.ts';
import type { DesiredZone, Quarantine } from '../model/zone.ts';
import { exemptions } from './exempt.ts';
import { rules } from './list.ts';
import { type Fault, type NameRule, placeOf, type RRsetRule, type Rule, type ZoneRule } from './rule.ts';
import { severityOf } from './table.ts';
import type { ZoneIndex } from './zone-index.ts';

/** A fault with all that decides what becomes of it. `type` null: every type of the name; `name` null: nothing. */
interface Finding {
  readonly rule: Rule;
  readonly fault: Fault;
  readonly name: string | null;
  readonly type: string | null;
  readonly at: Origin | null;
  readonly lenient: boolean;
}

/** All rules on one zone. The exemptions that cover a finding are added to `used`. */
export const checkZone = (
  zone: ZoneIndex,
  rulesOf: RulesOfType,
  used: Set<string>,
): { readonly zone: DesiredZone; readonly problems: readonly Problem[] } => {
  const isExempt = exemptions(zone.zone, used);
  const findings = findAll(zone, rulesOf).filter((finding) => !isExempt(finding.rule.id, finding.name ?? zone.apex));
  return {
    zone: quarantine(zone.zone, findings),
    problems: findings.map((finding) => problemOf(finding, zone)),
  };
};

const zoneRules = rules.filter((rule) => rule.scope === 'zone');
const nameRules = rules.filter((rule) => rule.scope === 'name');
const rrsetRules = rules.filter((rule) => rule.scope === 'rrset');
const places: ReadonlyMap<Rule, number> = new Map(rules.map((rule, i) => [rule, i]));

const findAll = (zone: ZoneIndex, rulesOf: RulesOfType): readonly Finding[] => {
  const idle = new Set(rules.filter((rule) => rule.applies?.(zone) === false));
  const findings = [
    ...ofZone(
      zoneRules.filter((rule) => !idle.has(rule)),
      zone,
    ),
    ...ofNames(
      nameRules.filter((rule) => !idle.has(rule)),
      zone,
    ),
    ...ofRRsets(rulesOf, idle, zone),
  ];
  return findings.sort((a, b) => (places.get(a.rule) ?? 0) - (places.get(b.rule) ?? 0));
};

const isLenient = (rrset: RRset): boolean => rrset.options?.lenient === true;

const ofZone = (checks: readonly ZoneRule[], zone: ZoneIndex): readonly Finding[] =>
  checks.flatMap((rule) =>
    (rule.check(zone) ?? []).map((fault) => ({
      rule,
      fault,
      name: fault.rrset?.name ?? null,
      type: fault.rrset?.type ?? null,
      at: fault.at === undefined && fault.rrset !== undefined ? placeOf(fault.rrset) : (fault.at ?? null),
      lenient: fault.rrset !== undefined && isLenient(fault.rrset),
    })),
  );

const ofNames = (checks: readonly NameRule[], zone: ZoneIndex): readonly Finding[] => {
  const findings: Finding[] = [];
  for (const [name, rrsets] of zone.byName) {
    if (rrsets.length < 2) continue;
    for (const rule of checks) {
      const faults = rule.check(rrsets, zone);
      if (faults === null) continue;
      for (const fault of faults) {
        findings.push({ rule, fault, name, type: null, at: fault.at ?? null, lenient: rrsets.every(isLenient) });
      }
    }
  }
  return findings;
};

const ofRRsets = (rulesOf: RulesOfType, idle: ReadonlySet<Rule>, zone: ZoneIndex): readonly Finding[] => {
  const findings: Finding[] = [];
  for (const rrset of zone.zone.rrsets) {
    for (const rule of rulesOf(rrset.type)) {
      const faults = idle.has(rule) ? null : rule.check(rrset, zone);
      if (faults === null) continue;
      for (const fault of faults) {
        const at = fault.at === undefined ? placeOf(rrset) : fault.at;
        findings.push({ rule, fault, name: rrset.name, type: rrset.type, at, lenient: isLenient(rrset) });
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

const severityIn = (finding: Finding) => (finding.lenient ? 'warning' : severityOf(finding.rule.id));

const problemOf = (finding: Finding, { zone, apex }: ZoneIndex): Problem => {
  const [file] = zone.files;
  const place = finding.at ?? (file === undefined ? null : { file, line: 1, column: 1 });
  const problem = problemAt(finding.rule.id, severityIn(finding), finding.fault.message, place);
  return place === null ? { ...problem, zone: apex } : problem;
};

/** What errors name leaves `rrsets`; it is bad input then, and never missing from desired. */
const quarantine = (zone: DesiredZone, findings: readonly Finding[]): DesiredZone => {
  const errors = findings.filter((finding) => severityIn(finding) === 'error');
  if (errors.length === 0) return zone;
  const names = new Set(errors.flatMap(({ name, type }) => (name !== null && type === null ? [name] : [])));
  const entries = new Map<string, Quarantine>();
  for (const { name, type, rule, fault, at } of errors) {
    if (name === null || (type !== null && names.has(name))) continue;
    const key = type === null ? name : keyOf({ name, type });
    if (!entries.has(key))
      entries.set(key, { name, type, rule: rule.id, reason: `${rule.id}: ${fault.message}`, origin: at });
  }
  return {
    ...zone,
    rrsets: zone.rrsets.filter((rrset) => !names.has(rrset.name) && !entries.has(keyOf(rrset))),
    quarantined: [...zone.quarantined, ...entries.values()],
  };
};
