import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DaemonStatus } from '../../src/daemon/answers.ts';
import { verifyAudit } from '../../src/daemon/audit/verify.ts';
import { openAudit } from '../daemon/audit/rows.ts';
import { daemonFolder, type RunningDaemon, startDaemon } from '../daemon/running.ts';
import { type Proxy as ApiProxy, type PowerDns, startPowerDns, startProxy } from '../servers/index.ts';
import { targetOf } from './target-repository.ts';
import { apexYaml, contentOf, makeZone, rrset } from './zone.ts';

// An audit file that cannot be written any more: nothing is written to a name server, and the next pass goes through when there
// is room again. The process may write no file over a size, which is what a full disk is to it; the state is far below that.

const zone = 'audited.test.';
const fileOf = (address: string): string => `${apexYaml}www: {type: A, ttl: 300, value: ${address}}\n`;

describe('an audit file that cannot be written', () => {
  let pdns: PowerDns;
  let proxy: ApiProxy;
  let daemon: RunningDaemon | undefined;
  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    proxy = await startProxy(pdns.url);
  });
  afterEach(async () => {
    await daemon?.end('SIGKILL');
  });
  afterAll(async () => {
    await proxy?.stop();
    await pdns?.stop();
  });

  it('keeps all from being written until there is room again', async () => {
    await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]);
    const { folder, write } = await daemonFolder({
      targets: { pdns: targetOf({ ...pdns, url: proxy.url }) },
      zones: { [zone]: { targets: ['pdns'] } },
      daemon: { listen: '127.0.0.1:0', audit: 'audit.jsonl' },
    });
    const audit = join(folder, '.hostmaster/audit.jsonl');
    write('zones/audited.test.yaml', fileOf('192.0.2.1'));
    mkdirSync(join(folder, '.hostmaster'));
    // Larger than the state and its journal ever are here.
    const before = openAudit(audit, 100_000_000);
    await before.add(
      Array.from(
        { length: 800 },
        () => ({ kind: 'sync', by: 'ops', request: { reason: 'x'.repeat(10_000) } }) as const,
      ),
      { isDurable: false },
    );
    await before.close();
    const started = await startDaemon(folder, []);
    daemon = started;
    await started.until(({ last_pass: last }) => last?.outcome === 'done', 'through');
    const limit = (size: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(started.started.child.pid), `--fsize=${size}:unlimited`]);
    limit(statSync(audit).size);
    proxy.clear();
    write('zones/audited.test.yaml', fileOf('192.0.2.2'));
    const failed = await started.until(isFailed, 'refused');
    expect(failed.last_pass?.counts.applied).toBe(0);
    expect(proxy.count('PATCH')).toBe(0);
    expect(await contentOf(pdns, zone)).toEqual([expect.stringContaining('192.0.2.1')]);
    expect(started.log()).toContain('cannot be noted in this audit file');
    expect(await started.post('/api/v1/suspend', { reason: 'r' })).toMatchObject({ status: 503 });
    limit('unlimited');
    await started.post('/api/v1/sync', {});
    await started.until(({ state }) => state === 'converged', 'converged');
    expect(await contentOf(pdns, zone)).toEqual([expect.stringContaining('192.0.2.2')]);
    await started.end();
    expect((await verifyAudit(audit)).problems).toEqual([]);
    expect(readFileSync(audit, 'utf8').match(/"kind":"write"/g)).toHaveLength(1);
  });
});

const isFailed = ({ last_pass: last }: DaemonStatus): boolean => last?.outcome === 'failed';
