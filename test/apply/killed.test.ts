import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetUnanswered } from '../faults/target-repository.ts';
import { tempFolder } from '../servers/child.ts';
import type { Fault, ProxyRequest } from '../servers/index.ts';
import type { ChildInput } from './child.ts';
import type { Lab } from './lab.ts';
import { about, everything, labPass, sideOf, startLab } from './lab.ts';
import { recoverAt, targetsOf } from './pass.ts';

// Invariant 7, with kill -9: whatever an apply was at, the next start leaves A and PTR of every server agreeing.

const child = join(import.meta.dirname, 'child.ts');
const servers = ['web1', 'web2', 'web3'] as const;

type Moment = 'instead' | 'in_body' | 'taken';
const moments: readonly Moment[] = ['instead', 'in_body', 'taken'];
/** The writes of the lab's pass; the seventh never comes. */
const kills = [1, 2, 3, 4, 5, 6].flatMap((patch) => moments.map((moment) => ({ patch, moment })));

describe('invariant 7: kill -9 of an apply with atomic sets', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  const start = () => {
    const input: ChildInput = {
      ...labPass(),
      where: { url: lab.proxy.url, apiKey: lab.pdns.apiKey },
      state: lab.state,
    };
    const file = join(tempFolder('child'), 'input.json');
    writeFileSync(file, JSON.stringify(input));
    return spawn(process.execPath, [child, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  };

  /** Runs the lab's pass in a process that dies at a write; waits until what it sent has arrived. */
  const killedAt = async (patch: number, moment: Moment): Promise<void> => {
    let begun = 0;
    const process = start();
    const kill = () => process.kill('SIGKILL');
    lab.proxy.handle(async ({ method }: ProxyRequest): Promise<Fault | undefined> => {
      if (method !== 'PATCH') return undefined;
      begun += 1;
      if (begun !== patch) return undefined;
      if (moment === 'in_body') return { kind: 'cut_body', reached: kill };
      if (moment === 'taken') return { kind: 'drop_answer', reached: kill };
      kill();
      return { kind: 'refuse' };
    });
    const [code, signal] = await once(process, 'exit');
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    await lab.proxy.idle();
    lab.proxy.handle(null);
    forgetUnanswered(dirname(lab.state));
  };

  const expectWhole = async (): Promise<void> => {
    const now = await everything(lab.pdns);
    for (const server of servers) {
      const whole = [about(server, sideOf('before')), about(server, sideOf('after'))];
      expect(whole, server).toContainEqual(about(server, now));
    }
  };

  for (const { patch, moment } of kills) {
    it(`at write ${patch}, ${moment}: the restart completes each server or takes it back`, async () => {
      await lab.reset();
      await killedAt(patch, moment);
      expect(await lab.store.journalled()).toHaveLength(3);
      const recovered = await recoverAt(targetsOf(lab.target), lab.store);
      expect(recovered).toMatchObject({ problems: [], unwritable: [] });
      await expectWhole();
      expect(await lab.store.journalled()).toEqual([]);
      const again = await recoverAt(targetsOf(lab.target), lab.store);
      expect(again).toEqual({ problems: [], notices: [], unwritable: [] });
    });
  }

  for (const delay of [0, 20, 60, 120]) {
    it(`${delay} ms after its first write began`, async () => {
      await lab.reset();
      const process = start();
      let armed = false;
      lab.proxy.handle(({ method }) => {
        if (!armed && method === 'PATCH') {
          armed = true;
          setTimeout(() => process.kill('SIGKILL'), delay);
        }
        return undefined;
      });
      await once(process, 'exit');
      expect(armed).toBe(true);
      await lab.proxy.idle();
      lab.proxy.handle(null);
      forgetUnanswered(dirname(lab.state));
      expect(await recoverAt(targetsOf(lab.target), lab.store)).toMatchObject({ problems: [], unwritable: [] });
      await expectWhole();
      expect(await lab.store.journalled()).toEqual([]);
    });
  }

  it('in the middle of the recovery: the next one ends it', async () => {
    await lab.reset();
    await killedAt(4, 'instead');
    expect(await lab.store.journalled()).toHaveLength(3);
    lab.proxy.handle(({ method }) => (method === 'PATCH' ? { kind: 'refuse' } : undefined));
    const { problems } = await recoverAt(targetsOf(lab.target), lab.store);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('web1 (lab)')]);
    expect((await lab.store.journalled()).map(({ server }) => server)).toEqual(['web1']);
    lab.proxy.handle(null);
    expect(await recoverAt(targetsOf(lab.target), lab.store)).toMatchObject({ problems: [], unwritable: [] });
    await expectWhole();
  });
});
