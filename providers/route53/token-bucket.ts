import { setTimeout as sleep } from 'node:timers/promises';

/** How many requests may go out: `perSecond` in the long run, `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket whose rate falls where AWS throttles, and recovers with each answer. */
export interface TokenBucket {
  /** Resolves when a request may go, first come, first served. */
  take(signal?: AbortSignal): Promise<void>;
  throttled(): void;
  answered(): void;
  /** Requests a second that it lets go now. */
  rate(): number;
}

const slowest = 0.5;
/** So many answers bring a rate back from nothing to its full value. */
const recovery = 40;

/** The time that a bucket goes by, in milliseconds. */
export interface Time {
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

const realTime: Time = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal === undefined ? {} : { signal }),
};

/** Each throttle halves the rate and empties the bucket, as somebody else may use the same account. */
export const tokenBucket = ({ perSecond, burst }: Rate, time: Time = realTime): TokenBucket => {
  let rate = perSecond;
  let tokens = burst;
  let filled = time.now();
  let queue: Promise<void> = Promise.resolve();
  const fill = (): void => {
    const at = time.now();
    tokens = Math.min(burst, tokens + ((at - filled) / 1000) * rate);
    filled = at;
  };
  const wait = async (signal: AbortSignal | undefined): Promise<void> => {
    for (fill(); tokens < 1; fill()) {
      await time.sleep(Math.ceil(((1 - tokens) / rate) * 1000), signal);
    }
    tokens -= 1;
  };
  return {
    take: (signal) => {
      const granted = queue.then(() => wait(signal));
      queue = granted.catch(() => undefined);
      return granted;
    },
    throttled: () => {
      fill();
      rate = Math.max(Math.min(slowest, perSecond), rate / 2);
      tokens = Math.min(tokens, 0);
    },
    answered: () => {
      fill();
      rate = Math.min(perSecond, rate + perSecond / recovery);
    },
    rate: () => rate,
  };
};
