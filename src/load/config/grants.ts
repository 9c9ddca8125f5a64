import { compileGlob, globProblem, hasStar } from '../../model/glob.ts';
import { splitParts, withoutFinalDot } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { type Grant, guardedTypes, type UnusableRule } from '../../model/roles.ts';
import { addressTypes } from '../../model/rr-types.ts';
import { checkOf } from '../../validation/index.ts';
import { findType } from '../record-types.ts';
import { type GrantEntry, grantSchema } from '../schema/grants.ts';
import type { Path } from '../yaml/config-document.ts';
import { type Config, checkAt, reportAt, reportAtKey } from './config.ts';
import { parseCidr } from './parse-scalars.ts';

const acme = '_acme-challenge';
const roles = ['label', 'group', 'inventory'] as const;

export interface Grants {
  readonly grants: readonly Grant[];
  readonly unusable: readonly UnusableRule[];
}

/** Reads the grants; one that cannot be used is a problem, and grants nothing. */
export const readGrants = (config: Config): Grants => {
  const value = config.top.grants;
  if (value === undefined) return { grants: [], unusable: [] };
  if (!Array.isArray(value)) {
    const message = '"grants" must be a list, with entries like "{label: mailserver, names: [mail.example.com]}"';
    reportAtKey(config, 'config-syntax', message, ['grants']);
    const at = { file: config.file, ...config.text.positionOfKey(['grants']) };
    return { grants: [], unusable: [{ name: null, reason: message, at }] };
  }
  const grants: Grant[] = [];
  const unusable: UnusableRule[] = [];
  const check = checkOf(grantSchema);
  value.forEach((each: unknown, i) => {
    const path = ['grants', i];
    const entry = checkAt(config, check, each, path);
    const grant = entry === null ? null : readGrant(config, entry, path);
    if (grant !== null) grants.push(grant);
    else {
      const at = { file: config.file, ...config.text.positionOf(path) };
      unusable.push({ name: null, reason: 'a grant cannot be used', at });
    }
  });
  return { grants, unusable };
};

const readGrant = (config: Config, entry: GrantEntry, path: Path): Grant | null => {
  const before = config.problems.length;
  const to = roles.filter((key) => entry[key] !== undefined);
  const [only] = to;
  if (to.length !== 1) {
    const message = `${path.join('.')}: it needs one of label, group and inventory, and has ${to.join(' and ') || 'none'}`;
    reportAt(config, 'config-syntax', message, path);
  }
  const types = readTypes(config, entry, path);
  const names = readNames(config, entry, types, path);
  const cidrs = readCidrs(config, entry, path);
  if (only === undefined || config.problems.length > before) return null;
  return {
    to: only,
    role: entry[only] ?? '',
    names,
    types,
    cidrs,
    max_values: entry.max_values ?? null,
    at: { file: config.file, ...config.text.positionOf(path) },
  };
};

const readTypes = (config: Config, entry: GrantEntry, path: Path): readonly string[] => {
  const types = (entry.types ?? addressTypes).flatMap((text, i) => {
    const found = findType(text);
    const at = [...path, 'types', i];
    if (found.status === 'refused') reportAt(config, 'unknown-type', `${path.join('.')}: ${found.message}`, at);
    else if (found.type.traits.ungranted === true) {
      const message = `${path.join('.')}: ${found.type.name} cannot be granted: nothing from the inventory becomes code`;
      reportAt(config, 'inventory-type', message, at);
    } else return [found.type.name];
    return [];
  });
  return [...new Set(types)];
};

const readNames = (config: Config, entry: GrantEntry, types: readonly string[], path: Path): readonly string[] => {
  const named = types.filter((type) => guardedTypes.has(type));
  return entry.names.flatMap((text, i) => {
    const at = [...path, 'names', i];
    const name = withoutFinalDot(text);
    const fault = name === '' ? 'it is the root' : globProblem(name);
    if (fault !== null) {
      reportAt(
        config,
        'name-syntax',
        `${path.join('.')}: names: ${quoted(text)} matches nothing: ${fault.split(';')[0]}`,
        at,
      );
      return [];
    }
    if (!hasStar(name)) return [name];
    const what = named.length > 0 ? named.join(' and ') : reachesAcme(name) ? acme : null;
    if (what === null) return [name];
    const message = `${path.join('.')}: ${quoted(text)} is a glob, but a grant of ${what} must name each name in full; put that into a grant of its own`;
    reportAt(config, 'grant-too-wide', message, at);
    return [];
  });
};

/** Does a part of the pattern match ACME's name? A part without a leading `_`, like `*`, never does. */
const reachesAcme = (pattern: string): boolean =>
  splitParts(pattern).some((part) => part.startsWith('_') && compileGlob(part)(acme));

const readCidrs = (config: Config, { cidrs }: GrantEntry, path: Path): readonly string[] | null =>
  cidrs?.flatMap((text, i) => {
    const parsed = parseCidr(text);
    if (parsed !== null && 'cidr' in parsed) return [parsed.cidr];
    const what =
      parsed === null
        ? `cidrs takes networks like 192.0.2.0/24 or 2001:db8::/32, not ${quoted(text)}`
        : `cidrs: ${quoted(text)} is an address inside a network; the network is ${parsed.meant}`;
    reportAt(config, 'config-syntax', `${path.join('.')}: ${what}`, [...path, 'cidrs', i]);
    return [];
  }) ?? null;
