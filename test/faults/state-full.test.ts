import { execFile, execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bin, type Ended, hostmaster } from '../command.ts';
import { type Proxy as ApiProxy, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, makeZone, rrset } from './zone.ts';

// A state that cannot be written any more: before an apply nothing is written, and in the middle of one all that was
// written is told. The process may write no file over a size, which is what a full disk is to it.

const zones = ['one.test.', 'two.test.'] as const;
const fileOf = (address: string): string => `${apexYaml}www: {type: A, ttl: 300, value: ${address}}\n`;

describe('a state that cannot be written', () => {
  let pdns: PowerDns;
  let proxy: ApiProxy;
  let repository: Repository;
  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    proxy = await startProxy(pdns.url);
  });
  afterAll(async () => {
    await proxy?.stop();
    await pdns?.stop();
  });
  beforeEach(async () => {
    for (const zone of zones) {
      await pdns.api('DELETE', `/zones/${zone}`);
      await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]);
    }
    repository = makeRepository({
      targets: { pdns: targetOf({ ...pdns, url: proxy.url }, { parallel: 1 }) },
      zones: Object.fromEntries(zones.map((zone) => [zone, { owns: 'listed' }])),
      files: Object.fromEntries(zones.map((zone) => [zone.slice(0, -1), fileOf('192.0.2.1')])),
    });
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    for (const zone of zones) repository.write(`zones/${zone}yaml`, fileOf('192.0.2.2'));
    proxy.clear();
  });

  /** Runs the command where no file may grow over so many KiB. */
  const withRoom = (kib: number, ...args: readonly string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const line = `ulimit -f ${kib}; exec "$0" "$@" --config "${repository.config}"`;
      const words = ['-c', line, process.execPath, bin, ...args];
      execFile('bash', words, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });

  it('before an apply: one line, exit 1, and nothing is written', async () => {
    const { code, stdout, stderr } = await withRoom(1, 'apply', '--yes');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/the state file .* cannot be read or written now|the disk of the state file .* is full/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(proxy.count('PATCH')).toBe(0);
  });

  it('in the middle of one: what was written is told, and what the state lacks is one error', async () => {
    let pid = 0;
    proxy.handle(({ method }) => {
      if (method === 'PATCH') execFileSync('prlimit', ['--pid', String(pid), '--fsize=1']);
      return undefined;
    });
    const { code, stdout, stderr } = await hostmaster(['apply', '--yes', '--config', repository.config], {
      onStart: (id) => {
        pid = id;
      },
    });
    proxy.handle(null);
    expect(stdout).toContain('\nApplied: 1 change in 1 zone; not applied: 1 change in 1 zone.\n');
    expect(stdout.match(/\[state-not-kept\]/g)).toHaveLength(1);
    expect(stdout).toMatch(/^1 zone at pdns: the state file .* cannot be read or written now/m);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await Promise.all(zones.map((zone) => contentOf(pdns, zone)))).toEqual([
      ['www A 300 192.0.2.2'],
      ['www A 300 192.0.2.2'],
    ]);
  });
});
