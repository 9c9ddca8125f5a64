import { isIPv6 } from 'node:net';
import type dns2 from 'dns2';
import { HostmasterError, messageOf } from '../../src/provider.ts';
import { dns2WithOurCodec } from '../../src/wire/dns2.ts';
import type { Endpoint } from './file.ts';

// dns2 stands in front: its UDP and TCP servers read the queries, with our codec for the names in them, which bounds
// what 64 KB of pointers can cost. Answers come as octets, because dns2 3.1 writes several types wrongly and takes 1.4 s
// for 2,000 records.

/** The octets to send; null: say nothing. Never throws. */
export type Answerer = (packet: dns2.Packet, transport: 'udp' | 'tcp') => Uint8Array | null;

export interface Sockets {
  readonly port: number;
  close(): Promise<void>;
}

type UdpServer = ReturnType<typeof dns2.createUDPServer>;
type TcpServer = ReturnType<typeof dns2.createTCPServer>;

const maxConnections = 100;
/** A connection whose owner asks and does not read the answers is closed. */
const maxUnread = 1_000_000;
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
  const { connections, server: tcp } = tcpServer(answerer);
  await ready(tcp, () => tcp.listen(listen.port, listen.address));
  const bound = tcp.address();
  const port = bound === null || typeof bound === 'string' ? listen.port : bound.port;
  const udp = udpServer(answerer, isIPv6(listen.address) ? 'udp6' : 'udp4');
  try {
    await ready(udp, () => udp.bind(port, listen.address));
  } catch (error) {
    tcp.close();
    throw error;
  }
  // What goes wrong later with one datagram or connection is that client's affair.
  udp.on('error', () => undefined);
  tcp.on('error', () => undefined);
  return { port, close: () => closeBoth(udp, tcp, connections) };
};

const udpServer = (answerer: Answerer, type: 'udp4' | 'udp6'): UdpServer => {
  const server = dns2WithOurCodec().createUDPServer({ type });
  server.on('request', (packet, send) => {
    const octets = answerer(packet, 'udp');
    if (octets !== null) send(Buffer.from(octets)).catch(() => undefined);
  });
  return server;
};

interface Connection {
  destroy(): void;
}

const tcpServer = (
  answerer: Answerer,
): { readonly server: TcpServer; readonly connections: ReadonlySet<Connection> } => {
  const server = dns2WithOurCodec().createTCPServer();
  const connections = new Set<Connection>();
  server.maxConnections = maxConnections;
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    // dns2 ends its side after 10 s of silence, and would then wait for the other side for ever.
    socket.on('timeout', () => socket.destroy());
  });
  server.on('request', (packet, send, client) => {
    const octets = answerer(packet, 'tcp');
    if (octets !== null) void send(Buffer.from(octets));
    if ('writableLength' in client && client.writableLength > maxUnread) client.destroy();
  });
  return { server, connections };
};

/** Waits for 'listening', or throws what came instead. */
const ready = (server: UdpServer | TcpServer, start: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('listening', () => {
      server.removeListener('error', reject);
      resolve();
    });
    server.once('error', reject);
    start();
  });

const closeBoth = async (udp: UdpServer, tcp: TcpServer, connections: ReadonlySet<Connection>): Promise<void> => {
  await Promise.all([
    new Promise<void>((resolve) => udp.close(() => resolve())),
    new Promise<void>((resolve) => {
      tcp.close(() => resolve());
      for (const connection of connections) connection.destroy();
    }),
  ]);
};
