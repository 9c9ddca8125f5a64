import type { Operation } from './operations.ts';
import { type Rate, type TokenBucket, tokenBucket } from './token-bucket.ts';

/** The buckets that a request takes a token of. */
export type Buckets = (operation: Operation) => readonly TokenBucket[];

/** Operations that AWS counts apart as well. */
const ownRates: Readonly<Partial<Record<Operation, Rate>>> = {
  CreateHealthCheck: { perSecond: 0.5, burst: 40 },
  CreateHostedZone: { perSecond: 2, burst: 30 },
  DeleteHealthCheck: { perSecond: 3, burst: 12 },
  DeleteHostedZone: { perSecond: 5, burst: 30 },
};

// AWS counts what an account asks, whichever target or pass of this process does: this is the one thing they share.
const known = new Map<string, Buckets>();

/** The buckets of an account, by the endpoint and what its credentials say of it; targets with another rate have their own. */
export const bucketsOf = (account: string, { burst, perSecond }: Rate): Buckets => {
  const key = `${account} ${perSecond} ${burst}`;
  const buckets = known.get(key) ?? newBuckets({ burst, perSecond });
  known.set(key, buckets);
  return buckets;
};

const newBuckets = (rate: Rate): Buckets => {
  const account = tokenBucket(rate);
  const own = new Map(Object.entries(ownRates).map(([operation, each]) => [operation, tokenBucket(each)]));
  return (operation) => [own.get(operation) ?? [], account].flat();
};
