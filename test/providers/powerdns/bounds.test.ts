import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/provider.ts';
import { listen, written } from '../../servers/listen.ts';
import { creating, errorOf, openProvider, zone } from './harness.ts';

// Something in PowerDNS's place whose answers do not end, or are out of all measure.

type Answering = (response: ServerResponse, path: string) => unknown;

const config = '[{"name":"launch","value":"gsqlite3"}]';
const timeout = 300;
let answering: Answering = () => undefined;
let sent = 0;
let provider: Provider;
let stop: () => Promise<void>;

const server = createServer((request, response) => {
  const path = request.url ?? '';
  response.on('error', () => undefined);
  request.resume();
  if (path.endsWith('/config')) response.end(config);
  else answering(response, path);
});

/** Writes until nobody listens any more, as fast as it is taken. */
const pour = async (response: ServerResponse, pieces: Iterable<string>): Promise<void> => {
  for (const piece of pieces) {
    if (response.destroyed) return;
    sent += piece.length;
    if (!response.write(piece)) {
      await written(response);
    }
  }
  response.end();
};

function* endless(head: string, piece: string): Generator<string> {
  yield head;
  for (;;) yield piece;
}

const drip = async (response: ServerResponse, text: string): Promise<void> => {
  for (const c of text) {
    if (response.destroyed) return;
    response.write(c);
    await sleep(timeout / 6);
  }
};

beforeAll(async () => {
  const { close, port } = await listen(server);
  stop = close;
  provider = await openProvider({ url: `http://127.0.0.1:${port}`, apiKey: 'k' }, { timeout: `${timeout}ms` });
});
afterAll(async () => {
  await provider.close?.();
  await stop();
});
beforeEach(() => {
  sent = 0;
});

describe('an answer that comes octet by octet', () => {
  const head = '{"name":"a.test.","rrsets":[';
  it.each<readonly [string, () => Promise<unknown>, string]>([
    ['a zone', () => provider.read(zone), head],
    ['a list of zones', () => provider.listZones(), '[{"name":"a.test."'],
    [
      'what follows a write',
      () => provider.apply({ zone, changes: [creating('x.a.test.', 'A', ['192.0.2.1'])], expect: '1' }),
      'x',
    ],
  ])('ends after three times the timeout: %s', async (_case, ask, text) => {
    answering = (response) => {
      response.writeHead(200);
      void drip(response, text.padEnd(1_000));
    };
    const since = Date.now();
    const error = await errorOf(ask());
    expect(error.message).toContain('the answer was not whole after 3 times the timeout (timeout 0.3 s)');
    expect(Date.now() - since).toBeGreaterThan(timeout);
    expect(Date.now() - since).toBeLessThan(timeout * 30);
  });

  it('ends in its head too', async () => {
    answering = (response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      void (async () => {
        for (let i = 0; response.socket?.destroyed === false; i += 1) {
          response.socket.write(`x-${i}: y\r\n`);
          await sleep(timeout / 6);
        }
      })();
    };
    const error = await errorOf(provider.read(zone));
    expect(error.code).toBe('TARGET_UNREACHABLE');
    expect(error.message).toMatch(/in time|3 times the timeout/);
  });
});

describe('an answer without an end', () => {
  const mebibyte = 1024 * 1024;
  it.each<readonly [string, string, string, number]>([
    ['one string', '{"name":"a.test.","rrsets":[{"name":"', 'x'.repeat(65_536), 40],
    ['brackets', '{"name":"a.test.","rrsets":[', '['.repeat(65_536), 4],
    ['brackets before the RRsets', '', '['.repeat(65_536), 40],
    ['a number', '{"name":"a.test.","rrsets":[{"ttl":', '1'.repeat(65_536), 40],
    ['what is no RRset', '{"name":"a.test.","rrsets":[', '{},'.repeat(20_000), 4],
    ['what follows the RRsets', '{"name":"a.test.","rrsets":[],"x":"', 'x'.repeat(65_536), 40],
  ])('of %s is given up early', async (_case, head, piece, most) => {
    answering = (response) => void pour(response, endless(head, piece));
    const long = await openProvider({ url: urlOf(), apiKey: 'k' }, { timeout: '60s' });
    const error = await errorOf(long.read(zone));
    await long.close?.();
    expect(error.code).toBe('ZONE_UNREADABLE');
    expect(error.message).toMatch(/its answer (?:has more than|is nested more than|has what is no RRset)/);
    expect(sent / mebibyte).toBeLessThan(most);
  });

  it.each<readonly [string, string, string, RegExp]>([
    ['octets', '[{"name":"', 'x'.repeat(65_536), /the answer has more than 67108864 octets/],
  ])('of %s ends a list of zones', async (_case, head, piece, says) => {
    answering = (response) => void pour(response, endless(head, piece));
    const long = await openProvider({ url: urlOf(), apiKey: 'k' }, { timeout: '60s' });
    const error = await errorOf(long.listZones());
    await long.close?.();
    expect(error.message).toMatch(says);
    expect(sent / mebibyte).toBeLessThan(100);
  });

  it.each([
    ['nested', `[${'['.repeat(200_000)}${']'.repeat(200_000)}]`, 'is nested more than 100 deep'],
    ['of nothing', `[${'[],'.repeat(8_000_000)}[]]`, 'has more than 8000000 values'],
  ])('a list of zones that is %s is not parsed', async (_case, text, says) => {
    answering = (response) => void response.end(text);
    const long = await openProvider({ url: urlOf(), apiKey: 'k' }, { timeout: '60s' });
    expect((await errorOf(long.listZones())).message).toContain(says);
    await long.close?.();
  });
});

const urlOf = (): string => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
};
