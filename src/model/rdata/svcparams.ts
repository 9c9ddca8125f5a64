import {
  type FieldKind,
  fail,
  pushBytes,
  pushNumber,
  type SvcParamValue,
  take,
  takeNumber,
  type WireReader,
} from './field.ts';
import { lastOldKey, type ParamKind, paramKey, paramKindOf, paramName } from './svcparam.ts';
import {
  binaryToBytes,
  binaryToText,
  bytesToBinary,
  escapeText,
  textToBinary,
  tokenize,
  unescapeText,
  unquote,
} from './token.ts';

// RFC 9460 section 2. A param is its number and its value as on the wire; text and YAML are read to that and printed
// from it, so that each has one form.

interface Param {
  readonly key: number;
  readonly wire: string;
}

/** Appendix A.1: a comma-separated list, where `\,` and `\\` stand for the octets themselves. */
const splitList = (value: string): readonly string[] => {
  const items = [''];
  for (let i = 0; i < value.length; i += 1) {
    const c = value[i] ?? '';
    if (c === ',') items.push('');
    else {
      if (c === '\\') i += 1;
      items[items.length - 1] += c === '\\' ? (value[i] ?? '') : c;
    }
  }
  return items;
};

const joinList = (items: readonly string[]): string =>
  items.map((item) => item.replace(/[\\,]/g, (c) => `\\${c}`)).join(',');

const itemsOf = (kind: ParamKind, value: string): readonly string[] =>
  value === '' ? [] : kind.list === true ? splitList(value) : [value];

const paramOf = (name: string, value: () => string): Param => {
  const key = paramKey(name);
  return named(key, () => {
    // keyNNNNN holds the octets of the wire, also for a key that has a name (section 2.1).
    if (name.startsWith('key')) return { key, wire: value() };
    const kind = paramKindOf(key);
    return { key, wire: kind.encode(itemsOf(kind, value())) };
  });
};

const parseParam = (token: string): Param => {
  const cut = token.indexOf('=');
  return cut === -1 ? paramOf(token, () => '') : paramOf(token.slice(0, cut), () => unquote(token.slice(cut + 1)));
};

const named = <T>(key: number, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    return fail(`${paramName(key)}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Sorted, and consistent with themselves (sections 2.2, 7.1.1 and 8). */
const checked = (params: readonly Param[]): readonly Param[] => {
  const sorted = params.toSorted((a, b) => a.key - b.key);
  const twice = sorted.find((param, i) => param.key === sorted[i + 1]?.key);
  if (twice !== undefined) fail(`${paramName(twice.key)} is there twice`);
  const names = new Set(sorted.map((param) => paramName(param.key)));
  for (const { key, wire } of sorted) {
    const items = named(key, () => paramKindOf(key).decode(wire));
    const missing = key === 0 ? items.find((item) => !names.has(item)) : undefined;
    if (missing !== undefined) fail(`mandatory: it names ${missing}, which is not there`);
  }
  if (names.has('no-default-alpn') && !names.has('alpn')) fail('no-default-alpn: it needs alpn beside it');
  return sorted;
};

/** Nothing that ends a bare token; escapes may stand in it. */
const bareValue = /^[!#-'*-:<-~]+$/;

/** As PowerDNS takes them: without quotes, but for ech, keyNNNNN and what needs them. */
const printParam = ({ key, wire }: Param): string => {
  const kind = paramKindOf(key);
  const items = kind.decode(wire);
  if (items.length === 0) return paramName(key);
  const value = escapeText(kind.list === true ? joinList(items) : (items[0] ?? ''));
  return `${paramName(key)}=${kind.quoted !== true && bareValue.test(value) ? value : `"${value}"`}`;
};

const oldName = (key: number): string => (key > lastOldKey ? `key${key}` : paramName(key));

const printOld = (param: Param): string => {
  if (param.key > lastOldKey) return `key${param.key}="${escapeText(param.wire)}"`;
  if (param.key !== 0) return printParam(param);
  const keys = paramKindOf(0).decode(param.wire).map(paramKey);
  return `${paramName(0)}=${keys.map(oldName).join(',')}`;
};

const print = (params: readonly Param[]): string => checked(params).map(printParam).join(' ');

const paramsOf = (text: string): readonly Param[] => tokenize(text).map(parseParam);

const textItem = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : fail('it is neither text nor a number');
};

const listFromYaml = (key: number, values: readonly unknown[]): Param => {
  const kind = paramKindOf(key);
  if (kind.list !== true) return fail('it takes one value, not a list');
  return { key, wire: kind.encode(values.map((item) => textToBinary(textItem(item)))) };
};

/** YAML: a list of items as they are, text as in presentation, null or true for a key without a value. */
const paramFromYaml = ([name, value]: readonly [string, unknown]): Param => {
  const key = paramKey(name);
  if (value === null || value === true) return parseParam(name);
  if (Array.isArray(value)) return named(key, () => listFromYaml(key, value));
  return paramOf(name, () => unescapeText(textItem(value)));
};

const readParam = (reader: WireReader): Param => {
  const key = takeNumber(reader, 2);
  if (key === 65535) fail('key65535 is reserved (RFC 9460 section 14.3.2)', 'wire');
  return { key, wire: bytesToBinary(take(reader, takeNumber(reader, 2))) };
};

const readableOf = ({ key, wire }: Param): SvcParamValue => {
  const kind = paramKindOf(key);
  const items = kind.decode(wire).map(binaryToText);
  if (items.length === 0) return null;
  if (kind.list === true) return items;
  return kind.number === true ? Number(items[0]) : (items[0] ?? '');
};

/** YAML's form; text that is not a list item carries RFC 1035's escapes. */
const yamlOf = (param: Param): SvcParamValue => {
  const kind = paramKindOf(param.key);
  return kind.list === true || kind.number === true || param.wire === ''
    ? readableOf(param)
    : escapeText(kind.decode(param.wire)[0] ?? '');
};

/** The SvcParams of SVCB and HTTPS, by key number. */
export const svcParams: FieldKind = {
  rest: true,
  parse: (tokens) => print(tokens.map(parseParam)),
  fromYaml: (value) => {
    if (value === null) return '';
    if (typeof value === 'string') return print(paramsOf(value));
    if (typeof value !== 'object' || Array.isArray(value)) return fail('it is not a mapping of keys');
    return print(Object.entries(value).map(paramFromYaml));
  },
  toWire: (text, wire) => {
    for (const param of paramsOf(text)) {
      pushNumber(wire, param.key, 2);
      pushNumber(wire, param.wire.length, 2);
      pushBytes(wire, binaryToBytes(param.wire));
    }
  },
  fromWire: (reader) => {
    const params: Param[] = [];
    while (reader.at < reader.end) {
      const param = readParam(reader);
      if (param.key <= (params.at(-1)?.key ?? -1)) fail('SvcParams are not in order', 'wire');
      params.push(param);
    }
    return print(params);
  },
  value: (text) => Object.fromEntries(paramsOf(text).map((param) => [paramName(param.key), readableOf(param)])),
  toYaml: (text) => Object.fromEntries(paramsOf(text).map((param) => [paramName(param.key), yamlOf(param)])),
  oldText: (text) => paramsOf(text).map(printOld).join(' '),
};
