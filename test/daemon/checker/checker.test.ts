import { describe, expect, it, onTestFinished } from 'vitest';
import { type AskAddress, askAddress } from '../../../src/daemon/checker/ask-address.ts';
import { type CheckerReport, openChecker } from '../../../src/daemon/checker/checker.ts';
import { checkerKey, type Probe, probeKey, type WatchedProbe } from '../../../src/model/probe.ts';
import { openListeners } from '../../e2e/inventory/listeners.ts';
import { freePort } from '../../servers/index.ts';

const watched = (address: string, rest: Partial<Probe> = {}): WatchedProbe => ({
  probe: { address, port: 80, url: null, string_match: null, interval: 200, timeout: 200, ...rest },
  rrsets: [`${address} A`],
});

const opened = (ask: AskAddress) => {
  const told: CheckerReport[] = [];
  const checker = openChecker({ ask, now: Date.now, chance: Math.random, tell: (report) => told.push(report) });
  onTestFinished(checker.close);
  const until = (is: (report: CheckerReport) => boolean) =>
    expect.poll(() => told.some(is), { timeout: 60_000, interval: 20 }).toBe(true);
  return { checker, told, until };
};

describe('the health checker', () => {
  it('finds real servers down that end, and says what the state is to have', async () => {
    const listeners = openListeners(await freePort());
    onTestFinished(listeners.stop);
    const all = [2, 3, 4, 5].map((n) => `127.0.0.${n}`);
    await listeners.up(...all);
    const { checker, told, until } = opened(askAddress);
    const probes = all.map((address, n) =>
      watched(address, n % 2 === 0 ? { port: listeners.port } : urlAt(address, listeners.port)),
    );
    checker.watch(probes, []);
    await until(({ keep }) => keep.some(({ check }) => check === checkerKey));
    await listeners.down('127.0.0.3');
    await until(({ fell }) => fell.some(({ address, rrsets }) => address === '127.0.0.3' && rrsets.length === 1));
    const key = probeKey(probes[1]?.probe ?? watched('').probe);
    expect(told.at(-1)?.keep).toContainEqual(expect.objectContaining({ check: key, isUp: false }));
    expect(told.flatMap(({ fell }) => fell)).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ watched: 4, down: 1 });
  });

  it('has few sockets at once however many addresses there are, and asks them all', async () => {
    let [open, most] = [0, 0];
    const asked = new Set<string>();
    const { checker } = opened(async ({ address }) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      asked.add(address);
      return 'up';
    });
    const many = Array.from({ length: 10_000 }, (_, n) => watched(`10.0.${n >> 8}.${n & 255}`, { interval: 1_000 }));
    checker.watch(many, []);
    await expect.poll(() => asked.size, { timeout: 60_000 }).toBe(10_000);
    expect(most).toBeLessThanOrEqual(500);
  });

  it('asks no more what is watched no more', async () => {
    const asked: string[] = [];
    const { checker, until } = opened(async ({ address }) => {
      asked.push(address);
      return 'up';
    });
    checker.watch([watched('10.0.0.1'), watched('10.0.0.2')], []);
    await expect.poll(() => new Set(asked).size, { timeout: 60_000 }).toBe(2);
    checker.watch([watched('10.0.0.1')], []);
    asked.length = 0;
    await until(({ watched: number }) => number === 1);
    expect(new Set(asked)).toEqual(new Set(['10.0.0.1']));
  });
});

const urlAt = (address: string, port: number) => ({ port: null, url: `http://${address}:${port}/healthz` });
