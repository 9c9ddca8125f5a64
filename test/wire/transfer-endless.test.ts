import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, type MessageRecord, noFlags } from '../../src/wire/message.ts';
import { framed } from '../../src/wire/tcp.ts';
import { type TransferOptions, transferChanges, transferZone } from '../../src/wire/transfer.ts';
import { listen } from '../servers/listen.ts';
import { a, record, soa } from './transfer-scene.ts';

// A server that never ends its transfer: reading it ends at a bound, and what was read until then is all that it takes.

type Message = (i: number) => readonly MessageRecord[];

/** Writes messages for as long as they are taken. */
const serveEndless = (message: Message) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (question) => {
      const { id, questions } = decodeMessage(question.subarray(2));
      const flags = { ...noFlags, qr: true, aa: true };
      const bytes = (i: number): Uint8Array =>
        framed(
          encodeMessage({
            id,
            flags,
            rcode: 0,
            questions,
            answers: message(i),
            authority: [],
            additional: [],
            edns: null,
          }),
        );
      writeOn(socket, bytes, 0);
    });
  });
  return listen(server, '127.0.0.1', 0);
};

/** A message a turn: whoever reads shares the process. */
const writeOn = (socket: Socket, bytes: (i: number) => Uint8Array, i: number): void => {
  if (socket.destroyed) return;
  const next = (): void => writeOn(socket, bytes, i + 1);
  if (socket.write(bytes(i))) setImmediate(next);
  else socket.once('drain', next);
};

const hosts: Message = (i) => [
  ...(i === 0 ? [soa(7)] : []),
  ...Array.from({ length: 500 }, (_, j) => a(`h${i * 500 + j}`, j & 255)),
];
const texts: Message = (i) => [
  ...(i === 0 ? [soa(7)] : []),
  record(`t${i}.x.test.`, 'TXT', Array.from({ length: 200 }, () => `"${'\\000'.repeat(255)}"`).join(' ')),
];
const strays: Message = (i) => [
  ...(i === 0 ? [soa(7)] : []),
  ...Array.from({ length: 500 }, () => record('y.other.', 'A', '192.0.2.1')),
];
const equal: Message = (i) => [...(i === 0 ? [soa(7)] : []), ...Array.from({ length: 500 }, () => a('w'))];
const steps: Message = (i) => [
  ...(i === 0 ? [soa(7), soa(5), soa(7)] : []),
  ...Array.from({ length: 500 }, (_, j) => a(`h${i * 500 + j}`)),
];

const ended = async (message: Message, options: TransferOptions, serial: number | null = null): Promise<unknown> => {
  const { close, port } = await serveEndless(message);
  const server = { address: '127.0.0.1', port };
  try {
    const reading =
      serial === null ? transferZone(server, 'x.test.', options) : transferChanges(server, 'x.test.', serial, options);
    return await reading.then(
      () => 'whole',
      (error: unknown) => error,
    );
  } finally {
    await close();
  }
};

describe('an endless transfer', () => {
  const maxMemory = 2 * 1024 * 1024;

  it.each<readonly [string, Message, TransferOptions, number | null, string]>([
    ['of names', hosts, { maxMemory }, null, 'takes more than 2097152 octets'],
    ['of one record again and again', equal, { maxMemory }, null, 'takes more than 2097152 octets'],
    ['of long texts', texts, { maxMemory }, null, 'takes more than 2097152 octets'],
    ['of records of another zone', strays, { maxRecords: 20_000 }, null, 'has more than 20000 records'],
    ['of one step', steps, { maxMemory }, 5, 'takes more than 2097152 octets'],
    ['of names, by its octets', hosts, { maxBytes: 1_000_000 }, null, 'more than 1000000 octets came'],
  ])('%s', async (_what, message, options, serial, reason) => {
    const error = await ended(message, options, serial);
    expect(error).toMatchObject({ fault: 'too-large', message: expect.stringContaining(reason) });
  });
});
