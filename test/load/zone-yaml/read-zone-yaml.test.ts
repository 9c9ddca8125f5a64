import { describe, expect, it } from 'vitest';
import { joinContents } from '../../../src/load/zone-content.ts';
import { readZoneYaml } from '../../../src/load/zone-yaml/read-zone-yaml.ts';
import { shown } from '../load-repository.ts';

const read = (text: string, allowLua = false) => {
  const content = joinContents([readZoneYaml('z.yaml', text, { zone: 'example.com.', ttl: 3600, allowLua })]);
  return {
    complete: content.complete,
    problems: content.problems.map(shown),
    quarantined: content.quarantined.map(({ name, type }) => `${name} ${type ?? '*'}`),
    rrsets: content.rrsets.map(
      ({ name, ttl, type, values }) => `${name} ${ttl} ${type} ${values.map((v) => v.rdata).join(' | ')}`,
    ),
    content,
  };
};

describe('records', () => {
  it('are one or a list, with value or values, each a mapping or text', () => {
    const { rrsets, problems } = read(`---
'':
  - type: MX
    values:
      - {preference: 10, exchange: mx1.example.net.}
      - 20 mx2.example.net.
  - {type: NS, ttl: 60, values: [ns1.example.net., ns2.example.net.]}
www:
  type: A
  value: 192.0.2.1
"*":
  type: CNAME
  value: www.example.com.
list: {type: A, value: [192.0.2.2, 192.0.2.1]}
one: {type: A, values: 192.0.2.9}
t: {type: TYPE65280, value: '\\# 2 abcd'}
lower: {type: aaaa, value: "2001:DB8::1"}
`);
    expect(problems).toEqual([]);
    expect(rrsets).toEqual([
      'example.com. 3600 MX 10 mx1.example.net. | 20 mx2.example.net.',
      'example.com. 60 NS ns1.example.net. | ns2.example.net.',
      'www.example.com. 3600 A 192.0.2.1',
      '*.example.com. 3600 CNAME www.example.com.',
      'list.example.com. 3600 A 192.0.2.1 | 192.0.2.2',
      'one.example.com. 3600 A 192.0.2.9',
      't.example.com. 3600 TYPE65280 \\# 2 abcd',
      'lower.example.com. 3600 AAAA 2001:db8::1',
    ]);
  });

  it('take names and text from the source', () => {
    const { rrsets, problems } = read(`no: {type: A, value: 192.0.2.1}
010: {type: TXT, value: 010}
1:30: {type: TXT, value: yes}
0x1f: {type: TXT, value: 1.0}
1e3: {type: TXT, value: 2020-01-01}
Größe: {type: TXT, value: 'null'}
~: {type: TXT, value: x}
`);
    expect(problems).toEqual([]);
    expect(rrsets).toEqual([
      'no.example.com. 3600 A 192.0.2.1',
      '010.example.com. 3600 TXT "010"',
      '1:30.example.com. 3600 TXT "yes"',
      '0x1f.example.com. 3600 TXT "1.0"',
      '1e3.example.com. 3600 TXT "2020-01-01"',
      'xn--gre-6ka8i.example.com. 3600 TXT "null"',
      '~.example.com. 3600 TXT "x"',
    ]);
  });

  it('keep the place of each value', () => {
    const { content } = read('www:\n  type: A\n  values:\n    - 192.0.2.2\n    - "192.0.2.1"\n');
    expect(content.rrsets[0]?.values).toEqual([
      { rdata: '192.0.2.1', origins: [{ kind: 'zone_file', file: 'z.yaml', line: 5, column: 7 }] },
      { rdata: '192.0.2.2', origins: [{ kind: 'zone_file', file: 'z.yaml', line: 4, column: 7 }] },
    ]);
  });

  it('join a value that is there twice, with both places', () => {
    const { content } = read('www: {type: A, values: [192.0.2.1, 192.0.2.1]}\n');
    expect(content.rrsets[0]?.values[0]?.origins.map(({ column }) => column)).toEqual([25, 36]);
  });

  it('have octoDNS options', () => {
    const { content, problems } = read(`a:
  type: A
  value: 192.0.2.1
  octodns: {ignored: yes, included: [pdns], excluded: aws, lenient: false}
b:
  type: A
  value: 192.0.2.1
  geo: {EU: [192.0.2.2]}
  dynamic: {}
  octodns: {healthcheck: {port: 1}, cloudflare: {proxied: true}}
`);
    expect(content.rrsets[0]?.options).toEqual({
      ignored: true,
      included: ['pdns'],
      excluded: ['aws'],
      lenient: false,
    });
    expect(content.rrsets[1]).not.toHaveProperty('options');
    expect(problems).toEqual([
      'z.yaml:6:3 warning octodns-unsupported: octoDNS\'s "geo" and "dynamic" are not supported; the plain values are used',
      'z.yaml:10:12 warning octodns-unsupported: octodns: "healthcheck" and "cloudflare" are not supported; the plain values are used',
    ]);
  });

  it('warn of each relative name in a value', () => {
    const { rrsets, problems } = read(
      'a: {type: MX, value: 10 mx}\nb: {type: SRV, value: {priority: 1, weight: 1, port: 1, target: sip.b}}\n',
    );
    expect(rrsets).toEqual([
      'a.example.com. 3600 MX 10 mx.example.com.',
      'b.example.com. 3600 SRV 1 1 1 sip.b.example.com.',
    ]);
    expect(problems).toEqual([
      'z.yaml:1:22 warning missing-final-dot: "mx" has no final dot, so it means "mx.example.com."; write it in full, with the final dot',
      'z.yaml:2:23 warning missing-final-dot: "sip.b" has no final dot, so it means "sip.b.example.com."; write it in full, with the final dot',
    ]);
  });
});

describe('what is bad is quarantined, and the rest goes on', () => {
  it.each([
    [
      'www: {type: A, value: 192.0.2.256}',
      'z.yaml:1:23 error rdata-syntax: www.example.com. A: "192.0.2.256" is not an IPv4 address',
      'www.example.com. A',
    ],
    [
      'www: {type: A, values: [192.0.2.1, x]}',
      'z.yaml:1:36 error rdata-syntax: www.example.com. A: "x" is not an IPv4 address',
      'www.example.com. A',
    ],
    [
      'www: {type: A, valeu: 192.0.2.1, value: 192.0.2.2}',
      'z.yaml:1:16 error unknown-key: "valeu" is not a key of a record (did you mean "value"?); the keys are type, ttl, value, values, octodns',
      'www.example.com. A',
    ],
    [
      'www: {type: A, tll: 60, value: 192.0.2.2}',
      'z.yaml:1:16 error unknown-key: "tll" is not a key of a record (did you mean "ttl"?); the keys are type, ttl, value, values, octodns',
      'www.example.com. A',
    ],
    [
      'www: {type: A, type: AAAA, value: 192.0.2.2}',
      'z.yaml:1:16 error duplicate-key: "type" is there twice in this record; keep one of the two',
      'www.example.com. A',
    ],
    [
      'www: {type: A}',
      'z.yaml:1:6 error record-syntax: www.example.com. A has no value; add one, or remove the record',
      'www.example.com. A',
    ],
    [
      'www: {type: A, values: []}',
      'z.yaml:1:24 error record-syntax: www.example.com. A has no value; add one, or remove the record',
      'www.example.com. A',
    ],
    [
      'www: {type: TXT, value: }',
      'z.yaml:1:18 error record-syntax: www.example.com. TXT has no value; add one, or remove the record',
      'www.example.com. TXT',
    ],
    [
      'www: {type: A, value: 192.0.2.1, values: [192.0.2.2]}',
      'z.yaml:1:23 error record-syntax: www.example.com. A has both "value" and "values"; keep one of the two',
      'www.example.com. A',
    ],
    [
      'www: {value: 192.0.2.1}',
      'z.yaml:1:6 error record-syntax: a record of www.example.com. has no type; add one, like "type: A"',
      'www.example.com. *',
    ],
    [
      'www: {type: AAA, value: 192.0.2.1}',
      'z.yaml:1:13 error unknown-type: unknown type "AAA" (did you mean "AAAA"?); a type without a name is written TYPEnnn',
      'www.example.com. *',
    ],
    [
      'www: {type: axfr, value: x}',
      'z.yaml:1:13 error unknown-type: axfr is a query type and cannot be a record',
      'www.example.com. *',
    ],
    [
      'www: {type: OPT, value: x}',
      'z.yaml:1:13 error unknown-type: OPT is a meta type and cannot be a record',
      'www.example.com. *',
    ],
    [
      'www: {type: TYPE255, value: 192.0.2.1}',
      'z.yaml:1:13 error unknown-type: TYPE255 is a query type and cannot be a record',
      'www.example.com. *',
    ],
    [
      'www: {type: A, ttl: 1h, value: 192.0.2.1}',
      'z.yaml:1:21 error ttl-syntax: the ttl of www.example.com. must be a whole number of seconds, like 3600, not "1h"',
      'www.example.com. A',
    ],
    [
      'www: {type: A, ttl: 010, value: 192.0.2.1}',
      'z.yaml:1:21 error ttl-syntax: the ttl of www.example.com. must be a whole number of seconds, like 3600, not 010',
      'www.example.com. A',
    ],
    [
      'www: {type: A, ttl: -1, value: 192.0.2.1}',
      'z.yaml:1:21 error ttl-syntax: the ttl of www.example.com. must be a whole number of seconds, like 3600, not -1',
      'www.example.com. A',
    ],
    [
      'www: 192.0.2.1',
      'z.yaml:1:6 error record-syntax: www.example.com. needs a record like {type: A, value: 192.0.2.1}, or a list of them, not "192.0.2.1"',
      'www.example.com. *',
    ],
    [
      'www:',
      'z.yaml:1:1 error record-syntax: www.example.com. needs a record like {type: A, value: 192.0.2.1}, or a list of them, not nothing',
      'www.example.com. *',
    ],
    [
      'www: {type: SOA, value: ns1. h. 1 2 3 4 5}',
      'z.yaml:1:13 error soa-not-at-apex: www.example.com. cannot have an SOA; only the apex of the zone, example.com., has one',
      'www.example.com. SOA',
    ],
    [
      'www: {type: LUA, value: A "1"}',
      'z.yaml:1:13 error lua-not-allowed: www.example.com. LUA runs code in the name server; set "allow_lua: true" for example.com. if it is meant',
      'www.example.com. LUA',
    ],
    [
      'www: {type: MX, value: {preference: 10, exchnage: a.}}',
      'z.yaml:1:24 error unknown-key: www.example.com. MX: unknown key "exchnage" (did you mean "exchange"?)',
      'www.example.com. MX',
    ],
    [
      'www: {type: A, value: 192.0.2.1, octodns: {lenent: true}}',
      'z.yaml:1:44 error unknown-key: "lenent" is not an option of "octodns" (did you mean "lenient"?)',
      'www.example.com. A',
    ],
    [
      'www: {type: A, value: 192.0.2.1, octodns: {ignored: 1}}',
      'z.yaml:1:53 error record-syntax: octodns: "ignored" of www.example.com. must be true or false',
      'www.example.com. A',
    ],
    [
      'www: {type: A, value: 192.0.2.1, octodns: {included: {a: b}}}',
      'z.yaml:1:54 error record-syntax: octodns: "included" of www.example.com. must be a list of target names',
      'www.example.com. A',
    ],
    [
      'www: {type: A, value: 192.0.2.1, octodns: yes}',
      'z.yaml:1:43 error record-syntax: "octodns" of www.example.com. must be a mapping like {lenient: true}',
      'www.example.com. A',
    ],
    [
      'www.example.com.: {type: A, value: 192.0.2.1}',
      'z.yaml:1:1 error name-syntax: the name "www.example.com." has a final dot, but names here are relative to example.com.; write "www"',
      'www.example.com. *',
    ],
    [
      "'@': {type: A, value: 192.0.2.1}",
      "z.yaml:1:1 error name-syntax: \"@\" is not a name here; write '' for the zone's apex",
      'example.com. *',
    ],
    [
      'a: [{type: A, value: 192.0.2.1}, {type: A, value: 192.0.2.2}]',
      'z.yaml:1:51 error duplicate-rrset: a.example.com. A is already defined at z.yaml:1; put all its values into one record',
      'a.example.com. A',
    ],
  ])('%s', (line, problem, quarantined) => {
    const found = read(`${line}\ngood: {type: A, value: 192.0.2.7}\n`);
    expect(found.problems).toEqual([problem]);
    expect(found.quarantined).toEqual([quarantined]);
    expect(found.rrsets).toEqual(['good.example.com. 3600 A 192.0.2.7']);
    expect(found.complete).toBe(true);
  });

  it('a name that is indented too far, below another: what exists at both stays', () => {
    const found = read(
      'www:\n  type: A\n  value: 192.0.2.1\n  mail:\n    {type: A, value: 192.0.2.2}\ngood: {type: A, value: 192.0.2.7}\n',
    );
    expect(found.problems).toEqual([
      'z.yaml:4:3 error unknown-key: "mail" is not a key of a record; the keys are type, ttl, value, values, octodns; if it is a name of its own, it is indented too far',
    ]);
    expect(found.quarantined).toEqual(['mail.example.com. *', 'www.example.com. A']);
    expect(found.rrsets).toEqual(['good.example.com. 3600 A 192.0.2.7']);
  });

  it.each([
    ['a..b: {type: A, value: 192.0.2.1}', 'name-syntax: the name "a..b" has an empty part'],
    [`${'a'.repeat(64)}: {type: A, value: 192.0.2.1}`, 'name-length: the name part'],
    [': {type: A, value: 192.0.2.1}', "name-syntax: a name is expected here; write '' for the zone's apex"],
    ['? [a, b]\n: {type: A, value: 192.0.2.1}', 'name-syntax: a name is expected here, not a list or a mapping'],
    ['web1..: {type: A, value: 192.0.2.1}', 'name-syntax: the name "web1.." has an empty part'],
    ['a b: {type: A, value: 192.0.2.1}', 'name-syntax: the name "a b" has a space in it'],
    [
      'www.example.net.: {type: A, value: 192.0.2.1}',
      'out-of-zone: the name "www.example.net." is not in example.com.',
    ],
  ])('%s is no name: nobody knows what it keeps, and the rest is used', (line, problem) => {
    const found = read(`good: {type: A, value: 192.0.2.7}\n${line}\n`);
    expect(found.problems).toEqual([expect.stringContaining(problem)]);
    expect(found.problems[0]).toMatch(/^z\.yaml:2:\d+ error /);
    expect(found).toMatchObject({ quarantined: [], complete: false });
    expect(found.rrsets).toEqual(['good.example.com. 3600 A 192.0.2.7']);
  });

  it('finds one name in several spellings', () => {
    const found = read(
      'www: {type: A, value: 192.0.2.1}\nWWW: {type: TXT, value: x}\nbücher: {type: A, value: 192.0.2.1}\nxn--bcher-kva: {type: A, value: 192.0.2.1}\n',
    );
    expect(found.problems).toEqual([
      'z.yaml:2:1 error duplicate-key: www.example.com. is already defined at line 1; put its records into one list there',
      'z.yaml:4:1 error duplicate-key: xn--bcher-kva.example.com. is already defined at line 3; put its records into one list there',
    ]);
    expect(found.quarantined).toEqual(['www.example.com. *', 'xn--bcher-kva.example.com. *']);
    expect(found.rrsets).toEqual([]);
  });

  it('finds every problem of a record at once', () => {
    const found = read('www:\n  type: MX\n  ttl: x\n  foo: 1\n  values: [10, 1 mx., {preference: y, exchange: mx.}]\n');
    expect(found.problems.map((problem) => problem.split(' ')[0])).toEqual([
      'z.yaml:4:3',
      'z.yaml:3:8',
      'z.yaml:5:12',
      'z.yaml:5:23',
    ]);
    expect(found.quarantined).toEqual(['www.example.com. MX']);
  });

  it('trusts nothing of a file that does not parse, and keeps the problems', () => {
    const found = read('a: {type: A, value: x}\nb: {type: A, value: 192.0.2.1}\nc: {type: A, value: [192.0.2.1}\n');
    expect(found.complete).toBe(false);
    expect(found.rrsets).toEqual([]);
    expect(found.problems.at(-1)).toBe(
      'z.yaml:3:31 error yaml-syntax: cannot be read as YAML: a comma or a closing bracket is missing before this',
    );
  });

  it('allows LUA where it is allowed, and an SOA at the apex', () => {
    const found = read(
      `'': {type: SOA, value: ns1.example.net. h.example.net. 1 2 3 4 5}\nl:\n  type: LUA\n  value: A "ifportup(443, {'192.0.2.1'})"\n`,
      true,
    );
    expect(found.problems).toEqual([]);
    expect(found.rrsets).toHaveLength(2);
  });
});
