import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { route53 } from '../../providers/route53/index.ts';
import type { DigRecord } from '../servers/dig.ts';
import { motoCredentials, startMoto } from '../servers/moto.ts';
import { startRoute53Fake } from '../servers/route53-fake/index.ts';
import type { ZoneReader } from './contents.ts';
import type { Exception, Refusal, Subject } from './runner.ts';

/** Route 53 as moto has it: no name server, and none of its limits. */
export const motoSubject = async (): Promise<Subject> => {
  const moto = await startMoto();
  return { ...subjectAt(moto.url, () => moto.stop(), motoRefusals), exceptions: motoExceptions };
};

/** Route 53 with its limits, but for the time that it takes. */
export const route53FakeSubject = async (): Promise<Subject> => {
  const rate = { perSecond: 1_000, burst: 1_000 };
  const fake = await startRoute53Fake({ rate, operations: {}, pending: 0, processing: 5 });
  return subjectAt(fake.url, () => fake.stop(), [tooLong]);
};

/** AWS's longest value, which the quotes between the strings of a TXT count in. */
const tooLong: Refusal = {
  group: 'TXT by length',
  step: '4,000',
  name: 't',
  type: 'TXT',
  says: 'Route 53 takes 4000 characters in one value',
};

/** moto takes no CREATE that it has taken once before in the zone, whether the RRset is there or not. */
const createdTwice = (group: string, step: string, ...keys: readonly (readonly [name: string, type: string])[]) =>
  keys.map(([name, type]): Refusal => ({ group, step, name, type, says: 'but it already exists' }));

const motoRefusals: readonly Refusal[] = [
  tooLong,
  ...createdTwice('CNAME and address change places', 'CNAME to A and AAAA', ['www', 'A']),
  ...createdTwice('CNAME and address change places', 'A, AAAA, MX and TXT', ['www', 'A']),
  ...createdTwice(
    'Several names change type at once',
    'and back, with other changes beside them',
    ['a', 'A'],
    ['b', 'CNAME'],
    ['c', 'AAAA'],
    ['d', 'MX'],
  ),
  ...createdTwice('A chain turns as its types swap', 'a to b again', ['a', 'CNAME'], ['b', 'A']),
  ...createdTwice('TXT by length', 'empty again', ['t', 'TXT']),
  ...createdTwice('Apex', 'only the address is left', ['', 'A']),
  ...createdTwice('Reverse zone of IPv4', 'a classless delegation by CNAME (RFC 2317)', ['2', 'PTR']),
];

const subjectAt = (endpoint: string, stop: () => Promise<void>, refusals: readonly Refusal[]): Subject => {
  Object.assign(process.env, motoCredentials);
  const client = new Route53Client({ endpoint, region: 'us-east-1' });
  return {
    factory: route53(),
    config: {
      provider: 'route53',
      endpoint,
      verify: 'api',
      requests_per_second: 1_000,
      burst: 1_000,
      sync_wait: '10s',
    },
    dns: readerOf(client),
    refusals,
    makeZone: async (zone) => {
      if (madeBefore.includes(zone)) await makeZone(client, zone);
    },
    stop: async () => {
      client.destroy();
      await stop();
    },
  };
};

/** The same, where a wildcard that goes waits for the one that was to come. */
const motoExceptions: readonly Exception[] = [
  { group: 'Wildcards', step: 'several types', says: 'but it already exists' },
];

/** Zones that are not made by the pass: a step has an NS that AWS does not give, and moto gives a SOA that is none. */
const madeBefore: readonly string[] = ['apex-ns.example.', 'soa.example.'];

const makeZone = async (client: Route53Client, zone: string): Promise<void> => {
  const { HostedZone } = await client.send(new CreateHostedZoneCommand({ Name: zone, CallerReference: zone }));
  const upsert = (Type: 'NS' | 'SOA', TTL: number, Value: string) => ({
    Action: 'UPSERT' as const,
    ResourceRecordSet: { Name: zone, Type, TTL, ResourceRecords: [{ Value }] },
  });
  const Changes = [
    upsert('NS', 3_600, 'ns1.example.net.'),
    upsert('SOA', 900, 'ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 86400'),
  ];
  await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id, ChangeBatch: { Changes } }));
};

/** All that a zone has, by the SDK alone. */
const readerOf =
  (client: Route53Client): ZoneReader =>
  async (zone) => {
    const { HostedZones = [] } = await client.send(new ListHostedZonesByNameCommand({ DNSName: zone }));
    const id = HostedZones.find(({ Name }) => decimal(Name).replaceAll('\\', '') === zone)?.Id;
    const records: DigRecord[] = [];
    for (let from = {}; ; ) {
      const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: id, ...from }));
      for (const { Name, ResourceRecords = [], TTL = -1, Type = 'A' } of page.ResourceRecordSets ?? []) {
        const owned = { name: decimal(Name), ttl: TTL, type: Type };
        records.push(...ResourceRecords.map(({ Value }) => ({ ...owned, rdata: decimal(Value) })));
      }
      if (page.IsTruncated !== true) return records;
      from = { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType };
    }
  };

/** AWS writes octets in octal; a master file has decimals, and a backslash before what can be printed. */
const decimal = (text = ''): string =>
  text.replace(/\\(?:([0-7]{3})|.)/g, (whole, octal?: string) => {
    if (octal === undefined) return whole;
    const octet = Number.parseInt(octal, 8);
    const isPlain = octet > 0x20 && octet < 0x7f && !/[0-9]/.test(String.fromCharCode(octet));
    return `\\${isPlain ? String.fromCharCode(octet) : String(octet).padStart(3, '0')}`;
  });
