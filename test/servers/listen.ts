import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** A server of the tests' own that listens. */
export interface Listening {
  readonly port: number;
  /** Ends it, and every connection to it. */
  close(): Promise<void>;
}

/** Lets a TCP or HTTP server listen. Default is a free port of 127.0.0.1. */
export const listen = async (server: Server, host = '127.0.0.1', port = 0): Promise<Listening> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen({ port, host, ipv6Only: true });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`no port at ${host}`);
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Waits until what was written is taken, or nobody is there to take it. */
export const written = async (stream: Writable): Promise<void> => {
  const stop = new AbortController();
  const either = ['drain', 'close'].map((event) => once(stream, event, { signal: stop.signal }).catch(() => undefined));
  await Promise.race(either);
  stop.abort();
};
