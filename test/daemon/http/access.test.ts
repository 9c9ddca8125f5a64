import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { access, bearer, type Interface, openInterface, secrets } from './interface.ts';

let daemon: Interface;
beforeEach(async () => {
  daemon = await openInterface();
});
afterEach(() => daemon.close());

describe('tokens', () => {
  const reads = ['status', 'zones', 'zones/example.com', 'passes', 'passes/17', 'servers', 'audit', 'events'];

  it.each([...reads, 'explain?name=a.', 'openapi.json', 'nothing', ''])(
    "/api/v1/%s is nobody's without a token",
    async (path) => {
      const { headers, json, status } = await daemon.ask(`/api/v1/${path}`);
      expect({ json, status }).toMatchObject({ status: 401, json: { error: { code: 'UNAUTHORIZED' } } });
      expect(headers['www-authenticate']).toBe('Bearer realm="hostmaster"');
      expect(daemon.front.asked).toEqual([]);
    },
  );

  it.each([
    ['no word before it', secrets.read],
    ['another scheme', `Basic ${secrets.read}`],
    ['a wrong one', 'Bearer wrong'],
    ['the beginning of one', `Bearer ${secrets.read.slice(0, -1)}`],
    ['one with more behind it', `Bearer ${secrets.read}x`],
    ['one in capitals', `Bearer ${secrets.read.toUpperCase()}`],
    ['an empty one', 'Bearer '],
    ['two', `Bearer ${secrets.read} ${secrets.write}`],
  ])('%s is no token', async (_, authorization) => {
    expect((await daemon.ask('/api/v1/status', { headers: { authorization } })).status).toBe(401);
  });

  it('a token in the address or in a cookie is none', async () => {
    expect((await daemon.ask(`/api/v1/status?token=${secrets.read}`)).status).toBe(401);
    expect((await daemon.ask('/api/v1/status', { headers: { cookie: `token=${secrets.read}` } })).status).toBe(401);
  });

  it('a token in the address is not repeated either, beside a right one', async () => {
    const { json } = await daemon.get(`/api/v1/status?${secrets.write}=1`);
    expect(json).toEqual({ error: { code: 'BAD_REQUEST', message: 'The query: it takes none.' } });
  });

  it.each(['sync', 'suspend', 'resume'])('a token that may only read begins no %s', async (what) => {
    const { json, status } = await daemon.post(`/api/v1/${what}`, { reason: 'r' }, secrets.read);
    expect({ json, status }).toMatchObject({ status: 403, json: { error: { code: 'FORBIDDEN' } } });
    expect(daemon.front.asked).toEqual([]);
  });

  it('an empty token that is configured by mistake lets nobody in', async () => {
    daemon.use({ ...access, tokens: [{ name: 'empty', token: '', scope: 'write' }] });
    expect((await daemon.ask('/api/v1/status', { headers: { authorization: 'Bearer ' } })).status).toBe(401);
    expect((await daemon.ask('/api/v1/status', { headers: bearer('x') })).status).toBe(401);
    daemon.use(access);
  });

  it('a reload takes effect at once', async () => {
    expect((await daemon.get('/api/v1/status', secrets.write)).status).toBe(200);
    daemon.use({ ...access, tokens: access.tokens.slice(1) });
    expect((await daemon.get('/api/v1/status', secrets.write)).status).toBe(401);
    expect((await daemon.get('/api/v1/status')).status).toBe(200);
  });

  it('the log has the name of the token, and the route without what was asked for', async () => {
    await daemon.get('/api/v1/zones/example.com?q=abc');
    expect(daemon.answered.find(({ by }) => by === 'grafana')).toMatchObject({
      ...{ method: 'GET', route: '/api/v1/zones/{zone}', status: 200 },
    });
  });

  it('after many wrong tokens a client is told to wait, and a right one is let in all the same', async () => {
    const limited = await openInterface({ limits: { failures: 3 } });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await limited.get('/api/v1/status', 'wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const { headers } = await limited.get('/api/v1/status', 'wrong');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await limited.get('/api/v1/status')).status).toBe(200);
    await limited.close();
  });

  it('a client that asks too often is told to wait; probes are not counted', async () => {
    const limited = await openInterface({ limits: { requests: 3 } });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await limited.get('/api/v1/status')).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await limited.ask('/healthz')).status).toBe(200);
    await limited.close();
  });
});

describe('what answers without a token', () => {
  it.each(['/healthz', '/readyz', '/', '/app.js'])('%s', async (path) => {
    expect((await daemon.ask(path)).status).toBe(200);
  });

  it('a daemon that is not ready says why', async () => {
    daemon.front.knobs.ready = false;
    const { json, status } = await daemon.ask('/readyz');
    expect({ json, status }).toEqual({ status: 503, json: { ready: false, why: 'no pass has ended yet' } });
  });

  it('/metrics asks for any token, unless the settings open it', async () => {
    expect((await daemon.ask('/metrics')).status).toBe(401);
    expect((await daemon.get('/metrics')).text).toContain('hostmaster_build_info{version="0.1.0"} 1');
    daemon.use({ ...access, metrics: 'open' });
    expect((await daemon.ask('/metrics')).status).toBe(200);
  });
});

describe('who asks from where', () => {
  it.each(['localhost', '127.0.0.1:8053', '[::1]:8053', 'LOCALHOST:1', 'dns.example.net', 'dns.example.net:8443'])(
    'the Host %s is this daemon',
    async (host) => {
      expect((await daemon.ask('/', { headers: { host } })).status).toBe(200);
      expect((await daemon.ask('/api/v1/status', { headers: { host, ...bearer(secrets.read) } })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'dns.example.net.evil.example',
    'localhost.evil.example:8053',
    '192.0.2.1',
    'localhost@evil.example',
    '127.0.0.1:8053:80',
    '',
  ])('the Host "%s" is another: 421, with a right token too', async (host) => {
    for (const path of ['/', '/app.js', '/api/v1/status']) {
      expect((await daemon.ask(path, { headers: { host, ...bearer(secrets.read) } })).status).toBe(421);
    }
  });

  it.each(['/healthz', '/readyz', '/metrics'])('%s answers any Host: probes ask by address', async (path) => {
    const headers = { host: '10.0.0.7:8053', ...bearer(secrets.read) };
    expect((await daemon.ask(path, { headers })).status).toBe(200);
  });

  it.each([
    ['a form of another site', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a form of another site that says it is text', { 'content-type': 'text/plain' }, 415],
    ['a request without a type', {}, 415],
    ['a script of another site', { 'content-type': 'application/json', origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { 'content-type': 'application/json', origin: 'null' }, 403],
  ])('%s writes nothing, with a right token too', async (_, headers, status) => {
    const sent = { method: 'POST', headers: { ...headers, ...bearer(secrets.write) }, body: '{}' };
    expect((await daemon.ask('/api/v1/sync', sent)).status).toBe(status);
    expect(daemon.front.asked).toEqual([]);
  });

  it("the daemon's own page writes", async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8', origin: 'https://dns.example.net' };
    const sent = { method: 'POST', headers: { ...headers, ...bearer(secrets.write) }, body: '{}' };
    expect((await daemon.ask('/api/v1/sync', sent)).status).toBe(202);
  });

  it('a browser that asks whether another site may write is told no: no answer has a CORS header or a cookie', async () => {
    const headers = {
      ...{ origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      ...{ 'access-control-request-headers': 'authorization,content-type' },
    };
    const preflight = await daemon.ask('/api/v1/sync', { method: 'OPTIONS', headers });
    const simple = await daemon.ask('/api/v1/status', { headers: { ...headers, ...bearer(secrets.read) } });
    expect([preflight.status, simple.status]).toEqual([401, 200]);
    for (const answer of [preflight, simple]) {
      expect(Object.keys(answer.headers).filter((name) => /^access-control|^set-cookie/.test(name))).toEqual([]);
    }
  });
});

describe('headers', () => {
  it.each(['/', '/api/v1/status', '/healthz', '/api/v1/nothing'])(
    '%s tells browsers to run and to embed nothing else',
    async (path) => {
      const { headers } = await daemon.get(path);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none';script-src 'self';style-src 'self';connect-src 'self';img-src 'self' data:;" +
          "frame-ancestors 'none';base-uri 'none';form-action 'none'",
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    },
  );

  it('no answer of the interface is kept by a cache', async () => {
    expect((await daemon.get('/api/v1/status')).headers['cache-control']).toBe('no-store');
    expect((await daemon.ask('/api/v1/status')).headers['cache-control']).toBe('no-store');
  });
});
