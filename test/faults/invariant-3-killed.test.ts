import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, hostmaster } from '../command.ts';
import {
  type Fault,
  type PowerDns,
  type ProbeReport,
  type Prober,
  type ProxyRequest,
  type Proxy as SlowProxy,
  startPowerDns,
  startProber,
  startProxy,
  uncached,
} from '../servers/index.ts';
import { contentOn, fileOf, portionsOf, probes, type Side, sides, smallBodies, zone } from './killed.ts';
import { forgetUnanswered, makeRepository, type Repository, targetOf } from './target-repository.ts';
import { contentOf, makeZone, overwrite } from './zone.ts';

// Invariant 3, with kill -9: an apply of 18,000 changes, 200 type swaps among them, dies at any moment; no name that
// was there before and after is ever missing, and the next apply ends the work.

interface Kill {
  readonly what: string;
  /** The PATCH that it dies at, from 1. */
  readonly patch: number;
  /** Instead of the PATCH; in the middle of its body; after the server took it, before the answer; so much later. */
  readonly when: 'instead' | 'in_body' | 'taken' | number;
}

const random = (from: number, to: number): number => Math.floor(from + Math.random() * (to - from));
const atRandom = (): Kill => {
  const [patch, when] = [random(1, 4), random(0, 1_800)];
  return { what: `${when} ms after the start of PATCH ${patch}`, patch, when };
};
const kills: readonly Kill[] = [
  { what: 'between the first PATCH and the second', patch: 2, when: 'instead' },
  { what: 'between the second PATCH and the third', patch: 3, when: 'instead' },
  { what: 'in the middle of the third body', patch: 3, when: 'in_body' },
  { what: 'after the server took the second, before its answer', patch: 2, when: 'taken' },
  ...Array.from({ length: 4 }, atRandom),
];

const delay = 1_000;

describe('invariant 3: kill -9 of an apply', { timeout: 600_000 }, () => {
  let pdns: PowerDns;
  let proxy: SlowProxy;
  let prober: Prober | undefined;
  let report: Promise<ProbeReport | undefined> | undefined;
  let repository: Repository;

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite', settings: { ...uncached, ...smallBodies } });
    proxy = await startProxy(pdns.url);
    await makeZone(pdns, zone, []);
    for (const portion of portionsOf(sides.before)) await overwrite(pdns, zone, ...portion);
    prober = await startProber(pdns.dns, probes, { pause: 100 });
    repository = makeRepository({
      targets: { pdns: targetOf({ ...pdns, url: proxy.url }, { timeout: '60s', verify_wait: '60s' }) },
      zones: { [zone]: {} },
      guards: { max_delete_percent: 100, max_replace_percent: 100 },
    });
  });
  afterAll(async () => {
    await probed();
    await proxy?.stop();
    await pdns?.stop();
  });

  /** Stops the prober, once. */
  const probed = () => {
    report ??= Promise.resolve(prober?.stop());
    return report;
  };
  const apply = (onStart: (pid: number) => void = () => undefined): Promise<Ended> =>
    hostmaster(['apply', '--yes', '--config', repository.config], { onStart, patience: 280_000 });

  /** Runs apply until it is killed; gives the number of PATCHes that it began. */
  const killed = async ({ patch, when }: Kill): Promise<number> => {
    const run = { pid: 0, dead: false, begun: 0, forwarded: 0 };
    const kill = (): void => {
      run.dead = true;
      process.kill(run.pid, 'SIGKILL');
    };
    const onPatch = async (request: ProxyRequest): Promise<Fault | undefined> => {
      run.begun += 1;
      const moment = run.begun === patch ? when : null;
      if (moment === 'in_body') return { kind: 'cut_body', reached: kill };
      if (typeof moment === 'number') setTimeout(kill, moment);
      await request.body();
      await sleep(delay);
      if (moment === 'instead') kill();
      if (run.dead) return { kind: 'refuse' };
      if (moment === 'taken') return { kind: 'drop_answer', reached: kill };
      run.forwarded += 1;
      return undefined;
    };
    proxy.clear();
    proxy.handle((request) => (request.method === 'PATCH' ? onPatch(request) : undefined));
    const { code, stdout } = await apply((pid) => {
      run.pid = pid;
    });
    expect(stdout).toContain('Plan: 4,700 creates, 8,600 replaces and 4,700 deletes.');
    expect(code).toBe(-1);
    // What it sent before it died is carried out all the same.
    while (proxy.requests.filter(({ method, status }) => method === 'PATCH' && status > 0).length < run.forwarded) {
      await sleep(20);
    }
    proxy.handle(null);
    forgetUnanswered(repository.folder);
    return run.begun;
  };

  let side: Side = sides.before;
  for (const kill of kills) {
    it(`${kill.what}: the next one converges`, async () => {
      side = side === sides.before ? sides.after : sides.before;
      repository.write(`zones/${zone}yaml`, fileOf(side));
      const begun = await killed(kill);
      if (typeof kill.when === 'number') expect(begun).toBeGreaterThanOrEqual(kill.patch);
      else expect(begun).toBe(kill.patch);
      const { code, stdout, stderr } = await apply();
      expect(code, `${stdout.slice(-2_000)}${stderr}`).toBe(0);
      expect(await contentOf(pdns, zone)).toEqual(contentOn(side));
    });
  }

  it('a prober that asked during all kills saw no name missing', async () => {
    const { asked = 0, unanswered = [], wrong = null } = (await probed()) ?? {};
    expect(asked - unanswered.length).toBeGreaterThan(3_000);
    expect(wrong).toEqual([]);
  });
});
