import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { daemonFolder, type RunningDaemon, startDaemon } from '../daemon/running.ts';
import { key, statements } from '../providers/rfc2136/harness.ts';
import { type Bind, type DnsAddress, dig, freePort, startBind } from '../servers/index.ts';
import { secretOf } from '../servers/secret.ts';
import { type Listeners, openListeners } from './inventory/listeners.ts';

// The daemon makes the health checks of claims at name servers that make none: the embedded one, and BIND.

const master = `$ORIGIN example.com.
$TTL 300
@ SOA ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 300
@ NS ns1.example.net.
`;
const labels = (port: number): string => `
labels:
  pool:
    dns:
      claims:
        - { name: www.example.com, type: A, health_check: { port: ${port}, interval: 2s } }
  solo:
    dns:
      claims:
        - name: closed.example.com
          type: A
          allow_empty: true
          health_check: { url: "http://{{server.ip}}:${port}/", interval: 2s, when_all_down: closed }
  rest:
    dns:
      claims:
        - { name: rest.example.com, type: A, health_check: { port: ${port}, interval: 2s } }
`;
const servers = [
  ...['127.0.0.2', '127.0.0.3'].map((ip) => ({ ip, labels: ['pool'] })),
  { ip: '127.0.0.4', labels: ['solo'] },
  ...['127.0.0.5', '127.0.0.6', '127.0.0.7'].map((ip) => ({ ip, labels: ['rest'] })),
].map((server, n) => ({ ...server, name: `s${n}` }));
const all = servers.map(({ ip }) => ip);

describe('health checks of the daemon', () => {
  let bind: Bind;
  let listeners: Listeners;
  let daemon: RunningDaemon;
  let folder: string;
  let nameServers: readonly DnsAddress[];

  const answers = async (name: string): Promise<readonly string[]> =>
    Promise.all(
      nameServers.map(async (dns) =>
        (await dig(dns, `${name}.example.com`, 'A')).answers
          .map(({ rdata }) => rdata)
          .sort()
          .join(' '),
      ),
    );
  const becomes = (name: string, wanted: string) =>
    expect.poll(() => answers(name), { timeout: 120_000, interval: 100 }).toEqual([wanted, wanted]);
  const says = (text: string) => expect.poll(() => daemon.log(), { timeout: 120_000, interval: 100 }).toContain(text);
  const run = (...args: readonly string[]) => hostmaster(args, { cwd: folder, env: {} });

  beforeAll(async () => {
    listeners = openListeners(await freePort());
    await listeners.up(...all);
    bind = await startBind({ keys: [key], zones: [{ name: 'example.com', text: master, statements }] });
    const repository = await daemonFolder();
    folder = repository.folder;
    nameServers = [repository.dns, bind.dns];
    repository.write(
      'hostmaster.yaml',
      JSON.stringify({
        targets: {
          local: {
            provider: 'embedded',
            listen: `127.0.0.1:${repository.dns.port}`,
            file: '.hostmaster/embedded.sqlite',
            verify_wait: '20s',
          },
          bind: {
            provider: 'rfc2136',
            host: bind.dns.address,
            port: bind.dns.port,
            tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
            timeout: '20s',
            verify_at: [`${bind.dns.address}:${bind.dns.port}`],
            verify_wait: '20s',
          },
        },
        zones: {
          'example.com': { targets: ['local', 'bind'], static: 'none', create: { ns: ['ns1.example.net.'] } },
        },
        inventory: { lab: { type: 'file', path: 'servers.json' } },
        grants: ['pool', 'solo', 'rest'].map((label) => ({
          label,
          names: ['*.example.com'],
          types: ['A'],
          cidrs: ['127.0.0.0/8'],
        })),
        daemon: { listen: '127.0.0.1:0' },
      }),
    );
    repository.write('servers.json', JSON.stringify({ servers, total: servers.length, next: null }));
    repository.write('labels.yaml', labels(listeners.port));
    daemon = await startDaemon(folder, []);
  });
  afterAll(async () => {
    await daemon?.end('SIGKILL');
    await Promise.all([bind?.stop(), listeners?.stop()]);
  });

  it('all are answered at first, and nothing is said of checks that nobody makes', async () => {
    await becomes('www', '127.0.0.2 127.0.0.3');
    await becomes('closed', '127.0.0.4');
    await daemon.until(({ state }) => state === 'converged', 'converged');
    expect(daemon.log()).not.toContain('health-check-unsupported');
  });

  it('what goes down leaves its name, and closed answers with none', async () => {
    await listeners.down('127.0.0.3', '127.0.0.4');
    await becomes('www', '127.0.0.2');
    await becomes('closed', '');
    await says('down by its health check: 127.0.0.3 (www.example.com. A)');
    await daemon.until(({ state }) => state === 'converged', 'converged');
    expect(await daemon.get('/api/v1/passes?limit=20')).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ cause: 'health', outcome: 'done' })]),
    });
  });

  it('apply, plan and verify beside the daemon go by what it found, and explain says why', async () => {
    const applied = await run('apply', '--yes', '--format', 'json');
    expect(JSON.parse(applied.stdout).summary).toEqual({ create: 0, replace: 0, delete: 0, withheld: 0 });
    expect(applied.code).toBe(0);
    expect(await answers('www')).toEqual(['127.0.0.2', '127.0.0.2']);
    expect(await run('verify')).toMatchObject({ code: 0 });
    const { stdout } = await run('explain', 'www.example.com');
    expect(await daemon.text('/metrics')).toContain('hostmaster_health_checks{state="down"} 2');
    expect(stdout).toMatch(/127\.0\.0\.3 .*down since 20\S+Z: not answered/);
  });

  it('over half at once is not believed: nothing changes, and an alert says so', async () => {
    const others = ['127.0.0.2', '127.0.0.5', '127.0.0.6', '127.0.0.7'];
    await listeners.down(...others);
    await says('fail at once: none of it is believed');
    expect(daemon.log()).toContain('MASS_FAILURE');
    expect(await answers('www')).toEqual(['127.0.0.2', '127.0.0.2']);
    expect(await answers('rest')).toEqual(Array(2).fill('127.0.0.5 127.0.0.6 127.0.0.7'));
    await listeners.up(...others);
    await says('health checks are believed again');
    expect(daemon.log()).not.toContain('down by its health check: 127.0.0.2');
  });

  it('what comes back is answered again', async () => {
    await listeners.up('127.0.0.3', '127.0.0.4');
    await becomes('www', '127.0.0.2 127.0.0.3');
    await becomes('closed', '127.0.0.4');
    expect((await daemon.end()).code).toBe(0);
  });
});
