import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearer, hubSigned, type Interface, openInterface, secrets } from './interface.ts';
import { connectTo, exchangeRaw, type RawConnection } from './raw.ts';

let daemon: Interface;
beforeEach(async () => {
  daemon = await openInterface({ limits: { receive: 60_000, body: 1000, bodies: 20_000, inventoryBody: 10_000 } });
});
afterEach(async () => {
  expect(daemon.failures).toEqual([]);
  await daemon.close();
});

const reader = bearer(secrets.read);
const writer = { ...bearer(secrets.write), 'content-type': 'application/json' };
const postSync = (body: string, headers = {}) =>
  daemon.ask('/api/v1/sync', { method: 'POST', headers: { ...writer, ...headers }, body });

describe('addresses', () => {
  it.each([
    ['/../../etc/passwd', 404],
    ['/..%2f..%2fetc%2fpasswd', 404],
    ['/%2e%2e/%2e%2e/etc/passwd', 404],
    ['/app.js/../../../etc/passwd', 404],
    ['/app.js%00.html', 404],
    ['/app.js/', 404],
    ['/APP.JS', 404],
    ['//', 404],
    ['//healthz', 404],
    ['/healthz/', 404],
    ['/\\..\\..\\etc\\passwd', 404],
    ['/%', 400],
    ['/%zz', 400],
    ['/%c0%ae%c0%ae/etc/passwd', 400],
    ['/api/v1/%ff', 400],
    ['/__proto__', 404],
    ['/hooks', 404],
    [`/${'a'.repeat(8000)}`, 404],
  ])('%s finds nothing', async (path, status) => {
    const answer = await daemon.get(path);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.text).not.toContain('passwd');
  });

  it.each([
    '/api//v1/status',
    '//api/v1/status',
    '/api/v1/../v1/status',
    '/api/v1/zones/../status',
    '/API/v1/status',
    '/api',
  ])('%s is not another way to what needs a token', async (path) => {
    const [without, withOne] = [await daemon.ask(path), await daemon.get(path)];
    expect([401, 404]).toContain(without.status);
    expect(withOne.status).toBe(404);
  });

  it.each(['..%2f..%2fetc%2fpasswd', '%2e%2e', '__proto__', 'constructor', `${'a'.repeat(3000)}`])(
    'the zone %s is only a name that nobody has',
    async (name) => {
      expect((await daemon.get(`/api/v1/zones/${name}`)).status).toBe(404);
    },
  );

  it('an address with a Host in it goes by the header, and finds nothing', async () => {
    const answer = await exchangeRaw(
      daemon.port,
      'GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 (?:404|421) /);
  });
});

describe('methods', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'POST', 'TRACE'])('%s of what is only read is 405', async (method) => {
    const answer = await daemon.ask('/api/v1/status', { method, headers: reader });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  it('GET of what only a POST does is 405, and nothing is done', async () => {
    expect((await daemon.get('/api/v1/sync', secrets.write)).headers.allow).toBe('POST');
    expect((await daemon.ask('/hooks/git')).status).toBe(405);
    expect(daemon.front.asked).toEqual([]);
  });

  it('HEAD is GET without a body, and needs the same token', async () => {
    const [open, read, without] = [
      await daemon.ask('/healthz', { method: 'HEAD' }),
      await daemon.ask('/api/v1/status', { method: 'HEAD', headers: reader }),
      await daemon.ask('/api/v1/status', { method: 'HEAD' }),
    ];
    expect([open.status, read.status, without.status]).toEqual([200, 200, 401]);
    expect(read.text).toBe('');
  });

  it('a method that HTTP does not know is refused', async () => {
    expect(await exchangeRaw(daemon.port, 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['headers of 20 KiB', `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'a length and chunks',
      'POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a length that is none', 'POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
  ])('%s', async (_, sent, status) => {
    const answer = await exchangeRaw(daemon.port, sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it.each([
    ['two Hosts', 'Host: localhost\r\nHost: evil.example', 421],
    ['two tokens', `Host: localhost\r\nAuthorization: Bearer ${secrets.read}\r\nAuthorization: Bearer x`, 401],
  ])('%s are none', async (_, headers, status) => {
    const sent = `GET /api/v1/status HTTP/1.1\r\n${headers}\r\nAuthorization: Bearer ${secrets.read}\r\nConnection: close\r\n\r\n`;
    expect(await exchangeRaw(daemon.port, sent)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('two signatures are none, whichever is right', async () => {
    const right = hubSigned('{}', secrets.git)['x-hub-signature-256'] ?? '';
    for (const signatures of [
      [right, 'sha256=00'],
      ['sha256=00', right],
    ]) {
      const sent = { method: 'POST', headers: { 'x-hub-signature-256': signatures }, body: '{}' };
      expect((await daemon.ask('/hooks/git', sent)).status).toBe(401);
    }
  });

  it.each([
    ['{', 'The body is no JSON.'],
    ['', 'The body is empty.'],
    ['{"zones":["a"]', 'The body is no JSON.'],
    [`${'['.repeat(900)}`, 'The body is no JSON.'],
    ['{"__proto__":{"full":true}}', 'The body: it may have only zones, full, allow, force, rewind and accept.'],
    [
      '{"constructor":{"prototype":{"x":1}}}',
      'The body: it may have only zones, full, allow, force, rewind and accept.',
    ],
    [`{"${secrets.read}":1}`, 'The body: it may have only zones, full, allow, force, rewind and accept.'],
    [`{"rewind":"${secrets.read}"}`, 'The body: "rewind" has the wrong form (A whole SHA).'],
  ])('the body %s', async (body, message) => {
    const { json, status } = await postSync(body);
    expect({ json, status }).toEqual({ status: 400, json: { error: { code: 'BAD_REQUEST', message } } });
    expect(daemon.front.asked).toEqual([]);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('full');
  });

  it('a server of a hook that brings __proto__ brings nothing by it', async () => {
    const body =
      '{"at":"2026-11-30T08:20:00Z","servers":[{"name":"web1","__proto__":{"state":"decommissioned","x":1}}]}';
    const headers = hubSigned(body, secrets.lab);
    expect((await daemon.ask('/hooks/inventory', { method: 'POST', headers, body })).status).toBe(202);
    expect(daemon.front.asked).toMatchObject([
      { hook: { servers: [{ name: 'web1', state: 'active', attributes: {} }] } },
    ]);
  });
});

describe('what is too large', () => {
  it.each([
    ['/api/v1/sync', 1000],
    ['/hooks/inventory/lab', 10_000],
    ['/hooks/git', 25 * 1024 * 1024],
  ])('a body of %s that says it is larger than %i octets is refused before it comes', async (path, most) => {
    const headers = Object.entries({ ...writer, host: 'localhost', 'content-length': most + 1 });
    const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\r\n');
    expect(await exchangeRaw(daemon.port, `POST ${path} HTTP/1.1\r\n${lines}\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('one that does not say so is refused as soon as it is', async () => {
    const connection = await connectTo(daemon.port);
    connection.send('POST /hooks/inventory HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    connection.send(`2711\r\n${'a'.repeat(10_001)}\r\n`);
    expect(await connection.ended).toMatch(/^HTTP\/1.1 413 /);
  });

  it('a push of 25 MiB is taken', async () => {
    const large = await openInterface();
    const body = `{"ref":"refs/heads/main"${' '.repeat(25 * 1024 * 1024 - 25)}}`;
    const answer = await large.ask('/hooks/git', { method: 'POST', headers: hubSigned(body, secrets.git), body });
    expect([body.length, answer.status]).toEqual([25 * 1024 * 1024, 202]);
    await large.close();
  });

  it('bodies that are too much together are told to come again', async () => {
    const slow = await Promise.all([connectTo(daemon.port), connectTo(daemon.port)]);
    for (const connection of slow) {
      connection.send(`POST /hooks/inventory HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n${'a'.repeat(9990)}`);
    }
    const body = 'a'.repeat(5000);
    const headers = hubSigned(body, secrets.lab);
    const once = () => daemon.ask('/hooks/inventory', { method: 'POST', headers, body });
    // The bodies of the two have to be there first; what is signed is no JSON.
    await expect.poll(async () => (await once()).status, { timeout: 10_000 }).toBe(429);
    const small = '{"at":"2026-11-30T08:20:00Z","servers":[]}';
    const smallHook = { method: 'POST', headers: hubSigned(small, secrets.lab), body: small };
    expect((await daemon.ask('/hooks/inventory', smallHook)).status).toBe(202);
    for (const connection of slow) connection.destroy();
    await expect.poll(async () => (await once()).status).toBe(400);
  });
});

describe('what does not come', () => {
  it.each([
    ['nothing', ''],
    ['half a header', 'GET / HTTP/1.1\r\nHost: local'],
    ['half a body', 'POST /hooks/git HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'],
    [
      'half of a body in chunks',
      'POST /hooks/git HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    ],
  ])('a connection with %s is ended in time', async (_, sent) => {
    const hasty = await openInterface({ limits: { receive: 400 } });
    const connection = await connectTo(hasty.port);
    if (sent !== '') connection.send(sent);
    expect(await connection.ended).toMatch(/^(?:$|HTTP\/1.1 408 )/);
    await hasty.close();
  });

  it('one that sends an octet now and then is ended in time as well', async () => {
    const hasty = await openInterface({ limits: { receive: 400 } });
    const connection = await connectTo(hasty.port);
    connection.send('GET / HTTP/1.1\r\nX-A: ');
    const dripping = setInterval(() => connection.send('a'), 20);
    expect(await connection.ended).toMatch(/^HTTP\/1.1 408 /);
    clearInterval(dripping);
    await hasty.close();
  });

  it('an answer that nobody reads is ended in time', async () => {
    const hasty = await openInterface({ limits: { stuck: 300, connections: 1 } });
    let isAsked = false;
    hasty.front.explain = async () => {
      isAsked = true;
      return { answer: 'a'.repeat(50_000_000) };
    };
    const connection = await connectTo(hasty.port);
    connection.socket.pause();
    const asked = `GET /api/v1/explain?name=a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secrets.read}\r\n\r\n`;
    connection.send(asked);
    // It keeps the only connection that there is room for.
    const probe = () =>
      hasty.ask('/healthz').then(
        ({ status }) => status,
        () => null,
      );
    await expect.poll(() => isAsked).toBe(true);
    await expect.poll(probe).toBe(200);
    connection.destroy();
    await hasty.close();
  });

  it('200 connections that ask for nothing keep nobody out', async () => {
    const patient = await openInterface();
    const idle: RawConnection[] = [];
    for (let i = 0; i < 200; i += 1) idle.push(await connectTo(patient.port));
    await expect.poll(() => idle.filter((each) => each.isOpen()).length).toBeLessThanOrEqual(100);
    expect((await patient.ask('/healthz')).status).toBe(200);
    for (const each of idle) each.destroy();
    await patient.close();
  });

  it('where all connections are at work, one more is ended, and those go on', async () => {
    const small = await openInterface({ limits: { connections: 2 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    const { hook } = small.front.knobs;
    small.front.knobs.hook = async (...asked) => promise.then(() => hook(...asked));
    const body = '{"at":"2026-11-30T08:20:00Z","servers":[]}';
    const sent = { method: 'POST', headers: hubSigned(body, secrets.lab), body };
    const working = [small.ask('/hooks/inventory', sent), small.ask('/hooks/inventory', sent)];
    await expect.poll(() => small.front.asked.length).toBe(2);
    await expect(small.ask('/healthz')).rejects.toThrow(/hang up|ECONNRESET/);
    resolve();
    expect((await Promise.all(working)).map(({ status }) => status)).toEqual([202, 202]);
    await small.close();
  });
});

it('a client whose hooks are signed is never told to wait', async () => {
  const limited = await openInterface({ limits: { requests: 5, failures: 5 } });
  const body = '{"at":"2026-11-30T08:20:00Z","servers":[]}';
  const sent = { method: 'POST', headers: hubSigned(body, secrets.lab), body };
  const statuses: number[] = [];
  for (let i = 0; i < 30; i += 1) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => limited.ask('/hooks/inventory', sent)));
    statuses.push(...answers.map(({ status }) => status));
  }
  expect(new Set(statuses)).toEqual(new Set([202]));
  await limited.close();
});
