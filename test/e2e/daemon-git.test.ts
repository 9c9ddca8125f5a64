import { createHmac } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeUpstream, type Upstream } from '../daemon/git/upstream.ts';
import { type RunningDaemon, startDaemon, zoneWith } from '../daemon/running.ts';
import { dig, tempFolder } from '../servers/index.ts';
import { type DnsAddress, freePort } from '../servers/ports.ts';

// The daemon on a real bare repository, with the operator's own file beside it.

let daemon: RunningDaemon | undefined;
afterEach(async () => {
  await daemon?.end('SIGKILL');
  daemon = undefined;
});

const hookSecret = 'the-secret-of-the-git-hook';

interface Scene {
  readonly upstream: Upstream;
  readonly folder: string;
  readonly dns: DnsAddress;
  start(): Promise<RunningDaemon>;
}

const repositoryFiles = (address: string, more: Readonly<Record<string, unknown>> = {}) => ({
  'hostmaster.yaml': JSON.stringify({ zones: { 'example.com': { targets: ['local'], create: true } }, ...more }),
  'zones/example.com.yaml': zoneWith(address),
});

const makeScene = async ({ interval = '1h' }: { readonly interval?: string } = {}): Promise<Scene> => {
  const upstream = makeUpstream();
  const folder = tempFolder('daemon-git');
  const port = await freePort();
  writeFileSync(
    join(folder, 'operator.yaml'),
    JSON.stringify({
      state: 'state.sqlite',
      targets: {
        local: { provider: 'embedded', listen: `127.0.0.1:${port}`, file: 'embedded.sqlite', verify_wait: '20s' },
      },
      git: { url: `file://${upstream.bare}`, ref: 'refs/heads/main', interval },
      daemon: { listen: '127.0.0.1:0', hooks: { git: { secret: { env: 'GIT_HOOK' } } } },
    }),
  );
  const start = () =>
    startDaemon(folder, ['--targets-from', 'operator.yaml'], { state: 'state.sqlite', env: { GIT_HOOK: hookSecret } });
  return { upstream, folder, dns: { address: '127.0.0.1', port }, start };
};

const www = async (dns: DnsAddress): Promise<readonly string[]> =>
  (await dig(dns, 'www.example.com', 'A')).answers.map(({ rdata }) => rdata);

const hook = async ({ url }: RunningDaemon, ref = 'refs/heads/main'): Promise<number> => {
  const body = JSON.stringify({ ref });
  const signature = createHmac('sha256', hookSecret).update(body).digest('hex');
  const answer = await fetch(`${url}/hooks/git`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
  return answer.status;
};

const inForce =
  (sha: string) =>
  ({ git, last_pass: last, state }: Awaited<ReturnType<RunningDaemon['status']>>): boolean =>
    git?.in_force === sha && last?.commit === sha && state === 'converged';

describe('a repository', () => {
  it('is taken at the start, and a push through its hook', async () => {
    const { dns, start, upstream } = await makeScene();
    const first = upstream.push(repositoryFiles('192.0.2.1'));
    daemon = await start();
    await daemon.until(inForce(first), 'in force');
    expect(await www(dns)).toEqual(['192.0.2.1']);
    const second = upstream.push(repositoryFiles('192.0.2.2'));
    expect(await hook(daemon)).toBe(202);
    expect(await daemon.until(inForce(second), 'changed')).toMatchObject({ last_pass: { cause: 'git' } });
    expect(await www(dns)).toEqual(['192.0.2.2']);
  });

  it('is looked at by itself each interval', async () => {
    const { dns, start, upstream } = await makeScene({ interval: '5s' });
    const first = upstream.push(repositoryFiles('192.0.2.1'));
    daemon = await start();
    await daemon.until(inForce(first), 'in force');
    expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200);
    const second = upstream.push(repositoryFiles('192.0.2.2'));
    await daemon.until(inForce(second), 'changed');
    expect(await www(dns)).toEqual(['192.0.2.2']);
  });

  it('with a new error is held whole, and the one in force stays, also over a restart', async () => {
    const { dns, start, upstream } = await makeScene();
    const first = upstream.push(repositoryFiles('192.0.2.1'));
    daemon = await start();
    await daemon.until(inForce(first), 'in force');
    const bad = upstream.push({
      ...repositoryFiles('192.0.2.2'),
      'zones/example.com.yaml': `${zoneWith('192.0.2.2')}bad: {type: A, value: 192.0.2.999}\n`,
    });
    await hook(daemon);
    const isHeld = ({ git }: Awaited<ReturnType<RunningDaemon['status']>>) =>
      git?.seen === bad && git.held_because !== null;
    expect(await daemon.until(isHeld, 'held')).toMatchObject({ state: 'held', git: { in_force: first } });
    const metrics = await daemon.text('/metrics');
    expect(metrics).toMatch(/^hostmaster_git_commit_held 1$/m);
    expect(metrics).toMatch(/^hostmaster_git_last_fetch_timestamp_seconds [1-9]/m);
    await daemon.end();
    renameSync(upstream.bare, `${upstream.bare}.away`);
    daemon = await start();
    const { git } = await daemon.until(
      ({ last_pass: last, started }) => last?.commit === first && last.started > started,
      'through again',
    );
    expect(git).toMatchObject({ in_force: first });
    expect(await www(dns)).toEqual(['192.0.2.1']);
    expect((await daemon.post('/api/v1/sync', { accept: first })).status).toBe(400);
    expect((await daemon.post('/api/v1/sync', { accept: bad })).status).toBe(202);
    await daemon.until(({ git, last_pass: last }) => git?.in_force === bad && last?.commit === bad, 'accepted');
    expect(await www(dns)).toEqual(['192.0.2.2']);
  });

  it('that cannot be had yet is said, and nothing is written until it is there', async () => {
    const { start } = await makeScene();
    daemon = await start();
    const { git } = await daemon.until(({ git }) => git !== null && git.error !== null, 'refused');
    expect(git).toMatchObject({ in_force: null, error: { code: 'GIT_REFUSED' } });
    const ready = await fetch(`${daemon.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, why: git?.error?.message }]);
  });

  it('waits for the end of a deny, and comes into force then by itself', async () => {
    const { dns, start, upstream } = await makeScene();
    const soon = new Date(Date.now() - 3_600_000);
    const schedule = `${soon.getUTCMinutes()} ${soon.getUTCHours()} * * *`;
    const end = Math.floor(soon.getTime() / 60_000) * 60_000;
    // It began an hour ago, at the full minute, and ends in about 40 s.
    const seconds = Math.round((Date.now() - end) / 1000) + 40;
    const windows = { windows: [{ kind: 'deny', schedule, duration: `${seconds}s` }] };
    const first = upstream.push(repositoryFiles('192.0.2.1', windows));
    daemon = await start();
    await daemon.until(inForce(first), 'in force');
    const second = upstream.push(repositoryFiles('192.0.2.2', windows));
    await hook(daemon);
    const { git } = await daemon.until(({ git }) => git?.seen === second, 'seen');
    expect(git).toMatchObject({ in_force: first, held_because: expect.stringContaining('denies it') });
    expect(await daemon.until(inForce(second), 'in force after the window')).toMatchObject({
      last_pass: { cause: 'window' },
    });
    expect(await www(dns)).toEqual(['192.0.2.2']);
  });
});
