import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostedZone } from '../../servers/route53-fake/account.ts';
import { errorOf } from '../powerdns/harness.ts';
import { change, type FakeScene, openFake, planned, write, zone } from './fake.ts';

// Zones that AWS would not let go: they are refused before anything of them is deleted.

let scene: FakeScene;

beforeEach(async () => {
  const rate = { perSecond: 1_000, burst: 1_000 };
  scene = await openFake({ rate, operations: {}, pending: 0, processing: 0 }, { requests_per_second: 1_000 });
  await write(scene.provider, change('www.example.com.', 'A', null, planned(60, ['192.0.2.1'])));
});
afterEach(() => scene.close());

const hosted = (): HostedZone => {
  const [only] = scene.fake.account.zones.values();
  if (only === undefined) throw new Error('there is no zone');
  return only;
};

describe('a zone is refused whole', () => {
  it('while it has key-signing keys', async () => {
    hosted().signingKeys = ['ksk1', 'ksk2'];
    const error = await errorOf(scene.provider.deleteZone(zone));
    expect(error).toMatchObject({ code: 'WRITE_REFUSED' });
    expect(error.message).toContain('it has key-signing keys (ksk1, ksk2)');
    expect(hosted().sets.size).toBe(3);
    hosted().signingKeys = [];
    await scene.provider.deleteZone(zone);
    expect(scene.fake.account.zones.size).toBe(0);
  });

  it('while record sets of it are protected', async () => {
    hosted().protections = [{ name: 'mail.example.com.', type: 'MX' }];
    const error = await errorOf(scene.provider.deleteZone(zone));
    expect(error).toMatchObject({ code: 'WRITE_REFUSED' });
    expect(error.message).toContain('its mail.example.com. MX is protected');
    expect(hosted().sets.size).toBe(3);
  });

  it('while AWS does not say whether some are', async () => {
    scene.fake.bend((operation) =>
      operation === 'ListResourceRecordSetProtections'
        ? { status: 403, code: 'AccessDenied', message: 'no', limit: null }
        : undefined,
    );
    expect(await errorOf(scene.provider.deleteZone(zone))).toMatchObject({ code: 'TARGET_REFUSED' });
    expect(hosted().sets.size).toBe(3);
  });

  it('while a traffic policy has record sets there', async () => {
    const policy = { TrafficPolicyInstanceId: 'tp-1' };
    for (const [key, set] of hosted().sets) if (set.type === 'A') hosted().sets.set(key, { ...set, routing: policy });
    const error = await errorOf(scene.provider.deleteZone(zone));
    expect(error.message).toContain('its www.example.com. A is of the traffic policy instance tp-1');
    expect(hosted().sets.size).toBe(3);
  });
});

it('a protected RRset is refused with that', async () => {
  hosted().protections = [{ name: 'www.example.com.', type: 'A' }];
  const protectedOne = change('www.example.com.', 'A', planned(60, ['192.0.2.1']), planned(60, ['192.0.2.2']));
  const result = await scene.provider.apply({ zone, changes: [protectedOne], expect: null });
  expect(result).toMatchObject({
    status: 'refused',
    refused: [{ name: 'www.example.com.', type: 'A', message: expect.stringContaining('is protected') }],
  });
});
