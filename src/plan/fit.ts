import type { Problem } from '../model/problem.ts';
import { rdataToWire, typeByName } from '../model/rdata.ts';
import type { RRset } from '../model/rrset.ts';
import { makeRRset } from '../model/rrset.ts';
import { type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, Quarantine } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { HealthChecks, NativeChecks, Supports } from '../provider.ts';
import type { CheckedName } from './health-checks.ts';
import { checkProblems, compileChecks, fitChecks, isChecked } from './health-checks.ts';

/** One target as the planner sees it. */
export interface PlanTarget {
  readonly name: string;
  readonly supports: Supports;
  /** Types that a name server of the zone cannot answer, with the reason. */
  readonly unanswerable: ReadonlyMap<string, string>;
  /** Delegations whose new name servers do not answer for them yet, by name, with the reason. */
  readonly unready: ReadonlyMap<string, string>;
  /** Missing or null: its provider has none. */
  readonly healthChecks?: HealthChecks | null;
  /** The same of the other kind. */
  readonly nativeChecks?: NativeChecks | null;
}

/** A desired zone, adapted to one target. */
export interface Fitted {
  readonly rrsets: ReadonlyRRsetMap<RRset>;
  /** What the zone file itself says to leave alone here, with the reason. */
  readonly leftAlone: ReadonlyRRsetMap<string>;
  /** Wanted A and AAAA that are part of a compiled RRset of their name. */
  readonly compiled: ReadonlyRRsetMap<RRset>;
  readonly quarantined: readonly Quarantine[];
  readonly problems: readonly Problem[];
}

/** Adapts desired to what the target supports; what it cannot take is a problem, and quarantined. */
export const fit = (zone: DesiredZone, target: PlanTarget): Fitted => {
  const rrsets = rrsetMap<RRset>();
  const leftAlone = rrsetMap<string>();
  const quarantined: Quarantine[] = [...zone.quarantined];
  const problems: Problem[] = [];
  const can = abilityOf(target.supports);
  const checked = new Map<string, RRset[]>();
  const place = (rrset: RRset) => {
    const misfit = whyMisfit(rrset, target, can);
    if (misfit === null) return rrsets.set(rrset, withinTtl(united(rrset, rrsets.get(rrset)), target.supports));
    quarantined.push(quarantineOf(rrset, misfit.message));
    problems.push(problemOf(misfit, rrset, zone, target));
  };
  for (const rrset of zone.rrsets) {
    const alone = rrset.options === undefined ? null : whyLeftAlone(rrset, target.name);
    if (alone !== null) leftAlone.set(rrset, alone);
    else if (isChecked(rrset)) checked.set(rrset.name, [...(checked.get(rrset.name) ?? []), rrset]);
    else place(rrset);
  }
  const { compiled, names } = compileAll(checked, target, can);
  for (const rrset of names.flatMap(writableOf)) place(rrset);
  quarantined.push(...names.flatMap(refusedOf));
  const label = zoneLabel(zone.id);
  const said = checkProblems(names, target.name, (target.healthChecks ?? target.nativeChecks ?? null) !== null);
  problems.push(...said.map((problem) => ({ ...problem, target: target.name, zone: label })));
  return { rrsets, leftAlone, compiled, quarantined, problems };
};

const compileAll = (checked: ReadonlyMap<string, readonly RRset[]>, target: PlanTarget, can: Ability) => {
  const compiled = rrsetMap<RRset>();
  const names: CheckedName[] = [];
  const native = target.nativeChecks ?? null;
  if (native !== null) {
    return { compiled, names: [...checked.values()].flat().map((rrset) => fitChecks(rrset, native)) };
  }
  for (const group of checked.values()) {
    const made = compileChecks(
      group,
      target.healthChecks ?? null,
      (rrset) => whyMisfit(rrset, target, can)?.message ?? null,
    );
    names.push(made);
    if (made.compiled !== null) for (const rrset of made.plain) compiled.set(rrset, rrset);
  }
  return { compiled, names };
};

const writableOf = ({ compiled, plain, refused }: CheckedName): readonly RRset[] =>
  refused !== null ? [] : compiled === null ? plain : [compiled];

const refusedOf = ({ plain, refused }: CheckedName): readonly Quarantine[] =>
  refused === null ? [] : plain.map((rrset) => quarantineOf(rrset, refused));

/** A zone file may have an RRset of the type that checks are compiled to, at the same name. */
const united = (rrset: RRset, other: RRset | undefined): RRset => {
  if (other === undefined) return rrset;
  const both = makeRRset(rrset.name, rrset.type, Math.min(rrset.ttl, other.ttl), [...other.values, ...rrset.values]);
  return rrset.healthCheck === undefined ? both : { ...both, healthCheck: rrset.healthCheck };
};

interface Misfit {
  readonly rule: string;
  readonly message: string;
}

/** Why the zone file itself says to leave an RRset alone at a target, or null. */
export const whyLeftAlone = ({ options }: RRset, target: string): string | null => {
  if (options?.ignored === true) return 'octodns.ignored in the zone file';
  if (options?.included !== undefined && options.included.length > 0 && !options.included.includes(target)) {
    return `octodns.included names ${options.included.join(', ')} only`;
  }
  return options?.excluded?.includes(target) === true ? `octodns.excluded names ${target}` : null;
};

interface Ability {
  readonly types: ReadonlySet<string>;
  readonly names: RegExp | null;
}

const abilities = new WeakMap<Supports, Ability>();

/** Made once for each target, to which a thousand zones may go. */
const abilityOf = (supports: Supports): Ability => {
  const { name_pattern: pattern, types } = supports;
  const known = abilities.get(supports);
  const ability = known ?? { types: new Set(types), names: pattern === undefined ? null : new RegExp(pattern) };
  if (known === undefined) abilities.set(supports, ability);
  return ability;
};

const whyMisfit = (rrset: RRset, target: PlanTarget, { names, types }: Ability): Misfit | null => {
  const { supports } = target;
  const untakable = types.has(rrset.type) ? null : whyUntakable(rrset.type, supports);
  if (untakable !== null) {
    return { rule: 'unsupported-type', message: `${target.name} cannot hold type ${rrset.type}: ${untakable}` };
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

/** A type that the table does not know goes by RFC 3597, where the target takes that and has not said otherwise. */
const whyUntakable = (type: string, { refuses, unknown_types }: Supports): string | null => {
  const generic = (typeByName(type)?.fields.length ?? 0) === 0;
  if (generic && unknown_types && refuses[type] === undefined) return null;
  return refuses[type] ?? 'its provider does not take this type';
};

const wireBytes = (rrset: RRset): number =>
  rrset.values.reduce((sum, value) => sum + 12 + rdataToWire(rrset.type, value.rdata).length, 0);

const withinTtl = (rrset: RRset, supports: Supports): RRset =>
  rrset.ttl < supports.min_ttl ? { ...rrset, ttl: supports.min_ttl } : rrset;

const quarantineOf = (rrset: RRset, reason: string): Quarantine => {
  return { name: rrset.name, type: rrset.type, reason, origin: originOf(rrset) };
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
