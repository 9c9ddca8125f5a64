import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listen } from './listen.ts';
import { type DnsAddress, freePort } from './ports.ts';

/** Passes DNS on, by UDP and TCP: what stands between a secondary and its primary, or gives a name server another address. */
export interface Relay {
  readonly dns: DnsAddress;
  /** From now on nothing comes through; `open` lets it again. */
  block(): void;
  open(): void;
  /** The types of the questions that came through, as numbers: 251 is IXFR, 252 AXFR. */
  readonly asked: readonly number[];
  stop(): Promise<void>;
}

/** Default is a free port of 127.0.0.1. */
export const startRelay = async (upstream: DnsAddress, at?: DnsAddress): Promise<Relay> => {
  const { address, port } = at ?? { address: '127.0.0.1', port: await freePort() };
  const state = { blocked: false };
  const asked: number[] = [];
  const there = new Set<UdpSocket>();
  const sockets = new Set<Socket>();
  const udp = createSocket('udp4');
  udp.on('message', (message, client) => {
    if (state.blocked) return;
    asked.push(typeAsked(message));
    const socket = createSocket('udp4');
    there.add(socket);
    socket.on('message', (answer) => {
      if (!state.blocked) udp.send(answer, client.port, client.address);
      socket.close();
    });
    socket.on('error', () => socket.close()).on('close', () => there.delete(socket));
    socket.send(message, upstream.port, upstream.address);
  });
  const tcp = createServer((client) => {
    if (state.blocked) return void client.destroy();
    const server = connect(upstream.port, upstream.address);
    sockets.add(client).add(server);
    let held = Buffer.alloc(0);
    client.on('data', (data: Buffer) => {
      held = Buffer.concat([held, data]);
      // Each message has its length before it (RFC 1035 section 4.2.2); one connection may carry several.
      for (let end = lengthIn(held); held.length >= end; end = lengthIn(held)) {
        asked.push(typeAsked(held.subarray(2, end)));
        held = held.subarray(end);
      }
    });
    client.pipe(server).pipe(client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
    }
  });
  udp.bind(port, address);
  await once(udp, 'listening');
  const listening = await listen(tcp, address, port).catch((error: unknown) => {
    udp.close();
    throw error;
  });
  return {
    dns: { address, port },
    asked,
    block: () => {
      state.blocked = true;
      for (const socket of sockets) socket.destroy();
    },
    open: () => {
      state.blocked = false;
    },
    stop: async () => {
      for (const socket of there) socket.close();
      udp.close();
      await listening.close();
    },
  };
};

const lengthIn = (held: Buffer): number => (held.length < 2 ? Number.POSITIVE_INFINITY : 2 + held.readUInt16BE(0));

/** The type of a message's first question; 0 where there is none. */
const typeAsked = (message: Buffer): number => {
  let at = 12;
  while ((message[at] ?? 0) > 0) at += 1 + (message[at] ?? 0);
  return message.length < at + 3 ? 0 : message.readUInt16BE(at + 1);
};
