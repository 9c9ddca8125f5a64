import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DaemonFolder, daemonFolder, type RunningDaemon, startDaemon, zoneWith } from '../daemon/running.ts';
import { dig } from '../servers/index.ts';

// The fast way of an address change: a signed hook, and the name servers' answer.

const secret = 'the-secret-of-the-lab-hook';

let place: DaemonFolder;
let daemon: RunningDaemon;

const serversYaml = (addresses: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    servers: Object.entries(addresses).map(([name, ip]) => ({
      name,
      ips: [ip],
      labels: [],
      groups: [],
      state: 'active',
    })),
  });

beforeAll(async () => {
  const zones = ['example.com', 'lab.internal', '2.0.192.in-addr.arpa'];
  const made = { create: { ns: ['ns1.example.net.'] }, static: 'none', targets: ['local'] };
  place = await daemonFolder({
    zones: Object.fromEntries(
      zones.map((zone) => [zone, zone === 'example.com' ? { targets: ['local'], create: true } : made]),
    ),
    inventory: { lab: { type: 'file', path: 'servers.yaml', interval: '1h' } },
    registration: { zone: 'lab.internal', ttl: 60 },
    daemon: { listen: '127.0.0.1:0', hooks: { inventory: { lab: { secret: { env: 'LAB_HOOK' } } } } },
  });
  place.write('zones/example.com.yaml', zoneWith('192.0.2.80'));
  place.write('servers.yaml', serversYaml({ web1: '192.0.2.1', web2: '192.0.2.2' }));
  daemon = await startDaemon(place.folder, [], { env: { LAB_HOOK: secret } });
  await daemon.until(({ state }) => state === 'converged', 'converged');
});
afterAll(async () => {
  await daemon?.end('SIGKILL');
});

interface Hooked {
  readonly status: number;
  readonly body: {
    readonly accepted?: number;
    readonly servers?: readonly { readonly name: string; readonly status: string }[];
  };
}

const hook = async (servers: readonly unknown[], at: Date | null = new Date(), key = secret): Promise<Hooked> => {
  const body = JSON.stringify({ ...(at === null ? {} : { at: at.toISOString() }), servers });
  const signature = createHmac('sha256', key).update(body).digest('hex');
  const answer = await fetch(`${daemon.url}/hooks/inventory/lab?wait=60s`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
  });
  return { status: answer.status, body: (await answer.json()) as Hooked['body'] };
};

const server = (name: string, ...ips: readonly string[]) => ({ name, ips, labels: [], groups: [], state: 'active' });
const ask = async (name: string, type = 'A'): Promise<readonly string[]> =>
  (await dig(place.dns, name, type)).answers.map(({ rdata }) => rdata);

describe("an inventory's hook", () => {
  it('moves an address with its PTR, and says when every name server answers so', async () => {
    const moved = await hook([server('web1', '192.0.2.11')]);
    expect(moved).toMatchObject({
      status: 200,
      body: { servers: [{ name: 'web1', status: 'verified', message: null }] },
    });
    expect(await ask('web1.lab.internal')).toEqual(['192.0.2.11']);
    expect(await ask('11.2.0.192.in-addr.arpa', 'PTR')).toEqual(['web1.lab.internal.']);
    expect(await ask('1.2.0.192.in-addr.arpa', 'PTR')).toEqual([]);
    expect(await daemon.status()).toMatchObject({
      last_pass: { cause: 'hook', outcome: 'done' },
      zones: { converged: 3 },
    });
    const metrics = (await daemon.text('/metrics')).split('\n');
    expect(metrics).toContain('hostmaster_hook_verified_seconds_count 1');
    expect(metrics).toContain('hostmaster_hooks_total{kind="inventory",result="accepted"} 1');
    expect(metrics).toContain('hostmaster_inventory_complete{inventory="lab"} 1');
  });

  it('leaves no PTR where a server goes there and back', async () => {
    for (const ip of ['192.0.2.21', '192.0.2.22', '192.0.2.21', '192.0.2.23']) {
      expect((await hook([server('web2', ip)])).body.servers).toMatchObject([{ status: 'verified' }]);
      expect(await ask('web2.lab.internal')).toEqual([ip]);
    }
    for (const last of [2, 21, 22]) expect(await ask(`${last}.2.0.192.in-addr.arpa`, 'PTR')).toEqual([]);
    expect(await ask('23.2.0.192.in-addr.arpa', 'PTR')).toEqual(['web2.lab.internal.']);
  });

  it('that is older than the last one is ignored, and one of another key refused', async () => {
    expect((await hook([server('web1', '192.0.2.99')], new Date(Date.now() - 60_000))).body.servers).toMatchObject([
      { name: 'web1', status: 'ignored' },
    ]);
    expect((await hook([server('web1', '192.0.2.99')], new Date(), 'another-secret')).status).toBe(401);
    expect(await ask('web1.lab.internal')).toEqual(['192.0.2.11']);
  });

  it('stands against a pass over everything that asks the inventory, until that says otherwise', async () => {
    const { body } = await daemon.post('/api/v1/sync', { full: true });
    const { pass } = body as { readonly pass: string };
    await daemon.until(({ last_pass: last }) => last?.id === pass, 'the pass that was asked for');
    // The file still has the old address: what it says is newer than the hook, as it was asked for after it.
    expect(await ask('web1.lab.internal')).toEqual(['192.0.2.1']);
  });
});
