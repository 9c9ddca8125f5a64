import { afterEach, describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { daemonFolder, type RunningDaemon, startDaemon, zoneWith } from '../daemon/running.ts';
import { dig } from '../servers/index.ts';
import type { DnsAddress } from '../servers/ports.ts';

let daemon: RunningDaemon | undefined;
afterEach(async () => {
  await daemon?.end('SIGKILL');
  daemon = undefined;
});

const www = async (dns: DnsAddress): Promise<readonly string[]> =>
  (await dig(dns, 'www.example.com', 'A')).answers.map(({ rdata }) => rdata);
const converged = ({ state }: { readonly state: string }): boolean => state === 'converged';

describe('the daemon', () => {
  it('makes what the folder wants, takes what changes there, and ends with 0 once it is told to', async () => {
    const { dns, folder, write } = await daemonFolder();
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    expect(await daemon.until(converged, 'converged')).toMatchObject({
      git: null,
      zones: { converged: 1, failed: 0 },
      targets: [{ name: 'local', status: 'ok', next_try: null }],
      last_pass: { cause: 'start', outcome: 'done', counts: { applied: 2 } },
    });
    expect(await www(dns)).toEqual(['192.0.2.1']);
    write('zones/example.com.yaml', zoneWith('192.0.2.2'));
    await daemon.until(({ last_pass: last }) => last?.cause === 'git' && last.counts.applied === 1, 'changed');
    expect(await www(dns)).toEqual(['192.0.2.2']);
    expect((await daemon.text('/metrics')).split('\n')).toEqual(
      expect.arrayContaining([
        'hostmaster_passes_total{cause="start",outcome="done"} 1',
        'hostmaster_changes_total{target="local",action="replace",cause="git"} 1',
        'hostmaster_zones{state="converged"} 1',
        'hostmaster_target_up{target="local"} 1',
      ]),
    );
    const { code } = await daemon.end();
    expect(code).toBe(0);
    expect(daemon.log()).toContain('the daemon has stopped');
  });

  it('does a pass when it is asked, and says what it did', async () => {
    const { folder, write } = await daemonFolder();
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    await daemon.until(converged, 'converged');
    const { body, status } = await daemon.post('/api/v1/sync', { full: true });
    expect(status).toBe(202);
    const { pass } = body as { readonly pass: string };
    await daemon.until(({ last_pass: last }) => last?.id === pass, 'the pass that was asked for');
    expect(await daemon.get(`/api/v1/passes/${pass}`)).toMatchObject({ id: pass, cause: 'manual', outcome: 'done' });
    expect(await daemon.get('/api/v1/zones/example.com?limit=1')).toMatchObject({
      zone: 'example.com.',
      state: 'converged',
      rrsets: { items: [{ name: 'example.com.' }], next: expect.any(String) },
    });
  });

  it('is one for each state: a second one says who has it, and ends with 1', async () => {
    const { folder, write } = await daemonFolder();
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    daemon = await startDaemon(folder, []);
    const second = await hostmaster(['daemon'], { cwd: folder });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(`another daemon has this state: process ${daemon.started.child.pid} on `);
  });

  it('ends with 1 where it cannot begin, and leaves nothing running', async () => {
    const { folder, write } = await daemonFolder();
    const targets = { local: { provider: 'embedded', listen: '127.0.0.1:0', file: 'embedded.sqlite' } };
    const git = { url: 'https://git.example.net/dns.git', ref: 'refs/heads/main', token: { file: 'no-such-file' } };
    write('operator.yaml', JSON.stringify({ targets, git, state: 'state.sqlite', daemon: { listen: '127.0.0.1:0' } }));
    const ended = await hostmaster(['daemon', '--targets-from', 'operator.yaml'], { cwd: folder });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('git: token: there is no file');
  });

  it('leaves the other zones in order where one is wrong', async () => {
    const { folder, write } = await daemonFolder({
      zones: Object.fromEntries(
        ['example.com', 'bad.test'].map((zone) => [zone, { targets: ['local'], create: true }]),
      ),
    });
    write('zones/example.com.yaml', zoneWith('192.0.2.1'));
    write('zones/bad.test.yaml', "'': {type: NS, value: ns1.example.net.}\nwww: {type: A, value: 192.0.2.999}\n");
    daemon = await startDaemon(folder, []);
    const { zones } = await daemon.until(({ last_pass: last }) => last !== null, 'through');
    expect(zones.converged).toBeGreaterThanOrEqual(1);
    expect(daemon.log()).toContain('192.0.2.999');
  });
});
