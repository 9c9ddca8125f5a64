import { SyntaxProblem } from './errors.ts';
import { nameFromWire } from './name.ts';
import { parseHex } from './rdata/binary.ts';
import {
  type Field,
  fail,
  type NameReader,
  quoteForMessage,
  type RdataContext,
  type RdataField,
  type RRType,
} from './rdata/field.ts';
import { isLittleKnown, typeCodeOf, typeNameOf } from './rdata/mnemonics.ts';
import { tableRows } from './rdata/table.ts';
import { tokenize } from './rdata/token.ts';
import { didYouMean } from './suggest.ts';

export type { Field, NameReader, RdataContext, RdataField, RRType, SvcParamValue } from './rdata/field.ts';
export { aliasSetType } from './rdata/services/route53.ts';
export { rrTypes, serviceTypes } from './rdata/table.ts';

// Rdata in its three forms: presentation text (RFC 1035 section 5.1, RFC 3597 section 5), YAML, and the wire. Canonical
// rdata is the presentation text that all three are read to. Every function here throws SyntaxProblem.

const noOrigin: RdataContext = { origin: '.' };
const maxRdata = 65535;
/** More than any value of 65,535 octets has, whatever its escapes: the set of all types takes the most. */
const maxText = 1024 * 1024;
const knownByName = new Map<string, RRType>(tableRows.map((type) => [type.name, type]));

/** The type of a mnemonic in any case or of TYPEnnn; null if it is neither. */
export const typeByName = (text: string): RRType | null => {
  const known = knownByName.get(text);
  if (known !== undefined) return known;
  const code = typeCodeOf(text);
  return code === null ? null : typeByCode(code);
};

/** The type of a number, without fields where the table has none. */
export const typeByCode = (code: number): RRType => {
  const name = typeNameOf(code);
  return knownByName.get(name) ?? { name, code, fields: [], traits: {} };
};

/** Canonical rdata of presentation text. */
export const parseRdata = (type: string, text: string, context: RdataContext = noOrigin): string => {
  const { name, fields } = typeOf(type);
  const [only] = fields;
  bounded(text);
  if (only !== undefined && fields.length === 1 && oneBareToken.test(text)) return only.kind.parse([text], context);
  const tokens = tokenize(text);
  if (tokens[0] === '\\#') {
    const bytes = genericBytes(tokens);
    return rdataFromWire(name, bytes, 0, bytes.length);
  }
  if (fields.length === 0) fail(`${name} takes RFC 3597's form only: \\# length hexadecimal`);
  return parseFields(fields, tokens, context);
};

/** Canonical rdata of a value in YAML: octoDNS's mapping, or presentation text, or text as its type has it. */
export const rdataFromYaml = (type: string, value: unknown, context: RdataContext): string => {
  const { name, fields } = typeOf(type);
  if (value === null || value === undefined) return fail('the value is missing');
  const [only] = fields;
  if (typeof value === 'string') bounded(value);
  if (only?.kind.verbatim === true && only.kind.fromYaml !== undefined) return only.kind.fromYaml(value, context);
  if (typeof value === 'string') return parseRdata(name, value, context);
  if (Array.isArray(value)) return fail('a list is not text: write each value as an item of its own');
  if (typeof value !== 'object') return fail(`${JSON.stringify(value)} is not text: quote it`);
  if (fields.length < 2 && only?.kind.keys === undefined) return fail(`a value of ${name} is text, not a mapping`);
  return bounded(fieldsFromYaml(fields, value, context));
};

/** What `dump` writes: it loads back to the same rdata. */
export const rdataToYaml = (type: string, rdata: string): string | Record<string, unknown> => {
  const { name, fields } = typeOf(type);
  const value = yamlOf(fields, rdata);
  return value === rdata || loadsBack(name, value, rdata) ? value : rdata;
};

/** Canonical rdata in RFC 3597's form, `\# length hexadecimal`, for a server or parser that does not know the type. */
export const genericRdata = (type: string, rdata: string): string => printGeneric(rdataToWire(type, rdata));

/** A record's type and rdata in a master file that any parser reads: by RFC 3597 where it may not know the type. */
export const masterForm = ({ code, fields, name }: RRType, rdata: string): readonly [type: string, rdata: string] =>
  isLittleKnown(code) || fields.length === 0
    ? [`TYPE${code}`, genericRdata(name, rdata)]
    : [name, oldRdata(name, rdata)];

/** Canonical rdata for a server that knows no SvcParams newer than RFC 9460: those are written as keyNNNNN. */
export const oldRdata = (type: string, rdata: string): string =>
  joinFields(split(typeOf(type).fields, rdata).map(([{ kind }, text]) => kind.oldText?.(text) ?? text)) || rdata;

/** The octets of canonical rdata, names not compressed. */
export const rdataToWire = (type: string, rdata: string): Uint8Array => {
  const { fields } = typeOf(type);
  if (fields.length === 0) return genericBytes(tokenize(rdata));
  const wire: number[] = [];
  for (const [field, text] of split(fields, rdata)) field.kind.toWire(text, wire);
  if (wire.length > maxRdata) fail(`the value has ${wire.length} octets; ${maxRdata} is the most`);
  return Uint8Array.from(wire);
};

/** Canonical rdata of `length` octets in a message, where names may be compressed. Refuses missing and extra octets. */
export const rdataFromWire = (
  type: string,
  message: Uint8Array,
  offset: number,
  length: number,
  readName: NameReader = nameFromWire,
): string => {
  const { name, fields } = typeOf(type);
  if (offset + length > message.length) fail(`the rdata of ${name} runs past the end of the message`, 'wire');
  if (fields.length === 0) return printGeneric(message.subarray(offset, offset + length));
  const reader = { message, at: offset, end: offset + length, readName };
  const [only] = fields;
  const text =
    only !== undefined && fields.length === 1
      ? only.kind.fromWire(reader)
      : joinFields(fields.map((field) => inField(fields, field, () => field.kind.fromWire(reader))));
  if (reader.at !== reader.end) fail(`extra octets at the end of the rdata: ${reader.end - reader.at}`, 'wire');
  return text;
};

/** The fields of canonical rdata by name, for the rules. */
export const rdataFields = (type: string, rdata: string): Readonly<Record<string, RdataField>> =>
  Object.fromEntries(
    split(typeOf(type).fields, rdata).map(([{ name, kind }, text]) => [name, kind.value?.(text) ?? text]),
  );

/** The names in canonical rdata. */
export const rdataNames = (type: string, rdata: string): readonly string[] => {
  const { fields } = typeOf(type);
  const [only] = fields;
  if (only !== undefined && fields.length === 1) return only.kind.isName === true ? [rdata] : [];
  return split(fields, rdata).flatMap(([{ kind }, text]) => (kind.isName === true ? [text] : []));
};

const bounded = (text: string): string =>
  text.length <= maxText
    ? text
    : fail(`the value has ${text.length} characters; no value of ${maxRdata} octets has so many`);

const oneBareToken = /^[!#-'*-:<-[\]-~]+$/;

const typeOf = (type: string): RRType => typeByName(type) ?? fail(`${quoteForMessage(type)} is not an RR type`);

const genericBytes = (tokens: readonly string[]): Uint8Array => {
  const [mark, length = '', ...digits] = tokens;
  const hex = digits.join('');
  if (mark !== '\\#' || !/^[0-9]{1,5}$/.test(length)) fail("it is not RFC 3597's form: \\# length hexadecimal");
  const bytes = hex === '' ? new Uint8Array() : Uint8Array.from(Buffer.from(parseHex(hex), 'hex'));
  return bytes.length === Number(length)
    ? bytes
    : fail(
        `the length after \\# is ${length}, but ${bytes.length} ${bytes.length === 1 ? 'octet follows' : 'octets follow'}`,
      );
};

const printGeneric = (bytes: Uint8Array): string =>
  bytes.length === 0 ? '\\# 0' : `\\# ${bytes.length} ${Buffer.from(bytes).toString('hex')}`;

/** Names the field in what it throws, where a type has several. */
const inField = <T>(fields: readonly Field[], field: Field, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SyntaxProblem) || fields.length === 1) throw error;
    throw new SyntaxProblem(`${field.name}: ${error.message}`, error.rule);
  }
};

const joinFields = (texts: readonly string[]): string => texts.filter((text) => text !== '').join(' ');

const parseFields = (fields: readonly Field[], tokens: readonly string[], context: RdataContext): string => {
  const texts = fields.map((field, i) => {
    const own = field.kind.rest === true ? tokens.slice(i) : tokens.slice(i, i + 1);
    if (own.length === 0 && field.kind.rest !== true) fail(`${field.name} is missing`);
    return inField(fields, field, () => field.kind.parse(own, context));
  });
  if (fields.at(-1)?.kind.rest !== true && tokens.length > fields.length) {
    fail(`extra text after ${fields.at(-1)?.name}: ${quoteForMessage(tokens.slice(fields.length).join(' '))}`);
  }
  return joinFields(texts);
};

/** Canonical rdata field by field. */
const split = (fields: readonly Field[], rdata: string): readonly (readonly [Field, string])[] => {
  const tokens = fields.length === 1 ? [rdata] : tokenize(rdata);
  return fields.map((field, i) => [field, field.kind.rest === true ? tokens.slice(i).join(' ') : (tokens[i] ?? '')]);
};

const yamlOf = (fields: readonly Field[], rdata: string): string | Record<string, unknown> => {
  const mapping: Record<string, unknown> = {};
  for (const [{ name, kind }, text] of split(fields, rdata)) {
    const value = kind.toYaml?.(text) ?? kind.value?.(text) ?? text;
    if (kind.keys !== undefined) Object.assign(mapping, value);
    else if (fields.length === 1) return typeof value === 'string' ? value : rdata;
    else if (text !== '') mapping[name] = value;
  }
  return fields.length === 0 ? rdata : mapping;
};

const loadsBack = (type: string, value: unknown, rdata: string): boolean => {
  try {
    return rdataFromYaml(type, value, noOrigin) === rdata;
  } catch (error) {
    if (error instanceof SyntaxProblem) return false;
    throw error;
  }
};

const mostKeys = 5;

const fieldsFromYaml = (fields: readonly Field[], mapping: object, context: RdataContext): string => {
  const given = new Map<string, unknown>(Object.entries(mapping));
  const names = fields.flatMap((field) => field.kind.keys ?? [field.name]);
  const olds = fields.flatMap((field) => (field.old === undefined ? [] : [field.old]));
  const unknown = [...given.keys()].filter((key) => !names.includes(key) && !olds.includes(key));
  if (unknown.length > 0) {
    const shown = unknown.slice(0, mostKeys).map((key) => `${quoteForMessage(key)}${didYouMean(key, names)}`);
    const more = unknown.length > mostKeys ? ` and ${unknown.length - mostKeys} more` : '';
    fail(`unknown key ${shown.join(', ')}${more}`, 'unknown-key');
  }
  // octoDNS's older keys of DS use the new name `algorithm` for another field: one key of theirs means that all are.
  const older = olds.some((key) => !names.includes(key) && given.has(key));
  const texts = fields.map((field) => {
    if (field.kind.keys !== undefined) return field.kind.fromYaml?.(mapping, context) ?? '';
    const value = (older && field.old !== undefined ? given.get(field.old) : undefined) ?? given.get(field.name);
    return inField(fields, field, () => fieldFromYaml(field, value ?? field.fallback, context));
  });
  return joinFields(texts);
};

const fieldFromYaml = (field: Field, value: unknown, context: RdataContext): string => {
  if (value === undefined) return fail('it is missing');
  if (field.kind.fromYaml !== undefined) return field.kind.fromYaml(value, context);
  if (typeof value !== 'string') return fail('it is not text: put it in quotes');
  const tokens = tokenize(value);
  return tokens.length === 1 ? field.kind.parse(tokens, context) : fail(`${quoteForMessage(value)} is not one word`);
};
