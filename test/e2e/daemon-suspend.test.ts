import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DaemonPass } from '../../src/daemon/answers.ts';
import { daemonFolder, type RunningDaemon, startDaemon, zoneWith } from '../daemon/running.ts';
import { targetOf } from '../faults/target-repository.ts';
import { contentOf, makeZone, overwrite, rrset } from '../faults/zone.ts';
import { dig, type PowerDns, startPowerDns } from '../servers/index.ts';
import type { DnsAddress } from '../servers/ports.ts';

// What the daemon keeps from being written: because a person said so, or because somebody else wrote there.

let daemon: RunningDaemon | undefined;
afterEach(async () => {
  await daemon?.end('SIGKILL');
  daemon = undefined;
});

const www = async (dns: DnsAddress): Promise<readonly string[]> =>
  (await dig(dns, 'www.example.com', 'A')).answers.map(({ rdata }) => rdata);
type Status = Awaited<ReturnType<RunningDaemon['status']>>;
const converged = ({ state }: Status): boolean => state === 'converged';
const waiting =
  (changes: number) =>
  ({ last_pass: last, suspended }: Status): boolean =>
    last !== null && suspended?.changes === changes;

describe('a daemon that starts suspended', () => {
  it('shows the whole plan and writes nothing, until it is resumed', async () => {
    const { dns, folder, write } = await daemonFolder({ daemon: { listen: '127.0.0.1:0', start: 'suspended' } });
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    const status = await daemon.until(waiting(2), 'planned');
    expect(status).toMatchObject({
      state: 'suspended',
      zones: { suspended: 1 },
      suspended: { suspensions: [{ zones: null }] },
    });
    const { plan, results } = (await daemon.get(`/api/v1/passes/${status.last_pass?.id}`)) as DaemonPass;
    expect(plan?.changesets[0]?.withheld.map(({ action, guard, type }) => [action, type, guard])).toEqual([
      ['create', 'NS', 'suspended'],
      ['create', 'A', 'suspended'],
    ]);
    expect(results).toEqual([]);
    expect(await www(dns)).toEqual([]);
    expect((await daemon.post('/api/v1/resume', {})).status).toBe(200);
    await daemon.until(converged, 'converged');
    expect(await www(dns)).toEqual(['192.0.2.1']);
  });
});

describe('a suspension', () => {
  it('survives a restart with who and why, and ends by itself', async () => {
    const { dns, folder, write } = await daemonFolder();
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    await daemon.until(converged, 'converged');
    const request = { zones: ['example.com'], reason: 'moving racks', until: '2999-01-01T00:00:00Z' };
    const { body, status } = await daemon.post('/api/v1/suspend', request);
    expect([status, body]).toMatchObject([
      200,
      { zones: ['example.com.'], reason: 'moving racks', by: expect.any(String) },
    ]);
    expect((await daemon.post('/api/v1/suspend', { ...request, zones: ['nope.test'] })).status).toBe(400);
    await daemon.end();
    write('zones/example.com.yaml', zoneWith('192.0.2.2'));
    daemon = await startDaemon(folder, []);
    const again = await daemon.until(waiting(1), 'planned');
    expect(again.state).toBe('suspended');
    expect(again.suspended?.suspensions).toEqual([body]);
    expect(await www(dns)).toEqual(['192.0.2.1']);
    const soon = new Date(Date.now() + 1_500).toISOString();
    expect((await daemon.post('/api/v1/suspend', { ...request, until: soon })).status).toBe(200);
    await daemon.until(converged, 'over');
    expect(await www(dns)).toEqual(['192.0.2.2']);
  });
});

describe('drift on PowerDNS', () => {
  const zone = 'alert.test.';
  let pdns: PowerDns;
  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
  });
  afterAll(() => pdns?.stop());

  it('is told once when it comes and once when it goes, and stays as it is where the zone says alert', async () => {
    await makeZone(pdns, zone, []);
    const { folder, write } = await daemonFolder({
      targets: { pdns: targetOf(pdns) },
      zones: { [zone]: { targets: ['pdns'], drift: 'alert' } },
    });
    write('zones/alert.test.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    await daemon.until(converged, 'converged');
    await overwrite(pdns, zone, rrset(`www.${zone}`, 'A', '203.0.113.66'));
    for (let pass = 0; pass < 2; pass += 1) {
      const { body } = await daemon.post('/api/v1/sync', {});
      const { pass: id } = body as { readonly pass: string };
      await daemon.until(({ last_pass: last }) => last?.id === id && last.ended !== null, 'the pass');
    }
    expect(await daemon.status()).toMatchObject({ state: 'waiting', zones: { drifted: 1, failed: 0, refused: 0 } });
    expect(await contentOf(pdns, zone)).toContain('www A 300 203.0.113.66');
    const allow = [`drift:${zone}/pdns:www.${zone}`];
    expect((await daemon.post('/api/v1/sync', { allow })).status).toBe(202);
    await daemon.until(converged, 'corrected');
    expect(await contentOf(pdns, zone)).toContain('www A 60 192.0.2.1');
    const said = daemon
      .log()
      .split('\n')
      .filter((line) => line.includes('has drifted'));
    expect(said).toHaveLength(2);
    expect(said[1]).toContain('has drifted no longer');
  });
});
