import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import {
  type Fault,
  type Proxy as FaultyProxy,
  freePort,
  type PowerDns,
  startPowerDns,
  startProxy,
} from '../../servers/index.ts';
import { creating, creation, errorOf, openProvider, readAll, zone } from './harness.ts';

let pdns: PowerDns;
let proxy: FaultyProxy;
let provider: Provider;

const changes = [creating('x.a.test.', 'A', ['192.0.2.1'])];
const apply = (expected: string | null = '1') => provider.apply({ zone, changes, expect: expected });
const serial = async () => (await readAll(provider)).fingerprint;
/** Hurts requests of one method; the first ones only where a number is given. */
const hurt = (method: string, fault: Fault, times = Number.POSITIVE_INFINITY): void => {
  let left = times;
  proxy.handle((request) => {
    if (request.method !== method || left === 0) return undefined;
    left -= 1;
    return fault;
  });
};

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite' });
  proxy = await startProxy(pdns.url);
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});
beforeEach(async () => {
  provider = await openProvider({ url: proxy.url, apiKey: pdns.apiKey }, { timeout: '2s' });
  await provider.createZone(zone, creation);
  await readAll(provider);
  proxy.clear();
});
afterEach(async () => {
  proxy.handle(null);
  await provider.deleteZone(zone);
  await provider.close?.();
});

describe('a server that is not well says one clear line', () => {
  const answer = (status: number, body: string): Fault => ({ kind: 'answer', status, body });
  const cases: readonly (readonly [string, Fault, string, string, number])[] = [
    ['401', answer(401, 'Unauthorized'), 'TARGET_REFUSED', 'check api_key', 1],
    ['403', answer(403, ''), 'TARGET_REFUSED', 'webserver-allow-from', 1],
    ['422', answer(422, '{"error":"no"}'), 'TARGET_REFUSED', 'answered 422 (no)', 1],
    ['302', answer(302, ''), 'TARGET_REFUSED', 'answered 302', 1],
    ['500', answer(500, '{"error":"Internal Server Error"}'), 'TARGET_UNREACHABLE', '3 times', 3],
    ['503 with lines', answer(503, '<html>\n\n<b>busy</b>'), 'TARGET_UNREACHABLE', '<html> <b>busy</b>', 3],
    ['garbage', answer(200, '\u0000\u0001{{{'), 'TARGET_UNREACHABLE', 'no JSON', 1],
    [
      'a zone without RRsets',
      answer(200, '{"name":"a.test.","serial":1,"kind":"Native"}'),
      'TARGET_UNREACHABLE',
      'is url the API',
      1,
    ],
    ['another API', answer(200, '{"hello":"world"}'), 'TARGET_UNREACHABLE', 'is url the API of PowerDNS', 1],
    ['half an answer', { kind: 'half_answer' }, 'TARGET_UNREACHABLE', 'cut before the answer was whole', 3],
    ['a cut connection', { kind: 'refuse' }, 'TARGET_UNREACHABLE', 'connection was cut', 3],
    ['silence', { kind: 'silent' }, 'TARGET_UNREACHABLE', 'no answer in time (timeout 2 s)', 1],
  ];
  const ofZoneAlone = new Set(['422', '500', 'garbage', 'a zone without RRsets', 'another API']);
  it.each(cases)('%s', async (name, fault, code, words, asked) => {
    hurt('GET', fault);
    for (const work of [
      () => provider.read(zone),
      () => provider.listZones(),
      () => openProvider({ url: proxy.url, apiKey: pdns.apiKey }, { timeout: '2s' }),
    ]) {
      proxy.clear();
      const error = await errorOf(work());
      const ofZone = proxy.requests[0]?.path.includes('/zones/') === true && ofZoneAlone.has(name);
      expect(error).toMatchObject({ code: ofZone ? 'ZONE_UNREADABLE' : code });
      expect(error.message).toContain(words);
      expect(error.message).toContain(`GET ${proxy.url}/api/v1/servers/localhost/`);
      expect(error.message).not.toMatch(/\n|a-secret/);
      expect(proxy.count('GET')).toBe(asked);
    }
  });

  it('a server that is not there, a wrong key, a wrong server, a wrong host', async () => {
    const port = await freePort();
    const down = await errorOf(openProvider({ url: `http://127.0.0.1:${port}`, apiKey: 'k' }));
    expect(down).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(down.message).toContain('nothing listens there');
    const key = await errorOf(openProvider({ url: pdns.url, apiKey: 'wrong-key' }));
    expect(key).toMatchObject({ code: 'TARGET_REFUSED' });
    expect(key.message).toContain('check api_key');
    expect(key.message).not.toContain('wrong-key');
    const server = await errorOf(openProvider(pdns, { server: 'other' }));
    expect(server.message).toContain('check url and server');
    const host = await errorOf(openProvider({ url: 'http://no-such-host.invalid', apiKey: 'k' }));
    expect(host.message).toMatch(/host name/);
    const secret = await errorOf(openProvider({ url: 'http://u:pass@127.0.0.1', apiKey: 'k' }));
    expect(secret.code).toBe('CONFIG');
    expect(secret.message).not.toContain('pass@');
  });

  it('a server that repeats the key in what it says', async () => {
    hurt('GET', { kind: 'answer', status: 400, body: `bad key ${pdns.apiKey}` });
    expect((await errorOf(provider.read(zone))).message).toContain('bad key (key)');
    hurt('PATCH', { kind: 'answer', status: 422, body: `{"error":"bad key ${pdns.apiKey}"}` });
    expect((await errorOf(apply())).message).toContain('bad key (key)');
    hurt('PATCH', { kind: 'answer', status: 422, body: `{"error":"RRset x.a.test. IN A: ${pdns.apiKey}\\nis bad"}` });
    expect(await apply()).toMatchObject({ refused: [{ message: 'RRset x.a.test. IN A: (key) is bad' }] });
    for (const status of [400, 500, 502]) {
      hurt('PATCH', { kind: 'answer', status, body: `bad key ${pdns.apiKey}` });
      expect((await errorOf(apply())).message).toContain('bad key (key)');
    }
  });

  it('goes on after what passes', async () => {
    hurt('GET', { kind: 'answer', status: 500 }, 2);
    expect((await provider.read(zone)).status).toBe('read');
    hurt('PUT', { kind: 'drop_answer' }, 1);
    await provider.mark?.(zone, 'mine');
    expect(proxy.count('PUT')).toBe(2);
    const stop = new AbortController();
    hurt('GET', { kind: 'silent' });
    const reading = provider.read(zone, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});

describe('a write', () => {
  it.each([
    ['cut in the middle of its body', { kind: 'cut_body' }, '1'],
    ['without an answer, though it was taken', { kind: 'drop_answer' }, '2'],
    ['without an answer in time, though it was taken', { kind: 'silent', forward: true }, '2'],
    ['with half an answer of a proxy', { kind: 'answer', status: 502, body: '<html>' }, '1'],
    ['answered by something that is not PowerDNS', { kind: 'answer', status: 200, body: 'ok' }, '1'],
  ] as const)('%s is sent once, and unknown', async (_name, fault, after) => {
    hurt('PATCH', fault);
    const error = await errorOf(apply());
    expect(error).toMatchObject({ code: 'WRITE_UNKNOWN' });
    expect(error.message).toContain(`PATCH ${proxy.url}/api/v1/servers/localhost/zones/a.test.: `);
    expect(proxy.count('PATCH')).toBe(1);
    expect(await serial()).toBe(after);
  });

  it('begins when there is a connection for it, and one that was stopped before that was never sent', async () => {
    const own = await openProvider({ url: proxy.url, apiKey: pdns.apiKey }, { timeout: '60s' });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    proxy.handle(({ method }) => (method === 'PATCH' ? { kind: 'delay_answer', reached: () => released } : undefined));
    const begun: number[] = [];
    const stop = new AbortController();
    // Without what was read before, each is one PATCH.
    const writes = [...new Array(10).keys()].map((i) =>
      own.apply(
        { zone, changes: [creating(`x${i}.a.test.`, 'A', ['192.0.2.1'])], expect: null },
        i === 9 ? stop.signal : undefined,
        { before: async () => void begun.push(i) },
      ),
    );
    const outcomes = Promise.allSettled(writes);
    await expect.poll(() => proxy.count('PATCH')).toBe(8);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    stop.abort(new Error('enough'));
    release();
    const settled = await outcomes;
    expect(settled[9]).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } });
    // Eight at once may find PowerDNS's SQLite locked, and are refused or sent again then.
    expect([...new Set(begun)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(proxy.count('PATCH')).toBeGreaterThanOrEqual(9);
    const found = await own.read(zone, { names: ['x9.a.test.'] });
    expect(found).toMatchObject({
      status: 'read',
      rrsets: expect.not.arrayContaining([expect.objectContaining({ name: 'x9.a.test.' })]),
    });
    await own.close?.();
  });

  it('whose beginning is refused is not sent, and throws what refused it', async () => {
    const refusal = new Error('the lease is gone');
    const sending = { before: () => Promise.reject(refusal) };
    await expect(provider.apply({ zone, changes, expect: '1' }, undefined, sending)).rejects.toBe(refusal);
    expect(proxy.count('PATCH')).toBe(0);
    expect(await apply()).toMatchObject({ status: 'applied' });
  });

  it('that was rolled back is sent again while nobody else wrote', async () => {
    hurt('PATCH', { kind: 'answer', status: 500, body: '{"error":"Internal Server Error"}' }, 2);
    expect(await apply()).toMatchObject({ status: 'applied', fingerprint: '2', raced: false });
    expect(proxy.count('PATCH')).toBe(3);
  });

  it('that is rolled back for ever is given up, with nothing applied', async () => {
    hurt('PATCH', { kind: 'answer', status: 500, body: '{"error":"Internal Server Error"}' });
    const error = await errorOf(apply());
    expect(error).toMatchObject({ code: 'WRITE_REFUSED' });
    expect(error.message).toContain('nothing of it was applied');
    expect(await serial()).toBe('1');
  });

  it('that was rolled back is unknown once somebody else wrote', async () => {
    proxy.handle(async (request) => {
      if (request.method !== 'PATCH') return undefined;
      await pdns.api('PATCH', '/zones/a.test.', { rrsets: [] });
      return { kind: 'answer', status: 500, body: '{"error":"Internal Server Error"}' };
    });
    expect((await errorOf(apply())).code).toBe('WRITE_UNKNOWN');
    expect(proxy.count('PATCH')).toBe(1);
  });

  it('that nothing took is known to be not applied', async () => {
    const direct = await openProvider(pdns);
    await readAll(direct);
    await pdns.kill();
    const error = await errorOf(direct.apply({ zone, changes, expect: '1' }));
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(error.message).toContain('nothing listens there');
    const late = direct.apply({ zone, changes, expect: '1' }).catch(() => undefined);
    await pdns.restart();
    await late;
    expect(['1', '2']).toContain(await serial());
    await direct.close?.();
  });

  it('over the body limit says so', async () => {
    const values = Array.from({ length: 30_000 }, (_, i) => `"${String(i).padStart(80, 'x')}"`);
    const big = { zone, changes: [creating('x.a.test.', 'TXT', values)], expect: '1' };
    const error = await errorOf(provider.apply(big));
    expect(['WRITE_REFUSED', 'WRITE_UNKNOWN']).toContain(error.code);
    if (error.code === 'WRITE_REFUSED') expect(error.message).toContain('webserver-max-bodysize');
    expect(await serial()).toBe('1');
  });

  it('with words that name no change of it refuses the whole', async () => {
    hurt('PATCH', { kind: 'answer', status: 422, body: '{"error":"something odd"}' });
    const error = await errorOf(apply());
    expect(error).toMatchObject({ code: 'WRITE_REFUSED' });
    expect(error.message).toContain('something odd');
  });

  it('creates a zone once, also where the answer is lost or SQLite was busy', async () => {
    for (const fault of [{ kind: 'drop_answer' }, { kind: 'answer', status: 500 }] as const) {
      const other = { name: 'b.test.', view: null };
      proxy.clear();
      hurt('POST', fault, 1);
      await provider.createZone(other, creation);
      expect(proxy.count('POST')).toBe(fault.kind === 'answer' ? 2 : 1);
      expect((await provider.read(other)).status).toBe('read');
      await provider.deleteZone(other);
    }
  });
});
