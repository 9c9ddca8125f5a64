import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exchange } from '../../../src/wire/exchange.ts';
import { decodeMessage, encodeQuery } from '../../../src/wire/message.ts';
import { framed } from '../../../src/wire/tcp.ts';
import { cpuTime } from '../../cpu.ts';
import { randomFrom } from '../../model/random.ts';
import { mutate } from '../../wire/mutate.ts';
import { type Embedded, putRecords, startEmbedded } from './zone.ts';

// What nobody should send. The server lives in this process: an exception would end the test.

const zone = 'example.com.';
let embedded: Embedded;
let socket: Socket;
beforeAll(async () => {
  embedded = await startEmbedded();
  await putRecords(embedded.provider, zone, [
    ['www', 300, 'A', '192.0.2.1'],
    ['old', 300, 'DNAME', 'new'],
    ['*', 300, 'TXT', '"x"'],
    ['many', 60, 'A', ...Array.from({ length: 1200 }, (_, i) => `192.0.${i >> 8}.${i & 255}`)],
  ]);
  socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  socket.close();
  await embedded.stop();
});

const question = (name: string, type = 'A') => ({ name, type, class: 1 });
const edns = { udpSize: 4096, version: 0, dnssecOk: false };

const answersStill = async (): Promise<void> => {
  const { answers } = await exchange(embedded.serving, encodeQuery(1, question(`www.${zone}`)), { timeoutMs: 60_000 });
  expect(answers).toHaveLength(1);
};

describe('the embedded server', () => {
  it('lives through 20,000 mutated messages, and sends nothing that cannot be read', async () => {
    const random = randomFrom(42);
    const seeds = [
      encodeQuery(1, question(`www.${zone}`)),
      encodeQuery(2, question(`a.b.old.${zone}`), edns),
      encodeQuery(3, question(`many.${zone}`), edns),
      encodeQuery(4, question('version.bind.', 'TXT')),
    ];
    let received = 0;
    let unreadable = 0;
    socket.on('message', (message) => {
      received += 1;
      try {
        if (!decodeMessage(message).flags.qr || message.length > 1232) unreadable += 1;
      } catch {
        unreadable += 1;
      }
    });
    for (let i = 0; i < 20_000; i += 1) {
      const bytes = mutate(seeds[i % seeds.length] ?? Buffer.alloc(0), random);
      socket.send(bytes, embedded.serving.port, embedded.serving.address);
      if (i % 50 === 0) await pause(0);
    }
    await answersStill();
    expect(unreadable).toBe(0);
    expect(received).toBeGreaterThan(5000);
  });

  it('does not grow with what it is sent', async () => {
    const collect = globalThis.gc;
    const send = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i += 1) {
        socket.send(encodeQuery(i, question(`n${i}.${zone}`)), embedded.serving.port, embedded.serving.address);
        if (i % 50 === 0) await pause(0);
      }
      await answersStill();
      collect?.();
      return process.memoryUsage().heapUsed;
    };
    const before = await send(2000);
    const after = await send(6000);
    expect(after - before).toBeLessThan(collect === undefined ? 40_000_000 : 5_000_000);
  });

  it('answers no answers', async () => {
    const answer = Buffer.from(encodeQuery(1, question(`www.${zone}`)));
    answer.writeUInt8(0x80, 2);
    await expect(exchange(embedded.serving, answer, { timeoutMs: 200 })).rejects.toThrow('not done within');
  });

  it('refuses a zone transfer', async () => {
    for (const type of ['TYPE251', 'TYPE252']) {
      const answer = await exchange(embedded.serving, encodeQuery(1, question(zone, type)), { timeoutMs: 60_000 });
      expect(answer).toMatchObject({ rcode: 5, answers: [] });
    }
  });

  it('takes 64 KB of pointers over TCP without a pause', async () => {
    const bytes = Buffer.alloc(65_535);
    bytes.writeUInt16BE(10_000, 4);
    for (let at = 14; at + 1 < bytes.length; at += 2) bytes.writeUInt16BE(0xc000 | Math.min(at - 2, 0x3ffe), at);
    const spent = await cpuTime(async () => {
      expect((await exchange(embedded.serving, bytes, { timeoutMs: 60_000 })).rcode).toBe(1);
    });
    expect(spent).toBeLessThan(1000);
  });

  it('cuts off who asks for much and reads nothing', async () => {
    const client = connect(embedded.serving.port, embedded.serving.address);
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.on('error', () => undefined);
    client.pause();
    const query = framed(encodeQuery(1, question(`many.${zone}`)));
    for (let i = 0; i < 1000 && !client.destroyed; i += 1) {
      client.write(query);
      if (i % 10 === 0) await pause(1);
    }
    client.resume();
    await closed;
    await answersStill();
  });

  it('has no more than 100 connections', async () => {
    const clients = Array.from({ length: 120 }, () => connect(embedded.serving.port, embedded.serving.address));
    let closed = 0;
    for (const client of clients) {
      client
        .on('error', () => undefined)
        .on('close', () => {
          closed += 1;
        });
    }
    await vi.waitUntil(() => closed >= 20, { timeout: 60_000 });
    expect(clients.length - closed).toBeGreaterThan(90);
    for (const client of clients) client.destroy();
    await vi.waitFor(answersStill, { timeout: 60_000 });
  });
});
