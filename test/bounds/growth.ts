import { cpuTime } from '../cpu.ts';

/** What work took at each size, in milliseconds of processor. */
export interface Growth {
  readonly sizes: readonly number[];
  readonly times: readonly number[];
}

/** test/bench/growth.ts has 15,000, 30,000 and 60,000. */
export const sizes: readonly number[] = [5_000, 20_000];
/** Four times as much takes four times as long, and a little more; what is quadratic takes sixteen times. */
const most = 9;
/** So little is measured by chance. */
const least = 20;
const tries = 4;

/** Where it grows faster than its input, what it took; null: it does not. Measured again where it seems so. */
export const growsFaster = async (work: (size: number) => unknown, at = sizes): Promise<Growth | null> => {
  let best: readonly number[] = at.map(() => Number.POSITIVE_INFINITY);
  for (let left = tries; left > 0; left -= 1) {
    const { times } = await measure(work, at);
    best = best.map((time, i) => Math.min(time, times[i] ?? time));
    if (isLinear(best)) return null;
  }
  return { sizes: at, times: best.map(Math.round) };
};

export const measure = async (work: (size: number) => unknown, at = sizes): Promise<Growth> => {
  const times: number[] = [];
  for (const size of at) times.push(await cpuTime(async () => work(size)));
  return { sizes: at, times };
};

const isLinear = (times: readonly number[]): boolean => (times.at(-1) ?? 0) < most * Math.max(times[0] ?? 0, least);
