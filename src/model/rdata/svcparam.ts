import { ipv4Bytes, ipv6Bytes, parseIPv4, parseIPv6, printIPv4Bytes, printIPv6Mixed } from './addresses.ts';
import { parseBase64 } from './binary.ts';
import { fail, quoteForMessage } from './field.ts';
import { binaryToBytes, binaryToText } from './token.ts';

/** How the value of one SvcParamKey is written. Items and the wire are binary strings; no item is no value. */
export interface ParamKind {
  readonly list?: true;
  readonly number?: true;
  /** Always printed in quotes. */
  readonly quoted?: true;
  encode(items: readonly string[]): string;
  decode(wire: string): readonly string[];
}

const u16 = (value: number): string => String.fromCharCode(value >> 8, value & 0xff);

const chunked = (wire: string, size: number): readonly string[] => {
  if (wire.length === 0 || wire.length % size !== 0) fail('its length is wrong', 'wire');
  return Array.from({ length: wire.length / size }, (_, i) => wire.slice(i * size, (i + 1) * size));
};

const numberAt = (wire: string): number => wire.charCodeAt(0) * 256 + wire.charCodeAt(1);

const parseU16 = (text: string): number =>
  /^[0-9]{1,5}$/.test(text) && Number(text) <= 65535
    ? Number(text)
    : fail(`${quoteForMessage(text)} is not between 0 and 65535`);

const some = (items: readonly string[]): readonly string[] => (items.length > 0 ? items : fail('it needs a value'));

const noDuplicates = <T>(items: readonly T[]): readonly T[] =>
  new Set(items).size === items.length ? items : fail('an item is there twice');

/** A list of items of one size each, with a parser and a printer. */
const fixed = (size: number, parse: (text: string) => string, print: (wire: string) => string): ParamKind => ({
  list: true,
  encode: (items) => some(items).map(parse).join(''),
  decode: (wire) => chunked(wire, size).map(print),
});

/** Strings with a length octet each, none of them empty. */
const strings = (least: 0 | 1): ParamKind => {
  const enough = (items: readonly string[]): readonly string[] => (least === 0 ? items : some(items));
  const bounded = (item: string): string =>
    item !== '' && item.length < 256 ? item : fail(`an item has ${item.length} octets, not 1 to 255`);
  return {
    list: true,
    encode: (items) =>
      enough(items)
        .map((item) => String.fromCharCode(bounded(item).length) + item)
        .join(''),
    decode: (wire) => {
      const items: string[] = [];
      for (let i = 0; i < wire.length; i += 1 + wire.charCodeAt(i)) {
        const item = wire.slice(i + 1, i + 1 + wire.charCodeAt(i));
        if (item.length !== wire.charCodeAt(i)) fail('its length is wrong', 'wire');
        items.push(bounded(item));
      }
      return enough(items);
    },
  };
};

const flag: ParamKind = {
  encode: (items) => (items.length === 0 ? '' : fail('it takes no value')),
  decode: (wire) => (wire === '' ? [] : fail('it takes no value', 'wire')),
};

/** The octets themselves, as one quoted string, where the key has no name of its own. */
const opaque: ParamKind = {
  quoted: true,
  encode: ([item = '']) => item,
  decode: (wire) => [wire],
};

const sortedKeys = (keys: readonly number[]): readonly number[] => {
  if (keys.includes(0)) fail('it names itself');
  return noDuplicates(keys).toSorted((a, b) => a - b);
};

const mandatory: ParamKind = {
  list: true,
  encode: (items) => sortedKeys(some(items).map(paramKey)).map(u16).join(''),
  decode: (wire) => {
    const keys = chunked(wire, 2).map(numberAt);
    if (sortedKeys(keys).some((key, i) => key !== keys[i])) fail('its keys are not in order', 'wire');
    return keys.map(paramName);
  },
};

const port: ParamKind = {
  number: true,
  encode: (items) => u16(parseU16(some(items)[0] ?? '')),
  decode: (wire) => (wire.length === 2 ? [String(numberAt(wire))] : fail('its length is wrong', 'wire')),
};

const ech: ParamKind = {
  quoted: true,
  encode: (items) => Buffer.from(parseBase64(some(items)[0] ?? ''), 'base64').toString('latin1'),
  decode: (wire) => (wire === '' ? fail('it needs a value', 'wire') : [Buffer.from(wire, 'latin1').toString('base64')]),
};

const utf8 = (binary: string): string =>
  Buffer.from(binaryToText(binary), 'utf8').toString('latin1') === binary ? binary : fail('it is not UTF-8');

const path: ParamKind = {
  encode: (items) => utf8(some(items)[0] ?? ''),
  decode: (wire) => (wire === '' ? fail('it needs a value', 'wire') : [utf8(wire)]),
};

const groups = fixed(
  2,
  (text) => u16(parseU16(text)),
  (wire) => String(numberAt(wire)),
);

const supportedGroups: ParamKind = {
  list: true,
  encode: (items) => groups.encode(noDuplicates(items.map(parseU16)).map(String)),
  decode: (wire) => noDuplicates(groups.decode(wire)),
};

/** IANA's registry of SvcParamKeys, by number from 0. */
const registry: readonly (readonly [string, ParamKind])[] = [
  ['mandatory', mandatory],
  ['alpn', strings(1)],
  ['no-default-alpn', flag],
  ['port', port],
  [
    'ipv4hint',
    fixed(
      4,
      (text) => String.fromCharCode(...ipv4Bytes(parseIPv4(text))),
      (wire) => printIPv4Bytes(binaryToBytes(wire)),
    ),
  ],
  ['ech', ech],
  [
    'ipv6hint',
    fixed(
      16,
      (text) => String.fromCharCode(...ipv6Bytes(parseIPv6(text))),
      (wire) => printIPv6Mixed(binaryToBytes(wire)),
    ),
  ],
  ['dohpath', path],
  ['ohttp', flag],
  ['tls-supported-groups', supportedGroups],
  ['docpath', strings(0)],
];

export const paramKindOf = (key: number): ParamKind => registry[key]?.[1] ?? opaque;

/** Keys of RFC 9460 itself; servers older than the later ones know those by number only. */
export const lastOldKey = 6;

export const paramName = (key: number): string => registry[key]?.[0] ?? `key${key}`;

/** The number of a key by its name or as keyNNNNN; 65535 is reserved (RFC 9460 section 14.3.2). */
export const paramKey = (name: string): number => {
  const known = registry.findIndex(([registered]) => registered === name);
  if (known !== -1) return known;
  const digits = /^key(0|[1-9][0-9]{0,4})$/.exec(name)?.[1];
  return digits !== undefined && Number(digits) < 65535
    ? Number(digits)
    : fail(`${quoteForMessage(name)} is not a SvcParamKey`);
};
