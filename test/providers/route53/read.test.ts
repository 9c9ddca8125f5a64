import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import { type Moto, startMoto } from '../../servers/moto.ts';
import { type Route53Fake, startRoute53Fake } from '../../servers/route53-fake/index.ts';
import { errorOf } from '../powerdns/harness.ts';
import { change, creation, openAt, planned, readAll, write, zone } from './fake.ts';
import { create, type Outsider, outsiderAt, plain } from './outside.ts';

const fast = { requests_per_second: 1_000, burst: 1_000 };
const weighted = (name: string, i: number) => ({
  ...plain(name, 'A', 60, `10.0.${i >> 8}.${i & 255}`),
  SetIdentifier: `set-${String(i).padStart(3, '0')}`,
  Weight: 1,
});

describe('on the fake with its limits', () => {
  let fake: Route53Fake;
  let provider: Provider;
  let outsider: Outsider;

  beforeAll(async () => {
    fake = await startRoute53Fake({ rate: { perSecond: 1_000, burst: 1_000 }, pending: 0, processing: 0 });
    outsider = outsiderAt(fake.url);
    provider = await openAt(fake, fast);
    await provider.createZone(zone, creation);
  });
  afterAll(() => fake.stop());

  it('a zone is read whole, page by page, also where a page ends within the sets of one name', async () => {
    const names = Array.from({ length: 900 }, (_, i) => `${i < 250 ? 'a' : 'n'}${i}.example.com.`);
    await outsider.change('example.com.', ...names.map((name) => create(plain(name, 'A', 60, '192.0.2.1'))));
    const sets = Array.from({ length: 100 }, (_, i) => create(weighted('many.example.com.', i)));
    await outsider.change('example.com.', ...sets);
    fake.clear();
    const { rrsets, unreadable } = await readAll(provider);
    expect(
      rrsets
        .filter(({ type }) => type === 'A')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());
    expect(unreadable).toEqual([
      {
        name: 'many.example.com.',
        type: 'A',
        why: expect.stringMatching(/^100 record sets .* weighted 1 "set-000", .* and 96 more$/),
      },
    ]);
    expect(fake.requests.filter(({ operation }) => operation === 'ListResourceRecordSets')).toHaveLength(4);
  });

  it('some names of a large zone are read without the rest', async () => {
    const again = await openAt(fake, fast);
    fake.clear();
    const read = await again.read(zone, { names: ['n777.example.com.', 'none.example.com.', 'many.example.com.'] });
    if (read.status !== 'read') throw new Error(read.status);
    expect(read.rrsets.map(({ name }) => name)).toEqual(['n777.example.com.']);
    expect(read.unreadable.map(({ name }) => name)).toEqual(['many.example.com.']);
    expect(read.unreadable[0]?.why).toMatch(/^100 record sets/);
  });

  it('names come back from octal escapes', async () => {
    const changes = ['*.w.example.com.', 'a\\.b.example.com.', '\\000\\255.example.com.', '_s.example.com.'].map(
      (name) => change(name, 'TXT', null, planned(60, ['"x"'])),
    );
    await write(provider, ...changes);
    const { rrsets } = await readAll(provider);
    const texts = rrsets.filter(({ type }) => type === 'TXT').map(({ name }) => name);
    expect(texts.toSorted()).toEqual(changes.map(({ name }) => name).toSorted());
    const named = await (await openAt(fake, fast)).read(zone, { names: ['*.w.example.com.'] });
    expect(named.status === 'read' && named.rrsets.some(({ name }) => name === '*.w.example.com.')).toBe(true);
  });

  it('an answer that fails once is asked for again; one that never comes is an error, and no shorter zone', async () => {
    let failed = false;
    fake.bend((operation, when) => {
      if (operation !== 'ListResourceRecordSets' || when !== 'before' || failed) return undefined;
      failed = true;
      return { status: 500, code: 'InternalFailure', message: 'try again', limit: null };
    });
    expect((await readAll(provider)).rrsets.length).toBeGreaterThan(600);
    let pages = 0;
    fake.bend((operation, when) => {
      if (operation !== 'ListResourceRecordSets' || when !== 'after') return undefined;
      pages += 1;
      return pages > 1 ? 'cut' : undefined;
    });
    const error = await errorOf(provider.read(zone));
    fake.bend(null);
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(error.message).toContain('the connection was cut, 4 times');
  });

  it('says what is missing where there are no credentials, no permission, or nobody listens', async () => {
    const saved = { ...process.env };
    const opened = errorOf(
      (async () => {
        for (const key of Object.keys(process.env)) if (key.startsWith('AWS_')) delete process.env[key];
        Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' });
        const { route53 } = await import('../../../providers/route53/index.ts');
        return route53().open({ config: { endpoint: fake.url }, secrets: {}, folder: '.' });
      })(),
    );
    const error = await opened;
    Object.assign(process.env, saved);
    expect(error).toMatchObject({ code: 'TARGET_REFUSED' });
    expect(error.message).toContain('no AWS credentials were found');
    expect(error.message).toContain('AWS_PROFILE');
    fake.bend(() => ({ status: 403, code: 'AccessDenied', message: 'User: u is not authorized', limit: null }));
    const denied = await errorOf((await openAt(fake, fast)).listZones());
    fake.bend(null);
    expect(denied).toMatchObject({ code: 'TARGET_REFUSED' });
    expect(denied.message).toContain('its IAM policy must allow it');
    const signed = "'GET\n/\n\nhost:x\nx-amz-date:20261122T000000Z\nx-amz-security-token:SESSION-TOKEN\n'";
    const message = `It does not match.\n\nThe Canonical String for this request should have been\n${signed}`;
    fake.bend(() => ({ status: 403, code: 'SignatureDoesNotMatch', message, limit: null }));
    const unsigned = await errorOf((await openAt(fake, fast)).listZones());
    fake.bend(null);
    expect(unsigned.message).toContain(
      'It does not match.); see whether the credentials are those of the right account',
    );
    expect(unsigned.message).not.toContain('TOKEN');
    const nobody = await errorOf((await openAt({ url: 'http://127.0.0.1:9' }, fast)).listZones());
    expect(nobody).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(nobody.message).toContain('nothing listens there');
  });
});

describe("on moto's server", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  }, 300_000);
  afterAll(() => moto.stop());

  it('a zone of more pages, a wildcard, and sets of other kinds are read', async () => {
    const provider = await openAt(moto, fast);
    const outsider = outsiderAt(moto.url);
    await provider.createZone(zone, creation);
    const names = Array.from({ length: 650 }, (_, i) => `n${i}.example.com.`);
    for (const part of [names.slice(0, 325), names.slice(325)]) {
      await outsider.change('example.com.', ...part.map((name) => create(plain(name, 'A', 60, '192.0.2.1'))));
    }
    const alias = { HostedZoneId: 'Z2', DNSName: 'lb.example.net.', EvaluateTargetHealth: false };
    await outsider.change(
      'example.com.',
      create({ Name: 'alias.example.com.', Type: 'A', AliasTarget: alias }),
      create(weighted('w.example.com.', 1)),
      create(weighted('w.example.com.', 2)),
    );
    await write(provider, change('*.w.example.com.', 'MX', null, planned(60, ['10 mx.example.net.'])));
    const { rrsets, unreadable } = await readAll(provider);
    expect(rrsets.filter(({ type }) => type === 'A')).toHaveLength(650);
    expect(rrsets.find(({ type }) => type === 'MX')).toMatchObject({ name: '*.w.example.com.', ttl: 60 });
    const special = unreadable.filter(({ type }) => type === 'A').map(({ name }) => name);
    expect(special).toEqual(['w.example.com.']);
    const aliases = rrsets.filter(({ type }) => type === 'Route53Provider/ALIAS');
    expect(aliases).toMatchObject([{ name: 'alias.example.com.', values: [{ rdata: 'A lb.example.net. false Z2' }] }]);
  });
});
