import type { SourceLocation } from '../../model/origin.ts';
import { quoted } from '../../model/phrases.ts';
import type { Role, UnusableRule } from '../../model/roles.ts';
import type { Scalar, ServerState } from '../../model/server.ts';
import { asRecord, type Check, checkOf, unknownKey } from '../../validation/index.ts';
import { type Config, checkAt, reportAt, reportAtKey } from '../config/config.ts';
import { claimSchema, recordSchema } from '../schema/labels.ts';
import type { Path } from '../yaml/config-document.ts';
import { readClaim } from './read-claim.ts';
import { readRoleRecord } from './read-record.ts';
import type { RolesFile } from './read-roles-file.ts';
import type { RuleReader } from './rule-reader.ts';
import { isNameTemplate } from './rule-reader.ts';

/** What is read of a file of roles, and what is found on the way. */
interface Reading {
  readonly text: Config;
  readonly zones: readonly string[];
  readonly unusable: UnusableRule[];
}

/** The labels or groups of a file. What is wrong with one record or claim is a problem, and the others go on. */
export const readRolesOf = (
  file: RolesFile,
  kind: Role['kind'],
  zones: readonly string[],
): { readonly roles: readonly Role[]; readonly unusable: readonly UnusableRule[] } => {
  const reading: Reading = { text: file.text, zones, unusable: [...file.unusable] };
  const checks = { record: checkOf(recordSchema), claim: checkOf(claimSchema) };
  const read = (name: string, value: unknown): Role | null => readRole(reading, checks, kind, name, value);
  return { roles: file.roles.flatMap(([name, value]) => read(name, value) ?? []), unusable: reading.unusable };
};

const dnsKeys = ['records', 'claims'];

const readRole = (
  reading: Reading,
  checks: { readonly record: Check<RecordOf>; readonly claim: Check<ClaimOf> },
  kind: Role['kind'],
  name: string,
  value: unknown,
): Role | null => {
  const { text } = reading;
  const path = [`${kind}s`, name];
  const before = text.problems.length;
  const role = mappingAt(text, value, path, kind === 'group' ? ['match', 'dns'] : ['dns']);
  const match = kind === 'group' && role !== null ? readMatch(text, role.match, [...path, 'match']) : null;
  const dns = role === null ? null : mappingAt(text, role.dns, [...path, 'dns'], dnsKeys);
  const fault = text.problems[before]?.message;
  const at = { file: text.file, ...text.text.positionOfKey(path) };
  const inDns = (key: string): Path => [...path, 'dns', key];
  const records = readList(reading, dns?.records, inDns('records'), checks.record, readRoleRecord);
  const claims = readList(reading, dns?.claims, inDns('claims'), checks.claim, readClaim);
  if (fault === undefined) return { kind, name, match, records, claims, at };
  const isNameless = dns === null || Object.keys(dns).some((key) => !dnsKeys.includes(key));
  if (isNameless) reading.unusable.push({ name: null, reason: fault, at });
  for (const each of [...records, ...claims]) reading.unusable.push({ name: each.name, reason: fault, at: each.at });
  return null;
};

type RecordOf = Parameters<typeof readRoleRecord>[1];
type ClaimOf = Parameters<typeof readClaim>[1];

/** Reports what is not a mapping (null), and keys that it cannot have. */
const mappingAt = (
  text: Config,
  value: unknown,
  path: Path,
  keys: readonly string[],
): Readonly<Record<string, unknown>> | null => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const what =
      value === undefined ? `"${path.at(-1)}" is missing; add it` : `it must be a mapping with ${keys.join(' and ')}`;
    const at = value === undefined ? path.slice(0, -1) : path;
    reportAtKey(text, 'config-syntax', `${at.join('.')}: ${what}`, at);
    return null;
  }
  const mapping = asRecord(value);
  for (const key of Object.keys(mapping).filter((each) => !keys.includes(each))) {
    reportAtKey(text, 'config-syntax', `${path.join('.')}: ${unknownKey(key, keys)}`, [...path, key]);
  }
  return mapping;
};

/** Reads each item of a list by itself. An item that cannot be used is unusable, with its name if it has one. */
const readList = <Entry, Definition extends object>(
  reading: Reading,
  value: unknown,
  path: Path,
  check: Check<Entry>,
  read: (reader: RuleReader, entry: Entry) => Definition | null,
): readonly (Definition & { readonly at: SourceLocation })[] => {
  const { text, unusable } = reading;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    const reason = `${path.join('.')}: it must be a list`;
    reportAt(text, 'config-syntax', reason, path);
    unusable.push({ name: null, reason, at: { file: text.file, ...text.text.positionOf(path) } });
    return [];
  }
  return value.flatMap((item: unknown, i) => {
    const before = text.problems.length;
    const itemPath = [...path, i];
    const at = { file: text.file, ...text.text.positionOf(itemPath) };
    const entry = checkAt(text, check, item, itemPath);
    const definition = entry === null ? null : read({ text, path: itemPath, zones: reading.zones }, entry);
    if (definition !== null) return [{ ...definition, at }];
    const { name } = asRecord(item);
    const reason = text.problems[before]?.message ?? '';
    unusable.push({ name: isNameTemplate(name) ? name : null, reason, at });
    return [];
  });
};

const readMatch = (text: Config, value: unknown, path: Path): Role['match'] => {
  const match = mappingOfMatch(text, value, path);
  const entries = Object.entries(match).map(([key, wanted]): readonly [string, readonly Scalar[]] => {
    const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    const scalars = list.filter(isScalar);
    const isList = scalars.length === list.length && list.length > 0;
    const fault = isList ? neverHolds(key, scalars) : 'takes a text, a number, true or false, or a list of them';
    if (fault === null) return [key, scalars];
    reportAt(text, 'config-syntax', `${path.join('.')}: ${quoted(key)} ${fault}`, [...path, key]);
    return [key, []];
  });
  return Object.fromEntries(entries);
};

const matchedStates: ReadonlySet<Scalar> = new Set<ServerState>(['active', 'maintenance']);

/** Why no server can ever match; null: one can. Addresses cannot be matched, and a decommissioned server gets nothing. */
const neverHolds = (key: string, values: readonly Scalar[]): string | null => {
  if (key === 'ip' || key === 'ips') return 'cannot be asked for; match labels, name, state or attributes';
  const isKnown = key !== 'state' || values.every((value) => matchedStates.has(value));
  return isKnown ? null : 'is active or maintenance, or a list of them; a decommissioned server is in no group';
};

/** An empty match is refused: it would match every server, and is mostly a forgotten one. */
const mappingOfMatch = (text: Config, value: unknown, path: Path): Readonly<Record<string, unknown>> => {
  const mapping = asRecord(value);
  if (Object.keys(mapping).length > 0) return mapping;
  const message = `${path.slice(0, -1).join('.')}: "match" is ${value === undefined ? 'missing' : 'no mapping, or empty'}; write which servers it is about, like {labels: [web]}`;
  reportAtKey(text, 'config-syntax', message, value === undefined ? path.slice(0, -1) : path);
  return {};
};

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);
