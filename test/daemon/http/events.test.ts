import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { access, bearer, type Interface, now, openInterface, secrets } from './interface.ts';
import { connectTo } from './raw.ts';

interface Reader {
  readonly status: number;
  readonly text: () => string;
  readonly isEnded: () => boolean;
  readonly destroy: () => void;
}

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const open = async (limits = {}): Promise<Interface> => {
  const daemon = await openInterface({ limits });
  closing.push(daemon.close);
  return daemon;
};

const readEvents = async (daemon: Interface, headers: Readonly<Record<string, string>> = {}): Promise<Reader> => {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      { port: daemon.port, path: '/api/v1/events', headers: { ...bearer(secrets.read), ...headers }, agent: false },
      resolve,
    );
    asked.on('error', reject);
    asked.end();
  });
  let text = '';
  let ended = false;
  answer.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  answer.on('close', () => {
    ended = true;
  });
  answer.on('error', () => {});
  closing.push(() => void answer.destroy());
  return { status: answer.statusCode ?? 0, text: () => text, isEnded: () => ended, destroy: () => answer.destroy() };
};

const publish = ({ front }: Interface, count: number, message = 'planned'): void => {
  for (let i = 0; i < count; i += 1) front.publish({ kind: 'step', pass: '18', message });
};

const idsIn = (text: string): readonly number[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

const first = now * 1000 + 1;

describe('events', () => {
  it('come as they happen, with ascending ids', async () => {
    const daemon = await open();
    const reader = await readEvents(daemon);
    expect(reader.status).toBe(200);
    await expect.poll(() => reader.text()).toContain(':');
    publish(daemon, 2);
    await expect.poll(() => idsIn(reader.text())).toEqual([first, first + 1]);
    const data = {
      ...{ id: first, at: '2026-11-30T08:20:00.000Z', pass: '18', zone: null, target: null, code: null },
      ...{ kind: 'step', message: 'planned' },
    };
    expect(JSON.parse(/^data: (.*)$/m.exec(reader.text())?.[1] ?? '')).toEqual(data);
  });

  it('a reader that comes back gets what it missed', async () => {
    const daemon = await open();
    publish(daemon, 5);
    const reader = await readEvents(daemon, { 'last-event-id': String(first + 1) });
    await expect.poll(() => idsIn(reader.text())).toEqual([first + 2, first + 3, first + 4]);
    expect(reader.text()).not.toContain('event: missed');
  });

  it('only the last 1,000 are kept, and whoever missed more is told first', async () => {
    const daemon = await open();
    publish(daemon, 1100);
    const reader = await readEvents(daemon, { 'last-event-id': String(first) });
    await expect.poll(() => idsIn(reader.text()).length).toBe(1000);
    expect(idsIn(reader.text()).at(-1)).toBe(first + 1099);
    expect(reader.text().indexOf('event: missed')).toBeGreaterThan(0);
    expect(reader.text().indexOf('event: missed')).toBeLessThan(reader.text().indexOf('id: '));
  });

  it('an id of before a restart misses nothing silently', async () => {
    const daemon = await open();
    publish(daemon, 1);
    const reader = await readEvents(daemon, { 'last-event-id': String(first - 5000) });
    await expect.poll(() => idsIn(reader.text())).toEqual([first]);
    expect(reader.text()).toContain('event: missed');
  });

  it.each(['x', '-1', '1e3', ''])('the id "%s" is none', async (id) => {
    const daemon = await open();
    publish(daemon, 1);
    const reader = await readEvents(daemon, { 'last-event-id': id });
    publish(daemon, 1);
    await expect.poll(() => idsIn(reader.text())).toEqual([first + 1]);
  });

  it('a line break in a message ends nothing', async () => {
    const daemon = await open();
    const reader = await readEvents(daemon);
    publish(daemon, 1, 'a\n\nid: 7\ndata: forged');
    await expect.poll(() => idsIn(reader.text())).toEqual([first]);
  });

  it('a reader hears from the daemon also while nothing happens', async () => {
    const reader = await readEvents(await open({ eventComment: 20 }));
    await expect
      .poll(
        () =>
          reader
            .text()
            .split('\n')
            .filter((line) => line === ':').length,
      )
      .toBeGreaterThan(2);
  });

  it('one reader more than there is room for is told to come back', async () => {
    const daemon = await open({ eventReaders: 2 });
    const readers = [await readEvents(daemon), await readEvents(daemon)];
    const answer = await daemon.get('/api/v1/events');
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('15');
    readers[0]?.destroy();
    await expect.poll(async () => (await readEvents(daemon)).status).toBe(200);
  });

  it('a reader that does not read is left, and the others go on', async () => {
    const daemon = await open({ eventReaders: 2, eventBuffer: 100_000 });
    const slow = await connectTo(daemon.port);
    closing.push(slow.destroy);
    slow.socket.pause();
    slow.send(`GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secrets.read}\r\n\r\n`);
    const reader = await readEvents(daemon);
    await expect.poll(async () => (await daemon.get('/api/v1/events')).status).toBe(429);
    let published = 0;
    const isLeft = async (): Promise<boolean> => {
      publish(daemon, 4, 'x'.repeat(20_000));
      published += 4;
      await expect.poll(() => idsIn(reader.text()).length, { interval: 1 }).toBe(published);
      return (await readEvents(daemon)).status === 200;
    };
    await expect.poll(isLeft, { interval: 1 }).toBe(true);
    publish(daemon, 1);
    await expect.poll(() => idsIn(reader.text()).length).toBe(published + 1);
  });

  it('whose token is taken away hears no more', async () => {
    const daemon = await open({ eventComment: 20 });
    const reader = await readEvents(daemon);
    daemon.use({ ...access, tokens: access.tokens.slice(0, 1) });
    await expect.poll(() => reader.isEnded()).toBe(true);
  });

  it('HEAD of a stream without an end is refused', async () => {
    const daemon = await open();
    const answer = await daemon.ask('/api/v1/events', { method: 'HEAD', headers: bearer(secrets.read) });
    expect(answer.status).toBe(405);
  });
});
