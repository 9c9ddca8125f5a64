import type { Contribution, Item, WriteRule } from './contribution.ts';
import type { Finding } from './finding.ts';
import { wordsOf } from './roster.ts';

// A name made of what a server says of itself must not take or spoil what another server has there.

export const placeWords = ({ words, at }: WriteRule): string => `${words} (${at.file}:${at.line})`;

/** What is wanted at a name, without what is another server's to have. */
export const withoutConflicts = (
  name: string,
  items: readonly Item[],
  findings: Finding[],
): readonly Contribution[] => {
  const values = items.filter((item) => item.kind === 'value');
  if (values.length === 0 || items.length === 1) return values;
  const refuse = ({ rule, member }: Contribution, why: string): void => {
    const message = `${placeWords(rule)}, ${wordsOf(member.server)}: ${why}`;
    findings.push({ rule: 'name-taken', message, item: member.key, at: rule.at });
  };
  return withoutWeaker(name, withoutNamed(name, items, values, refuse), refuse);
};

type Refuse = (value: Contribution, why: string) => void;

/** A registered name is its server's alone, be that one without an address. */
const withoutNamed = (
  name: string,
  items: readonly Item[],
  values: readonly Contribution[],
  refuse: Refuse,
): readonly Contribution[] => {
  const owners = new Set(items.flatMap(registeredBy));
  if (owners.size === 0) return values;
  const words = [...owners].join(', ');
  return values.filter((value) => {
    if (!isMade(value.rule) || owners.has(value.member.key)) return true;
    refuse(value, `${name} is the name of ${words}`);
    return false;
  });
};

/** Is its name made of what a server says of itself? */
const isMade = ({ kind, fixed }: WriteRule): boolean => kind !== 'registration' && fixed === null;

const registeredBy = (item: Item): readonly string[] => {
  if (item.kind === 'vacant') return item.by === 'registration' ? [item.owner] : [];
  return item.kind === 'value' && item.rule.kind === 'registration' ? [item.member.key] : [];
};

/**
 * Of what cannot be at one name together, Git's own stands, then the older server's: whoever comes later takes nothing from
 * anybody. Where none is older, both are left for whom it concerns. Claims of a name that Git has as it is are Git's word on it.
 */
const withoutWeaker = (name: string, values: readonly Contribution[], refuse: Refuse): readonly Contribution[] => {
  const kinds = new Set(values.map(kindOf));
  if (kinds.size < 2 || values.some(({ rule }) => rule.kind === 'claim' && rule.fixed !== null)) return values;
  const refused = new Set<Contribution>();
  const stronger = new Map<string, Contribution[]>();
  const ranks = Map.groupBy(values, rankOf);
  for (const rank of [...ranks.keys()].sort((a, b) => (a < b ? -1 : 1))) {
    const equals = ranks.get(rank) ?? [];
    const standing = equals.filter((value) => {
      const rival = isMade(value.rule) ? rivalOf(value, stronger) : null;
      if (rival === null) return true;
      refused.add(value);
      refuse(value, `${name} has ${wordsFor(rival)} of ${wordsOf(rival.member.server)}`);
      return false;
    });
    for (const value of standing) note(stronger, value);
  }
  return refused.size === 0 ? values : values.filter((value) => !refused.has(value));
};

/** A CNAME stands alone (RFC 1034 section 3.6.2), and so does a claim. */
const kindOf = ({ type, rdata, rule }: Contribution): string => {
  if (type === 'CNAME') return `CNAME ${rdata}`;
  return rule.kind === 'claim' ? 'claim' : 'record';
};

const wordsFor = ({ type, rule }: Contribution): string =>
  rule.kind === 'claim' ? `a claim` : `a record of type ${type}`;

const rankOf = ({ rule, member }: Contribution): number =>
  isMade(rule) ? (member.entry.known?.since ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;

/** One of another kind and server. */
const rivalOf = (value: Contribution, stronger: ReadonlyMap<string, readonly Contribution[]>): Contribution | null => {
  const own = kindOf(value);
  for (const [kind, all] of stronger) {
    const rival = kind === own ? undefined : all.find(({ member }) => member.key !== value.member.key);
    if (rival !== undefined) return rival;
  }
  return null;
};

/** Of each kind two are enough, of two servers: one of them is another's. */
const note = (stronger: Map<string, Contribution[]>, value: Contribution): void => {
  const kind = kindOf(value);
  const known = stronger.get(kind);
  if (known === undefined) stronger.set(kind, [value]);
  else if (known.length < 2 && known[0]?.member.key !== value.member.key) known.push(value);
};
