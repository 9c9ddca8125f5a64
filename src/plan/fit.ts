import type { Problem } from '../model/problem.ts';
import { rdataToWire, typeByName } from '../model/rdata.ts';
import type { RRset } from '../model/rrset.ts';
import { type ReadonlyRRsetMap, rrsetMap } from '../model/rrset-map.ts';
import type { DesiredZone, Quarantine } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';
import type { Supports } from '../provider.ts';

/** One target as the planner sees it. */
export interface PlanTarget {
  readonly name: string;
  readonly supports: Supports;
  /** Types that a name server of the zone cannot answer, with the reason. */
  readonly unanswerable: ReadonlyMap<string, string>;
  /** Delegations whose new name servers do not answer for them yet, by name, with the reason. */
  readonly unready: ReadonlyMap<string, string>;
}

/** A desired zone, adapted to one target. */
export interface Fitted {
  readonly rrsets: ReadonlyRRsetMap<RRset>;
  /** What the zone file itself says to leave alone here, with the reason. */
  readonly leftAlone: ReadonlyRRsetMap<string>;
  readonly quarantined: readonly Quarantine[];
  readonly problems: readonly Problem[];
}

/** Adapts desired to what the target supports; what it cannot take is a problem, and quarantined. */
export const fit = (zone: DesiredZone, target: PlanTarget): Fitted => {
  const rrsets = rrsetMap<RRset>();
  const leftAlone = rrsetMap<string>();
  const quarantined: Quarantine[] = [...zone.quarantined];
  const problems: Problem[] = [];
  const { name_pattern: pattern, types } = target.supports;
  const can: Ability = { types: new Set(types), names: pattern === undefined ? null : new RegExp(pattern) };
  for (const rrset of zone.rrsets) {
    const alone = rrset.options === undefined ? null : whyLeftAlone(rrset, target.name);
    if (alone !== null) {
      leftAlone.set(rrset, alone);
      continue;
    }
    const misfit = whyMisfit(rrset, target, can);
    if (misfit === null) {
      rrsets.set(rrset, withinTtl(rrset, target.supports));
      continue;
    }
    quarantined.push({ name: rrset.name, type: rrset.type, reason: misfit.message, origin: originOf(rrset) });
    problems.push(problemOf(misfit, rrset, zone, target));
  }
  return { rrsets, leftAlone, quarantined, problems };
};

interface Misfit {
  readonly rule: string;
  readonly message: string;
}

/** Why the zone file itself says to leave an RRset alone at a target, or null. */
const whyLeftAlone = ({ options }: RRset, target: string): string | null => {
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
