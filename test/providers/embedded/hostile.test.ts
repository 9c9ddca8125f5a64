import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exchange } from '../../../src/wire/exchange.ts';
import { decodeMessage, encodeQuery, type Message } from '../../../src/wire/message.ts';
import { framed } from '../../../src/wire/tcp.ts';
import { exchangeDatagram } from '../../../src/wire/udp.ts';
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

/** Calls `onAnswer` for each whole message of a TCP stream. */
const answersIn = (onAnswer: () => void): ((chunk: Buffer) => void) => {
  let bytes = Buffer.alloc(0);
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
      bytes = bytes.subarray(2 + bytes.readUInt16BE(0));
      onAnswer();
    }
  };
};

/** What comes for octets that are sent by UDP. */
const reply = (octets: Uint8Array): Promise<Message> =>
  exchangeDatagram(embedded.serving, octets, (datagram) => decodeMessage(datagram), { timeoutMs: 60_000 });

const replyByTcp = async (octets: Uint8Array): Promise<Message> => {
  const client = connect(embedded.serving.port, embedded.serving.address);
  try {
    client.write(framed(octets));
    const [chunk]: Buffer[] = await once(client, 'data');
    return decodeMessage((chunk ?? Buffer.alloc(0)).subarray(2));
  } finally {
    client.destroy();
  }
};

const answersUdp = async (): Promise<void> => {
  expect((await reply(encodeQuery(1, question(`www.${zone}`)))).answers).toHaveLength(1);
};

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

  it('answers no more than is read, and all of it once it is', async () => {
    const count = 1_000;
    const client = connect(embedded.serving.port, embedded.serving.address);
    let answers = 0;
    const all = new Promise<void>((resolve) => {
      client.on(
        'data',
        answersIn(() => {
          answers += 1;
          if (answers === count) resolve();
        }),
      );
    });
    await once(client, 'connect');
    client.pause();
    const before = process.memoryUsage().arrayBuffers;
    const query = framed(encodeQuery(1, question(`many.${zone}`)));
    for (let i = 0; i < count; i += 1) client.write(query);
    for (let i = 0; i < 20; i += 1) await answersStill();
    // 1,000 answers have 19 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000);
    client.resume();
    await all;
    client.destroy();
  });

  it('answers UDP while a connection asks for as much as it can', async () => {
    const client = connect(embedded.serving.port, embedded.serving.address);
    let answers = 0;
    client.on(
      'data',
      answersIn(() => {
        answers += 1;
      }),
    );
    const query = framed(encodeQuery(1, question(`many.${zone}`)));
    client.write(Buffer.concat(Array.from({ length: 2_000 }, () => query)));
    await vi.waitUntil(() => answers > 0, { timeout: 60_000 });
    for (let i = 0; i < 20; i += 1) {
      const before = answers;
      await answersUdp();
      expect(answers - before).toBeLessThan(200);
    }
    expect(answers).toBeLessThan(2_000);
    client.destroy();
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

  it('lets nobody keep its connections who asks nothing', async () => {
    const clients = Array.from({ length: 100 }, () => connect(embedded.serving.port, embedded.serving.address));
    for (const client of clients) client.on('error', () => undefined).write(Buffer.of(0));
    await Promise.all(clients.map((client) => once(client, 'connect')));
    for (let i = 0; i < 5; i += 1) await answersStill();
    for (const client of clients) client.destroy();
  });

  it('answers who has asked and says no more', async () => {
    const client = connect({ port: embedded.serving.port, host: embedded.serving.address, allowHalfOpen: true });
    let answers = 0;
    client.on(
      'data',
      answersIn(() => {
        answers += 1;
      }),
    );
    const query = framed(encodeQuery(1, question(`www.${zone}`)));
    client.end(Buffer.concat([query, query, query]));
    await once(client, 'end');
    expect(answers).toBe(3);
  });

  it.each<readonly [string, Buffer]>([
    ['a message of no octets', Buffer.of(0, 0)],
    ['half a message', Buffer.of(0, 20, 1, 2, 3)],
    ['half a length', Buffer.of(0)],
  ])('ends a connection with %s', async (_what, octets) => {
    const client = connect({ port: embedded.serving.port, host: embedded.serving.address, allowHalfOpen: true });
    client.on('error', () => undefined);
    client.on('data', () => undefined);
    client.end(octets);
    await once(client, 'close');
    await answersStill();
  });
});

describe('the header of a question is read first', () => {
  const asked = Buffer.from(encodeQuery(7, question(`www.${zone}`)));
  const opt = Buffer.from('0000290200000000000000', 'hex');
  const changed = (change: (message: Buffer) => void, ...more: readonly Buffer[]): Buffer => {
    const message = Buffer.concat([asked, ...more]);
    change(message);
    return message;
  };
  const withCount = (section: number, count: number, ...more: readonly Buffer[]): Buffer =>
    changed((message) => message.writeUInt16BE(count, 4 + 2 * section), ...more);
  const withOpcode = (opcode: number): Buffer => changed((message) => message.writeUInt8(opcode << 3, 2));

  it.each<readonly [string, Buffer, number]>([
    ['no question', withCount(0, 0), 1],
    ['two questions', withCount(0, 2), 1],
    ['10,000 questions', withCount(0, 10_000), 1],
    ['65,535 questions', withCount(0, 65_535, Buffer.alloc(3_900)), 1],
    ['answers', withCount(1, 1, opt), 1],
    ['65,535 records of authority', withCount(2, 65_535), 1],
    ['65,535 additional records', withCount(3, 65_535), 1],
    ['an additional record that is not there', withCount(3, 1), 1],
    ['one OPT', withCount(3, 1, opt), 0],
    ['two OPT', withCount(3, 2, opt, opt), 1],
    ['an OPT with a name', withCount(3, 1, Buffer.from('01610000290200000000000000', 'hex')), 1],
    ['an OPT whose options are cut', withCount(3, 1, Buffer.from('0000290200000000000004000a00ff', 'hex')), 1],
    ['EDNS of version 1', withCount(3, 1, Buffer.from('0000290200000100000000', 'hex')), 16],
    ['EDNS for 65,535 octets', withCount(3, 1, Buffer.from('000029ffff000000000000', 'hex')), 0],
    ['a name that points to itself', changed((message) => message.writeUInt16BE(0xc00c, 12)), 1],
    ['a name that points on', changed((message) => message.writeUInt16BE(0xc0ff, 12)), 1],
    ['a name that does not end', changed((message) => message.fill(1, 12)), 1],
    ['the opcode of STATUS', withOpcode(2), 4],
    ['the opcode of NOTIFY', withOpcode(4), 4],
    ['the opcode of UPDATE', withOpcode(5), 4],
    ['an opcode that nobody has', withOpcode(15), 4],
  ])('%s', async (_what, octets, rcode) => {
    const answer = await reply(octets);
    expect(answer).toMatchObject({ id: 7, rcode, flags: { qr: true } });
    expect(await replyByTcp(octets)).toMatchObject({ id: 7, rcode, flags: { qr: true } });
  });

  it.each<readonly [string, Buffer]>([
    ['over 4 KB', Buffer.concat([asked, Buffer.alloc(4_096)])],
    ['shorter than its header', asked.subarray(0, 11)],
    ['of no octets', Buffer.alloc(0)],
    ['that is an answer', changed((message) => message.writeUInt8(0x80, 2))],
  ])('a datagram %s gets no answer', async (_what, octets) => {
    const heard: number[] = [];
    const client = createSocket('udp4');
    client.on('message', (message) => heard.push(message.readUInt16BE(0)));
    client.connect(embedded.serving.port, embedded.serving.address);
    await once(client, 'connect');
    client.send(octets);
    client.send(encodeQuery(9, question(`www.${zone}`)));
    await vi.waitUntil(() => heard.length > 0, { timeout: 60_000 });
    expect(heard).toEqual([9]);
    client.close();
  });
});
