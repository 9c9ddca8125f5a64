import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exchange } from '../../src/wire/exchange.ts';
import { encodeMessage, encodeQuery, type Message, noFlags } from '../../src/wire/message.ts';
import { framed } from '../../src/wire/tcp.ts';
import { listen } from '../servers/listen.ts';

// One question over TCP, to servers that do not behave.

const query = encodeQuery(7, { name: 'x.test.', type: 'SOA', class: 1 });
const good: Message = {
  id: 7,
  flags: { ...noFlags, qr: true },
  rcode: 3,
  questions: [{ name: 'x.test.', type: 'SOA', class: 1 }],
  answers: [],
  authority: [],
  additional: [],
  edns: null,
};
const answer = (changes: Partial<Message> = {}): Uint8Array => framed(encodeMessage({ ...good, ...changes }));

const ask = async (
  serve: (socket: Socket) => void,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
) => {
  const { port, close } = await listen(createServer((socket) => socket.once('data', () => serve(socket))));
  try {
    return await exchange({ address: '127.0.0.1', port }, query, { timeoutMs: 60_000, ...options });
  } finally {
    await close();
  }
};

describe('one question', () => {
  it('gives its answer, whatever its RCODE, and also where it comes octet by octet', async () => {
    expect((await ask((socket) => socket.write(answer()))).rcode).toBe(3);
    const drip = async (socket: Socket): Promise<void> => {
      for (const octet of answer()) {
        socket.write(Uint8Array.of(octet));
        await sleep(1);
      }
    };
    expect((await ask((socket) => void drip(socket))).rcode).toBe(3);
  });

  it.each<readonly [string, (socket: Socket) => void, { readonly fault: string; readonly message?: string }]>([
    ['another id', (socket) => socket.write(answer({ id: 8 })), { fault: 'malformed' }],
    [
      'another question',
      (socket) => socket.write(answer({ questions: [{ name: 'y.test.', type: 'SOA', class: 1 }] })),
      { fault: 'malformed' },
    ],
    ['no answer but a question', (socket) => socket.write(answer({ flags: noFlags })), { fault: 'malformed' }],
    ['a cut answer', (socket) => socket.write(answer({ flags: { ...good.flags, tc: true } })), { fault: 'malformed' }],
    ['no message', (socket) => socket.write(framed(Buffer.from('hello'))), { fault: 'malformed' }],
    ['half of it', (socket) => socket.end(answer().subarray(0, 9)), { fault: 'cut' }],
    ['the end', (socket) => socket.end(), { fault: 'cut' }],
    ['a reset', (socket) => void socket.resetAndDestroy(), { fault: 'cut' }],
    ['silence', () => undefined, { fault: 'timeout', message: 'not done within 400 ms' }],
    ['half and silence', (socket) => socket.write(answer().subarray(0, 9)), { fault: 'timeout' }],
  ])('%s: an error that says it was sent', async (_what, serve, error) => {
    const options = error.fault === 'timeout' ? { timeoutMs: 400 } : {};
    await expect(ask(serve, options)).rejects.toMatchObject({ name: 'WireError', sent: true, ...error });
  });

  it('is given up when its caller aborts', async () => {
    const stop = new AbortController();
    await expect(ask(() => stop.abort(), { signal: stop.signal })).rejects.toMatchObject({
      fault: 'aborted',
      sent: true,
    });
    await expect(ask(() => undefined, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      fault: 'aborted',
      sent: false,
    });
  });

  it('is not sent where nobody listens', async () => {
    const nobody = exchange({ address: '127.0.0.1', port: 1 }, query, { timeoutMs: 400 });
    await expect(nobody).rejects.toMatchObject({
      fault: 'unreachable',
      sent: false,
      message: expect.stringContaining('port 1'),
    });
  });
});
