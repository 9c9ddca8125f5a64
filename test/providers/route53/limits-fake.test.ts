import { setTimeout as sleep } from 'node:timers/promises';
import { GetHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import type { Change, Provider } from '../../../src/provider.ts';
import type { Route53Fake } from '../../servers/route53-fake/index.ts';
import { change, credentials, type FakeScene, openAt, openFake, planned, zone } from './fake.ts';

// 5,000 changes within AWS's limits: 1,000 records and 32,000 characters a batch, one batch of a zone at a time, 10 requests a
// second, and a change that is PENDING for 5 s.

const names = Array.from({ length: 5_000 }, (_, i) => `w${i}.example.com.`);
const address = (i: number, third: number): string => `10.${third}.${i >> 8}.${i & 255}`;
const creates = names.map((name, i) => change(name, 'A', null, planned(300, [address(i, 1)])));
const replaces = names.map((name, i) =>
  change(name, 'A', planned(300, [address(i, 1)]), planned(300, [address(i, 2)])),
);

const writeAll = async (provider: Provider, changes: readonly Change[]): Promise<number> => {
  const portions = provider.cut?.(zone, changes) ?? [changes];
  for (const portion of portions) {
    const result = await provider.apply({ zone, changes: portion, expect: null });
    expect(result).toMatchObject({ status: 'applied' });
  }
  await provider.finish?.(zone, changes);
  return portions.length;
};

const within = async (scene: FakeScene, play: (scene: FakeScene) => Promise<void>): Promise<void> => {
  try {
    await play(scene);
  } finally {
    await scene.close();
  }
};

const countOf = ({ requests }: Route53Fake, operation: string): number =>
  requests.filter((request) => request.operation === operation).length;

describe('5,000 changes', () => {
  it('go through without an error and without breaking a limit', async () => {
    await within(await openFake(), async ({ fake, provider, read }) => {
      await provider.finish?.(zone, []);
      expect(await writeAll(provider, creates)).toBe(5);
      expect(await writeAll(provider, replaces)).toBe(10);
      expect(fake.broken).toEqual([]);
      expect(countOf(fake, 'ChangeResourceRecordSets')).toBe(15);
      const { rrsets } = await read();
      expect(rrsets.filter(({ type }) => type === 'A')).toHaveLength(5_000);
      expect(rrsets.find(({ name }) => name === 'w4999.example.com.')?.values[0]?.rdata).toBe(address(4_999, 2));
      expect(fake.broken).toEqual([]);
    });
  });

  it('keep to the rate where each zone is read again and again', async () => {
    await within(await openFake({ pending: 0 }), async ({ fake, provider, read }) => {
      for (let i = 0; i < 60; i += 1) await provider.read(zone, { names: ['w1.example.com.'] });
      await read();
      expect(fake.broken).toEqual([]);
    });
  });

  it('wait where the account may not make so many changes at once', async () => {
    const changes = { burst: 1_500, perSecond: 500 };
    await within(await openFake({ pending: 0, changes }), async ({ fake, provider, read }) => {
      await writeAll(provider, creates);
      expect(new Set(fake.broken.map(({ limit }) => limit))).toEqual(new Set(['rate of changes of the account']));
      expect((await read()).rrsets.filter(({ type }) => type === 'A')).toHaveLength(5_000);
    });
  });

  it('wait for the batch of somebody else that is being taken in', async () => {
    await within(await openFake({ pending: 0, processing: 1_000 }), async ({ fake, provider, read }) => {
      const other = await openAt(fake);
      const writes = [provider, other].map((each, i) =>
        writeAll(each, [change(`at-once-${i}.example.com.`, 'A', null, planned(300, ['192.0.2.1']))]),
      );
      await Promise.all(writes);
      await other.close?.();
      expect((await read()).rrsets.filter(({ type }) => type === 'A')).toHaveLength(2);
      expect(new Set(fake.broken.map(({ code }) => code))).toEqual(new Set(['PriorRequestNotComplete']));
    });
  });

  it('give way to a second client that takes half of the rate', async () => {
    await within(await openFake({ pending: 500 }), async ({ fake, provider, read }) => {
      const other = startOther(fake);
      try {
        await writeAll(provider, creates);
        const some = names.slice(0, 150);
        await Promise.all(some.map((name) => provider.read(zone, { names: [name] })));
        await writeAll(provider, replaces);
      } finally {
        await other.stop();
      }
      const { rrsets } = await read();
      expect(rrsets.filter(({ type }) => type === 'A')).toHaveLength(5_000);
      const ours = fake.requests.filter(({ operation }) => operation !== 'GetHostedZone');
      const throttled = ours.filter(({ code }) => code === 'Throttling');
      expect(fake.broken.every(({ code }) => code === 'Throttling')).toBe(true);
      expect(throttled.length).toBeGreaterThan(0);
      expect(throttled.length).toBeLessThan(ours.length / 4);
      // The other client is not starved either: it has its five a second most of the time.
      expect(other.answered()).toBeGreaterThan(other.asked() / 2);
    });
  });
});

/** Somebody else of the same account: five requests a second without any manners. */
const startOther = (fake: Route53Fake) => {
  const client = new Route53Client({
    endpoint: fake.url,
    region: 'us-east-1',
    credentials: { accessKeyId: credentials.AWS_ACCESS_KEY_ID, secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY },
    maxAttempts: 1,
  });
  const [id = ''] = fake.account.zones.keys();
  let isStopped = false;
  let asked = 0;
  let answered = 0;
  const running = (async () => {
    while (!isStopped) {
      asked += 1;
      const sent = client.send(new GetHostedZoneCommand({ Id: id }));
      await sent.then(
        () => {
          answered += 1;
        },
        () => undefined,
      );
      await sleep(200);
    }
  })();
  return {
    asked: () => asked,
    answered: () => answered,
    stop: async () => {
      isStopped = true;
      await running;
      client.destroy();
    },
  };
};
