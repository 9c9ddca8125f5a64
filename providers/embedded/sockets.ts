import { createSocket, type Socket } from 'node:dgram';
import { isIPv6, type Server } from 'node:net';
import { HostmasterError, messageOf } from '../../src/provider.ts';
import { acceptConnections, type Connections } from './connections.ts';
import type { Endpoint } from './file.ts';
import { maxQueryBytes } from './query.ts';

/** The octets to send; null: say nothing. Never throws. */
export type Answerer = (message: Buffer, transport: 'udp' | 'tcp') => Uint8Array | null;

export interface Sockets {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers that the system has not taken yet; what is asked meanwhile is lost, as it may be with UDP. */
const maxUnsent = 1_000_000;
const portAttempts = 10;

/** UDP and TCP on one port; throws HostmasterError where it is taken. */
export const bindSockets = async (listen: Endpoint, answerer: Answerer): Promise<Sockets> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bindOnce(listen, answerer);
    } catch (error) {
      // A port that is free for TCP may be taken for UDP.
      if (listen.port === 0 && attempt < portAttempts) continue;
      const message = `the embedded server cannot listen on ${listen.address} port ${listen.port}: ${messageOf(error)}`;
      throw new HostmasterError('CONFIG', message, { cause: error });
    }
  }
};

const bindOnce = async (listen: Endpoint, answerer: Answerer): Promise<Sockets> => {
  const connections = acceptConnections((message) => answerer(message, 'tcp'));
  const tcp = connections.server;
  await ready(tcp, () => tcp.listen(listen.port, listen.address));
  const bound = tcp.address();
  const port = bound === null || typeof bound === 'string' ? listen.port : bound.port;
  const udp = udpSocket(answerer, isIPv6(listen.address) ? 'udp6' : 'udp4');
  try {
    await ready(udp, () => udp.bind(port, listen.address));
  } catch (error) {
    tcp.close();
    throw error;
  }
  // What goes wrong later with one datagram or connection is that client's affair.
  udp.on('error', () => undefined);
  tcp.on('error', () => undefined);
  return { port, close: () => closeBoth(udp, connections) };
};

const udpSocket = (answerer: Answerer, type: 'udp4' | 'udp6'): Socket => {
  const socket = createSocket(type);
  socket.on('message', (datagram, { address, port }) => {
    if (datagram.length > maxQueryBytes || socket.getSendQueueSize() > maxUnsent) return;
    const octets = answerer(datagram, 'udp');
    if (octets !== null) socket.send(octets, port, address, () => undefined);
  });
  return socket;
};

/** Waits for 'listening', or throws what came instead. */
const ready = (server: Socket | Server, start: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('listening', () => {
      server.removeListener('error', reject);
      resolve();
    });
    server.once('error', reject);
    start();
  });

const closeBoth = async (udp: Socket, connections: Connections): Promise<void> => {
  await Promise.all([
    new Promise<void>((resolve) => udp.close(() => resolve())),
    new Promise<void>((resolve) => {
      connections.server.close(() => resolve());
      connections.destroy();
    }),
  ]);
};
