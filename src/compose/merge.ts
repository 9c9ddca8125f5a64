import { compareText } from '../model/compare.ts';
import { standsAlone } from '../model/rr-types.ts';
import type { RRset, Value } from '../model/rrset.ts';
import type { Protection, Quarantine } from '../model/zone.ts';
import type { ComposeRuleId } from './compose-rules.ts';
import type { DirectoryZone } from './configured-zones.ts';
import { serverTitle } from './contenders.ts';
import type { Blocked, ContributedValue, Contribution, WriteRule } from './contribution.ts';
import type { Finding } from './findings-to-problems.ts';
import { mergeHealthChecks, withVerdicts } from './merge-health-checks.ts';
import { withoutNameConflicts } from './name-conflicts.ts';
import type { Ruleset } from './ruleset.ts';

// Merges all contributions to one name into RRsets, beside what the zone file has there.

/** What the zone file has at a name. */
export interface Statics {
  readonly rrsets: readonly RRset[];
  readonly quarantined: readonly Quarantine[];
}

export const noStatics: Statics = { rrsets: [], quarantined: [] };

export interface MergedName {
  readonly name: string;
  readonly entry: DirectoryZone;
  /** Without those of the zone file. */
  readonly rrsets: readonly RRset[];
  readonly quarantined: readonly Quarantine[];
  readonly protected: readonly Protection[];
  readonly findings: readonly Finding[];
}

/** Contributions must be in the order of the servers' keys, so that messages and values do not depend on anything else. */
export const mergeName = (
  ruleset: Ruleset,
  name: string,
  contributions: readonly Contribution[],
  statics: Statics,
): MergedName | null => {
  const [first] = contributions;
  const entry = first?.entry ?? ruleset.zones.of(name);
  if (entry === null) return null;
  const findings: Finding[] = [];
  const values = withoutNameConflicts(name, contributions, findings);
  const blocked = [...contributions.filter(isBlocked), ...blockedInGit(ruleset, name)];
  const whole =
    claimAndRecordConflict(name, values, findings) ?? blocked.find(({ always, type }) => always && type === null);
  if (whole !== undefined) {
    const { reason, origin } = whole;
    return { name, entry, rrsets: [], quarantined: [{ name, type: null, reason, origin }], protected: [], findings };
  }
  const { rrsets: merged, quarantined, stay } = mergeTypes(name, values, blocked, statics, findings);
  const rrsets = merged.map((rrset) => withVerdicts(rrset, ruleset.health));
  const protections = protectionsAt(ruleset, name, contributions, [...rrsets, ...statics.rrsets]);
  return { name, entry, rrsets, quarantined, protected: [...protections, ...stay], findings };
};

/**
 * Is there nothing to merge? So it is with one value of each type, all from one rule and server; a claim, or a grant that
 * limits the number of values, always needs a look.
 */
export const areSimple = (contributions: readonly Contribution[]): contributions is readonly ContributedValue[] => {
  const [first, second] = contributions;
  if (first === undefined || !isSimple(first) || contributions.length > 2) return false;
  if (second === undefined) return true;
  const isTogether = isSimple(second) && second.rule === first.rule && second.contributor === first.contributor;
  return isTogether && second.type !== first.type;
};

const isSimple = (contribution: Contribution): contribution is ContributedValue =>
  contribution.kind === 'value' && contribution.rule.kind !== 'claim' && contribution.limit >= 1;

export const simpleRRset = ({ name, type, rdata, origin, retained, rule }: ContributedValue): RRset => ({
  name,
  type,
  ttl: rule.ttl ?? rule.fallbackTtl,
  values: [retained === null ? { rdata, origins: [origin] } : { rdata, origins: [origin], retained }],
});

/** `label web (labels.yaml:3)`: for a message that is about another place as well. */
const titleAndPlace = ({ title, at }: WriteRule): string => `${title} (${at.file}:${at.line})`;

const isBlocked = (contribution: Contribution): contribution is Blocked => contribution.kind === 'blocked';

const blockedInGit = ({ blockedByGit }: Ruleset, name: string): readonly Blocked[] => {
  const known = blockedByGit.get(name);
  return known === undefined ? [] : [known];
};

/** A claimed name is shared, so it cannot also be a server's own: neither is written, as either could be the mistake. */
const claimAndRecordConflict = (
  name: string,
  values: readonly ContributedValue[],
  findings: Finding[],
): Pick<Blocked, 'reason' | 'origin'> | undefined => {
  const claim = values.find(({ rule }) => rule.kind === 'claim');
  const other = claim === undefined ? undefined : values.find(({ rule }) => rule.kind !== 'claim');
  if (claim === undefined || other === undefined) return undefined;
  const what = other.rule.kind === 'registration' ? 'the registration' : 'a record';
  const message = `${claim.rule.title} claims ${name}, which is also ${what} of ${serverTitle(other.contributor.server)} by ${titleAndPlace(other.rule)}; what exists there stays`;
  findings.push({ rule: 'claim-and-record', message, about: name, at: claim.rule.at });
  return { reason: `claim-and-record: ${message}`, origin: claim.origin };
};

const mergeTypes = (
  name: string,
  values: readonly ContributedValue[],
  blocked: readonly Blocked[],
  statics: Statics,
  findings: Finding[],
): Pick<MergedName, 'rrsets' | 'quarantined'> & { readonly stay: readonly Protection[] } => {
  const rrsets: RRset[] = [];
  const quarantined: Quarantine[] = [];
  const stay: Protection[] = [];
  for (const [type, own] of byType(values)) {
    const barrier = blocked.find((each) => each.always && each.type === type);
    const winner = staticWinner(name, type, own, statics, findings);
    if (winner) continue;
    const made = barrier ?? mergeRRset(name, type, own, findings);
    if ('values' in made) rrsets.push(made);
    else quarantined.push({ name, type, reason: made.reason, origin: made.origin });
  }
  const isWanted = rrsets.length > 0 || statics.rrsets.length > 0;
  for (const { type, reason, origin, always, serverKey, stays } of blocked) {
    const isThere = quarantined.some((each) => each.type === type) || has(statics, type);
    if (isThere) continue;
    if (always || (!isWanted && stays !== true)) quarantined.push({ name, type, reason, origin });
    else if (type !== null && !rrsets.some((each) => each.type === type)) {
      stay.push(staying(name, type, reason, serverKey));
    }
  }
  return { rrsets, quarantined, stay };
};

const staying = (name: string, type: string, reason: string, serverKey: string | null): Protection => ({
  ...{ name, types: [type], reason, stays: true },
  ...(serverKey === null ? {} : { server: serverKey }),
});

const has = ({ rrsets, quarantined }: Statics, type: string | null): boolean =>
  rrsets.some((rrset) => rrset.type === type) || quarantined.some((each) => each.type === null || each.type === type);

const byType = (values: readonly ContributedValue[]): ReadonlyMap<string, readonly ContributedValue[]> => {
  const types = new Map<string, ContributedValue[]>();
  for (const value of values) {
    const there = types.get(value.type);
    if (there === undefined) types.set(value.type, [value]);
    else there.push(value);
  }
  return types;
};

/** Does the zone file have the type there, or is one of the two a CNAME, which stands alone (RFC 1034 section 3.6.2)? */
const staticWinner = (
  name: string,
  type: string,
  values: readonly ContributedValue[],
  statics: Statics,
  findings: Finding[],
): boolean => {
  const winner = statics.rrsets.find((rrset) => standsAlone(type) || standsAlone(rrset.type) || rrset.type === type);
  const isBadThere = standsAlone(type) ? statics.quarantined.length > 0 : has(statics, type);
  if (winner === undefined && !isBadThere) return false;
  const origin = winner?.values[0]?.origins[0];
  const where = origin === undefined ? 'the zone file' : `${origin.file}:${origin.line}`;
  for (const rule of new Set(values.map((value) => value.rule))) {
    const message = `${rule.title} wants ${name} ${type}, but ${where} has ${winner?.type ?? 'it'} there: the zone file wins`;
    const hint = 'remove one of the two';
    findings.push({ rule: 'zone-file-wins', message, hint, about: `${name} ${type}`, at: rule.at });
  }
  return true;
};

type Refused = Pick<Blocked, 'reason' | 'origin'>;

const mergeRRset = (
  name: string,
  type: string,
  own: readonly ContributedValue[],
  findings: Finding[],
): RRset | Refused => {
  const refuse = (rule: ComposeRuleId, by: WriteRule, message: string, hint?: string): Refused => {
    findings.push({ rule, message, about: `${name} ${type}`, at: by.at, ...(hint === undefined ? {} : { hint }) });
    return { reason: `${rule}: ${message}`, origin: own[0]?.origin ?? null };
  };
  const explicit = own.filter(({ rule }) => rule.ttl !== null);
  const [one] = explicit;
  const otherTtl = explicit.find(({ rule }) => rule.ttl !== one?.rule.ttl);
  if (one !== undefined && otherTtl !== undefined) {
    const message = `${name} ${type} has the TTL ${one.rule.ttl} from ${titleAndPlace(one.rule)} and ${otherTtl.rule.ttl} from ${titleAndPlace(otherTtl.rule)}`;
    return refuse('ttl-conflict', otherTtl.rule, message, 'give both the same ttl');
  }
  const check = mergeHealthChecks(own, findings);
  if ('conflict' in check) {
    const [a, b] = check.conflict;
    const message = `${name} ${type} has one health check from ${titleAndPlace(a)} and another from ${titleAndPlace(b)}`;
    return refuse('health-check-conflict', b, message, 'give both the same health_check');
  }
  const values = uniteValues(check.values);
  const limited = check.values.toSorted((a, b) => a.limit - b.limit)[0];
  if (limited !== undefined && values.length > limited.limit) {
    const message = `${name} ${type} has ${values.length} values, but the grant of ${limited.rule.title} allows ${limited.limit}`;
    return refuse('max-values', limited.rule, message, 'raise its "max_values" if this is meant');
  }
  const ttl =
    one?.rule.ttl ?? own.reduce((least, { rule }) => Math.min(least, rule.fallbackTtl), Number.POSITIVE_INFINITY);
  return { name, type, ttl, values, ...(check.healthCheck === null ? {} : { healthCheck: check.healthCheck }) };
};

/** Sorted. A value is retained only if every contribution of it is. */
const uniteValues = (own: readonly ContributedValue[]): readonly Value[] => {
  const byRdata = Map.groupBy(own, ({ rdata }) => rdata);
  return Array.from(byRdata, joinEqual).sort((a, b) => compareText(a.rdata, b.rdata));
};

const joinEqual = ([rdata, equal]: readonly [string, readonly ContributedValue[]]): Value => {
  const origins = equal.map(({ origin }) => origin);
  const retained = equal.every((each) => each.retained !== null) ? (equal[0]?.retained ?? null) : null;
  return retained === null ? { rdata, origins } : { rdata, origins, retained };
};

const protectionsAt = (
  { claims }: Ruleset,
  name: string,
  contributions: readonly Contribution[],
  wanted: readonly RRset[],
): readonly Protection[] => {
  const byTypes = new Map<string, Protection>();
  const protect = (types: readonly string[], reason: string): void => {
    if (wanted.some(({ type }) => types.includes(type))) return;
    const key = types.join(' ');
    if (!byTypes.has(key)) byTypes.set(key, { name, types, reason });
  };
  for (const contribution of contributions)
    if (contribution.kind === 'vacant') protect(contribution.types, contribution.reason);
  const rules = claims.get(name) ?? [];
  for (const rule of rules) {
    const isMeant = rules.every(({ type, allowEmpty }) => type !== rule.type || allowEmpty);
    if (!isMeant) protect([rule.type], `${titleAndPlace(rule)} claims it, but no server contributes to it now`);
  }
  return [...byTypes.values()];
};
