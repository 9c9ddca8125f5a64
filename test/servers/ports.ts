import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Where a server listens for DNS. */
export interface DnsAddress {
  readonly address: string;
  readonly port: number;
}

// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes the port meanwhile.
const lowest = 10_000;
const highest = 32_000;

/** A port of 127.0.0.1 that is free for TCP and UDP. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if ((await tcpIsFree(port)) && (await udpIsFree(port))) return port;
  }
};

const tcpIsFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
};

const udpIsFree = async (port: number): Promise<boolean> => {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
    await once(socket, 'close');
    return true;
  } catch {
    return false;
  }
};

/** Does anyone accept TCP connections there? */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
