import type { Operation } from './operations.ts';
import { type Rate, type TokenBucket, tokenBucket } from './token-bucket.ts';

/** The buckets that a request takes a token of. */
export type OperationBuckets = (operation: Operation) => readonly TokenBucket[];

/** The buckets of an account, by the endpoint and what its credentials say of it; targets with another rate have their own. */
export type AccountRateLimits = (account: string, rate: Rate) => OperationBuckets;

/** Operations that AWS counts apart as well. */
const ownRates: Readonly<Partial<Record<Operation, Rate>>> = {
  CreateHealthCheck: { perSecond: 0.5, burst: 40 },
  CreateHostedZone: { perSecond: 2, burst: 30 },
  DeleteHealthCheck: { perSecond: 3, burst: 12 },
  DeleteHostedZone: { perSecond: 5, burst: 30 },
};

/** AWS counts the requests of an account, whichever target sends them: all targets of a process share one of these. */
export const accountRateLimits = (): AccountRateLimits => {
  const known = new Map<string, OperationBuckets>();
  return (account, rate) => {
    const key = `${account} ${rate.perSecond} ${rate.burst}`;
    const buckets = known.get(key) ?? newBuckets(rate);
    known.set(key, buckets);
    return buckets;
  };
};

const newBuckets = (rate: Rate): OperationBuckets => {
  const account = tokenBucket(rate);
  const own = new Map(Object.entries(ownRates).map(([operation, each]) => [operation, tokenBucket(each)]));
  return (operation) => [own.get(operation) ?? [], account].flat();
};
