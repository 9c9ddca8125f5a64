import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/provider.ts';
import type { Bend } from '../../servers/route53-fake/index.ts';
import { errorOf } from '../powerdns/harness.ts';
import { change, type FakeScene, openAt, openFake, planned, write, zone } from './fake.ts';
import { create, type Outsider, outsiderAt, plain, upsert } from './outside.ts';

const www = 'www.example.com.';
const one = planned(60, ['192.0.2.1']);
const two = planned(60, ['192.0.2.2']);

let scene: FakeScene;
let outsider: Outsider;

beforeEach(async () => {
  const rate = { perSecond: 1_000, burst: 1_000 };
  scene = await openFake(
    { rate, operations: {}, pending: 50, inSyncWhenAsked: true, processing: 20 },
    { requests_per_second: 1_000, burst: 1_000 },
  );
  outsider = outsiderAt(scene.fake.url);
  await write(scene.provider, change(www, 'A', null, one));
});
afterEach(() => scene.close());

const apply = (...changes: readonly Change[]) => scene.provider.apply({ zone, changes, expect: null });

const held = async (): Promise<readonly string[]> =>
  (await outsider.sets('example.com.'))
    .filter(({ Type }) => Type !== 'NS' && Type !== 'SOA')
    .map(({ Name, ResourceRecords = [], TTL, Type }) =>
      [Name, TTL, Type, ...ResourceRecords.map(({ Value }) => Value)].join(' '),
    );

/** Does something, once, just before the first batch is looked at. */
const justBefore = (what: () => void): void => {
  let done = false;
  scene.fake.bend((operation, when) => {
    if (operation === 'ChangeResourceRecordSets' && when === 'before' && !done) {
      done = true;
      what();
    }
    return undefined;
  });
};

/** Somebody else's write, past the API: it is there at once. */
const theirs = (ttl: number, values: readonly string[]): void => {
  for (const hosted of scene.fake.account.zones.values()) {
    for (const [key, set] of hosted.sets) if (set.name === www) hosted.sets.set(key, { ...set, ttl, values });
  }
};

const answers = (times: number, answer: ReturnType<Bend>, at: 'before' | 'after' = 'before'): (() => number) => {
  let count = 0;
  scene.fake.bend((operation, when) => {
    if (operation !== 'ChangeResourceRecordSets' || when !== at || count >= times) return undefined;
    count += 1;
    return answer;
  });
  return () => count;
};

describe('what somebody else has changed in between', () => {
  it.each([
    ['another value', 60, ['192.0.2.9']],
    ['one more value', 60, ['192.0.2.1', '192.0.2.9']],
    ['another TTL alone', 61, ['192.0.2.1']],
  ] as const)('is not overwritten, and named: %s', async (_, ttl, values) => {
    justBefore(() => theirs(ttl, values));
    const error = await errorOf(
      apply(change(www, 'A', one, two), change('new.example.com.', 'A', null, planned(60, ['192.0.2.3']))),
    );
    expect(error).toMatchObject({ code: 'STALE_PLAN' });
    expect(error.message).toContain('somebody else has changed www.example.com. A of example.com.');
    expect(await held()).toEqual([`${www} ${ttl} A ${values.join(' ')}`]);
  });

  it('is not deleted, nor made twice', async () => {
    justBefore(() => theirs(60, ['192.0.2.9']));
    expect(await errorOf(apply(change(www, 'A', one, null)))).toMatchObject({ code: 'STALE_PLAN' });
    await outsider.change('example.com.', create(plain('new.example.com.', 'A', 60, '192.0.2.8')));
    const made = await errorOf(apply(change('new.example.com.', 'A', null, one)));
    expect(made.message).toContain('somebody else has changed new.example.com. A');
    expect(await held()).toEqual(['new.example.com. 60 A 192.0.2.8', `${www} 60 A 192.0.2.9`]);
  });

  it('is not overwritten where it became an alias', async () => {
    const alias = { HostedZoneId: 'Z2', DNSName: 'lb.example.net.', EvaluateTargetHealth: false };
    await outsider.change('example.com.', upsert({ Name: 'new.example.com.', Type: 'A', AliasTarget: alias }));
    const error = await errorOf(apply(change('new.example.com.', 'A', null, one)));
    expect(error.message).toContain('somebody else has changed new.example.com. A');
  });

  it('of the apex NS, which takes no DELETE, is seen just before', async () => {
    const read = await scene.read();
    const ns = read.rrsets.find(({ type }) => type === 'NS');
    if (ns === undefined) throw new Error('there is no NS');
    const before = { ttl: ns.ttl, values: ns.values, health_check: null };
    const after = planned(300, ['ns1.example.net.', 'ns2.example.net.']);
    expect(await apply(change('example.com.', 'NS', before, after))).toMatchObject({ status: 'applied' });
    const error = await errorOf(apply(change('example.com.', 'NS', before, planned(60, ['ns3.example.net.']))));
    expect(error.message).toContain('somebody else has changed example.com. NS');
  });

  it.each(['PriorRequestNotComplete', 'Throttling'])(
    'of the apex NS is seen also where %s put ours off',
    async (code) => {
      const ns = (await scene.read()).rrsets.find(({ type }) => type === 'NS');
      if (ns === undefined) throw new Error('there is no NS');
      const before = { ttl: ns.ttl, values: ns.values, health_check: null };
      scene.fake.bend((operation, when) => {
        if (operation !== 'ChangeResourceRecordSets' || when !== 'before') return undefined;
        scene.fake.bend(null);
        for (const { sets } of scene.fake.account.zones.values()) {
          for (const [key, set] of sets) if (set.type === 'NS') sets.set(key, { ...set, values: ['ns9.example.net.'] });
        }
        return { status: 400, code, message: 'wait', limit: null };
      });
      const error = await errorOf(apply(change('example.com.', 'NS', before, planned(60, ['ns1.example.net.']))));
      expect(error).toMatchObject({ code: 'STALE_PLAN' });
      const theirs = (await outsider.sets('example.com.')).find(({ Type }) => Type === 'NS');
      expect(theirs?.ResourceRecords).toEqual([{ Value: 'ns9.example.net.' }]);
    },
  );
});

describe('a write', () => {
  it('replaces what somebody spelt otherwise', async () => {
    await outsider.change('example.com.', create(plain('t.example.com.', 'TXT', 60, '"one" "two"', '"\\101"')));
    const { rrsets } = await scene.read();
    const values = rrsets.find(({ type }) => type === 'TXT')?.values.map(({ rdata }) => rdata) ?? [];
    expect(values).toEqual(['"A"', '"onetwo"']);
    await write(scene.provider, change('t.example.com.', 'TXT', planned(60, values), planned(60, ['"three"'])));
    expect(await held()).toContain('t.example.com. 60 TXT "three"');
  });

  it('leaves what stands beside it, of a kind of its own', async () => {
    const alias = { HostedZoneId: 'Z2', DNSName: 'lb.example.net.', EvaluateTargetHealth: false };
    await outsider.change('example.com.', create({ Name: www, Type: 'AAAA', AliasTarget: alias }));
    await write(scene.provider, change(www, 'A', one, two), change(www, 'TXT', null, planned(60, ['"x"'])));
    const sets = await outsider.sets('example.com.');
    expect(sets.find(({ Type }) => Type === 'AAAA')?.AliasTarget).toEqual(alias);
    expect(scene.fake.broken).toEqual([]);
  });

  it('is refused whole, and says which change AWS does not take', async () => {
    const bad = change('bad.example.com.', 'CNAME', null, planned(60, ['x.example.net.']));
    const beside = change('bad.example.com.', 'A', null, one);
    const result = await apply(change('new.example.com.', 'A', null, one), beside, bad);
    expect(result).toMatchObject({
      status: 'refused',
      refused: [{ name: 'bad.example.com.', message: expect.stringContaining('bad.example.com.') }],
    });
    expect(await held()).toEqual([`${www} 60 A 192.0.2.1`]);
  });

  it('too large for one batch is refused with the numbers, and nothing is sent', async () => {
    const long = planned(
      60,
      Array.from({ length: 90 }, (_, i) => `"${String(i).padStart(200, 'x')}"`),
    );
    await write(scene.provider, change('t.example.com.', 'TXT', null, long));
    scene.fake.clear();
    const other = planned(
      61,
      long.values.map(({ rdata }) => rdata),
    );
    expect(await apply(change('t.example.com.', 'TXT', long, other))).toEqual({
      status: 'refused',
      refused: [
        {
          name: 't.example.com.',
          type: 'TXT',
          message: expect.stringMatching(/takes 180 records and 36360 characters.*takes 1000 and 32000 in one batch/),
        },
      ],
    });
    expect(scene.fake.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets')).toEqual([]);
  });

  it('is sent again while AWS throttles it, or is busy with the one before', async () => {
    const throttled = answers(2, { status: 400, code: 'Throttling', message: 'Rate exceeded', limit: null });
    expect(await apply(change(www, 'A', one, two))).toMatchObject({ status: 'applied' });
    expect(throttled()).toBe(2);
    const busy = answers(2, { status: 400, code: 'PriorRequestNotComplete', message: 'wait', limit: null });
    expect(await apply(change(www, 'A', two, one))).toMatchObject({ status: 'applied' });
    expect(busy()).toBe(2);
    expect(await held()).toEqual([`${www} 60 A 192.0.2.1`]);
  });

  it('that got no answer is not known to be applied, and is not sent again', async () => {
    const cut = answers(1, 'cut', 'after');
    const error = await errorOf(apply(change(www, 'A', one, two)));
    expect(error).toMatchObject({ code: 'WRITE_UNKNOWN' });
    expect(cut()).toBe(1);
    expect(await held()).toEqual([`${www} 60 A 192.0.2.2`]);
  });

  it('that got no answer is given its time to arrive, as no answer says when it has', async () => {
    const patient = await openAt(scene.fake, { requests_per_second: 1_000, burst: 1_000, sync_wait: '700ms' });
    await patient.read(zone);
    answers(1, 'cut', 'after');
    const changes = [change(www, 'A', one, two)];
    const since = Date.now();
    await errorOf(patient.apply({ zone, changes, expect: null }));
    await patient.finish?.(zone, changes);
    expect(Date.now() - since).toBeGreaterThan(690);
  });

  it('goes out after the one before it, also where both were asked for at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) => apply(change(`n${i}.example.com.`, 'A', null, one))),
    );
    expect(results.every(({ status }) => status === 'applied')).toBe(true);
    expect(await held()).toHaveLength(7);
  });

  it('to a zone that is gone says so', async () => {
    scene.fake.account.zones.clear();
    expect(await errorOf(apply(change(www, 'A', one, two)))).toMatchObject({ code: 'ZONE_MISSING' });
  });

  it('is waited for until it is INSYNC, and for no longer than sync_wait', async () => {
    const busy = await openFake({ pending: 60_000 }, { requests_per_second: 1_000, burst: 1_000, sync_wait: '1ms' });
    await busy.read();
    await busy.provider.apply({ zone, changes: [change(www, 'A', null, one)], expect: null });
    const error = await errorOf(busy.provider.finish?.(zone, []) ?? Promise.resolve());
    await busy.close();
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(error.message).toContain('PENDING');
  });
});
