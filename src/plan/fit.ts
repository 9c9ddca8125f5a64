import type { DownAddress, UnmanagedReason } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { rdataToWire, typeByName } from '../model/rdata.ts';
import type { RRset } from '../model/rrset.ts';
import { makeRRset } from '../model/rrset.ts';
import { mapRRsets, type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, Quarantine } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { HealthChecks, NativeChecks, Supports } from '../provider.ts';
import type { CheckedName } from './health-checks.ts';
import { checkProblems, compileChecks, fitChecks, hasHealthCheck } from './health-checks.ts';

/** One target as the planner sees it. */
export interface PlanTarget {
  readonly name: string;
  readonly supports: Supports;
  /** Types that a name server of the zone cannot answer, with the reason. */
  readonly unanswerable: ReadonlyMap<string, string>;
  /** Delegations whose new name servers do not answer for them yet, by name, with the reason. */
  readonly unready: ReadonlyMap<string, string>;
  /** How checked addresses are compiled into an RRset of another type. Missing or null: the provider does not do that. */
  readonly healthChecks?: HealthChecks | null;
  /** How the provider checks an A or AAAA itself. Missing or null: it does not. */
  readonly nativeChecks?: NativeChecks | null;
}

/** A desired zone, adapted to one target. */
export interface FittedZone {
  readonly rrsets: ReadonlyRRsetMap<RRset>;
  /** What the zone file itself says to leave alone here. */
  readonly excluded: ReadonlyRRsetMap<UnmanagedReason>;
  /** Wanted A and AAAA that are part of a compiled RRset of their name. */
  readonly compiled: ReadonlyRRsetMap<RRset>;
  /** Checked RRsets that the provider does not check, as they are wanted: the daemon says what of them is up. */
  readonly checkedByDaemon: ReadonlyRRsetMap<RRset>;
  /** What is left out of these, as it is down. */
  readonly down: readonly DownAddress[];
  readonly quarantined: readonly Quarantine[];
  readonly problems: readonly Problem[];
}

/** Adapts desired to what the target supports. What the target cannot hold is a problem, and quarantined. */
export const fit = (zone: DesiredZone, target: PlanTarget): FittedZone => {
  const rrsets = rrsetMap<RRset>();
  const excluded = rrsetMap<UnmanagedReason>();
  const quarantined: Quarantine[] = [...zone.quarantined];
  const problems: Problem[] = [];
  const limits = limitsOf(target.supports);
  const checked = new Map<string, RRset[]>();
  const add = (rrset: RRset) => {
    const misfit = misfitOf(rrset, target, limits);
    if (misfit === null) return rrsets.set(rrset, withinTtl(merged(rrset, rrsets.get(rrset)), target.supports));
    quarantined.push(quarantineOf(rrset, misfit.rule, misfit.message));
    problems.push(problemOf(misfit, rrset, zone, target));
  };
  for (const rrset of zone.rrsets) {
    const exclusion = rrset.options === undefined ? null : exclusionOf(rrset, target.name);
    if (exclusion !== null) excluded.set(rrset, exclusion);
    else if (hasHealthCheck(rrset)) checked.set(rrset.name, [...(checked.get(rrset.name) ?? []), rrset]);
    else add(rrset);
  }
  const { compiled, names } = compileAll(checked, target, limits);
  for (const rrset of names.flatMap(writableOf)) add(rrset);
  for (const refused of names.flatMap(refusedOf)) quarantined.push(refused);
  const label = zoneLabel(zone.id);
  const ofChecks = checkProblems(names, target.name, (target.healthChecks ?? target.nativeChecks ?? null) !== null);
  for (const problem of ofChecks) problems.push({ ...problem, target: target.name, zone: label });
  const checkedByDaemon = mapRRsets(names.flatMap(({ left }) => left));
  const down = names.flatMap((name) => (name.compiled === null ? name.answered.flatMap((each) => each.down) : []));
  return { rrsets, excluded, compiled, checkedByDaemon, down, quarantined, problems };
};

const compileAll = (checked: ReadonlyMap<string, readonly RRset[]>, target: PlanTarget, limits: Limits) => {
  const compiled = rrsetMap<RRset>();
  const names: CheckedName[] = [];
  const native = target.nativeChecks ?? null;
  if (native !== null) {
    return { compiled, names: [...checked.values()].flat().map((rrset) => fitChecks(rrset, native)) };
  }
  for (const group of checked.values()) {
    const checkedName = compileChecks(
      group,
      target.healthChecks ?? null,
      (rrset) => misfitOf(rrset, target, limits)?.message ?? null,
    );
    names.push(checkedName);
    if (checkedName.compiled !== null) for (const rrset of checkedName.plain) compiled.set(rrset, rrset);
  }
  return { compiled, names };
};

const writableOf = ({ answered, compiled, refused }: CheckedName): readonly RRset[] => {
  if (refused !== null) return [];
  return compiled === null ? answered.flatMap(({ rrset }) => rrset ?? []) : [compiled];
};

const refusedOf = ({ plain, refused }: CheckedName): readonly Quarantine[] =>
  refused === null ? [] : plain.map((rrset) => quarantineOf(rrset, 'health-check-refused', refused));

/** A zone file may have an RRset of the type that checks are compiled to, at the same name. */
const merged = (rrset: RRset, other: RRset | undefined): RRset => {
  if (other === undefined) return rrset;
  const both = makeRRset(rrset.name, rrset.type, Math.min(rrset.ttl, other.ttl), [...other.values, ...rrset.values]);
  return rrset.healthCheck === undefined ? both : { ...both, healthCheck: rrset.healthCheck };
};

interface Misfit {
  readonly rule: string;
  readonly message: string;
}

/** Does the zone file itself say to leave an RRset alone at a target (octoDNS's `ignored`, `included`, `excluded`)? */
export const exclusionOf = ({ options }: RRset, target: string): UnmanagedReason | null => {
  if (options?.ignored === true) return { kind: 'excluded', why: 'octodns.ignored in the zone file' };
  if (options?.included !== undefined && options.included.length > 0 && !options.included.includes(target)) {
    return { kind: 'excluded', why: `octodns.included names ${options.included.join(', ')} only` };
  }
  return options?.excluded?.includes(target) === true
    ? { kind: 'excluded', why: `octodns.excluded names ${target}` }
    : null;
};

/** What of `supports` is asked for every RRset, ready to be looked up. */
interface Limits {
  readonly types: ReadonlySet<string>;
  readonly names: RegExp | null;
}

const limitsOf = ({ name_pattern: pattern, types }: Supports): Limits => ({
  types: new Set(types),
  names: pattern === undefined ? null : new RegExp(pattern),
});

const misfitOf = (rrset: RRset, target: PlanTarget, { names, types }: Limits): Misfit | null => {
  const { supports } = target;
  const refusal = types.has(rrset.type) ? null : typeRefusal(rrset.type, supports);
  if (refusal !== null) {
    return { rule: 'unsupported-type', message: `${target.name} cannot hold type ${rrset.type}: ${refusal}` };
  }
  const unanswerable = target.unanswerable.get(rrset.type);
  if (unanswerable !== undefined) return { rule: 'unanswerable-type', message: unanswerable };
  if (!supports.escaped_names && rrset.name.includes('\\')) {
    return { rule: 'unsupported-name', message: `${target.name} cannot hold names with escaped characters` };
  }
  if (names?.test(rrset.name) === false) {
    return { rule: 'unsupported-name', message: `${target.name} cannot hold a name with these characters` };
  }
  if (rrset.ttl > supports.max_ttl) {
    return {
      rule: 'unsupported-ttl',
      message: `${target.name} takes TTLs up to ${supports.max_ttl}, not ${rrset.ttl}`,
    };
  }
  const most = supports.max_values ?? rrset.values.length;
  if (rrset.values.length > most) {
    return {
      rule: 'unsupported-size',
      message: `${target.name} takes ${most} values of one RRset, as its max_values says, not ${rrset.values.length}`,
    };
  }
  const bytes = textLength(rrset) * wirePerCharacter > supports.max_rrset_bytes ? wireBytes(rrset) : 0;
  return bytes > supports.max_rrset_bytes
    ? {
        rule: 'unsupported-size',
        message: `${target.name} can serve ${supports.max_rrset_bytes} bytes of one RRset, not ${bytes}`,
      }
    : null;
};

/** No rdata takes more room on the wire, its record's head counted, than three octets a character (A: `0.0.0.0`, 16). */
const wirePerCharacter = 3;

const textLength = (rrset: RRset): number => rrset.values.reduce((sum, { rdata }) => sum + rdata.length, 0);

/** A type without fields in the table is written as RFC 3597 says, where the target takes that and does not refuse the type. */
const typeRefusal = (type: string, { refuses, unknown_types }: Supports): string | null => {
  const generic = (typeByName(type)?.fields.length ?? 0) === 0;
  if (generic && unknown_types && refuses[type] === undefined) return null;
  return refuses[type] ?? 'its provider does not take this type';
};

const wireBytes = (rrset: RRset): number =>
  rrset.values.reduce((sum, value) => sum + 12 + rdataToWire(rrset.type, value.rdata).length, 0);

const withinTtl = (rrset: RRset, supports: Supports): RRset =>
  rrset.ttl < supports.min_ttl ? { ...rrset, ttl: supports.min_ttl } : rrset;

const quarantineOf = (rrset: RRset, rule: string, reason: string): Quarantine => {
  return { name: rrset.name, type: rrset.type, rule, reason, origin: originOf(rrset) };
};

const originOf = (rrset: RRset) => rrset.values[0]?.origins[0] ?? null;

const problemOf = (misfit: Misfit, rrset: RRset, zone: DesiredZone, target: PlanTarget): Problem => {
  const origin = originOf(rrset);
  return {
    rule: misfit.rule,
    severity: 'error',
    message: `${rrset.name} ${rrset.type}: ${misfit.message}; what exists at that name stays`,
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    column: origin?.column ?? null,
    target: target.name,
    zone: zoneLabel(zone.id),
  };
};
