import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyOf } from '../../src/model/rrset.ts';
import { parseRdata } from '../../src/provider.ts';
import type { ServedRRset } from '../../src/verify/index.ts';
import { askByDns, verifyZones } from '../../src/verify/index.ts';
import { type PowerDns, startPowerDns } from '../servers/powerdns.ts';

// What a server that is not ours answers, in the cases that are not plain.

const zone = 'example.com.';
const lines: readonly (readonly [name: string, type: string, ...values: string[]])[] = [
  ['', 'NS', 'ns1.example.com.', 'ns.example.net.'],
  ['ns1', 'A', '192.0.2.53'],
  ['www', 'A', '192.0.2.1', '192.0.2.2'],
  ['www', 'HTTPS', '1 . alpn=h2,h3 ipv4hint=192.0.2.1'],
  ['alias', 'CNAME', 'www.example.com.'],
  ['deep.er', 'A', '192.0.2.3'],
  ['*.wild', 'A', '192.0.2.4'],
  ['x.wild', 'TXT', '"own"'],
  ['sub', 'NS', 'ns.sub.example.com.', 'ns1.example.com.'],
  ['sub', 'DS', `1 8 2 ${'ab'.repeat(32)}`],
  ['ns.sub', 'A', '192.0.2.5'],
  ['ns.sub', 'AAAA', '2001:db8::5'],
  ['under.sub', 'TXT', '"occluded"'],
  ['old', 'DNAME', 'new.example.com.'],
  ['long', 'TXT', `"${'x'.repeat(700)}"`],
  ['split', 'TXT', '"one" "two"'],
  ['lua', 'LUA', 'A "\'192.0.2.6\'"'],
  ['many', 'A', ...Array.from({ length: 600 }, (_, i) => `192.0.${i >> 8}.${i & 255}`)],
];

let pdns: PowerDns;
const rrsets: readonly ServedRRset[] = lines.map(([name, type, ...values]) => ({
  name: name === '' ? zone : `${name}.${zone}`,
  type,
  ttl: 60,
  values: [...new Set(values.map((text) => parseRdata(type, text)))].sort().map((rdata) => ({ rdata })),
}));

beforeAll(async () => {
  pdns = await startPowerDns({
    backend: 'sqlite',
    settings: { 'enable-lua-records': 'yes', 'dname-processing': 'yes' },
  });
  const body = {
    name: zone,
    kind: 'Native',
    rrsets: lines.map(([name, type, ...values]) => ({
      name: name === '' ? zone : `${name}.${zone}`,
      type,
      ttl: 60,
      records: values.map((content) => ({ content, disabled: false })),
    })),
  };
  expect(await pdns.api('POST', '/zones', body)).toMatchObject({ status: 201 });
});
afterAll(() => pdns.stop());

const verify = (keys: readonly ServedRRset[], desired: readonly ServedRRset[]) =>
  verifyZones(
    [
      {
        zone: { name: zone, view: null },
        target: 'pdns',
        nameservers: [{ label: 'pdns', ...pdns.dns }],
        rrsets: desired,
        keys,
        before: new Map(keys.map((rrset) => [keyOf(rrset), rrset])),
        wait: 0,
      },
    ],
    { ask: askByDns(), now: () => performance.now(), sleep: async () => undefined },
  );

it('proves all of a zone on PowerDNS but what is occluded below the zone cut', async () => {
  expect(await verify(rrsets, rrsets)).toEqual({ checked: rrsets.length - 1, differences: [] });
});

it('finds each RRset that should not be there', async () => {
  const shown = rrsets.filter(({ name, type }) => !name.endsWith(`.sub.${zone}`) && type !== 'DS');
  const { differences } = await verify(shown, []);
  expect(differences.map(({ kind, name, type }) => `${name} ${type} ${kind}`).sort()).toEqual(
    shown.map(({ name, type }) => `${name} ${type} unexpected`).sort(),
  );
});

it('finds each RRset that has another TTL or other values', async () => {
  const other = rrsets.filter(({ type }) => type !== 'LUA').map((rrset) => ({ ...rrset, ttl: 61 }));
  const { differences } = await verify(other, other);
  expect(differences.map(({ kind }) => kind)).toEqual(Array.from({ length: rrsets.length - 2 }, () => 'differs'));
});

it('proves deletes: at a wildcard, at an empty non-terminal, and where nothing is', async () => {
  const gone = [
    { name: `y.wild.${zone}`, type: 'A' },
    { name: `x.wild.${zone}`, type: 'A' },
    { name: `er.${zone}`, type: 'A' },
    { name: `none.${zone}`, type: 'MX' },
    { name: `alias.${zone}`, type: 'A' },
    { name: `lua.${zone}`, type: 'AAAA' },
  ].map((key) => ({ ...key, ttl: 60, values: [] }));
  expect(await verify(gone, rrsets)).toEqual({ checked: gone.length, differences: [] });
});

it('proves a SOA but for its serial', async () => {
  const soaOf = (minimum: number): ServedRRset => ({
    name: zone,
    type: 'SOA',
    ttl: 60,
    values: [{ rdata: `ns1.${zone} hostmaster.${zone} 1 10800 3600 604800 ${minimum}` }],
  });
  const rrset = { name: zone, type: 'SOA', ttl: 60, changetype: 'REPLACE' };
  const content = `ns1.${zone} hostmaster.${zone} 2026010199 10800 3600 604800 300`;
  await pdns.api('PATCH', `/zones/${zone}`, { rrsets: [{ ...rrset, records: [{ content }] }] });
  expect(await verify([soaOf(300)], [...rrsets, soaOf(300)])).toEqual({ checked: 1, differences: [] });
  const { differences } = await verify([soaOf(301)], [...rrsets, soaOf(301)]);
  expect(differences).toMatchObject([{ name: zone, type: 'SOA', kind: 'differs' }]);
});
