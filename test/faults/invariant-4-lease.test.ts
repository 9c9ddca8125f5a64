import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { proxiedPowerDns } from './proxied.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain } from './zone.ts';

// Invariant 4: instances that share a store never write one zone at once.

const zone = 'lease.test.';
const fileOf = (address: string): string => `${apexYaml}\nwww: {type: A, ttl: 300, value: ${address}}\n`;

describe('invariants 4 and 5: two instances that share a state', () => {
  const scene = proxiedPowerDns([zone]);
  let repository: Repository;

  beforeEach(() => {
    repository = makeRepository({
      targets: { pdns: targetOf({ ...scene.pdns, url: scene.proxy.url }, { timeout: '60s' }) },
      zones: { [zone]: {} },
      files: { 'lease.test': fileOf('192.0.2.2') },
    });
  });
  const apply = async () => {
    const ended = await repository.run('apply', '--yes');
    expectPlain(scene.pdns, ended);
    return ended;
  };

  it('write one after the other: the second waits, then sees what the first did', async () => {
    let writing = 0;
    let most = 0;
    let reached = (): void => undefined;
    const firstWrites = new Promise<void>((resolve) => (reached = resolve));
    let told = (): void => undefined;
    const secondWaits = new Promise<void>((resolve) => (told = resolve));
    scene.proxy.handle(async ({ method }) => {
      if (method !== 'PATCH') return undefined;
      writing += 1;
      most = Math.max(most, writing);
      reached();
      await secondWaits;
      writing -= 1;
      return undefined;
    });
    const first = apply();
    await firstWrites;
    const second = await hostmaster(['apply', '--yes', '--config', repository.config], {
      onError: (text) => {
        if (text.includes('waiting for it')) told();
      },
    });
    expectPlain(scene.pdns, second);
    expect(await first).toMatchObject({ code: 0 });
    expect(second.stderr).toMatch(/another Hostmaster \(pid \d+\) is writing lease\.test\. at pdns; waiting for it/);
    expect(second).toMatchObject({ code: 0, stdout: 'Plan: no changes.\n' });
    expect(most).toBe(1);
    expect(await contentOf(scene.pdns, zone)).toEqual(['www A 300 192.0.2.2']);
  });

  it('stop writing once the other has the zone', async () => {
    scene.proxy.handle(({ method }) => {
      if (method !== 'PATCH') return undefined;
      const state = new DatabaseSync(join(repository.folder, 'state.sqlite'));
      state.exec("UPDATE leases SET token = 'theirs'");
      state.close();
      return { kind: 'refuse' };
    });
    const { code, stdout } = await apply();
    expect(stdout).toContain('lost the lease on lease.test. at pdns');
    expect(code).toBe(1);
    expect(scene.proxy.count('PATCH')).toBe(1);
    expect(await contentOf(scene.pdns, zone)).toEqual(['www A 300 192.0.2.1']);
  });

  it('take turns where two targets are one server', async () => {
    const target = targetOf({ ...scene.pdns, url: scene.proxy.url });
    repository = makeRepository({
      targets: { east: target, west: { ...target, verify_wait: '1s' } },
      zones: { [zone]: {} },
      files: { 'lease.test': fileOf('192.0.2.2') },
    });
    let writing = 0;
    let most = 0;
    scene.proxy.handle(async ({ method }) => {
      if (method !== 'PATCH') return undefined;
      writing += 1;
      most = Math.max(most, writing);
      await sleep(500);
      writing -= 1;
      return undefined;
    });
    await apply();
    expect(most).toBe(1);
    expect(await contentOf(scene.pdns, zone)).toEqual(['www A 300 192.0.2.2']);
  });
});
