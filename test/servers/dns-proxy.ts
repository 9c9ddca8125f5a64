import { createServer, connect as netConnect, type Socket } from 'node:net';
import { listen } from './listen.ts';
import type { DnsAddress } from './ports.ts';

/** A DNS message on its way to the server. */
export interface ProxiedMessage {
  /** 0 is a query, 5 an UPDATE (RFC 2136 section 1.3). */
  readonly opcode: number;
  /** The name that it is about, in presentation form. */
  readonly name: string;
  readonly octets: Buffer;
}

/** What becomes of a message, and with it of its connection; undefined: it passes. */
export type MessageFault =
  /** The server sees nothing. */
  | { readonly kind: 'refuse' }
  /** Half of it arrives. */
  | { readonly kind: 'cut_body'; readonly reached?: () => unknown }
  /** The server answers, and nobody hears it. */
  | { readonly kind: 'drop_answer'; readonly reached?: () => unknown };

export type MessageHandler = (message: ProxiedMessage) => MessageFault | undefined | Promise<MessageFault | undefined>;

export interface DnsProxy {
  readonly dns: DnsAddress;
  handle(handler: MessageHandler | null): void;
  stop(): Promise<void>;
}

/** A proxy for DNS over TCP (RFC 7766) that can hurt each message to the server. */
export const startDnsProxy = async (upstream: DnsAddress): Promise<DnsProxy> => {
  let handler: MessageHandler | null = null;
  const server = createServer({ allowHalfOpen: false }, (client) => {
    const there = netConnect(upstream.port, upstream.address);
    const both = [client, there];
    for (const socket of both) socket.on('error', () => undefined);
    client.on('close', () => there.destroy());
    there.on('close', () => client.destroy());
    let isDeaf = false;
    there.on('data', (data) => {
      if (!isDeaf) client.write(data);
    });
    const pass = async (message: Buffer): Promise<void> => {
      const framed = Buffer.concat([lengthOf(message), message]);
      const fault = await handler?.(read(message));
      if (fault === undefined) return void there.write(framed);
      isDeaf = true;
      if (fault.kind === 'cut_body') await written(there, framed.subarray(0, framed.length >> 1));
      if (fault.kind === 'drop_answer') await answered(there, framed);
      if (fault.kind !== 'refuse') await fault.reached?.();
      for (const socket of both) socket.destroy();
    };
    eachMessage(client, (message) => pass(message).catch(() => client.destroy()));
  });
  const { port, close } = await listen(server);
  return {
    dns: { address: '127.0.0.1', port },
    handle: (next) => {
      handler = next;
    },
    stop: close,
  };
};

const lengthOf = (message: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
};

/** In their order, one after the other. */
const eachMessage = (socket: Socket, job: (message: Buffer) => Promise<unknown>): void => {
  let held = Buffer.alloc(0);
  let last: Promise<unknown> = Promise.resolve();
  socket.on('data', (data) => {
    held = Buffer.concat([held, data]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const message = held.subarray(2, 2 + held.readUInt16BE(0));
      held = held.subarray(2 + message.length);
      last = last.then(() => job(message));
    }
  });
};

const read = (octets: Buffer): ProxiedMessage => {
  const parts: string[] = [];
  for (let at = 12; (octets[at] ?? 0) > 0; at += (octets[at] ?? 0) + 1) {
    parts.push(octets.toString('latin1', at + 1, at + 1 + (octets[at] ?? 0)));
  }
  return { opcode: ((octets[2] ?? 0) >> 3) & 15, name: `${parts.join('.')}.`, octets };
};

const written = (socket: Socket, data: Buffer): Promise<void> =>
  new Promise((resolve) => socket.write(data, () => resolve()));

const answered = (socket: Socket, message: Buffer): Promise<void> =>
  new Promise((resolve) => {
    socket.once('data', () => resolve()).once('close', () => resolve());
    socket.write(message);
  });
