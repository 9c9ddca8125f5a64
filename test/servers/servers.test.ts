import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dig, digAll, freePort, type PowerDns, startBind, startPowerDns, startProber, startProxy } from './index.ts';

const zone = (name: string, records: Readonly<Record<string, string>>) => ({
  name,
  kind: 'Master',
  nameservers: [`ns1.${name}`],
  rrsets: Object.entries(records).map(([owner, content]) => ({
    name: owner,
    type: 'A',
    ttl: 60,
    changetype: 'REPLACE',
    records: [{ content, disabled: false }],
  })),
});
const replace = (name: string, content: string) => ({
  rrsets: [{ name, type: 'A', ttl: 60, changetype: 'REPLACE', records: [{ content, disabled: false }] }],
});

describe('PowerDNS with SQLite, BIND behind it', () => {
  let pdns: PowerDns;
  let bindPort: number;
  beforeAll(async () => {
    bindPort = await freePort();
    pdns = await startPowerDns({ backend: 'sqlite', settings: { 'also-notify': `127.0.0.1:${bindPort}` } });
    const made = await pdns.api(
      'POST',
      '/zones',
      zone('a.test.', { 'ns1.a.test.': '192.0.2.1', 'x.a.test.': '192.0.2.2' }),
    );
    expect(made.status).toBe(201);
  });
  afterAll(() => pdns.stop());

  it('answers dig, one question and many', async () => {
    expect(await dig(pdns.dns, 'x.a.test', 'A')).toMatchObject({
      rcode: 'NOERROR',
      flags: ['qr', 'aa'],
      answers: [{ name: 'x.a.test.', ttl: 60, type: 'A', rdata: '192.0.2.2' }],
    });
    const many = await digAll(pdns.dns, [
      { name: 'x.a.test.', type: 'A' },
      { name: 'no.a.test.', type: 'TXT' },
      { name: 'b.test.', type: 'A' },
    ]);
    expect(many.map((a) => a.rcode)).toEqual(['NOERROR', 'NXDOMAIN', 'REFUSED']);
    expect(many[1]?.authority[0]?.type).toBe('SOA');
    expect((await dig({ address: '127.0.0.1', port: await freePort() }, 'x.a.test', 'A')).rcode).toBe('TIMEOUT');
  });

  it('has a BIND that pulls what changed, after NOTIFY', async () => {
    const bind = await startBind({
      port: bindPort,
      secondaries: [{ name: 'a.test', primary: pdns.dns }],
      zones: [{ name: 'b.test', text: '$TTL 60\n@ SOA ns1 h 1 60 60 600 60\n@ NS ns1\nns1 A 192.0.2.7\n' }],
    });
    try {
      expect((await dig(bind.dns, 'ns1.b.test', 'A')).answers[0]?.rdata).toBe('192.0.2.7');
      await until(async () => (await dig(bind.dns, 'x.a.test', 'A')).rcode === 'NOERROR');
      await pdns.api('PATCH', '/zones/a.test.', replace('x.a.test.', '192.0.2.3'));
      await until(async () => (await dig(bind.dns, 'x.a.test', 'A')).answers[0]?.rdata === '192.0.2.3');
    } finally {
      await bind.stop();
    }
  });

  it('keeps its data over a kill, and the prober sees the gap', async () => {
    const prober = await startProber(pdns.dns, [{ name: 'x.a.test.' }, { name: 'no.a.test.' }]);
    await until(async () => prober.asked() > 1);
    await pdns.kill();
    await pdns.restart();
    await until(async () => (await dig(pdns.dns, 'x.a.test', 'A')).rcode === 'NOERROR');
    const report = await prober.stop();
    expect(report.asked).toBeGreaterThan(report.unanswered.length);
    expect(new Set(report.wrong.map((fault) => fault.name))).toEqual(new Set(['no.a.test.']));
  });

  it('sits behind a proxy that hurts what passes', async () => {
    const proxy = await startProxy(pdns.url);
    const send = (method: string, body?: unknown) =>
      fetch(`${proxy.url}/api/v1/servers/localhost/zones/a.test.`, {
        method,
        headers: { 'X-API-Key': pdns.apiKey, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const served = async () => (await dig(pdns.dns, 'x.a.test', 'A')).answers[0]?.rdata;
    try {
      expect((await send('PATCH', replace('x.a.test.', '192.0.2.10'))).status).toBe(204);
      proxy.handle(() => ({ kind: 'cut_body' }));
      await expect(send('PATCH', replace('x.a.test.', '192.0.2.11'))).rejects.toThrow();
      expect(await served()).toBe('192.0.2.10');
      proxy.handle(() => ({ kind: 'drop_answer' }));
      await expect(send('PATCH', replace('x.a.test.', '192.0.2.12'))).rejects.toThrow();
      expect(await served()).toBe('192.0.2.12');
      proxy.handle(() => ({ kind: 'half_answer' }));
      await expect(send('GET').then((r) => r.text())).rejects.toThrow();
      proxy.handle(() => ({ kind: 'answer', status: 500, body: '{"error":"Internal Server Error"}' }));
      expect((await send('GET')).status).toBe(500);
      proxy.handle(async ({ method }) => {
        if (method === 'PATCH') await pdns.api('PATCH', '/zones/a.test.', replace('y.a.test.', '192.0.2.13'));
        return undefined;
      });
      expect((await send('PATCH', replace('x.a.test.', '192.0.2.14'))).status).toBe(204);
      expect((await dig(pdns.dns, 'y.a.test', 'A')).answers[0]?.rdata).toBe('192.0.2.13');
      expect([proxy.count('PATCH'), proxy.count('GET'), proxy.count('GET', /zones\/b/)]).toEqual([4, 2, 0]);
    } finally {
      await proxy.stop();
    }
  });
});

describe('PowerDNS with PostgreSQL', () => {
  it('starts with a cluster of its own', async () => {
    const pdns = await startPowerDns({ backend: 'pgsql' });
    try {
      expect((await pdns.api('POST', '/zones', zone('a.test.', { 'x.a.test.': '192.0.2.2' }))).status).toBe(201);
      expect((await dig(pdns.dns, 'x.a.test', 'A', { tcp: true })).answers[0]?.rdata).toBe('192.0.2.2');
      expect((await pdns.sql('select count(*) from domains'))[0]?.text).toBe('1\n');
    } finally {
      await pdns.stop();
    }
  });
});

const until = (ready: () => Promise<boolean>) => vi.waitUntil(ready, { timeout: 60_000, interval: 50 });
