import { listed } from '../model/phrases.ts';
import { standsAlone } from '../model/rr-types.ts';
import { serverTitle } from './contenders.ts';
import type { ContributedValue, Contribution, WriteRule } from './contribution.ts';
import type { Finding } from './findings-to-problems.ts';

// Two servers may make one name: labels and groups fill names with what a server says of itself (its name, its attributes).
// Such a name must not take over or spoil what another server has there.

/** The values at a name, without those that would take it from another server; each of these is a `name-taken` finding. */
export const withoutNameConflicts = (
  name: string,
  contributions: readonly Contribution[],
  findings: Finding[],
): readonly ContributedValue[] => {
  const values = contributions.filter((contribution) => contribution.kind === 'value');
  if (values.length === 0 || contributions.length === 1) return values;
  const refuse = ({ rule, contributor }: ContributedValue, why: string): void => {
    const message = `${rule.title}, ${serverTitle(contributor.server)}: ${why}`;
    findings.push({ rule: 'name-taken', message, about: contributor.key, at: rule.at });
  };
  return withoutWeaker(name, withoutOthersNames(name, contributions, values, refuse), refuse);
};

type Refuse = (value: ContributedValue, why: string) => void;

/** A registration name belongs to its server alone, even while that server has no address. */
const withoutOthersNames = (
  name: string,
  contributions: readonly Contribution[],
  values: readonly ContributedValue[],
  refuse: Refuse,
): readonly ContributedValue[] => {
  const registrants = new Set(contributions.flatMap(registeredBy));
  if (registrants.size === 0) return values;
  return values.filter((value) => {
    if (!isNameFromServer(value.rule) || registrants.has(value.contributor.key)) return true;
    refuse(value, `${name} is the registered name of ${listed([...registrants])}`);
    return false;
  });
};

/** Is its name filled in from the server, and not written in Git as it is? */
const isNameFromServer = ({ kind, fixedName }: WriteRule): boolean => kind !== 'registration' && fixedName === null;

const registeredBy = (contribution: Contribution): readonly string[] => {
  if (contribution.kind === 'vacant') return contribution.by === 'registration' ? [contribution.serverKey] : [];
  return contribution.kind === 'value' && contribution.rule.kind === 'registration'
    ? [contribution.contributor.key]
    : [];
};

/**
 * Resolves conflicting contributions at one name: literal names from Git win, then the server seen first. Of servers of
 * one age all values are left, for the rules of zones to report. A claim of a literal name is Git's decision on that name:
 * nothing is refused there.
 */
const withoutWeaker = (
  name: string,
  values: readonly ContributedValue[],
  refuse: Refuse,
): readonly ContributedValue[] => {
  const kinds = new Set(values.map(kindOf));
  if (kinds.size < 2 || values.some(({ rule }) => rule.kind === 'claim' && rule.fixedName !== null)) return values;
  const refused = new Set<ContributedValue>();
  const stronger = new Map<string, ContributedValue[]>();
  const ranks = Map.groupBy(values, rankOf);
  for (const rank of [...ranks.keys()].sort((a, b) => (a < b ? -1 : 1))) {
    const equals = ranks.get(rank) ?? [];
    const standing = equals.filter((value) => {
      const rival = isNameFromServer(value.rule) ? rivalOf(value, stronger) : null;
      if (rival === null) return true;
      refused.add(value);
      refuse(value, `${name} already has ${described(rival)} of ${serverTitle(rival.contributor.server)}`);
      return false;
    });
    for (const value of standing) note(stronger, value);
  }
  return refused.size === 0 ? values : values.filter((value) => !refused.has(value));
};

/** A CNAME stands alone (RFC 1034 section 3.6.2), and so does a claim. */
const kindOf = ({ type, rdata, rule }: ContributedValue): string => {
  if (standsAlone(type)) return `${type} ${rdata}`;
  return rule.kind === 'claim' ? 'claim' : 'record';
};

const described = ({ type, rule }: ContributedValue): string =>
  rule.kind === 'claim' ? `a claim` : `a record of type ${type}`;

const rankOf = ({ rule, contributor }: ContributedValue): number =>
  isNameFromServer(rule) ? (contributor.entry.known?.since ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;

/** One of another kind and server. */
const rivalOf = (
  value: ContributedValue,
  stronger: ReadonlyMap<string, readonly ContributedValue[]>,
): ContributedValue | null => {
  const own = kindOf(value);
  for (const [kind, all] of stronger) {
    const rival = kind === own ? undefined : all.find(({ contributor }) => contributor.key !== value.contributor.key);
    if (rival !== undefined) return rival;
  }
  return null;
};

/** Keep at most two contributions per kind, from different servers: enough to find a rival of any server. */
const note = (stronger: Map<string, ContributedValue[]>, value: ContributedValue): void => {
  const kind = kindOf(value);
  const known = stronger.get(kind);
  if (known === undefined) stronger.set(kind, [value]);
  else if (known.length < 2 && known[0]?.contributor.key !== value.contributor.key) known.push(value);
};
