import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOf, contentOf } from '../../../providers/route53/convert.ts';
import type { HealthCheck } from '../../../src/provider.ts';
import { change, creation, planned, write, zone } from './fake.ts';
import { type CheckedScene, check, mail, ofThree, openChecked, three } from './health-scene.ts';

// Checked RRsets as they come, change and go.

let scene: CheckedScene;

beforeEach(async () => {
  scene = await openChecked();
});

afterEach(() => scene.close());

describe('a checked RRset', () => {
  it('is a multivalue answer and a check for each address, and reads back as it was written', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    expect(scene.setsAt(mail)).toEqual(three.map((address) => `${address} ${address} checks ${address}`));
    const [one] = scene.fake.account.checks.values();
    expect(one?.config).toMatchObject({ Type: 'TCP', Port: 25, RequestInterval: 30, FailureThreshold: 3 });
    const tags = scene.fake.account.tags.get(`healthcheck/${one?.id}`);
    expect([...(tags ?? [])].filter(([key]) => key !== 'hostmaster:content')).toEqual([
      ['Name', 'mail.example.com. 192.0.2.1'],
      ['hostmaster:zone', 'example.com.'],
      ['hostmaster:name', mail],
      ['hostmaster:address', '192.0.2.1'],
    ]);
    expect(tags?.get('hostmaster:content')).toMatch(/^[0-9a-f]{16}$/);
    const values = three.map((rdata) => ({ rdata, origins: [] }));
    expect(await scene.found()).toEqual({ name: mail, type: 'A', ttl: 60, values, healthCheck: check });
    expect(scene.fake.broken).toEqual([]);
  });

  it('keeps the checks of the addresses that stay, and gives up the others once their removal is INSYNC', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    const kept = [...scene.fake.account.checks.values()].filter(({ config }) => config.IPAddress !== '192.0.2.3');
    const after = planned(60, ['192.0.2.1', '192.0.2.2', '192.0.2.4'], check);
    await scene.read();
    await write(scene.provider, change(mail, 'A', ofThree, after));
    expect(scene.checkedAddresses()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.4']);
    for (const { id } of kept) expect(scene.fake.account.checks.has(id)).toBe(true);
    expect(scene.fake.broken).toEqual([]);
  });

  it('becomes plain, and checked again, in one batch', async () => {
    const plain = planned(300, three);
    await write(scene.provider, change(mail, 'A', null, plain));
    await write(scene.provider, change(mail, 'A', plain, ofThree));
    expect(scene.setsAt(mail)).toHaveLength(3);
    await scene.read();
    await write(scene.provider, change(mail, 'A', ofThree, plain));
    expect(scene.setsAt(mail)).toEqual(['simple 192.0.2.1+192.0.2.2+192.0.2.3 checks nothing']);
    expect(scene.checkedAddresses()).toEqual([]);
    expect(scene.fake.broken).toEqual([]);
  });

  it('is taken back as it was', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    await write(scene.provider, change(mail, 'A', ofThree, null));
    expect([scene.setsAt(mail), scene.checkedAddresses()]).toEqual([[], []]);
    expect(scene.fake.broken).toEqual([]);
  });

  it('has its checks deleted once, without the grace of those that somebody else left', async () => {
    await scene.another({ health_check_grace: '10m' });
    await write(scene.provider, change(mail, 'A', null, ofThree));
    scene.fake.clear();
    await write(scene.provider, change(mail, 'A', ofThree, null));
    expect(scene.checkedAddresses()).toEqual([]);
    expect(scene.fake.requests.filter(({ operation }) => operation === 'DeleteHealthCheck')).toHaveLength(3);
  });

  it('of many addresses keeps to the rates of making and removing checks', async () => {
    const many = planned(60, Array.from({ length: 45 }, (_, i) => `192.0.2.${i + 1}`).toSorted(), check);
    await write(scene.provider, change(mail, 'A', null, many));
    expect(scene.checkedAddresses()).toHaveLength(45);
    await scene.read();
    await write(scene.provider, change(mail, 'A', many, null));
    expect(scene.checkedAddresses()).toEqual([]);
    expect(scene.fake.broken).toEqual([]);
  });

  it('has a URL for each address, and IPv6 beside it', async () => {
    const urls = { '2001:db8::1': 'https://[2001:db8::1]/up', '2001:db8::2': 'https://www.example.com:8443/up' };
    const byUrl: HealthCheck = { ...check, port: null, urls, interval: 10_000, string_match: 'OK & "well" <ü>' };
    const aaaa = planned(60, Object.keys(urls), byUrl);
    await write(scene.provider, change(mail, 'A', null, ofThree), change(mail, 'AAAA', null, aaaa));
    expect((await scene.found('AAAA'))?.healthCheck).toEqual(byUrl);
    expect((await scene.found('A'))?.healthCheck).toEqual(check);
  });

  it('is refused where AWS does not take a check of it, and nothing is left', async () => {
    scene.fake.bend((operation, when) =>
      operation === 'CreateHealthCheck' && when === 'before' && scene.fake.account.checks.size === 2
        ? { status: 400, code: 'InvalidInput', message: 'no such address', limit: null }
        : undefined,
    );
    const result = await scene.provider.apply({ zone, changes: [change(mail, 'A', null, ofThree)], expect: null });
    expect(result).toMatchObject({ status: 'refused', refused: [{ name: mail, type: 'A' }] });
    expect(JSON.stringify(result)).toContain('no such address');
    expect(scene.checkedAddresses()).toEqual([]);
  });

  it('that goes keeps its checks until that is INSYNC, also where a write after it is refused', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    await scene.read();
    const two = planned(60, three.slice(0, 2), check);
    await scene.provider.apply({ zone, changes: [change(mail, 'A', ofThree, two)], expect: null });
    scene.fake.bend((operation, when) =>
      operation === 'CreateHealthCheck' && when === 'before'
        ? { status: 400, code: 'TooManyHealthChecks', message: 'no more', limit: null }
        : undefined,
    );
    const more = change('smtp.example.com.', 'A', null, ofThree);
    expect(await scene.provider.apply({ zone, changes: [more], expect: null })).toMatchObject({ status: 'refused' });
    expect(scene.fake.broken).toEqual([]);
    scene.fake.bend(null);
    await scene.provider.finish?.(zone, [change(mail, 'A', ofThree, two)]);
    expect(scene.checkedAddresses()).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('is replaced where somebody changed one of its checks or sets', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    const [first] = scene.fake.account.checks.values();
    if (first === undefined) throw new Error('there is no check');
    scene.fake.account.checks.set(first.id, { ...first, config: { ...first.config, Port: 26 } });
    await scene.another();
    const before = await scene.found();
    expect(before?.healthCheck).toMatchObject({ port: null, urls: null });
    await write(scene.provider, change(mail, 'A', planned(60, three, before?.healthCheck ?? null), ofThree));
    expect((await scene.found())?.healthCheck).toEqual(check);
    expect(scene.checkedAddresses()).toEqual(three);
    expect(scene.fake.broken).toEqual([]);
  });

  it('is never overwritten where somebody else changed it since the plan', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    await scene.read();
    const hosted = [...scene.fake.account.zones.values()][0];
    const [key, set] = [...(hosted?.sets ?? [])].find(([, each]) => each.identifier === '192.0.2.1') ?? [];
    if (hosted === undefined || key === undefined || set === undefined) throw new Error('there is no set');
    hosted.sets.set(key, { ...set, ttl: 61 });
    const replace = change(mail, 'A', ofThree, planned(60, ['192.0.2.9'], check));
    await expect(scene.provider.apply({ zone, changes: [replace], expect: null })).rejects.toThrow(
      /mail\.example\.com\. A/,
    );
    expect(scene.setsAt(mail)).toHaveLength(3);
  });
});

describe('the list of all checks', () => {
  const others = Array.from({ length: 8 }, (_, i) => ({ name: `z${i}.example.`, view: null }));
  const finishAll = () => Promise.all(others.map((each) => scene.provider.finish?.(each, [])));
  const lists = () => scene.fake.requests.filter(({ operation }) => operation === 'ListHealthChecks').length;

  it.each([
    ['is asked for once by zones that are finished at the same time', false],
    ['is not asked for again and again where the account may not see it', true],
  ])('%s', async (_, isDenied) => {
    for (const each of others) await scene.provider.createZone(each, creation);
    await scene.another();
    scene.fake.bend((operation) =>
      isDenied && operation === 'ListHealthChecks'
        ? { status: 403, code: 'AccessDenied', message: 'no', limit: null }
        : undefined,
    );
    await finishAll();
    await finishAll();
    expect(lists()).toBe(1);
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
    scene.fake.account.checks.set(theirs.id, theirs);
    const set = {
      Name: mail,
      Type: 'A' as const,
      SetIdentifier: '192.0.2.1',
      MultiValueAnswer: true,
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.1' }],
      HealthCheckId: theirs.id,
    };
    const hosted = [...scene.fake.account.zones.values()][0];
    const kept = {
      identifier: '192.0.2.1',
      ttl: 60,
      values: ['192.0.2.1'],
      multivalue: true,
      alias: null,
      routing: {},
    };
    hosted?.sets.set(`${mail} A 192.0.2.1`, { name: mail, type: 'A', healthCheck: theirs.id, ...kept });
    await scene.another();
    const { rrsets, unreadable } = await scene.read();
    expect(rrsets.some(({ name }) => name === mail)).toBe(false);
    expect(unreadable).toMatchObject([{ name: mail, type: 'A', why: expect.stringContaining('multivalue') }]);
    await scene.provider.finish?.(zone, []);
    expect(scene.fake.account.checks.has(theirs.id)).toBe(true);
    expect(contentOf([set]).rrsets).toEqual([]);
    expect(batchOf(zone.name, [], new Map())).toEqual([]);
  });

  it('of another zone of ours stays as well', async () => {
    await write(scene.provider, change(mail, 'A', null, ofThree));
    const other = { name: 'example.net.', view: null };
    await scene.provider.createZone(other, creation);
    await scene.provider.finish?.(other, []);
    await scene.another();
    await scene.provider.read(other);
    await scene.provider.finish?.(other, []);
    expect(scene.checkedAddresses()).toEqual(three);
  });
});
