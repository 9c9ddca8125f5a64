import { type FieldKind, fail, pushBytes, quoteForMessage, type RRType, take, takeNumber } from '../field.ts';
import { name } from '../names.ts';
import { f, row } from '../row.ts';
import { binaryToBytes, bytesToBinary, isQuoted } from '../token.ts';
import { rrType } from '../types.ts';

// PowerDNS's own types: LUA, and ALIAS, which other name servers have under the same name.
// PowerDNS runs what stands between the quotes as it is, without undoing escapes, and puts a space between two strings. On
// the wire a double quote stands without the backslash that it has in text.

const maxString = 255;

const verbatim = (script: string): string => {
  if (/[^ -~]/.test(script)) fail('only printable ASCII can stand in a Lua record');
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(script)) fail('it ends in a backslash');
  return `"${script}"`;
};

const withoutQuotes = (script: string): string =>
  script.includes('"') ? fail("a double quote cannot stand in a Lua record: use Lua's single quotes") : script;

const inside = (token: string): string => (isQuoted(token) ? token.slice(1, -1) : withoutQuotes(token));

/** Lines become one; a comment would swallow all lines after it. */
const oneLine = (script: string): string => {
  const lines = script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const comment = lines.slice(0, -1).find((line) => line.includes('--'));
  if (comment !== undefined) fail(`a Lua comment swallows the lines after it: ${quoteForMessage(comment)}`);
  return lines.join(' ');
};

/** Cuts at spaces, which PowerDNS puts back; a string of exactly 255 octets is one cut without a space. */
const cut = (script: string): readonly string[] => {
  const pieces: string[] = [];
  let start = 0;
  while (script.length - start > maxString) {
    const space = script.lastIndexOf(' ', start + maxString - 1);
    const end = space > start ? space : start + maxString;
    pieces.push(script.slice(start, end));
    start = space > start ? end + 1 : end;
  }
  return [...pieces, script.slice(start)];
};

/** A quote with an even number of backslashes before it ends the string that it stands in. */
const closingQuote = /(?:^|[^\\])(?:\\\\)*"/;

/** The script of LUA, one quoted string of any length. */
const luaScript: FieldKind = {
  rest: true,
  parse: (tokens) => {
    if (tokens.length === 0) fail('it is missing');
    return verbatim(tokens.map(inside).join(' '));
  },
  fromYaml: (value) => verbatim(withoutQuotes(oneLine(typeof value === 'string' ? value : fail('it is not text')))),
  toWire: (text, wire) => {
    for (const piece of cut(text.slice(1, -1).replaceAll('\\"', '"'))) {
      wire.push(piece.length);
      pushBytes(wire, binaryToBytes(piece));
    }
  },
  fromWire: (reader) => {
    let script = '';
    do {
      const piece = bytesToBinary(take(reader, takeNumber(reader, 1)));
      script += reader.at < reader.end && piece.length < maxString ? `${piece} ` : piece;
    } while (reader.at < reader.end);
    const text = script.replaceAll('"', '\\"');
    return closingQuote.test(text) ? fail('a double quote after a backslash', 'wire') : verbatim(text);
  },
  value: (text) => text.slice(1, -1),
};

export const powerDnsTypes: readonly RRType[] = [
  row(
    'ALIAS',
    {
      service: 'PowerDNS',
      synthesised: { by: 'lookup', answers: 'addresses' },
      pointing: true,
      target: 'addresses',
      follows: true,
      values: 'one',
    },
    f('target', name),
  ),
  row(
    'LUA',
    { service: 'PowerDNS', synthesised: { by: 'code', answers: 'first_field' }, ungranted: true },
    f('type', rrType),
    f('script', luaScript),
  ),
];
