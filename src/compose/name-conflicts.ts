import type { ContributedValue, Contribution, WriteRule } from './contribution.ts';
import type { Finding } from './findings-to-problems.ts';
import { serverTitle } from './roster.ts';

// A name made of what a server says of itself must not take or spoil what another server has there.

export const titleAndPlace = ({ title, at }: WriteRule): string => `${title} (${at.file}:${at.line})`;

/** What is wanted at a name, without what is another server's to have. */
export const withoutConflicts = (
  name: string,
  contributions: readonly Contribution[],
  findings: Finding[],
): readonly ContributedValue[] => {
  const values = contributions.filter((contribution) => contribution.kind === 'value');
  if (values.length === 0 || contributions.length === 1) return values;
  const refuse = ({ rule, contributor }: ContributedValue, why: string): void => {
    const message = `${titleAndPlace(rule)}, ${serverTitle(contributor.server)}: ${why}`;
    findings.push({ rule: 'name-taken', message, about: contributor.key, at: rule.at });
  };
  return withoutWeaker(name, withoutOthersNames(name, contributions, values, refuse), refuse);
};

type Refuse = (value: ContributedValue, why: string) => void;

/** A registered name is its server's alone, be that one without an address. */
const withoutOthersNames = (
  name: string,
  contributions: readonly Contribution[],
  values: readonly ContributedValue[],
  refuse: Refuse,
): readonly ContributedValue[] => {
  const owners = new Set(contributions.flatMap(registeredBy));
  if (owners.size === 0) return values;
  const title = [...owners].join(', ');
  return values.filter((value) => {
    if (!isNameFromServer(value.rule) || owners.has(value.contributor.key)) return true;
    refuse(value, `${name} is the name of ${title}`);
    return false;
  });
};

/** Is its name made of what a server says of itself? */
const isNameFromServer = ({ kind, fixedName }: WriteRule): boolean => kind !== 'registration' && fixedName === null;

const registeredBy = (contribution: Contribution): readonly string[] => {
  if (contribution.kind === 'vacant') return contribution.by === 'registration' ? [contribution.serverKey] : [];
  return contribution.kind === 'value' && contribution.rule.kind === 'registration'
    ? [contribution.contributor.key]
    : [];
};

/**
 * Of what cannot be at one name together, Git's own stands, then the older server's: whoever comes later takes nothing from
 * anybody. Where none is older, both are left for whom it concerns. Claims of a name that Git has as it is are Git's word on it.
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
      refuse(value, `${name} has ${wordsFor(rival)} of ${serverTitle(rival.contributor.server)}`);
      return false;
    });
    for (const value of standing) note(stronger, value);
  }
  return refused.size === 0 ? values : values.filter((value) => !refused.has(value));
};

/** A CNAME stands alone (RFC 1034 section 3.6.2), and so does a claim. */
const kindOf = ({ type, rdata, rule }: ContributedValue): string => {
  if (type === 'CNAME') return `CNAME ${rdata}`;
  return rule.kind === 'claim' ? 'claim' : 'record';
};

const wordsFor = ({ type, rule }: ContributedValue): string =>
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

/** Of each kind two are enough, of two servers: one of them is another's. */
const note = (stronger: Map<string, ContributedValue[]>, value: ContributedValue): void => {
  const kind = kindOf(value);
  const known = stronger.get(kind);
  if (known === undefined) stronger.set(kind, [value]);
  else if (known.length < 2 && known[0]?.contributor.key !== value.contributor.key) known.push(value);
};
