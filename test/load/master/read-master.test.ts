import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMaster } from '../../../src/load/master/read-master.ts';
import { sizeLimits } from '../../../src/load/size-limits.ts';
import { joinContents } from '../../../src/load/zone-content.ts';
import { parseAbsolute } from '../../../src/model/name.ts';
import { parseRdata } from '../../../src/model/rdata.ts';
import { repository, shown } from '../load-repository.ts';

const read = async (text: string, files: Readonly<Record<string, string>> = {}, ttl = 3600) => {
  const context = { zone: 'example.com.', ttl, allowLua: false };
  const content = joinContents([
    await readMaster('z.zone', text, context, async (path) => {
      const found = files[path];
      return { file: path, text: found === undefined ? { status: 'missing' } : { status: 'read', text: found } };
    }),
  ]);
  return {
    complete: content.complete,
    problems: content.problems.map(shown),
    quarantined: content.quarantined.map(({ name, type }) => `${name} ${type ?? '*'}`),
    rrsets: content.rrsets.map(
      ({ name, ttl: t, type, values }) => `${name} ${t} ${type} ${values.map((v) => v.rdata).join(' | ')}`,
    ),
    content,
  };
};

/** What BIND reads in it: one canonical line a record, sorted. */
const bind = (text: string): readonly string[] => {
  const folder = repository({});
  const file = join(folder, 'zone');
  const out = join(folder, 'out');
  writeFileSync(file, text);
  execFileSync('named-compilezone', ['-i', 'none', '-k', 'ignore', '-n', 'ignore', '-o', out, 'example.com', file]);
  const dumped = execFileSync('cat', [out], { encoding: 'utf8' });
  return dumped
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', ttl = '', type = '', rdata = ''] = /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return `${parseAbsolute(name)} ${ttl} ${type} ${parseRdata(type, rdata)}`;
    })
    .sort();
};

const ours = async (text: string): Promise<readonly string[]> => {
  const { content } = await read(text);
  expect(content.problems.map(shown)).toEqual([]);
  return content.rrsets
    .flatMap(({ name, ttl, type, values }) => values.map(({ rdata }) => `${name} ${ttl} ${type} ${rdata}`))
    .sort();
};

const dollar = '$';
const soa = '@ 3600 IN SOA ns1 hostmaster 1 7200 3600 1209600 300\n@ 3600 NS ns1\nns1 3600 A 192.0.2.53\n';

describe('a master file is what BIND reads in it', () => {
  it.each([
    [
      'owners, TTLs and classes in every order',
      `$TTL 1h\n${soa}a 60 IN A 192.0.2.1\nb IN 60 A 192.0.2.1\nc IN A 192.0.2.1\nd 1h30m A 192.0.2.1\n  TXT blank\n\tTXT "second"\nE.Example.COM. in a 192.0.2.1\n60 IN A 192.0.2.60\nin IN A 192.0.2.61\n`,
    ],
    [
      'parentheses and comments',
      `@ IN SOA ns1 hostmaster ( ; begins\n  2024010101 ; serial\n\n  7200\t3600 (1209600) ; nested\n  300 ) ; ends\n@ NS ns1 ; x\nns1 A (\n192.0.2.53\n)\nt TXT ( "a;b" "c(d" ; "not"\n "e" )\nu ( TXT\n"x" )\n`,
    ],
    [
      '$ORIGIN and relative names',
      `$TTL 300\n${soa}$ORIGIN sub\nwww A 192.0.2.1\n@ MX 10 mail\n$ORIGIN example.com.\nx CNAME @\ny CNAME www.sub\n$ORIGIN com.\nexample TXT x\nfoo.example NS ns1.example\n`,
    ],
    [
      '$TTL and the last TTL',
      `${soa.replace('@ 3600 IN SOA', '@ IN SOA')}a A 192.0.2.1\nb 77 A 192.0.2.1\nc A 192.0.2.1\n$TTL 2h\nd A 192.0.2.1\ne 5 A 192.0.2.1\nf A 192.0.2.1\n`,
    ],
    [
      'escapes',
      `$TTL 300\n${soa}a\\.b A 192.0.2.1\n\\065b A 192.0.2.1\n\\@ A 192.0.2.2\nt TXT "q\\"\\\\\\009" un\\ quoted\nt2 TXT a\\;b\n*.w A 192.0.2.1\n`,
    ],
    [
      '$GENERATE',
      `$TTL 300\n${soa}$GENERATE 1-3 h$ A 192.0.2.$\n$GENERATE 0-10/5 r\${10,3,d} 60 IN CNAME h\${-0}.x.\n$GENERATE 10-11 x\${0,4,x}-\${0,0,X}-\${0,3,o} A 192.0.2.$\n$GENERATE 18-19 \${0,6,n}\${0,2,N} PTR \\$-$.example.net.\n$GENERATE 1-2 m$ MX "10 mail$"\n$GENERATE 1-2 t$ TXT a$b\n`,
    ],
    [
      'generic types',
      `$TTL 300\n${soa}a TYPE65280 \\# 3 ab cd ef\nb TYPE1 192.0.2.1\nc A \\# 4 c0000201\nd CLASS1 TYPE65280 \\# 0\n`,
    ],
    [
      'many types',
      `$TTL 300\n${soa}@ CAA 0 issue "ca.example.net"\n_s._tcp SRV 1 2 3 t\nn NAPTR 1 2 "u" "E2U+sip" "!^.*$!sip:x@y!" .\nl LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m\nh HTTPS 1 . alpn="h2,h3" port=8443\nd DS 12345 13 2 49FD46E6C4B45C55D4AC69CBD3CD34AC1AFE51DE49FD46E6C4B45C55D4AC69CB\ns SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789\n`,
    ],
    ['Windows line ends', `$TTL 300\n${soa}a A 192.0.2.1\n`.replaceAll('\n', '\r\n')],
  ])('%s', async (_what, text) => {
    expect(await ours(text)).toEqual(bind(text));
  });
});

describe('a master file', () => {
  it('keeps the place of each value', async () => {
    const { content } = await read('a A 192.0.2.2\n  A (\n    192.0.2.1 )\n');
    expect(
      content.rrsets[0]?.values.map(({ rdata, origins }) => [rdata, origins[0]?.line, origins[0]?.column]),
    ).toEqual([
      ['192.0.2.1', 3, 5],
      ['192.0.2.2', 1, 5],
    ]);
  });

  it('takes the zone’s ttl where nothing says another', async () => {
    expect((await read('a A 192.0.2.1\n', {}, 77)).rrsets).toEqual(['a.example.com. 77 A 192.0.2.1']);
  });

  it('may be empty', async () => {
    expect(await read('; nothing\n\n')).toMatchObject({ rrsets: [], problems: [], complete: true });
  });

  it('includes files, and is where it was afterwards', async () => {
    const files = {
      'a.inc': 'x A 192.0.2.1\n$ORIGIN deep\n@ A 192.0.2.2\n$INCLUDE "b.inc"\n',
      'b.inc': 'y A 192.0.2.3\n',
    };
    const found = await read('$TTL 60\nw A 192.0.2.9\n$INCLUDE a.inc sub\n  TXT "of w"\nz A 192.0.2.4\n', files);
    expect(found.problems).toEqual([]);
    expect(found.rrsets).toEqual([
      'w.example.com. 60 A 192.0.2.9',
      'x.sub.example.com. 60 A 192.0.2.1',
      'deep.sub.example.com. 60 A 192.0.2.2',
      'y.deep.sub.example.com. 60 A 192.0.2.3',
      'w.example.com. 60 TXT "of w"',
      'z.example.com. 60 A 192.0.2.4',
    ]);
    expect(found.content.rrsets[3]?.values[0]?.origins[0]).toEqual({
      kind: 'zone_file',
      file: 'b.inc',
      line: 1,
      column: 5,
    });
  });

  it.each([
    ['b A 1.2', 'z.zone:2:5 error rdata-syntax: b.example.com. A: "1.2" is not an IPv4 address', ['b.example.com. A']],
    ['b 60 IN', 'z.zone:2:3 error master-syntax: b.example.com. has no type; write one, like A', ['b.example.com. *']],
    ['b', 'z.zone:2:1 error master-syntax: b.example.com. has no type and no value', ['b.example.com. *']],
    [
      'b AX 1',
      'z.zone:2:3 error unknown-type: unknown type "AX" (did you mean "A"?); a type without a name is written TYPEnnn',
      ['b.example.com. *'],
    ],
    ['b CH TXT x', 'z.zone:2:6 error master-syntax: the class "CH" is not supported; only IN is', ['b.example.com. *']],
    [
      'b.example.net. A 192.0.2.1',
      'z.zone:2:16 error out-of-zone: b.example.net. is not in example.com.; a name without a final dot is relative to example.com.',
      [],
    ],
    [
      'b SOA a b 1 2 3 4 5',
      'z.zone:2:3 error soa-not-at-apex: b.example.com. cannot have an SOA; only the apex of the zone, example.com., has one',
      ['b.example.com. SOA'],
    ],
    [
      'b LUA A "x"',
      'z.zone:2:3 error lua-not-allowed: b.example.com. LUA runs code in the name server; set "allow_lua: true" for example.com. if it is meant',
      ['b.example.com. LUA'],
    ],
    ['"b" A 192.0.2.1', 'z.zone:2:1 error name-syntax: "\\"b\\"" is not a name: names have no quotes', []],
    [
      'b TXT "open',
      'z.zone:2:7 error master-syntax: a quoted string does not end on its line; add the closing quote',
      ['b.example.com. *'],
    ],
    ['b A ) 192.0.2.1', 'z.zone:2:5 error master-syntax: a ")" without its "("', ['b.example.com. *']],
    [
      'b TXT x\\',
      'z.zone:2:8 error master-syntax: a backslash at the end of a line means nothing; remove it',
      ['b.example.com. *'],
    ],
    [
      'b 60 A 192.0.2.1\nb 61 A 192.0.2.2',
      'z.zone:3:8 error ttl-mismatch: b.example.com. A has the ttl 61 here and 60 at z.zone:2; an RRset has one ttl (RFC 2181)',
      ['b.example.com. A'],
    ],
  ])('goes on after %j', async (line, problem, quarantined) => {
    const found = await read(`a A 192.0.2.1\n${line}\nc 3600 A 192.0.2.3\n`);
    expect(found.problems).toEqual([problem.replace('"\\"b\\""', '""b""')]);
    expect(found.quarantined).toEqual(quarantined);
    expect(found.rrsets).toEqual(['a.example.com. 3600 A 192.0.2.1', 'c.example.com. 3600 A 192.0.2.3']);
    // Where nobody knows what it keeps, all that exists stays.
    expect(found.complete).toBe(quarantined.length > 0);
  });

  it('says once that a line has no name', async () => {
    const found = await read('  A 192.0.2.1\n  A 192.0.2.2\na..b A 192.0.2.1\n  A 192.0.2.2\n');
    expect(found.problems).toEqual([
      'z.zone:1:3 error master-syntax: this line has no name, and none comes before it',
      'z.zone:3:1 error name-syntax: the name "a..b" has an empty part: two dots in a row, or one in front',
    ]);
  });

  it.each([
    ['$ORGIN x', 'z.zone:2:8 error master-syntax: "$ORGIN" is not a directive (did you mean "$ORIGIN"?)'],
    ['$ORIGIN', 'z.zone:2:1 error master-syntax: $ORIGIN takes one name, like "$ORIGIN example.com."'],
    [
      '$ORIGIN a..b',
      'z.zone:2:9 error name-syntax: the name "a..b" has an empty part: two dots in a row, or one in front',
    ],
    ['$TTL soon', 'z.zone:2:6 error ttl-syntax: $TTL takes one time, like 3600 or 1h'],
    ['$INCLUDE', 'z.zone:2:1 error include: $INCLUDE takes a file and, optionally, an origin'],
    [
      '$INCLUDE none',
      'z.zone:2:10 error include: $INCLUDE "none": there is no none; paths are relative to the file with the $INCLUDE',
    ],
    [
      '$INCLUDE z.zone',
      'z.zone:2:10 error include: $INCLUDE "z.zone": this file is already being read; remove the loop of $INCLUDE lines',
    ],
    [
      '$INCLUDE loop',
      'loop:1:10 error include: $INCLUDE "loop": this file is already being read; remove the loop of $INCLUDE lines',
    ],
    ['$GENERATE 1-2', 'z.zone:2:1 error generate: $GENERATE: write it as "$GENERATE range name type value"'],
    [
      '$GENERATE 2-1 a$ A 192.0.2.$',
      'z.zone:2:11 error generate: $GENERATE: its range "2-1" runs backwards; write the smaller number first',
    ],
    ['$GENERATE 1-2/0 a$ A 192.0.2.$', 'z.zone:2:11 error generate: $GENERATE: its step is 0; write 1 or more'],
    [
      '$GENERATE x a$ A 192.0.2.$',
      'z.zone:2:11 error generate: $GENERATE: "x" is not a range; write one like 1-20 or 0-100/2',
    ],
    [
      `$GENERATE 1-2 a${dollar}{-9} A 192.0.2.$`,
      `z.zone:2:11 error generate: $GENERATE: "${dollar}{-9}" cannot be used for 1; write ${dollar}{offset,width,base} with a base of d, o, x, X, n or N`,
    ],
    [
      '$GENERATE 0-999999999 a$ A 192.0.2.1',
      `z.zone:2:11 error generate: $GENERATE: the $GENERATE lines of this zone make more than ${sizeLimits.generated} records; make fewer, or use a wildcard`,
    ],
    ['b TXT ( "x"', 'z.zone:2:7 error master-syntax: a "(" that is never closed; add the ")"'],
    ['b TXT ( "x', 'z.zone:2:9 error master-syntax: a quoted string does not end on its line; add the closing quote'],
  ])('trusts nothing after %j', async (line, problem) => {
    const found = await read(`a A 192.0.2.1\n${line}\n`, { loop: '$INCLUDE loop\n' });
    expect(found.problems).toEqual([problem]);
    expect(found).toMatchObject({ complete: false, rrsets: [], quarantined: [] });
  });

  it('refuses includes that go too deep or are too many', async () => {
    const deep = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f${i}`, `$INCLUDE f${i + 1}\n`]));
    expect((await read('$INCLUDE f0\n', deep)).problems).toEqual([
      `f${sizeLimits.includeDepth - 1}:1:10 error include: $INCLUDE is nested more than ${sizeLimits.includeDepth} files deep`,
    ]);
    // Seven levels of eight includes each are 8^7 files.
    const wide = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`w${i}`, `$INCLUDE w${i + 1}\n`.repeat(8)]));
    const found = await read('$INCLUDE w0\n', { ...wide, w7: 'a A 192.0.2.1\n' });
    expect(found.complete).toBe(false);
    expect(found.problems).toEqual([
      expect.stringContaining(`$INCLUDE is used more than ${sizeLimits.includes} times`),
    ]);
  });
});
