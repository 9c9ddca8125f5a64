import { expect } from 'vitest';
import type { Ended } from '../command.ts';
import type { PowerDns } from '../servers/index.ts';

// Zones as PowerDNS's API has them, made and read without any code of ours.

export interface ApiRRset {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly { readonly content: string; readonly disabled?: boolean }[];
}

/** An RRset of TTL 300. */
export const rrset = (name: string, type: string, ...contents: readonly string[]): ApiRRset => ({
  name,
  type,
  ttl: 300,
  records: contents.map((content) => ({ content })),
});

const heritage = (owner: string): string =>
  `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=x"`;

/** What ExternalDNS writes: records, and beside them its TXT markers, at the same name or at `TYPE-NAME`. */
export const externalDns = (zone: string): readonly ApiRRset[] => [
  rrset(`app.${zone}`, 'A', '203.0.113.1', '203.0.113.2'),
  rrset(`app.${zone}`, 'TXT', heritage('k8s-a')),
  rrset(`shop.${zone}`, 'CNAME', `lb.${zone}`),
  rrset(`cname-shop.${zone}`, 'TXT', heritage('k8s-b')),
  rrset(`lb.${zone}`, 'AAAA', '2001:db8::1'),
  rrset(`aaaa-lb.${zone}`, 'TXT', heritage('k8s-b')),
];

/** Makes the zone with an apex NS and these RRsets, and ExternalDNS's beside them. */
export const makeZone = async (pdns: PowerDns, zone: string, rrsets: readonly ApiRRset[]): Promise<void> => {
  const body = { name: zone, kind: 'Native', rrsets: [...besides(zone), ...rrsets] };
  const made = await pdns.api('POST', '/zones?rrsets=false', body);
  expect(made).toMatchObject({ status: 201 });
};

/** What makeZone puts beside a test's own RRsets: apex NS and what is ExternalDNS's. */
const besides = (zone: string): readonly ApiRRset[] => [
  rrset(zone, 'NS', 'ns1.example.net.', 'ns2.example.net.'),
  ...externalDns(zone),
];

/** What every zone file of a zone made here begins with. */
export const apexYaml = "'': {type: NS, ttl: 300, values: [ns1.example.net., ns2.example.net.]}\n";

/** A zone's own RRsets, `NAME TYPE TTL contents`, sorted, names relative. Apex NS and what ExternalDNS wrote are as ever. */
export const contentOf = async (pdns: PowerDns, zone: string): Promise<readonly string[]> => {
  const beside = linesOf(besides(zone), zone);
  const lines = await readLines(pdns, zone);
  expect(lines).toEqual(expect.arrayContaining([...beside]));
  return lines.filter((line) => !beside.includes(line));
};

const readLines = async (pdns: PowerDns, zone: string): Promise<readonly string[]> => {
  const { body } = await pdns.api('GET', `/zones/${zone}`);
  const { rrsets } = body as { readonly rrsets: readonly ApiRRset[] };
  return linesOf(
    rrsets.filter(({ type }) => type !== 'SOA'),
    zone,
  );
};

const linesOf = (rrsets: readonly ApiRRset[], zone: string): readonly string[] =>
  rrsets
    .map(({ name, type, ttl, records }) => {
      const contents = records.map(({ content, disabled }) => (disabled === true ? `(${content})` : content)).sort();
      return `${name === zone ? '@' : name.slice(0, -zone.length - 1)} ${type} ${ttl} ${contents.join(' ')}`;
    })
    .sort();

/** The zone's serial: it moves with every write. */
export const serialOf = async (pdns: PowerDns, zone: string): Promise<number> => {
  const { body } = await pdns.api('GET', `/zones/${zone}?rrsets=false`);
  return (body as { readonly serial: number }).serial;
};

/** One write behind Hostmaster's back. */
export const overwrite = async (pdns: PowerDns, zone: string, ...rrsets: readonly ApiRRset[]): Promise<void> => {
  const body = { rrsets: rrsets.map((each) => ({ ...each, changetype: 'REPLACE' })) };
  expect(await pdns.api('PATCH', `/zones/${zone}`, body)).toMatchObject({ status: 204 });
};

/** What no command ever shows: a stack, or the API's key. */
export const expectPlain = (pdns: PowerDns, { stdout, stderr }: Ended): void => {
  expect(`${stdout}${stderr}`).not.toMatch(/^\s+at .+:\d+|internal error|node:internal/m);
  expect(`${stdout}${stderr}`).not.toContain(pdns.apiKey);
};
