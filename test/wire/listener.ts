import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { framed } from '../../src/wire/tcp.ts';
import { type DnsAddress, freePort } from '../servers/index.ts';
import { listen } from '../servers/listen.ts';

/** Answers a message with others; over UDP only the first one goes out. Null: says nothing and ends the connection. */
export type Answering = (message: Buffer) => readonly Uint8Array[] | null;

export interface Listener {
  readonly dns: DnsAddress;
  /** Every message that came. */
  readonly heard: readonly Buffer[];
  stop(): Promise<void>;
}

/** A name server of the tests' own, over TCP and UDP on one port. `after` says what it does behind its last message. */
export const startListener = async (answering: Answering, after: 'stay' | 'close' = 'stay'): Promise<Listener> => {
  const port = await freePort();
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
        const message = bytes.subarray(2, 2 + bytes.readUInt16BE(0));
        bytes = bytes.subarray(2 + message.length);
        heard.push(message);
        const answers = answering(message);
        for (const answer of answers ?? []) socket.write(framed(answer));
        if (answers === null || after === 'close') socket.end();
      }
    });
  });
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    heard.push(message);
    const [answer] = answering(message) ?? [];
    if (answer !== undefined) udp.send(answer, from.port, from.address);
  });
  udp.bind(port, '127.0.0.1');
  const [{ close }] = await Promise.all([listen(server, '127.0.0.1', port), once(udp, 'listening')]);
  return {
    dns: { address: '127.0.0.1', port },
    heard,
    stop: async () => {
      udp.close();
      await close();
    },
  };
};
