import { describe, expect, it } from 'vitest';
import {
  genericRdata,
  parseRdata,
  rdataFields,
  rdataFromWire,
  rdataFromYaml,
  rdataNames,
  rdataToWire,
  rdataToYaml,
  rrTypes,
  typeByCode,
  typeByName,
} from '../../src/model/rdata.ts';
import { cases } from './cases.ts';

const origin = { origin: 'example.com.' };
const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replace(/\s/g, ''), 'hex');
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('one canonical text', () => {
  for (const { type, texts, wire, yaml, yamls } of cases) {
    const [canonical] = texts;
    describe(`${type} ${canonical.slice(0, 60)}`, () => {
      it.each(texts)('of presentation text %j', (text) => {
        expect(parseRdata(type, text, origin)).toBe(canonical);
      });
      it('of the wire, both ways', () => {
        const octets = rdataToWire(type, canonical);
        if (wire !== undefined) expect(hexOf(octets)).toBe(wire.replace(/\s/g, ''));
        const message = Buffer.concat([Buffer.from('ff'), octets, Buffer.from('ff')]);
        expect(rdataFromWire(type, message, 2, octets.length)).toBe(canonical);
        expect(parseRdata(type, genericRdata(type, canonical))).toBe(canonical);
      });
      it('of YAML, both ways', () => {
        expect(rdataToYaml(type, canonical)).toEqual(yaml ?? canonical);
        for (const value of [yaml ?? canonical, ...(yamls ?? [])]) {
          expect(rdataFromYaml(type, value, origin)).toBe(canonical);
        }
      });
      it('of which no octet is missing and none too many', () => {
        const octets = rdataToWire(type, canonical);
        expect(() => rdataFromWire(type, octets, 0, octets.length + 1)).toThrow('past the end');
        const last = typeByName(type)?.fields.at(-1)?.kind;
        if (last === undefined || last.rest === true || type === 'URI' || type === 'CAA') return;
        expect(() => rdataFromWire(type, octets, 0, octets.length - 1)).toThrow();
        expect(() => rdataFromWire(type, Uint8Array.from([...octets, 0]), 0, octets.length + 1)).toThrow();
      });
    });
  }
});

it('every type of the table has a case', () => {
  const covered = new Set([...cases.map((c) => c.type), 'SVCB', 'HTTPS', 'TXT', 'SPF', 'AVC', 'RESINFO', 'WALLET']);
  expect(rrTypes.map((type) => type.name).filter((name) => !covered.has(name))).toEqual([]);
});

describe('names of types', () => {
  it.each([
    ['a', 'A', 1],
    ['TYPE1', 'A', 1],
    ['type65', 'HTTPS', 65],
    ['RRSIG', 'RRSIG', 46],
    ['TYPE46', 'RRSIG', 46],
    ['IPSECKEY', 'IPSECKEY', 45],
    ['TYPE65401', 'ALIAS', 65401],
    ['lua', 'LUA', 65402],
    ['TYPE731', 'TYPE731', 731],
    ['type00731', 'TYPE731', 731],
    ['TYPE65535', 'TYPE65535', 65535],
  ])('%s is %s', (text, name, code) => {
    expect(typeByName(text)).toMatchObject({ name, code });
    expect(typeByCode(code)).toEqual(typeByName(text));
  });

  it.each(['', 'TYPE', 'TYPE65536', 'TYPE-1', 'TYPE1 ', 'ANY', 'AXFR', 'AA', 'constructor', '__proto__'])(
    '%j is none',
    (text) => {
      expect(typeByName(text)).toBeNull();
    },
  );

  it('are the numbers of the table, each once', () => {
    expect(rrTypes.filter((type) => type.code === 0)).toEqual([]);
    expect(new Set(rrTypes.map((type) => type.code)).size).toBe(rrTypes.length);
  });
});

describe('presentation text that is refused, with the field and the reason', () => {
  it.each([
    ['A', '192.0.2.256', '"192.0.2.256" is not an IPv4 address'],
    ['A', '192.0.2.01', '"192.0.2.01" is not an IPv4 address'],
    ['A', '192.0.2', 'is not an IPv4 address'],
    ['A', '', 'address is missing'],
    ['A', '192.0.2.1 192.0.2.2', 'extra text after address: "192.0.2.2"'],
    ['A', '\\# 3 c00002', 'octets are missing at the end: 1'],
    ['A', '\\# 5 c000020101', 'extra octets at the end of the rdata: 1'],
    ['A', '\\# 4 c00002', 'the length after \\# is 4, but 3 octets follow'],
    ['AAAA', 'fe80::1%eth0', 'is not an IPv6 address'],
    ['AAAA', '192.0.2.1', '"192.0.2.1" is not an IPv6 address'],
    ['MX', '70000 a.', 'preference: 70000 is not between 0 and 65535'],
    ['MX', 'ten a.', 'preference: "ten" is not a whole number'],
    ['MX', '-1 a.', 'preference: "-1" is not a whole number'],
    ['MX', '10', 'exchange is missing'],
    ['MX', '10 a. b.', 'extra text after exchange: "b."'],
    ['MX', '10 "a."', 'exchange: "\\"a.\\"" is not a name'],
    ['MX', '10 a..b.', 'exchange: the name "a..b." has an empty part'],
    ['CNAME', 'a b', 'extra text after target: "b"'],
    ['CNAME', '"a"', 'is not a name'],
    ['SOA', 'a. b. 1 2 3 4', 'minimum is missing'],
    ['SOA', 'a. b. 1 2 3 4 99999999w', 'minimum: 99999999w is not between'],
    ['CAA', '0 iss-ue "x"', 'tag: "iss-ue" is not a tag'],
    ['CAA', '0 issue ;', 'an unquoted ";" begins a comment'],
    ['CAA', '256 issue "x"', 'flags: 256 is not between 0 and 255'],
    ['TXT', '"open', 'a quote is not closed'],
    ['TXT', 'a\\', 'a backslash ends it'],
    ['TXT', '"\\256"', 'the escape \\256 is above \\255'],
    ['TXT', '"\\12"', '"\\" takes three digits or one other character'],
    ['TXT', '', 'the text is missing'],
    ['TXT', '\\# 0', 'octets are missing at the end: 1'],
    ['NAPTR', `1 1 "${'x'.repeat(256)}" "" "" .`, 'flags: the text has 256 octets; 255 is the most'],
    ['DS', '1 8 2', 'digest: it is empty'],
    ['DS', '1 8 2 abc', 'digest: "abc" is not hexadecimal with an even number of digits'],
    ['DNSKEY', '256 3 8 AAE', 'public_key: "AAE" is not base64'],
    ['DNSKEY', '256 3 NOSUCH AAEC', 'algorithm: "NOSUCH" is not a whole number'],
    ['NSEC', 'a. NOSUCH', 'types: "NOSUCH" is not an RR type'],
    ['NSEC3', '1 0 0 - w MX', 'next: "w" is not base32hex'],
    ['RRSIG', 'A 5 3 1 20031322173103 1 1 a. AAEC', 'expiration: 20031322173103 is not a time'],
    ['EUI48', '00:00:5e:00:53:2a', 'is not 6 pairs of hexadecimal digits'],
    ['LOC', '91 N 4 E 0m', 'lat: 91 is not between 0 and 90 degrees'],
    ['LOC', '52 60 N 4 E 0m', 'lat: 52 60 is not between'],
    ['LOC', '52 N 4 E', 'altitude: "" is not a number'],
    ['LOC', '52 N 4 E 0m 1 2 3 4', 'extra text at the end: "4"'],
    ['LOC', '52 4 E 0m', 'it is not degrees'],
    ['LUA', 'A "\u00e9"', 'script: only printable ASCII'],
    ['LUA', 'NOSUCH "x"', 'type: "NOSUCH" is not an RR type'],
    ['TYPE731', 'abc', 'RFC 3597'],
    ['IPSECKEY', '10 1 2 192.0.2.1 AQ==', "IPSECKEY takes RFC 3597's form only"],
    ['NOSUCH', 'abc', '"NOSUCH" is not an RR type'],
  ])('%s %j', (type, text, message) => {
    expect(() => parseRdata(type, text)).toThrow(message);
    expect(() => parseRdata(type, text)).toThrow(expect.objectContaining({ name: 'SyntaxProblem' }));
  });
});

describe('YAML that is refused', () => {
  it.each([
    ['A', null, 'the value is missing'],
    ['A', 1.1, '1.1 is not text: quote it'],
    ['A', ['192.0.2.1'], 'is not text'],
    ['A', { address: '192.0.2.1' }, 'a value of A is text, not a mapping'],
    ['TXT', 5, 'it is not text: put it in quotes'],
    ['TXT', { text: 'a' }, 'it is not text'],
    ['MX', { preference: 10, exchage: 'a.' }, 'unknown key "exchage" (did you mean "exchange"?)'],
    ['MX', { preference: 10, exchange: 'a.', zzz: 1 }, 'unknown key "zzz"'],
    ['MX', { exchange: 'a.' }, 'preference: it is missing'],
    ['MX', { preference: 1.5, exchange: 'a.' }, 'preference: "1.5" is not a whole number'],
    ['MX', { preference: true, exchange: 'a.' }, 'preference: it is not a whole number'],
    ['MX', { preference: 10, exchange: 5 }, 'exchange: it is not text'],
    ['MX', { preference: 10, exchange: 'a. b.' }, 'exchange: "a. b." is not one word'],
    ['MX', { preference: 10, exchange: '' }, 'exchange: "" is not one word'],
    ['SRV', { priority: 0, weight: 0, port: 70000, target: 'a.' }, 'port: 70000 is not between 0 and 65535'],
    ['LOC', { lat_degrees: 1 }, 'lat_minutes is missing'],
    ['LUA', { type: 'A', script: 'f("x")' }, 'script: a double quote cannot stand in a Lua record'],
    ['LUA', { type: 'A', script: 'a -- b\nc' }, 'script: a Lua comment swallows the lines after it: "a -- b"'],
    ['CSYNC', { serial: 1, flags: 0, types: { A: 1 } }, 'types: it is not a list of RR types'],
  ])('%s %j', (type, value, message) => {
    expect(() => rdataFromYaml(type, value, origin)).toThrow(message);
    expect(() => rdataFromYaml(type, value, origin)).toThrow(expect.objectContaining({ name: 'SyntaxProblem' }));
  });

  it('an unknown key has a rule of its own', () => {
    expect(() => rdataFromYaml('MX', { prefrence: 1 }, origin)).toThrow(
      expect.objectContaining({ rule: 'unknown-key' }),
    );
  });
});

describe('names in rdata', () => {
  it('without a final dot are told of and belong to the origin', () => {
    const told: string[] = [];
    const context = { origin: 'example.com.', onRelative: (name: string) => told.push(name) };
    expect(parseRdata('MX', '10 mail', context)).toBe('10 mail.example.com.');
    expect(parseRdata('CNAME', 'mail.', context)).toBe('mail.');
    expect(parseRdata('CNAME', 'a\\.', context)).toBe('a\\..example.com.');
    expect(rdataFromYaml('SRV', { priority: 1, weight: 1, port: 1, target: 'WWW' }, context)).toBe(
      '1 1 1 www.example.com.',
    );
    expect(parseRdata('RP', '@ me', context)).toBe('example.com. me.example.com.');
    expect(told).toEqual(['mail', 'a\\.', 'WWW', 'me']);
  });

  it('are listed', () => {
    expect(rdataNames('SOA', 'a. b. 1 2 3 4 5')).toEqual(['a.', 'b.']);
    expect(rdataNames('HTTPS', '1 www.example. alpn=h2')).toEqual(['www.example.']);
    expect(rdataNames('A', '192.0.2.1')).toEqual([]);
    expect(rdataNames('TYPE731', '\\# 0')).toEqual([]);
  });

  it('may be compressed on the wire, backwards and within bounds', () => {
    const message = bytesOf('07 6578616d706c65 00 000a 04 6d61696c c000');
    expect(rdataFromWire('MX', message, 9, 9)).toBe('10 mail.example.');
    expect(() => rdataFromWire('MX', message, 9, 8)).toThrow('exchange: a name runs past the end of the rdata');
    expect(() => rdataFromWire('MX', bytesOf('000a c002'), 0, 4)).toThrow('a bad compression pointer');
  });
});

it('fields are there by name for the rules', () => {
  expect(rdataFields('MX', '10 a.')).toEqual({ preference: 10, exchange: 'a.' });
  expect(rdataFields('CAA', '0 issue "a\\"b"')).toEqual({ flags: 0, tag: 'issue', value: 'a"b' });
  expect(rdataFields('CSYNC', '66 3')).toEqual({ serial: 66, flags: 3, types: [] });
  expect(rdataFields('TXT', '"a" "\\195\\169"')).toEqual({ text: 'aé' });
});

it('what no YAML mapping can say is dumped as presentation text', () => {
  const rdata = parseRdata('LUA', 'A "f(\\"x\\")"');
  expect(rdataToYaml('LUA', rdata)).toBe(rdata);
  const binary = parseRdata('NAPTR', '1 1 "\\255" "" "" .');
  expect(rdataFromYaml('NAPTR', rdataToYaml('NAPTR', binary), origin)).toBe(binary);
});

it('a value over 65,535 octets has no wire form', () => {
  expect(() => rdataToWire('TXT', parseRdata('TXT', `"${'x'.repeat(65500)}"`))).toThrow('65535 is the most');
});
