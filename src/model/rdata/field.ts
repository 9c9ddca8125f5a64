import { SyntaxProblem } from '../errors.ts';
import type { TypeTraits } from './traits.ts';

/** One SvcParam of SVCB and HTTPS as rules see it: null is a key without a value. */
export type SvcParamValue = string | number | readonly string[] | null;

/** A parsed field of rdata, for the rules and for YAML. */
export type RdataField = number | string | readonly string[] | Readonly<Record<string, SvcParamValue>>;

/** What relative names in rdata belong to. */
export interface RdataContext {
  readonly origin: string;
  /** Called with each name that has no final dot. */
  readonly onRelative?: (name: string) => void;
}

/** Reads a name of a message; see nameFromWire. */
export type NameReader = (message: Uint8Array, offset: number) => { readonly name: string; readonly end: number };

/** A place in a message; `end` is where the rdata ends. Reading moves `at`. */
export interface WireReader {
  readonly readName: NameReader;
  readonly message: Uint8Array;
  readonly end: number;
  at: number;
}

/**
 * A kind of rdata field. Tokens are presentation text as written: quotes and escapes kept. Canonical text is one token,
 * or several with one space between where `rest` is set. All throw SyntaxProblem.
 */
export interface FieldKind {
  /** Takes all tokens that are left, even none; without it, exactly one. */
  readonly rest?: true;
  /** It is a name. */
  readonly isName?: true;
  /** Text in YAML is the value itself, not presentation text. */
  readonly verbatim?: true;
  /** The keys of YAML's mapping that this field is spread over, where it is not one key. */
  readonly keys?: readonly string[];
  parse(tokens: readonly string[], context: RdataContext): string;
  /** From YAML's mapping; a string that is presentation text by default. */
  readonly fromYaml?: (value: unknown, context: RdataContext) => string;
  toWire(text: string, wire: number[]): void;
  fromWire(reader: WireReader): string;
  /** Default is the canonical text. */
  readonly value?: (text: string) => RdataField;
  /** Default is `value`. */
  readonly toYaml?: (text: string) => unknown;
  /** For servers that do not know what is new in it. Default is the canonical text. */
  readonly oldText?: (text: string) => string;
}

/** One field of a type. `name` is octoDNS's key, `old` its older one. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly old?: string;
  /** Taken where YAML's mapping leaves the key out. */
  readonly fallback?: unknown;
}

/** A type of RR. Without fields its rdata is known as RFC 3597's `\# length hex` only. */
export interface RRType {
  readonly name: string;
  /** 0: it has no number, and is in no message. */
  readonly code: number;
  readonly fields: readonly Field[];
  readonly traits: TypeTraits;
}

export const fail = (message: string, rule?: string): never => {
  throw new SyntaxProblem(message, rule);
};

/** Text for a message, short enough for one line. */
export const quoteForMessage = (text: string): string => JSON.stringify(cutForMessage(text));

export const cutForMessage = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text);

/** Goes over the next `length` octets, and gives where they begin. */
export const skip = (reader: WireReader, length: number): number => {
  const start = reader.at;
  if (start + length > reader.end) fail(`octets are missing at the end: ${start + length - reader.end}`, 'wire');
  reader.at = start + length;
  return start;
};

/** The next `length` octets. */
export const take = (reader: WireReader, length: number): Uint8Array => {
  const start = skip(reader, length);
  return reader.message.subarray(start, start + length);
};

/** All octets that are left. */
export const takeRest = (reader: WireReader): Uint8Array => take(reader, reader.end - reader.at);

export const takeNumber = (reader: WireReader, octets: number): number => {
  const start = skip(reader, octets);
  let value = 0;
  for (let at = start; at < reader.at; at += 1) value = value * 256 + (reader.message[at] ?? 0);
  return value;
};

export const pushNumber = (wire: number[], value: number, octets: number): void => {
  for (let i = octets - 1; i >= 0; i -= 1) wire.push(Math.floor(value / 2 ** (8 * i)) & 0xff);
};

export const pushBytes = (wire: number[], bytes: Iterable<number>): void => {
  for (const b of bytes) wire.push(b);
};
