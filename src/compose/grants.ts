import { compileGlob, hasStar } from '../model/glob.ts';
import { splitParts } from '../model/name.ts';
import { type Grant, guardedTypes } from '../model/roles.ts';
import { isAddressType } from '../model/rr-types.ts';
import { hexOf, isInNet, type Net, parseNet } from './networks.ts';

/** A grant, compiled. */
interface CompiledGrant {
  readonly types: ReadonlySet<string>;
  /** By the name without its final dot. */
  readonly names: readonly NameGlob[];
  /** null: any address. */
  readonly nets: readonly Net[] | null;
  readonly max: number;
  /** Its answer where no address has to be compared. */
  readonly open: Granted;
}

interface NameGlob {
  readonly matches: (name: string) => boolean;
  /** It has no glob: it matches one name. */
  readonly exact: boolean;
  /** It begins with the wildcard part, `\*`. */
  readonly wildcard: boolean;
}

/** Grants by whom they are given to. */
export interface GrantIndex {
  readonly of: (to: Grant['to'], role: string) => readonly CompiledGrant[];
}

/** May this be written? */
export interface GrantQuery {
  readonly name: string;
  readonly type: string;
  /** It is the apex of a configured zone. */
  readonly isApex: boolean;
  /** The name is literal in Git: no part of it comes from a server. */
  readonly isLiteral: boolean;
}

/** What is granted at one name and type. */
export interface Granted {
  /** How many values the RRset may have by the widest grant that allows this value; null: none allows it. */
  readonly limitFor: (rdata: string) => number | null;
}

export const grantIndex = (grants: readonly Grant[]): GrantIndex => {
  const byKind = { label: new Map(), group: new Map(), inventory: new Map() } satisfies Record<
    Grant['to'],
    Map<string, CompiledGrant[]>
  >;
  for (const grant of grants) {
    const ofKind: Map<string, CompiledGrant[]> = byKind[grant.to];
    const known = ofKind.get(grant.role);
    if (known === undefined) ofKind.set(grant.role, [compile(grant)]);
    else known.push(compile(grant));
  }
  return { of: (to, role) => byKind[to].get(role) ?? none };
};

const none: readonly CompiledGrant[] = [];

const compile = ({ names, types, cidrs, max_values }: Grant): CompiledGrant => ({
  types: new Set(types.map((type) => type.toUpperCase())),
  names: names.map(compileName),
  nets: cidrs?.map(parseNet).filter((net) => net !== null) ?? null,
  max: max_values ?? Number.POSITIVE_INFINITY,
  open: openUpTo(max_values ?? Number.POSITIVE_INFINITY),
});

const compileName = (text: string): NameGlob => {
  const pattern = text.endsWith('.') ? text.slice(0, -1) : text;
  const [, suffix] = /^\*(\.[a-z0-9_.-]+)$/.exec(pattern) ?? [];
  const glob = compileGlob(pattern);
  // The common case, `*.lab.internal`, for a hundred thousand names.
  const onePart = (name: string, rest: string): boolean =>
    name.endsWith(rest) && name.indexOf('.') === name.length - rest.length;
  const matches =
    suffix === undefined ? glob : (name: string) => (name.includes('\\') ? glob(name) : onePart(name, suffix));
  return { matches, exact: !hasStar(pattern), wildcard: pattern.startsWith('\\*.') };
};

/** What the grants allow at a name and type; null: nothing. */
export const grantedAt = (grants: readonly CompiledGrant[], query: GrantQuery): Granted | null => {
  const name = query.name.slice(0, -1);
  const isWildcard = name.startsWith('*.') || name === '*';
  const isGuarded = needsExactName(query);
  const reaches = (glob: NameGlob): boolean => {
    if (query.isApex && !(glob.exact && query.isLiteral)) return false;
    if (isWildcard !== glob.wildcard || (isGuarded && !glob.exact)) return false;
    return glob.matches(name);
  };
  const fitting = grants.filter(({ types, names }) => types.has(query.type) && names.some(reaches));
  const [only] = fitting;
  if (only === undefined) return null;
  const isOpen = fitting.every(({ nets }) => nets === null) || !isAddressType(query.type);
  if (!isOpen) return { limitFor: (rdata) => limitIn(fitting, rdata) };
  return fitting.length === 1 ? only.open : openUpTo(Math.max(...fitting.map(({ max }) => max)));
};

/** Must a grant give this name literally, without a glob? */
export const needsExactName = ({ name, type }: Pick<GrantQuery, 'name' | 'type'>): boolean =>
  guardedTypes.has(type) || isChallenge(name);

const openUpTo = (max: number): Granted => ({ limitFor: () => max });

/** RFC 8555 section 8.4: whoever writes there gets a certificate. */
const isChallenge = (name: string): boolean =>
  name.startsWith('_acme-challenge') && splitParts(name)[0] === '_acme-challenge';

const limitIn = (grants: readonly CompiledGrant[], address: string): number | null => {
  const hex = hexOf(address);
  const fitting = grants.filter(({ nets }) => nets === null || nets.some((net) => isInNet(hex, net)));
  return fitting.length === 0 ? null : Math.max(...fitting.map(({ max }) => max));
};
