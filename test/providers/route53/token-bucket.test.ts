import { expect, it } from 'vitest';
import { accountRateLimits } from '../../../providers/route53/account-rate-limits.ts';
import { type TokenBucket, tokenBucket } from '../../../providers/route53/token-bucket.ts';

/** A time that goes on only where somebody waits for it. */
const ownTime = () => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
};

/** How many requests a bucket lets go until a time. */
const countUntil = async (bucket: TokenBucket, time: { now(): number }, end: number): Promise<number> => {
  for (let count = 0; ; count += 1) {
    await bucket.take();
    if (time.now() > end) return count;
  }
};

it('lets a burst go, and then as many a second as it may', async () => {
  const time = ownTime();
  expect(await countUntil(tokenBucket({ perSecond: 10, burst: 40 }, time), time, 3_000)).toBe(70);
});

it('goes slower after each throttle, never ends, and comes back', async () => {
  const time = ownTime();
  const bucket = tokenBucket({ perSecond: 10, burst: 40 }, time);
  bucket.throttled();
  expect(bucket.rate()).toBe(5);
  for (let i = 0; i < 20; i += 1) bucket.throttled();
  expect(bucket.rate()).toBe(0.5);
  expect(await countUntil(bucket, time, 10_000)).toBe(5);
  for (let i = 0; i < 40; i += 1) bucket.answered();
  expect(bucket.rate()).toBe(10);
});

it('is left by whoever is stopped, and serves the next', async () => {
  const bucket = tokenBucket({ perSecond: 20, burst: 1 });
  await bucket.take();
  const stop = new AbortController();
  const stopped = bucket.take(stop.signal);
  const next = bucket.take();
  stop.abort();
  await expect(stopped).rejects.toThrow();
  await next;
});

it('is one for all targets of an account and factory, and another for another account or factory', () => {
  const rate = { perSecond: 10, burst: 40 };
  const bucketsOf = accountRateLimits();
  const [bucket] = bucketsOf('endpoint A', rate)('GetChange');
  expect(bucketsOf('endpoint A', rate)('ListHostedZones')).toEqual([bucket]);
  expect(bucketsOf('endpoint A', rate)('CreateHealthCheck').at(-1)).toBe(bucket);
  expect(bucketsOf('endpoint B', rate)('GetChange')[0]).not.toBe(bucket);
  expect(accountRateLimits()('endpoint A', rate)('GetChange')[0]).not.toBe(bucket);
});
