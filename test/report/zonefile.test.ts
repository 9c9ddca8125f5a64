import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMaster } from '../../src/load/master/read-master.ts';
import type { FileContent } from '../../src/load/zone-content.ts';
import { readZoneYaml } from '../../src/load/zone-yaml/read-zone-yaml.ts';
import { nameFromWire, parseName } from '../../src/model/name.ts';
import { parseRdata, rdataFromWire, rrTypes } from '../../src/model/rdata.ts';
import { makeRRset, type RRset } from '../../src/model/rrset.ts';
import { zoneMaster, zoneYaml } from '../../src/report/zonefile.ts';
import { wireName, wireOf } from '../model/arbitrary.ts';

const zone = 'example.com.';
const context = { zone, ttl: 3600, allowLua: true };
const noInclude = async () => ({ file: '', text: { status: 'missing' as const } });

const asYaml = (rrsets: readonly RRset[]): string => [...zoneYaml(rrsets, zone)].join('');
const asMaster = (rrsets: readonly RRset[]): string => [...zoneMaster(rrsets, zone)].join('');
const fromYaml = (text: string) => readZoneYaml('zone.yaml', text, context);
const fromMaster = (text: string) => readMaster('zone.zone', text, context, noInclude);

/** Without origins, in the order of names and types. */
const plain = (rrsets: readonly RRset[]) =>
  rrsets
    .map(({ name, type, ttl, values }) => ({ name, type, ttl, values: values.map(({ rdata }) => rdata) }))
    .toSorted((a, b) => (`${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1));

const loaded = ({ rrsets, problems, complete }: FileContent) => ({
  problems: problems.filter(({ rule }) => rule !== 'ttl-high'),
  complete,
  rrsets: plain(rrsets),
});

const whole = (rrsets: readonly RRset[]) => ({ problems: [], complete: true, rrsets: plain(rrsets) });

const roundTrips = async (rrsets: readonly RRset[]): Promise<void> => {
  expect(loaded(fromYaml(asYaml(rrsets)))).toEqual(whole(rrsets.filter(({ type }) => type !== 'SOA')));
  expect(loaded(await fromMaster(asMaster(rrsets)))).toEqual(whole(rrsets));
};

const rrset = (name: string, type: string, ttl: number, ...texts: readonly string[]): RRset =>
  makeRRset(
    name === '' ? zone : parseName(name, zone),
    type,
    ttl,
    texts.map((text) => ({ rdata: parseRdata(type, text, { origin: zone }), origins: [] })),
  );

const owners = wireName.map((wire) => {
  const bytes = Uint8Array.from([...wire.slice(0, -1), 7, ...Buffer.from('example'), 3, ...Buffer.from('com'), 0]);
  return nameFromWire(bytes, 0).name;
});
const ttls = fc.oneof(fc.integer({ min: 0, max: 86_400 }), fc.constant(2_147_483_647));

const rrsetOf = (type: string): fc.Arbitrary<RRset> =>
  fc
    .tuple(
      type === 'SOA' ? fc.constant(zone) : owners,
      ttls,
      fc.array(wireOf(type), { minLength: 1, maxLength: type === 'SOA' ? 1 : 4 }),
    )
    .map(([name, ttl, wires]) =>
      makeRRset(
        name,
        type,
        ttl,
        wires.map((wire) => ({ rdata: rdataFromWire(type, wire, 0, wire.length), origins: [] })),
      ),
    );

describe('a zone as a file loads back to the same RRsets', () => {
  it.each([...rrTypes.map(({ name }) => name), 'TYPE1234', 'TYPE65280', 'ADDR'])('%s', async (type) => {
    await fc.assert(
      fc.asyncProperty(rrsetOf(type), (one) => roundTrips([one])),
      { numRuns: 60 },
    );
  });

  it('many types at a name', async () => {
    const all = ['A', 'AAAA', 'MX', 'TXT', 'SVCB', 'LUA', 'TYPE1234'];
    const zoneOf = fc.tuple(...all.map(rrsetOf)).map((sets) => sets.map((each) => ({ ...each, name: `www.${zone}` })));
    await fc.assert(fc.asyncProperty(zoneOf, roundTrips), { numRuns: 60 });
  });

  it.each([
    '*',
    '*.sub',
    '010',
    '0',
    '1',
    '1:30',
    '12e3',
    '1_000',
    '0x1f',
    '0o7',
    '.5'.slice(1),
    'no',
    'No',
    'NO',
    'yes',
    'on',
    'off',
    'y',
    'n',
    'true',
    'false',
    'null',
    '~',
    '-',
    '--',
    '---',
    '...'.replaceAll('.', '\\.'),
    '-a',
    '?',
    '? a'.replace(' ', '\\032'),
    ':',
    'a:',
    ':a',
    '!a',
    '&a',
    '%a',
    '|',
    '>',
    '<<',
    '=',
    '[a',
    '{a',
    ',',
    '#a',
    "'",
    '"'.replace('"', '\\"'),
    '`',
    '\\@',
    '\\$origin',
    '$ttl'.replace('$', '\\$'),
    'in',
    'ch',
    'a',
    'ns',
    '_sip._tcp',
    'a\\.b',
    'a\\\\b',
    'sp\\032ace',
    'tab\\009',
    'nl\\010',
    'nul\\000',
    '\\;',
    '\\(',
    '\\)',
    'b\\252cher',
    'xn--bcher-kva',
    '2026-11-22',
    '192\\.0\\.2\\.1',
    '!!str',
    'e1',
    '1e1',
    '_1',
    '+1',
    '0b1',
    '1.5',
    '12:30:45',
    'nan',
    '\\.nan',
    'inf',
    '\\.inf',
  ])('a name like %s', async (name) => {
    await roundTrips([rrset(name, 'A', 300, '192.0.2.1'), rrset('', 'NS', 300, 'ns1.example.com.')]);
  });

  it('TXT of every byte, alone and all of them', async () => {
    const escaped = (byte: number) => `\\${String(byte).padStart(3, '0')}`;
    const bytes = Array.from({ length: 256 }, (_, i) => i);
    await roundTrips([
      ...bytes.map((byte) => rrset(`b${byte}`, 'TXT', 300, `"${escaped(byte)}"`)),
      ...bytes.map((byte) => rrset(`a${byte}`, 'TXT', 300, `"a${escaped(byte)}a"`)),
      rrset(
        'all',
        'TXT',
        300,
        `"${bytes.slice(0, 128).map(escaped).join('')}" "${bytes.slice(128).map(escaped).join('')}"`,
      ),
    ]);
  });

  it.each([
    '""',
    '" "',
    '" a"',
    '"a "',
    '"- a"',
    '"a: b"',
    '"a #b"',
    '"#"',
    '"!"',
    '"\\""',
    '"\\"a\\""',
    '"\\\\;"',
    '"a;b"',
    '"\\\\"',
    '"\'"',
    '"@"',
    '"`"',
    '"%"',
    '"~"',
    '"null"',
    '"no"',
    '"1"',
    '"010"',
    '"1:30"',
    '"2026-11-22"',
    '"{{x}}"',
    '"[a]"',
    '"*"',
    '"&a"',
    '"|"',
    '">"',
    '"---"',
    '"..."',
    '"a\\010b"',
    '"\\013"',
    '"\\239\\187\\191"',
    '"\\226\\128\\168"',
    '"\\195\\188"',
    '"\\240\\159\\146\\169"',
    '"\\237\\160\\128"',
    '"\\194\\133"',
    '"\\127"',
  ])('text like %s', async (text) => {
    await roundTrips([
      rrset('t', 'TXT', 300, text),
      rrset('two', 'TXT', 300, text, '"other"'),
      rrset('h', 'HINFO', 300, `${text} ${text}`),
    ]);
  });

  it('1,200 values', async () => {
    const addresses = Array.from({ length: 1200 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
    await roundTrips([rrset('many', 'A', 300, ...addresses)]);
  });

  it('nothing at all', async () => {
    expect(asYaml([])).toBe('--- {}\n');
    await roundTrips([]);
  });
});

describe('a zone as YAML', () => {
  it('has octoDNS’s order of keys, and no SOA', () => {
    const text = asYaml([
      rrset('h10', 'A', 300, '192.0.2.1'),
      rrset('h2', 'A', 300, '192.0.2.2', '192.0.2.3'),
      rrset('', 'SOA', 300, 'ns1 h 1 2 3 4 5'),
      rrset('', 'NS', 300, 'ns1'),
      rrset('', 'MX', 300, '10 mail'),
      rrset('10', 'HTTPS', 300, '1 . port=8443 alpn=h2'),
    ]);
    expect(text).toBe(`---
"":
  - ttl: 300
    type: MX
    value:
      exchange: mail.example.com.
      preference: 10
  - ttl: 300
    type: NS
    value: ns1.example.com.
"10":
  ttl: 300
  type: HTTPS
  value:
    svcparams:
      alpn:
        - h2
      port: 8443
    svcpriority: 1
    targetname: "."
h2:
  ttl: 300
  type: A
  values:
    - 192.0.2.2
    - 192.0.2.3
h10:
  ttl: 300
  type: A
  value: 192.0.2.1
`);
  });
});

describe('a zone as a master file', () => {
  it('begins with the SOA and the apex, and says what RFC 3597’s form stands for', () => {
    const text = asMaster([
      rrset('a', 'LUA', 60, 'A "ifportup(443, {\'192.0.2.1\'})"'),
      rrset('', 'NS', 300, 'ns1'),
      rrset('', 'SOA', 300, 'ns1 h 1 2 3 4 5'),
    ]);
    const [origin = '', soa = '', ns = '', lua = ''] = text.split('\n');
    expect([origin, soa, ns]).toEqual([
      '$ORIGIN example.com.',
      '@\t300\tIN\tSOA\tns1.example.com. h.example.com. 1 2 3 4 5',
      '@\t300\tIN\tNS\tns1.example.com.',
    ]);
    expect(lua).toMatch(/^a\t60\tIN\tTYPE65402\t\\# 31 [0-9a-f]+\t; LUA A "ifportup/);
  });
});
