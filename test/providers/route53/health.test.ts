import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOf, contentOf } from '../../../providers/route53/convert.ts';
import type { HealthCheck, Provider } from '../../../src/provider.ts';
import type { Route53Fake } from '../../servers/route53-fake/index.ts';
import { change, creation, type FakeScene, openAt, openFake, planned, readAll, write, zone } from './fake.ts';

// Checked RRsets at a fake that refuses a check's removal while a record set uses it, and before that is INSYNC.

const check: HealthCheck = {
  port: 25,
  urls: null,
  interval: 30_000,
  timeout: null,
  string_match: null,
  when_all_down: 'open',
};
const mail = 'mail.example.com.';
const three = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
const ofThree = planned(60, three, check);

let scene: FakeScene;
let fake: Route53Fake;
let provider: Provider;

beforeEach(async () => {
  scene = await openFake({ pending: 300, processing: 20 });
  ({ fake, provider } = scene);
});

afterEach(async () => {
  fake.bend(null);
  await scene.close();
});

const checkedAddresses = (): readonly string[] =>
  [...fake.account.checks.values()].map(({ config }) => String(config.IPAddress)).toSorted();

const found = async (type = 'A') =>
  (await scene.read()).rrsets.find((rrset) => rrset.name === mail && rrset.type === type);

/** The record sets of a name, as `address check`. */
const setsAt = (name: string): readonly string[] => {
  const sets = [...fake.account.zones.values()].flatMap((hosted) => [...hosted.sets.values()]);
  return sets
    .filter((set) => set.name === name)
    .map(({ healthCheck, identifier, values }) => {
      const target = fake.account.checks.get(healthCheck ?? '')?.config.IPAddress;
      return `${identifier ?? 'simple'} ${values.join('+')} checks ${target ?? 'nothing'}`;
    })
    .toSorted();
};

/** What a killed process leaves: the provider is another, which knows nothing. */
const another = async (config: Readonly<Record<string, unknown>> = {}): Promise<void> => {
  await provider.close?.();
  provider = await openAt(fake, config);
  scene = { ...scene, provider, read: () => readAll(provider) };
};

describe('a checked RRset', () => {
  it('is a multivalue answer and a check for each address, and reads back as it was written', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    expect(setsAt(mail)).toEqual(three.map((address) => `${address} ${address} checks ${address}`));
    const [one] = fake.account.checks.values();
    expect(one?.config).toMatchObject({ Type: 'TCP', Port: 25, RequestInterval: 30, FailureThreshold: 3 });
    const tags = fake.account.tags.get(`healthcheck/${one?.id}`);
    expect([...(tags ?? [])].filter(([key]) => key !== 'hostmaster:content')).toEqual([
      ['Name', 'mail.example.com. 192.0.2.1'],
      ['hostmaster:zone', 'example.com.'],
      ['hostmaster:name', mail],
      ['hostmaster:address', '192.0.2.1'],
    ]);
    expect(tags?.get('hostmaster:content')).toMatch(/^[0-9a-f]{16}$/);
    const values = three.map((rdata) => ({ rdata, origins: [] }));
    expect(await found()).toEqual({ name: mail, type: 'A', ttl: 60, values, healthCheck: check });
    expect(fake.broken).toEqual([]);
  });

  it('keeps the checks of the addresses that stay, and gives up the others once their removal is INSYNC', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    const kept = [...fake.account.checks.values()].filter(({ config }) => config.IPAddress !== '192.0.2.3');
    const after = planned(60, ['192.0.2.1', '192.0.2.2', '192.0.2.4'], check);
    await scene.read();
    await write(provider, change(mail, 'A', ofThree, after));
    expect(checkedAddresses()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.4']);
    for (const { id } of kept) expect(fake.account.checks.has(id)).toBe(true);
    expect(fake.broken).toEqual([]);
  });

  it('becomes plain, and checked again, in one batch', async () => {
    const plain = planned(300, three);
    await write(provider, change(mail, 'A', null, plain));
    await write(provider, change(mail, 'A', plain, ofThree));
    expect(setsAt(mail)).toHaveLength(3);
    await scene.read();
    await write(provider, change(mail, 'A', ofThree, plain));
    expect(setsAt(mail)).toEqual(['simple 192.0.2.1+192.0.2.2+192.0.2.3 checks nothing']);
    expect(checkedAddresses()).toEqual([]);
    expect(fake.broken).toEqual([]);
  });

  it('is taken back as it was', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    await write(provider, change(mail, 'A', ofThree, null));
    expect([setsAt(mail), checkedAddresses()]).toEqual([[], []]);
    expect(fake.broken).toEqual([]);
  });

  it('of many addresses keeps to the rates of making and removing checks', { timeout: 120_000 }, async () => {
    const many = planned(60, Array.from({ length: 45 }, (_, i) => `192.0.2.${i + 1}`).toSorted(), check);
    await write(provider, change(mail, 'A', null, many));
    expect(checkedAddresses()).toHaveLength(45);
    await scene.read();
    await write(provider, change(mail, 'A', many, null));
    expect(checkedAddresses()).toEqual([]);
    expect(fake.broken).toEqual([]);
  });

  it('has a URL for each address, and IPv6 beside it', async () => {
    const urls = { '2001:db8::1': 'https://[2001:db8::1]/up', '2001:db8::2': 'https://www.example.com:8443/up' };
    const byUrl: HealthCheck = { ...check, port: null, urls, interval: 10_000, string_match: 'OK & "well" <ü>' };
    const aaaa = planned(60, Object.keys(urls), byUrl);
    await write(provider, change(mail, 'A', null, ofThree), change(mail, 'AAAA', null, aaaa));
    expect((await found('AAAA'))?.healthCheck).toEqual(byUrl);
    expect((await found('A'))?.healthCheck).toEqual(check);
  });

  it('is refused where AWS does not take a check of it, and nothing is left', async () => {
    fake.bend((operation, when) =>
      operation === 'CreateHealthCheck' && when === 'before' && fake.account.checks.size === 2
        ? { status: 400, code: 'InvalidInput', message: 'no such address', limit: null }
        : undefined,
    );
    const result = await provider.apply({ zone, changes: [change(mail, 'A', null, ofThree)], expect: null });
    expect(result).toMatchObject({ status: 'refused', refused: [{ name: mail, type: 'A' }] });
    expect(JSON.stringify(result)).toContain('no such address');
    expect(checkedAddresses()).toEqual([]);
  });

  it('is replaced where somebody changed one of its checks or sets', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    const [first] = fake.account.checks.values();
    if (first === undefined) throw new Error('there is no check');
    fake.account.checks.set(first.id, { ...first, config: { ...first.config, Port: 26 } });
    await another();
    const before = await found();
    expect(before?.healthCheck).toMatchObject({ port: null, urls: null });
    await write(provider, change(mail, 'A', planned(60, three, before?.healthCheck ?? null), ofThree));
    expect((await found())?.healthCheck).toEqual(check);
    expect(checkedAddresses()).toEqual(three);
    expect(fake.broken).toEqual([]);
  });

  it('is never overwritten where somebody else changed it since the plan', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    await scene.read();
    const hosted = [...fake.account.zones.values()][0];
    const [key, set] = [...(hosted?.sets ?? [])].find(([, each]) => each.identifier === '192.0.2.1') ?? [];
    if (hosted === undefined || key === undefined || set === undefined) throw new Error('there is no set');
    hosted.sets.set(key, { ...set, ttl: 61 });
    const replace = change(mail, 'A', ofThree, planned(60, ['192.0.2.9'], check));
    await expect(provider.apply({ zone, changes: [replace], expect: null })).rejects.toThrow(/mail\.example\.com\. A/);
    expect(setsAt(mail)).toHaveLength(3);
  });
});

describe('what is not ours', () => {
  const foreign = {
    Type: 'TCP',
    IPAddress: '192.0.2.1',
    Port: '25',
    RequestInterval: 30,
    FailureThreshold: 3,
  } as const;

  it('stays: a check without our mark, and multivalue answers that use it', async () => {
    const theirs = {
      id: '00000000-0000-4000-8000-00000000000f',
      callerReference: 'terraform',
      config: foreign,
      releasedAt: 0,
    };
    fake.account.checks.set(theirs.id, theirs);
    const set = {
      Name: mail,
      Type: 'A' as const,
      SetIdentifier: '192.0.2.1',
      MultiValueAnswer: true,
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.1' }],
      HealthCheckId: theirs.id,
    };
    const hosted = [...fake.account.zones.values()][0];
    const kept = {
      identifier: '192.0.2.1',
      ttl: 60,
      values: ['192.0.2.1'],
      multivalue: true,
      alias: null,
      routing: {},
    };
    hosted?.sets.set(`${mail} A 192.0.2.1`, { name: mail, type: 'A', healthCheck: theirs.id, ...kept });
    await another();
    const { rrsets, unreadable } = await scene.read();
    expect(rrsets.some(({ name }) => name === mail)).toBe(false);
    expect(unreadable).toMatchObject([{ name: mail, type: 'A', why: expect.stringContaining('multivalue') }]);
    await provider.finish?.(zone, []);
    expect(fake.account.checks.has(theirs.id)).toBe(true);
    expect(contentOf([set]).rrsets).toEqual([]);
    expect(batchOf(zone.name, [], new Map())).toEqual([]);
  });

  it('of another zone of ours stays as well', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    const other = { name: 'example.net.', view: null };
    await provider.createZone(other, creation);
    await provider.finish?.(other, []);
    await another();
    await provider.read(other);
    await provider.finish?.(other, []);
    expect(checkedAddresses()).toEqual(three);
  });
});

describe('a process that is killed', () => {
  const dieAt = (operation: string, when: 'before' | 'after', count = 1): void => {
    let left = count;
    fake.bend((asked, at) => {
      if (asked !== operation || at !== when) return undefined;
      left -= 1;
      return left <= 0 ? 'cut' : undefined;
    });
  };

  /** The write comes to a point, and the process with it; then everything is as before, and nothing answers it. */
  const interrupted = async (operation: string, when: 'before' | 'after', count = 1): Promise<void> => {
    dieAt(operation, when, count);
    const stop = new AbortController();
    const job = provider.apply({ zone, changes: [change(mail, 'A', null, ofThree)], expect: null }, stop.signal);
    const ended = job.then(
      () => 'applied',
      () => 'failed',
    );
    setTimeout(() => stop.abort(), 400);
    expect(await ended).toBe('failed');
    fake.bend(null);
    await another();
  };

  it.each([
    ['CreateHealthCheck', 'before', 2],
    ['CreateHealthCheck', 'after', 2],
    ['ChangeTagsForResource', 'before', 2],
    ['ChangeTagsForResource', 'after', 3],
    ['ChangeResourceRecordSets', 'before', 1],
  ] as const)('at %s (%s it, the %i.) leaves checks that the next write takes up', async (operation, when, count) => {
    await interrupted(operation, when, count);
    const made = [...fake.account.checks.keys()];
    await scene.read();
    await write(provider, change(mail, 'A', null, ofThree));
    expect(checkedAddresses()).toEqual(three);
    for (const id of made) expect(fake.account.checks.has(id)).toBe(true);
    for (const id of fake.account.checks.keys()) {
      expect(fake.account.tags.get(`healthcheck/${id}`)?.get('hostmaster:zone')).toBe('example.com.');
    }
    expect(fake.broken).toEqual([]);
  });

  it('leaves none for good where nobody wants them any more', async () => {
    await interrupted('ChangeResourceRecordSets', 'before');
    expect(checkedAddresses()).toEqual(three);
    await scene.read();
    const since = Date.now();
    await provider.finish?.(zone, []);
    expect(Date.now() - since).toBeGreaterThan(90);
    expect(checkedAddresses()).toEqual([]);
    expect(fake.broken).toEqual([]);
  });

  it('after the record sets of others went leaves no check either', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    await scene.read();
    await provider.apply({ zone, changes: [change(mail, 'A', ofThree, null)], expect: null });
    await another({ health_check_grace: '1s' });
    await scene.read();
    await provider.finish?.(zone, []);
    expect(checkedAddresses()).toEqual([]);
    expect(fake.broken).toEqual([]);
  });
});

describe('a zone', () => {
  it('is deleted with its checks', async () => {
    await write(provider, change(mail, 'A', null, ofThree));
    await provider.deleteZone(zone);
    expect([...fake.account.zones.keys(), ...checkedAddresses()]).toEqual([]);
    expect(fake.broken).toEqual([]);
  });

  it('without checks costs one request more, and none where that is not allowed', async () => {
    fake.bend((operation, when) =>
      operation === 'ListHealthChecks' && when === 'before'
        ? { status: 403, code: 'AccessDenied', message: 'not allowed', limit: null }
        : undefined,
    );
    const plain = planned(60, three);
    await write(provider, change('www.example.com.', 'A', null, plain));
    await provider.finish?.(zone, []);
    expect((await scene.read()).rrsets.some(({ name }) => name === 'www.example.com.')).toBe(true);
  });
});
