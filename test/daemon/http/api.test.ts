import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostmasterError } from '../../../src/model/errors.ts';
import { type Interface, openInterface } from './interface.ts';

let daemon: Interface;
beforeEach(async () => {
  daemon = await openInterface();
});
afterEach(() => daemon.close());

describe('what can be looked at', () => {
  it.each([
    '/api/v1/status',
    '/api/v1/zones',
    '/api/v1/zones/example.com',
    '/api/v1/zones/example.com.?limit=10',
    '/api/v1/passes',
    '/api/v1/passes/17',
    '/api/v1/servers?q=web',
    '/api/v1/audit',
    '/api/v1/explain?name=www.example.com&type=A',
    '/api/v1/openapi.json',
  ])('%s answers as the document says', async (path) => {
    expect((await daemon.get(path)).status).toBe(200);
  });

  it('every path of the document is answered', async () => {
    const { json } = await daemon.get('/api/v1/openapi.json');
    expect(Object.keys(Object(Object(json).paths))).toEqual([
      '/healthz',
      '/readyz',
      '/metrics',
      ...['status', 'zones', 'zones/{zone}', 'passes', 'passes/{id}', 'servers', 'audit', 'explain', 'events'].map(
        (path) => `/api/v1/${path}`,
      ),
      ...['sync', 'suspend', 'resume'].map((path) => `/api/v1/${path}`),
      '/hooks/git',
      '/hooks/inventory',
      '/hooks/inventory/{name}',
      '/',
      '/app.js',
      '/api/v1/openapi.json',
    ]);
  });

  it('nothing of the document is said in names of the program', async () => {
    const { text } = await daemon.get('/api/v1/openapi.json');
    const said = [...text.matchAll(/"(?:description|summary)":"([^"]*)"/g)].map(([, words]) => String(words));
    expect(said.length).toBeGreaterThan(50);
    expect(said.filter((words) => /\b[a-z]+[A-Z]/.test(words))).toEqual([]);
  });

  it('limit, after and q reach the daemon; 100 is the default', async () => {
    await daemon.get('/api/v1/zones');
    await daemon.get('/api/v1/zones?limit=1000&after=a.example.&q=ex%20ample');
    expect(daemon.front.asked).toEqual([
      { kind: 'page', of: 'zones', page: { limit: 100, after: null, q: null } },
      { kind: 'page', of: 'zones', page: { limit: 1000, after: 'a.example.', q: 'ex ample' } },
    ]);
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'limit=-1', 'limit=', 'limit=1&limit=2', 'after=', 'size=3', 'q='])(
    '%s is refused and asks the daemon nothing',
    async (query) => {
      const { status } = await daemon.get(`/api/v1/zones?${query}`);
      expect(status).toBe(400);
      expect(daemon.front.asked).toEqual([]);
    },
  );

  it('a zone whose name has a slash is found by its escaped name', async () => {
    const { status } = await daemon.get('/api/v1/zones/0%2F25.2.0.192.in-addr.arpa.');
    expect(status).toBe(200);
    expect(daemon.front.asked[0]).toMatchObject({ of: 'zone 0/25.2.0.192.in-addr.arpa.' });
  });

  it('what is not there is 404', async () => {
    expect((await daemon.get('/api/v1/zones/other.example')).status).toBe(404);
    expect((await daemon.get('/api/v1/passes/99')).status).toBe(404);
    expect((await daemon.get('/api/v1/nothing')).status).toBe(404);
  });

  it('a name without which nothing can be explained is asked for', async () => {
    const { json, status } = await daemon.get('/api/v1/explain');
    expect(status).toBe(400);
    expect(json).toEqual({ error: { code: 'BAD_REQUEST', message: 'The query: "name" is missing; add it.' } });
  });
});

describe('what can be done', () => {
  it('a sync with nothing said is one of everything, by the name of the token', async () => {
    const { json, status } = await daemon.post('/api/v1/sync', {});
    expect({ json, status }).toEqual({ status: 202, json: { pass: '18' } });
    const request = { zones: null, full: false, allow: [], force: false, rewind: null, accept: null };
    expect(daemon.front.asked).toEqual([{ kind: 'sync', by: 'ops', request }]);
  });

  it('all that a sync may say reaches the daemon', async () => {
    const request = {
      zones: ['example.com'],
      full: true,
      allow: ['delegation:example.com'],
      force: true,
      rewind: 'a'.repeat(40),
      accept: 'b'.repeat(64),
    };
    expect((await daemon.post('/api/v1/sync', request)).status).toBe(202);
    expect(daemon.front.asked).toEqual([{ kind: 'sync', by: 'ops', request }]);
  });

  it.each([
    [{ zone: 'example.com' }, 'The body: it may have only zones, full, allow, force, rewind and accept.'],
    [{ rewind: 'main' }, 'The body: "rewind" has the wrong form (A whole SHA).'],
    [{ zones: [] }, 'The body: "zones" is empty; list at least one zone.'],
    [{ full: 'yes' }, 'The body: "full" must be true or false.'],
    [[], 'The body: it must be a mapping.'],
    [null, 'The body: it must be a mapping.'],
  ])('a sync of %j is refused: %s', async (body, message) => {
    const { json, status } = await daemon.post('/api/v1/sync', body);
    expect({ json, status }).toEqual({ status: 400, json: { error: { code: 'BAD_REQUEST', message } } });
    expect(daemon.front.asked).toEqual([]);
  });

  it('a suspension is answered as it is kept, its end in UTC', async () => {
    const { json } = await daemon.post('/api/v1/suspend', {
      ...{ zones: ['example.com'], reason: 'move', until: '2026-12-01T01:00:00+01:00' },
    });
    expect(json).toEqual({
      ...{ zones: ['example.com'], targets: null, reason: 'move', until: '2026-12-01T00:00:00.000Z' },
      ...{ by: 'ops', at: '2026-11-30T08:20:00.000Z' },
    });
  });

  it.each(['tomorrow', '2026-02-30T00:00:00Z', '2026-12-01'])('until %s is no time', async (until) => {
    expect((await daemon.post('/api/v1/suspend', { reason: 'move', until })).status).toBe(400);
    expect(daemon.front.asked).toEqual([]);
  });

  it('what was suspended is resumed', async () => {
    expect((await daemon.post('/api/v1/resume', { targets: ['pdns'] })).json).toEqual({ resumed: true });
    expect(daemon.front.asked).toEqual([{ kind: 'resume', by: 'ops', request: { zones: null, targets: ['pdns'] } }]);
  });

  it('while the daemon stops, writes are told to come again, and reads are answered', async () => {
    daemon.front.knobs.stopping = true;
    const { headers, json, status } = await daemon.post('/api/v1/sync', {});
    expect({ json, status }).toMatchObject({ status: 503, json: { error: { code: 'STOPPING' } } });
    expect(headers['retry-after']).toBe('5');
    expect((await daemon.get('/api/v1/status')).status).toBe(200);
  });
});

describe('errors', () => {
  it.each([
    [new HostmasterError('USAGE', 'zone a.example is not configured'), 400, 'USAGE'],
    [new HostmasterError('CONFIG', 'no such commit'), 422, 'CONFIG'],
    [new HostmasterError('STATE_UNAVAILABLE', 'the disk is full'), 503, 'STATE_UNAVAILABLE'],
    [new HostmasterError('TARGET_UNREACHABLE', 'pdns is down'), 503, 'TARGET_UNREACHABLE'],
    [new HostmasterError('GUARD_REFUSED', 'not so many'), 422, 'GUARD_REFUSED'],
    [new HostmasterError('INTERRUPTED', 'the daemon stops'), 503, 'INTERRUPTED'],
  ])('%s of the daemon is answered by its code', async (failure, status, code) => {
    daemon.front.knobs.failure = failure;
    const answer = await daemon.post('/api/v1/sync', {});
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error: { code, message: failure.message } });
    expect(daemon.failures).toEqual([]);
  });

  it('what nobody expected is logged, and the asker is told no more than that', async () => {
    daemon.front.knobs.failure = new Error('cannot open the-secret-of-nobody');
    const { json, status, text } = await daemon.get('/api/v1/status');
    expect(status).toBe(500);
    expect(json).toEqual({ error: { code: 'INTERNAL', message: 'An internal error. The log of the daemon has it.' } });
    expect(text).not.toMatch(/secret|stack|at /);
    expect(daemon.failures).toEqual([daemon.front.knobs.failure]);
  });
});
