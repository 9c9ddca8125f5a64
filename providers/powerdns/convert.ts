import {
  type Change,
  type ExistingRRset,
  keyOf,
  makeRRset,
  messageOf,
  parseName,
  parseRdata,
  rdataNames,
  rdataToWire,
  rrTypes,
  typeByName,
  type Unreadable,
  type Value,
} from '../../src/provider.ts';
import { isMembers, UnsoundAnswer } from './answers.ts';

// Between the API's JSON and the model; pure. PowerDNS 4.7.3 takes rdata in one spelling of its own only (422 `Not in
// expected format` otherwise), which is our canonical text but for what stands here.

export interface ApiRecord {
  readonly content: string;
  readonly disabled?: boolean;
}

/** One entry of a PATCH. */
export interface ApiChange {
  readonly name: string;
  readonly type: string;
  readonly changetype: 'DELETE' | 'REPLACE';
  readonly ttl?: number;
  readonly records?: readonly ApiRecord[];
}

/** Contents of disabled records, as PowerDNS spells them, by keyOf. */
export type DisabledRecords = ReadonlyMap<string, readonly string[]>;

export interface ConvertedZone {
  readonly rrsets: readonly ExistingRRset[];
  readonly unreadable: readonly Unreadable[];
  readonly disabled: DisabledRecords;
}

/** The most records of one zone that are kept in memory. */
const mostRecords = 1_000_000;

/**
 * Converts the RRsets of GET as they come. One whose name, type or values cannot be read is listed as unreadable, and nothing is
 * lost; throws UnsoundAnswer for what is no RRset at all.
 */
export const rrsetConverter = (): ConvertedZone & { readonly add: (rrsets: readonly unknown[]) => void } => {
  const rrsets: ExistingRRset[] = [];
  const unreadable: Unreadable[] = [];
  const disabled = new Map<string, readonly string[]>();
  let records = 0;
  const add = (rrset: unknown): void => {
    if (!isApiRRset(rrset)) throw new UnsoundAnswer(`has what is no RRset${nameIn(rrset)}`);
    records += rrset.records.length;
    if (records > mostRecords) throw new UnsoundAnswer(`has more than ${mostRecords} records`);
    try {
      const existing = readRRset(rrset, disabled);
      if (existing !== null) rrsets.push(existing);
    } catch (error) {
      unreadable.push({ name: rrset.name, type: rrset.type, why: messageOf(error) });
    }
  };
  return { rrsets, unreadable, disabled, add: (some) => some.forEach(add) };
};

/** What GET says of RRsets, as the model has it. */
export const fromApi = (rrsets: readonly unknown[]): ConvertedZone => {
  const { add, disabled, rrsets: read, unreadable } = rrsetConverter();
  add(rrsets);
  return { rrsets: read, unreadable, disabled };
};

interface ApiRRset {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly ApiRecord[];
}

const isApiRRset = (value: unknown): value is ApiRRset =>
  isMembers(value) &&
  typeof value.name === 'string' &&
  typeof value.type === 'string' &&
  typeof value.ttl === 'number' &&
  Array.isArray(value.records) &&
  value.records.every(isApiRecord);

/** A record as it is read: PowerDNS says of each whether it is served, and one that is not would be overwritten. */
export const isApiRecord = (value: unknown): value is Required<ApiRecord> =>
  isMembers(value) && typeof value.content === 'string' && typeof value.disabled === 'boolean';

const nameIn = (value: unknown): string =>
  isMembers(value) && typeof value.name === 'string'
    ? ` at ${JSON.stringify(value.name.slice(0, 255))} (name, type, ttl, records with content and disabled)`
    : '';

const noOrigins = Object.freeze([]);

/** Null for what has no record at all: comments that outlived their RRset. */
const readRRset = (rrset: ApiRRset, disabled: Map<string, readonly string[]>): ExistingRRset | null => {
  const type = typeByName(rrset.type);
  if (type === null) throw new Error(`${rrset.type} is a type of PowerDNS that is not in the table of RR types`);
  const name = parseName(rrset.name);
  const values: Value[] = [];
  let off: string[] | undefined;
  for (const record of rrset.records) {
    if (record.disabled === true) {
      off ??= [];
      off.push(record.content);
    } else values.push({ rdata: parseContent(type.name, record.content), origins: noOrigins });
  }
  if (off === undefined) return values.length === 0 ? null : makeRRset(name, type.name, rrset.ttl, values);
  disabled.set(keyOf({ name, type: type.name }), off);
  return { ...makeRRset(name, type.name, rrset.ttl, values), disabled: off.map((text) => readable(type.name, text)) };
};

const readable = (type: string, content: string): string => {
  try {
    return parseContent(type, content);
  } catch {
    return content;
  }
};

/** Canonical rdata of what PowerDNS holds. */
export const parseContent = (type: string, content: string): string => {
  try {
    return parseRdata(type, content);
  } catch (error) {
    const escaped = withEscapedNames(content);
    if (escaped === content) throw error;
    return parseRdata(type, escaped);
  }
};

/** PowerDNS leaves quotes, semicolons and parentheses in names without an escape. */
const withEscapedNames = (content: string): string =>
  content.replace(/(?<=^| )[^\s"](?:[^\s\\]|\\.)*/g, (part) =>
    part.replace(/\\.|["();]/g, (c) => (c.length === 1 ? `\\${c}` : c)),
  );

/** The body of one PATCH: deletes before replaces; disabled records that are not wanted now stay, and stay disabled. */
export const toApi = (changes: readonly Change[], disabled: DisabledRecords): { readonly rrsets: ApiChange[] } => {
  const deletes = changes.filter((change) => change.after === null);
  const replaces = changes.filter((change) => change.after !== null);
  return { rrsets: [...deletes, ...replaces].map((change) => toApiChange(change, disabled)) };
};

const toApiChange = (change: Change, disabled: DisabledRecords): ApiChange => {
  const { after, before, name } = change;
  const type = wireType(change.type);
  const kept = keptDisabled(change, disabled);
  if (after === null && kept.length === 0) return { name, type, changetype: 'DELETE' };
  const records: ApiRecord[] = (after?.values ?? []).map(({ rdata }) => ({ content: toContent(change.type, rdata) }));
  for (const content of kept) records.push({ content, disabled: true });
  return { name, type, ttl: (after ?? before)?.ttl ?? 0, changetype: 'REPLACE', records };
};

/** The disabled records beside a change that it leaves as they are, as PowerDNS spells them. */
export const keptDisabled = ({ after, name, type }: Change, disabled: DisabledRecords): readonly string[] => {
  const wanted = new Set((after?.values ?? []).map(({ rdata }) => rdata));
  return (disabled.get(keyOf({ name, type })) ?? []).filter((content) => !wanted.has(readable(type, content)));
};

/** Types that have fields here and that PowerDNS 4.7 knows by number only (RFC 3597). */
const byNumberOnly: ReadonlySet<string> = new Set(['RT', 'AVC', 'RESINFO', 'WALLET']);
const typed: ReadonlySet<string> = new Set(
  rrTypes.filter((type) => !byNumberOnly.has(type.name)).map((type) => type.name),
);

/** The type's name that PowerDNS takes. */
const wireType = (type: string): string => (typed.has(type) ? type : `TYPE${typeByName(type)?.code ?? type}`);

/** Canonical rdata in PowerDNS's spelling. */
export const toContent = (type: string, rdata: string): string => {
  if (!typed.has(type)) return rdata.startsWith('\\#') ? (rdata === '\\# 0' ? '\\# 0 ' : rdata) : generic(type, rdata);
  const spelt = spellings[type]?.(rdata) ?? rdata;
  return spelt.includes('\\') ? withPlainNames(type, spelt) : spelt;
};

const generic = (type: string, rdata: string): string => {
  const bytes = rdataToWire(type, rdata);
  return `\\# ${bytes.length} ${Buffer.from(bytes).toString('hex')}`;
};

const hexWords = (quad: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = quad.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

/** SvcParamKeys that PowerDNS 4.7 has a name for: up to 6; all others go as keyNNNNN="octets". */
const namedParam = /^(?:mandatory|alpn|no-default-alpn|port|ipv4hint|ech|ipv6hint)(?:=|$)/;
const token = /(?:"(?:[^"\\]|\\.)*"|[^\s"\\]|\\.)+/g;

const withNumberedParams = (rdata: string): string => {
  const [priority = '', target = '', ...params] = rdata.match(token) ?? [];
  if (params.every((param) => namedParam.test(param))) return rdata;
  const numbered = paramsOnWire(rdata);
  return [priority, target, ...params.map((param, i) => (namedParam.test(param) ? param : (numbered[i] ?? '')))].join(
    ' ',
  );
};

/** All params as keyNNNNN="octets" (RFC 9460 section 2.1); SVCB and HTTPS have one wire form (section 2.2). */
const paramsOnWire = (rdata: string): readonly string[] => {
  const wire = rdataToWire('SVCB', rdata);
  let at = 2;
  while (wire[at] !== 0) at += 1 + (wire[at] ?? 0);
  at += 1;
  const params: string[] = [];
  while (at < wire.length) {
    const u16 = (offset: number): number => (wire[offset] ?? 0) * 256 + (wire[offset + 1] ?? 0);
    const end = at + 4 + u16(at + 2);
    params.push(`key${u16(at)}="${Array.from(wire.subarray(at + 4, end), printOctet).join('')}"`);
    at = end;
  }
  return params;
};

const printOctet = (octet: number): string => {
  if (octet === 0x22 || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
  return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`;
};

const longestString = 255;

/** PowerDNS serves a Lua record of any length, but transfers only strings of 255 octets. It joins them with a space. */
const withShortStrings = (rdata: string): string => {
  const [, type = '', script = ''] = /^(\S+) "(.*)"$/.exec(rdata) ?? [];
  return script.length <= longestString ? rdata : [type, ...cutScript(script).map((part) => `"${part}"`)].join(' ');
};

const cutScript = (script: string): readonly string[] => {
  if (script.length <= longestString) return [script];
  let space = script.lastIndexOf(' ', longestString - 1);
  while (space > 0 && script[space - 1] === '\\') space = script.lastIndexOf(' ', space - 1);
  return space > 0 ? [script.slice(0, space), ...cutScript(script.slice(space + 1))] : [script];
};

/** What PowerDNS spells in another way than canonical text does. */
const spellings: Readonly<Record<string, (rdata: string) => string>> = {
  LUA: withShortStrings,
  // It takes no dotted quad, though it prints one.
  AAAA: (rdata) => rdata.replace(/[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/, hexWords),
  HTTPS: withNumberedParams,
  SVCB: withNumberedParams,
  // Zero degrees are south and west.
  LOC: (rdata) => rdata.replace(/^0 0 0\.000 N/, '0 0 0.000 S').replace(/(?<=[NS] )0 0 0\.000 E/, '0 0 0.000 W'),
};

/** In names it escapes the dot, the backslash and what is not printable, and nothing else. */
const withPlainNames = (type: string, content: string): string => {
  const names = rdataNames(type, content).filter((name) => name.includes('\\'));
  if (names.length === 0) return content;
  const known = new Set(names);
  return content.replace(token, (part) => (known.has(part) ? part.replace(/\\(["$();@])/g, '$1') : part));
};
