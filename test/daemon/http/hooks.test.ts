import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  access,
  hubSigned,
  type Interface,
  now,
  openInterface,
  type Received,
  type Sent,
  secrets,
} from './interface.ts';

let daemon: Interface;
beforeEach(async () => {
  daemon = await openInterface();
});
afterEach(() => daemon.close());

const json = { 'content-type': 'application/json' };

const send = (path: string, body: string | Buffer, headers: Sent['headers'] = {}): Promise<Received> =>
  daemon.ask(path, { method: 'POST', headers: { ...json, ...headers }, body });

const push = JSON.stringify({ ref: 'refs/heads/main', after: 'a'.repeat(40) });

describe('hooks of a Git server', () => {
  const id = 'msg_1';
  const seconds = String(now / 1000);
  const standard = (body: string, timestamp = seconds) => ({
    ...{ 'webhook-id': id, 'webhook-timestamp': timestamp },
    'webhook-signature': `v1,${createHmac('sha256', secrets.git).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  });

  it.each([
    ['GitHub', { 'x-github-event': 'push', ...hubSigned(push, secrets.git) }],
    [
      'Gitea',
      { 'x-gitea-event': 'push', 'x-gitea-signature': createHmac('sha256', secrets.git).update(push).digest('hex') },
    ],
    ['GitLab', { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secrets.git }],
    ['Standard Webhooks', standard(push)],
  ])('a push of %s makes the daemon fetch', async (_, headers) => {
    expect((await send('/hooks/git', push, headers)).status).toBe(202);
    expect(daemon.front.asked).toEqual([{ kind: 'git' }]);
  });

  it.each([
    ['no signature', {}],
    ['one with another secret', hubSigned(push, 'other')],
    ['one of another body', hubSigned(`${push} `, secrets.git)],
    ['a wrong token', { 'x-gitlab-token': `${secrets.git}x` }],
    ['a signature of the wrong length', { 'x-hub-signature-256': 'sha256=00' }],
    ['the older SHA-1', { 'x-hub-signature': `sha1=${createHmac('sha1', secrets.git).update(push).digest('hex')}` }],
    ['a stale one', standard(push, String(now / 1000 - 301))],
    ['one from the future', standard(push, String(now / 1000 + 301))],
    ['the secret of another hook', hubSigned(push, secrets.lab)],
    ['an API token', { authorization: `Bearer ${secrets.write}` }],
  ])('%s is refused', async (_, headers) => {
    const { json, status } = await send('/hooks/git', push, headers);
    expect({ json, status }).toMatchObject({ status: 401, json: { error: { code: 'UNAUTHORIZED' } } });
    expect(daemon.front.asked).toEqual([]);
  });

  it.each([
    ['another ref', push.replace('main', 'other'), { 'x-github-event': 'push' }],
    ['a ping', '{"zen":"z"}', { 'x-github-event': 'ping' }],
  ])('%s is ignored', async (_, body, headers) => {
    const answer = await send('/hooks/git', body, { ...headers, ...hubSigned(body, secrets.git) });
    expect(answer).toMatchObject({ status: 200, json: { status: 'ignored' } });
    expect(daemon.front.asked).toEqual([]);
  });

  it('what is signed and no JSON is said to be so', async () => {
    const answer = await send('/hooks/git', '{', hubSigned('{', secrets.git));
    expect(answer).toMatchObject({ status: 400, json: { error: { message: 'The body is no JSON.' } } });
  });

  it('a daemon without a secret for it takes none', async () => {
    daemon.use({ ...access, gitHook: null });
    expect((await send('/hooks/git', push, hubSigned(push, secrets.git))).status).toBe(404);
  });

  it('each is counted by what became of it', async () => {
    await send('/hooks/git', push, hubSigned(push, secrets.git));
    await send('/hooks/git', push);
    const { text } = await daemon.get('/metrics');
    expect(text).toContain('hostmaster_hooks_total{kind="git",result="accepted"} 1');
    expect(text).toContain('hostmaster_hooks_total{kind="git",result="unauthorized"} 1');
  });
});

describe('hooks of an inventory', () => {
  const server = { name: 'web1', ips: ['192.0.2.11'], labels: ['web'] };
  const body = (servers: readonly unknown[], at: string | null = '2026-11-30T08:20:00Z') =>
    JSON.stringify({ ...(at === null ? {} : { at }), servers });
  const sendServers = (text: string, path = '/hooks/inventory/lab', secret: string = secrets.lab) =>
    send(path, text, hubSigned(text, secret));

  it('servers are accepted, checked as those of an answer are', async () => {
    const { json, status } = await sendServers(body([server]));
    expect({ json, status }).toEqual({ status: 202, json: { accepted: 1 } });
    const checked = {
      inventory: 'lab',
      name: 'web1',
      ips: ['192.0.2.11'],
      labels: ['web'],
      state: 'active',
      attributes: {},
    };
    const hook = { kind: 'servers', at: now, servers: [checked], distrusted: [], invalid: [] };
    expect(daemon.front.asked).toEqual([{ kind: 'inventory', inventory: 'lab', hook, waitMs: null }]);
  });

  it('the name may be left out where one inventory has hooks, and only there', async () => {
    expect((await sendServers(body([server]), '/hooks/inventory')).status).toBe(202);
    daemon.use({
      ...access,
      inventoryHooks: new Map([
        ['lab', secrets.lab],
        ['dc', 'other'],
      ]),
    });
    expect((await sendServers(body([server]), '/hooks/inventory')).status).toBe(404);
    expect((await sendServers(body([server]), '/hooks/inventory/nowhere')).status).toBe(404);
    expect((await sendServers(body([server]), '/hooks/inventory/constructor')).status).toBe(404);
  });

  it('wait asks for what became of each server', async () => {
    const { json, status } = await sendServers(body([server]), '/hooks/inventory/lab?wait=30s');
    expect({ json, status }).toEqual({
      status: 200,
      json: { servers: [{ name: 'web1', status: 'verified', message: null }] },
    });
    expect(daemon.front.asked).toMatchObject([{ waitMs: 30_000 }]);
  });

  it.each(['wait=61s', 'wait=1h', 'wait=soon', 'wait=30', 'wait='])('%s is no time to wait', async (query) => {
    expect((await sendServers(body([server]), `/hooks/inventory/lab?${query}`)).status).toBe(400);
  });

  it.each([
    ['forged', body([server]), 'other', 401, 'UNAUTHORIZED'],
    ['signed with the secret of Git', body([server]), secrets.git, 401, 'UNAUTHORIZED'],
    ['stale', body([server], '2026-11-30T08:14:59Z'), secrets.lab, 400, 'STALE_HOOK'],
    ['from the future', body([server], '2026-11-30T08:25:01Z'), secrets.lab, 400, 'STALE_HOOK'],
    ['without a list', '{"server":[]}', secrets.lab, 400, 'BAD_REQUEST'],
    ['with a time that is none', body([server], 'now'), secrets.lab, 400, 'BAD_REQUEST'],
    ['no JSON', 'servers', secrets.lab, 400, 'BAD_REQUEST'],
    ['empty', '', secrets.lab, 400, 'BAD_REQUEST'],
    [
      'of 1,001 servers',
      body(Array.from({ length: 1001 }, (_, i) => ({ name: `w${i}` }))),
      secrets.lab,
      413,
      'TOO_LARGE',
    ],
  ])('one that is %s is refused', async (_, text, secret, status, code) => {
    const answer = await sendServers(text, '/hooks/inventory/lab', secret);
    expect(answer).toMatchObject({ status, json: { error: { code } } });
    expect(daemon.front.asked).toEqual([]);
  });

  it('of one without a time nothing is believed, and all is asked', async () => {
    expect((await sendServers(body([server], null))).status).toBe(202);
    expect(daemon.front.asked).toMatchObject([{ hook: { kind: 'ask' } }]);
  });

  it("NetBox's own hook says which object to read, and deletions ask for all", async () => {
    const signedBy = (text: string) => ({
      'x-hook-signature': createHmac('sha512', secrets.lab).update(text).digest('hex'),
    });
    const updated = JSON.stringify({
      event: 'updated',
      model: 'device',
      data: { id: 17, name: 'web1' },
      snapshots: {},
    });
    const deleted = JSON.stringify({ event: 'deleted', model: 'device', data: { id: 17, name: 'web1' } });
    expect((await send('/hooks/inventory/lab', updated, signedBy(updated))).status).toBe(202);
    expect((await send('/hooks/inventory/lab', deleted, signedBy(deleted))).status).toBe(202);
    expect((await send('/hooks/inventory/lab', deleted, signedBy(updated))).status).toBe(401);
    expect(daemon.front.asked).toMatchObject([
      { hook: { kind: 'object', object: { model: 'device', id: 17, name: 'web1' } } },
      { hook: { kind: 'ask' } },
    ]);
  });

  it('where too many servers wait, it is to be sent again', async () => {
    daemon.front.knobs.hook = async () => ({ kind: 'full', retryAfterSeconds: 2.1 });
    const { headers, status } = await sendServers(body([server]));
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('3');
  });

  it('while the daemon stops, it is to be sent again', async () => {
    daemon.front.knobs.stopping = true;
    expect(await sendServers(body([server]))).toMatchObject({ status: 503, json: { error: { code: 'STOPPING' } } });
    expect((await send('/hooks/git', push, hubSigned(push, secrets.git))).status).toBe(503);
    expect(daemon.front.asked).toEqual([]);
  });

  it('where many wait already, one more is taken and does not wait', async () => {
    const crowded = await openInterface({ limits: { waitingHooks: 1 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    const { hook } = crowded.front.knobs;
    crowded.front.knobs.hook = async (each, waitMs) => {
      if (waitMs !== null) await promise;
      return hook(each, waitMs);
    };
    const text = body([server]);
    const sent = { method: 'POST', headers: { ...json, ...hubSigned(text, secrets.lab) }, body: text };
    const first = crowded.ask('/hooks/inventory/lab?wait=30s', sent);
    await expect.poll(() => crowded.front.asked.length).toBe(1);
    expect((await crowded.ask('/hooks/inventory/lab?wait=30s', sent)).status).toBe(202);
    resolve();
    expect((await first).status).toBe(200);
    await crowded.close();
  });

  it('after many forged ones a client is told to wait, and a signed one is taken all the same', async () => {
    const limited = await openInterface({ limits: { failures: 2 } });
    const text = body([server]);
    const forged = { method: 'POST', headers: { ...json, ...hubSigned(text, 'other') }, body: text };
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await limited.ask('/hooks/inventory/lab', forged)).status);
    expect(statuses).toEqual([401, 401, 429, 429]);
    const signed = { ...forged, headers: { ...json, ...hubSigned(text, secrets.lab) } };
    expect((await limited.ask('/hooks/inventory/lab', signed)).status).toBe(202);
    await limited.close();
  });
});
