import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from '../../../src/daemon/http/listen.ts';
import { openMetrics } from '../../../src/daemon/metrics.ts';
import { recordingFront } from './front.ts';
import { access, bearer, hubSigned, openInterface, secrets } from './interface.ts';
import { connectTo } from './raw.ts';

const clock = { now: () => 0 };

const listenAt = (address: string, port: number, isMade: boolean) =>
  listen({
    listen: { address, port },
    ...{ clock, front: recordingFront(clock), metrics: openMetrics('0.1.0'), page: new Map(), version: '0.1.0' },
    access: () => ({ ...access, tokens: [{ name: 'own', token: 't', scope: 'write', isMade }] }),
    log: { answered: () => {}, failed: () => {} },
  });

describe('where it listens', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.example'])(
    'never at %s without a token that is configured',
    async (address) => {
      await expect(listenAt(address, 0, true)).rejects.toMatchObject({
        code: 'CONFIG',
        message: expect.stringContaining('needs a token under daemon.tokens'),
      });
    },
  );

  it('a port that somebody has is said to be so', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const bound = other.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    await expect(listenAt('127.0.0.1', port, true)).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining(`daemon.listen: cannot listen at 127.0.0.1:${port}`),
    });
    other.close();
  });
});

describe('the end', () => {
  it('ends idle connections and readers at once, and tells waiting hooks to come again', async () => {
    const daemon = await openInterface();
    daemon.front.knobs.hook = () => new Promise(() => {});
    const body = '{"at":"2026-11-30T08:20:00Z","servers":[]}';
    const hook = daemon.ask('/hooks/inventory?wait=30s', {
      method: 'POST',
      headers: hubSigned(body, secrets.lab),
      body,
    });
    const idle = await connectTo(daemon.port);
    const reader = await connectTo(daemon.port);
    reader.send(`GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secrets.read}\r\n\r\n`);
    await expect.poll(() => daemon.front.asked.length).toBe(1);
    const [answer] = await Promise.all([hook, idle.ended, reader.ended, daemon.close()]);
    expect(answer).toMatchObject({ status: 503, json: { error: { code: 'STOPPING' } } });
    await expect(daemon.ask('/healthz')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('answers what it is asked already', async () => {
    const daemon = await openInterface();
    await daemon.get('/api/v1/status');
    const { promise, resolve } = Promise.withResolvers<void>();
    const { status } = daemon.front;
    let isAsked = false;
    daemon.front.status = () => {
      isAsked = true;
      return promise.then(status);
    };
    const asked = daemon.get('/api/v1/status');
    await expect.poll(() => isAsked).toBe(true);
    const closed = daemon.close();
    resolve();
    expect((await asked).status).toBe(200);
    await closed;
  });

  it('does not wait for a client that keeps its connection', async () => {
    const daemon = await openInterface();
    const kept = await connectTo(daemon.port);
    const [token] = Object.values(bearer(secrets.read));
    kept.send(`GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\n\r\n`);
    await expect.poll(() => daemon.answered.some(({ route }) => route === '/api/v1/status')).toBe(true);
    await daemon.close();
    expect(await kept.ended).toContain('HTTP/1.1 200');
  });
});
