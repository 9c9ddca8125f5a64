// AWS's limits on requests: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html,
// as it was in 2026.

/** A request that is answered with an error. `limit`: it broke one of AWS's limits, or a rule that AWS leaves to its users. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly limit: string | null;
}

export const refusal = (code: string, message: string, limit: string | null = null, status = 400): Refusal => ({
  status,
  code,
  message,
  limit,
});

/** How many tokens a bucket holds, and how many come back each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export interface Bucket {
  /** Takes tokens; false: there are not so many. */
  take(count?: number): boolean;
}

export const bucketOf = ({ burst, perSecond }: Rate, now: () => number): Bucket => {
  let tokens = burst;
  let at = now();
  return {
    take: (count = 1) => {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - at) / 1_000) * perSecond);
      at = time;
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
  };
};

/** Of each operation of an account; those that are not named have the account's own. */
export const operationRates: Readonly<Record<string, Rate>> = {
  CreateHealthCheck: { burst: 50, perSecond: 0.5 },
  CreateHostedZone: { burst: 40, perSecond: 2 },
  DeleteHealthCheck: { burst: 15, perSecond: 3 },
  DeleteHostedZone: { burst: 40, perSecond: 5 },
};

export const accountRate: Rate = { burst: 50, perSecond: 10 };

/** Says of each request whether the account may make it now. */
export const throttleOf = (
  account: Rate,
  operations: Readonly<Record<string, Rate>>,
  now: () => number,
): ((operation: string) => Refusal | null) => {
  const whole = bucketOf(account, now);
  const own = new Map<string, Bucket>();
  return (operation) => {
    const bucket = own.get(operation) ?? bucketOf(operations[operation] ?? account, now);
    own.set(operation, bucket);
    const rate = whole.take() ? (bucket.take() ? null : operation) : 'requests of the account';
    return rate === null ? null : refusal('Throttling', 'Rate exceeded', `rate of ${rate}`);
  };
};
