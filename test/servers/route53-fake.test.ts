import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  DeleteHealthCheckCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  ListHealthChecksCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourcesCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Route53Fake, type Route53FakeOptions, startRoute53Fake } from './route53-fake/index.ts';

// What AWS limits, asked for by AWS's own client without its retries.

let fake: Route53Fake;
let client: Route53Client;

const start = async (options: Route53FakeOptions = {}): Promise<void> => {
  fake = await startRoute53Fake({ processing: 0, pending: 100, ...options });
  client = clientOf(fake);
};

const clientOf = ({ url }: Route53Fake): Route53Client =>
  new Route53Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });

beforeEach(() => start());

afterEach(async () => {
  client.destroy();
  await fake.stop();
});

const again = async (options: Route53FakeOptions): Promise<void> => {
  client.destroy();
  await fake.stop();
  await start(options);
};

let references = 0;

const makeZone = async (name = 'example.com'): Promise<string> => {
  references += 1;
  const made = await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: `zone ${references}` }));
  return (made.HostedZone?.Id ?? '').replace('/hostedzone/', '');
};

const a = (name: string, values: readonly string[] = ['192.0.2.1'], more: Partial<ResourceRecordSet> = {}) => ({
  Name: name,
  Type: 'A' as const,
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
  ...more,
});

const make = (set: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet: set });
const drop = (set: ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet: set });

const change = (zone: string, ...changes: readonly Change[]) =>
  client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes: [...changes] } }));

/** The name and words of the error that comes of it. */
const errorOf = async (job: Promise<unknown>): Promise<string> => {
  try {
    await job;
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'no error';
};

const limits = (): readonly string[] => fake.broken.map(({ limit }) => limit);

describe('hosted zones', () => {
  it('are made, listed by page and by name, and deleted when they are empty', async () => {
    await again({ page: 2 });
    for (const name of ['b.example', 'a.example', 'www.a.example']) await makeZone(name);
    const first = await client.send(new ListHostedZonesCommand({}));
    expect(first.HostedZones).toHaveLength(2);
    const second = await client.send(new ListHostedZonesCommand({ Marker: first.NextMarker }));
    expect(second.HostedZones?.map(({ Name }) => Name)).toEqual(['www.a.example.']);
    expect(second.IsTruncated).toBe(false);
    const named = await client.send(new ListHostedZonesByNameCommand({ DNSName: 'a.example' }));
    expect(named.HostedZones?.map(({ Name }) => Name)).toEqual(['a.example.', 'www.a.example.']);
    const id = named.HostedZones?.[0]?.Id ?? '';
    await change(id, make(a('www.a.example')));
    expect(await errorOf(client.send(new DeleteHostedZoneCommand({ Id: id })))).toContain('HostedZoneNotEmpty');
    await change(id, drop(a('www.a.example')));
    await client.send(new DeleteHostedZoneCommand({ Id: id }));
    expect(await errorOf(client.send(new DeleteHostedZoneCommand({ Id: id })))).toContain('NoSuchHostedZone');
    expect(fake.broken).toEqual([]);
  });

  it('are PENDING and then INSYNC', async () => {
    await again({ pending: 600_000 });
    const zone = await makeZone();
    const { ChangeInfo } = await change(zone, make(a('www.example.com')));
    const status = async () =>
      (await client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status ?? 'none';
    expect([ChangeInfo?.Status, await status()]).toEqual(['PENDING', 'PENDING']);
    fake.settle();
    expect(await status()).toBe('INSYNC');
  });

  it('are INSYNC as soon as somebody asks, where that is said', async () => {
    await again({ pending: 600_000, inSyncWhenAsked: true });
    const zone = await makeZone();
    const { ChangeInfo } = await change(zone, make(a('www.example.com')));
    const asked = await client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }));
    expect([ChangeInfo?.Status, asked.ChangeInfo?.Status]).toEqual(['PENDING', 'INSYNC']);
  });
});

describe('a change batch', () => {
  it('has 1,000 records at most, and an UPSERT counts twice', async () => {
    const zone = await makeZone();
    const many = (count: number) => Array.from({ length: count }, (_, i) => a(`w${i}.example.com`));
    expect(await errorOf(change(zone, ...many(1_001).map(make)))).toContain('InvalidChangeBatch: [Number of records');
    const upserts = many(501).map((set): Change => ({ Action: 'UPSERT', ResourceRecordSet: set }));
    expect(await errorOf(change(zone, ...upserts))).toContain('Number of records limit of 1000 exceeded: 1002');
    expect(limits()).toEqual(['records of a batch', 'records of a batch']);
    await change(zone, ...many(1_000).map(make));
  });

  it('has 32,000 characters at most', async () => {
    const zone = await makeZone();
    const text = (name: string): ResourceRecordSet => ({
      ...a(
        name,
        Array.from({ length: 4 }, (_, i) => `"${i}${'x'.repeat(237)}"`),
      ),
      Type: 'TXT',
    });
    const texts = Array.from({ length: 34 }, (_, i) => text(`t${i}.example.com`));
    expect(await errorOf(change(zone, ...texts.map(make)))).toContain('Number of characters limit of 32000');
    expect(limits()).toEqual(['characters of a batch']);
    await change(zone, ...texts.slice(0, 33).map(make));
  });

  it('is made whole or not at all', async () => {
    const zone = await makeZone();
    const refused = await errorOf(change(zone, make(a('new.example.com')), drop(a('missing.example.com'))));
    expect(refused).toContain('but it was not found');
    const sets = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }));
    expect(sets.ResourceRecordSets?.map(({ Type }) => Type)).toEqual(['NS', 'SOA']);
  });

  it('deletes only what is exactly there, and creates only what is not', async () => {
    const zone = await makeZone();
    const www = a('www.example.com', ['192.0.2.1', '192.0.2.2']);
    await change(zone, make(www));
    expect(await errorOf(change(zone, make(www)))).toContain('but it already exists');
    for (const other of [{ ...www, TTL: 61 }, a('www.example.com'), a('www.example.com', ['192.0.2.1', '192.0.2.3'])]) {
      expect(await errorOf(change(zone, drop(other)))).toContain('do not match the current values');
    }
    await change(zone, drop(a('WWW.example.com.', ['192.0.2.2', '192.0.2.1'])), make(a('www.example.com')));
    const twice = errorOf(change(zone, drop(a('www.example.com')), drop(a('www.example.com'))));
    expect(await twice).toContain('invalid set of changes');
    expect(limits()).toEqual(['a set once in a batch']);
  });

  it('is refused while the one before is being processed', async () => {
    await again({ processing: 200 });
    const [zone, other] = [await makeZone(), await makeZone('example.net')];
    const tried = await Promise.allSettled([
      change(zone, make(a('one.example.com'))),
      change(zone, make(a('two.example.com'))),
      change(other, make(a('one.example.net'))),
    ]);
    expect(tried.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(fake.broken).toMatchObject([
      { code: 'PriorRequestNotComplete', limit: 'one change batch of a zone at a time' },
    ]);
    await change(zone, make(a('three.example.com')));
  });

  it.each([
    [
      'a CNAME beside another',
      [make(a('x.example.com')), make({ ...a('x.example.com', ['y.example.com']), Type: 'CNAME' })],
    ],
    ['CNAME at the apex', [make({ ...a('example.com', ['y.example.com']), Type: 'CNAME' })]],
    ['name of another zone', [make(a('www.example.net'))]],
    ['value twice', [make(a('x.example.com', ['192.0.2.1', '192.0.2.1']))]],
    ['value that is no address', [make(a('x.example.com', ['192.0.2']))]],
    [
      'simple set beside a multivalue one',
      [
        make(a('x.example.com')),
        make(a('x.example.com', ['192.0.2.2'], { MultiValueAnswer: true, SetIdentifier: '192.0.2.2' })),
      ],
    ],
    [
      'multivalue set of two values',
      [make(a('x.example.com', ['192.0.2.2', '192.0.2.3'], { MultiValueAnswer: true, SetIdentifier: 'x' }))],
    ],
    ['identifier without a policy', [make(a('x.example.com', ['192.0.2.2'], { SetIdentifier: 'x' }))]],
    ['check that is not there', [make(a('x.example.com', ['192.0.2.2'], { HealthCheckId: 'none' }))]],
  ])('takes no %s', async (_, changes) => {
    const zone = await makeZone();
    expect(await errorOf(change(zone, ...changes))).toMatch(/InvalidChangeBatch|InvalidInput|NoSuchHealthCheck/);
  });
});

describe('a list of record sets', () => {
  it('has 300 a page, turned names first, and octal escapes', async () => {
    const zone = await makeZone();
    const names = Array.from({ length: 340 }, (_, i) => `w${String(i).padStart(3, '0')}.example.com`);
    await change(zone, ...names.map((name) => make(a(name))));
    await change(zone, make(a('*.example.com')), make(a('a\\100b.example.com')), make(a('deep.w000.example.com')));
    const first = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 1_000 }));
    expect(first.ResourceRecordSets).toHaveLength(300);
    expect(first.ResourceRecordSets?.slice(0, 6).map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
      'example.com. NS',
      'example.com. SOA',
      '\\052.example.com. A',
      'a\\100b.example.com. A',
      'w000.example.com. A',
      'deep.w000.example.com. A',
    ]);
    const second = await client.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: zone,
        StartRecordName: first.NextRecordName,
        StartRecordType: first.NextRecordType,
      }),
    );
    expect(second.ResourceRecordSets).toHaveLength(45);
    expect(second.IsTruncated).toBe(false);
  });

  it('goes on within the sets of one name and type by their identifiers', async () => {
    const zone = await makeZone();
    const sets = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) =>
      a('www.example.com', [address], { MultiValueAnswer: true, SetIdentifier: address }),
    );
    await change(zone, ...sets.map(make));
    const first = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 4 }));
    expect(first.NextRecordIdentifier).toBe('192.0.2.3');
    const from = {
      StartRecordName: 'www.example.com',
      StartRecordType: 'A',
      StartRecordIdentifier: '192.0.2.3',
    } as const;
    const second = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone, ...from }));
    expect(second.ResourceRecordSets).toMatchObject([{ SetIdentifier: '192.0.2.3', MultiValueAnswer: true, TTL: 60 }]);
  });
});

describe('requests', () => {
  it('beyond the burst are throttled as HTTP 400, and remembered', async () => {
    await again({ rate: { burst: 5, perSecond: 2 } });
    const zone = await makeZone();
    const list = () => client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }));
    const tried = await Promise.allSettled(Array.from({ length: 12 }, list));
    const errors = tried.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(errors.length).toBeGreaterThan(5);
    expect(errors[0]).toMatchObject({
      name: 'Throttling',
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400 },
    });
    expect(limits()).toEqual(errors.map(() => 'rate of requests of the account'));
    await vi.waitFor(list, { timeout: 60_000 });
  });

  it('are throttled by the changes in them too', async () => {
    await again({ changes: { burst: 3, perSecond: 0 } });
    const zone = await makeZone();
    const [one, two, ...more] = ['a', 'b', 'c', 'd'].map((name) => make(a(`${name}.example.com`)));
    if (one === undefined || two === undefined) throw new Error('there are no changes');
    await change(zone, one, two);
    expect(await errorOf(change(zone, ...more))).toContain('Throttling');
    expect(limits()).toEqual(['rate of changes of the account']);
  });

  it('have a rate of their own where AWS has one', async () => {
    await again({ operations: { CreateHostedZone: { burst: 1, perSecond: 0 } } });
    await makeZone();
    expect(await errorOf(makeZone())).toContain('Throttling');
    expect(limits()).toEqual(['rate of CreateHostedZone']);
  });
});

describe('health checks', () => {
  const config = { Type: 'TCP', IPAddress: '192.0.2.1', Port: 25 } as const;
  const create = (reference: string, more: object = {}) =>
    client.send(
      new CreateHealthCheckCommand({ CallerReference: reference, HealthCheckConfig: { ...config, ...more } }),
    );
  const idOf = async (reference: string) => (await create(reference)).HealthCheck?.Id ?? '';
  const remove = (id: string) => client.send(new DeleteHealthCheckCommand({ HealthCheckId: id }));

  it('are made once for a caller reference, which is never free again', async () => {
    const id = await idOf('one');
    expect(await idOf('one')).toBe(id);
    expect(await errorOf(create('one', { Port: 26 }))).toContain('HealthCheckAlreadyExists');
    await remove(id);
    expect(await errorOf(create('one'))).toContain('HealthCheckAlreadyExists');
  });

  it('are listed by page, with tags', async () => {
    await again({ page: 2 });
    const ids = [await idOf('one'), await idOf('two'), await idOf('three')];
    const first = await client.send(new ListHealthChecksCommand({}));
    const second = await client.send(new ListHealthChecksCommand({ Marker: first.NextMarker }));
    const found = [...(first.HealthChecks ?? []), ...(second.HealthChecks ?? [])];
    expect(found.map(({ Id }) => Id)).toEqual(ids);
    expect(found[0]?.HealthCheckConfig).toMatchObject({ ...config, RequestInterval: 30, FailureThreshold: 3 });
    const [id = ''] = ids;
    await client.send(
      new ChangeTagsForResourceCommand({
        ResourceType: 'healthcheck',
        ResourceId: id,
        AddTags: [{ Key: 'zone', Value: 'example.com.' }],
      }),
    );
    const tags = await client.send(new ListTagsForResourcesCommand({ ResourceType: 'healthcheck', ResourceIds: [id] }));
    expect(tags.ResourceTagSets).toMatchObject([{ ResourceId: id, Tags: [{ Key: 'zone', Value: 'example.com.' }] }]);
  });

  it('stay while a record set uses them, and until its removal is INSYNC', async () => {
    await again({ pending: 600_000 });
    const zone = await makeZone();
    const id = await idOf('one');
    const more = { MultiValueAnswer: true, SetIdentifier: '192.0.2.1', HealthCheckId: id };
    const set = a('www.example.com', ['192.0.2.1'], more);
    await change(zone, make(set));
    expect(await errorOf(remove(id))).toContain('HealthCheckInUse');
    await change(zone, drop(set));
    expect(await errorOf(remove(id))).toContain('PENDING');
    expect(limits()).toEqual(['no check while it is used', 'no check before its removal is INSYNC']);
    fake.settle();
    await remove(id);
  });

  it.each([
    ['private address', { IPAddress: '10.0.0.1' }],
    ['TCP check with a path', { ResourcePath: '/' }],
    ['interval of 20 s', { RequestInterval: 20 }],
    ['string without a match', { Type: 'HTTP', SearchString: 'ok' }],
    ['match without a string', { Type: 'HTTP_STR_MATCH' }],
  ])('take no %s', async (_, more) => {
    expect(await errorOf(create('one', more))).toContain('InvalidInput');
  });

  it('are made once in two seconds after the first fifty', async () => {
    await again({ rate: { burst: 100, perSecond: 100 } });
    for (let i = 0; i < 50; i += 1) await create(`check ${i}`);
    expect(await errorOf(create('one more'))).toContain('Throttling');
    expect(limits()).toEqual(['rate of CreateHealthCheck']);
  });
});
