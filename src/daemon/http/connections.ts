import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Watches over the connections of a server. */
export interface Connections {
  /** The answer that a connection waits for; null: it asks for nothing. */
  readonly answerOn: (socket: Socket) => ServerResponse | null;
  /** Ends those that ask for nothing at once, and the others when they are answered. */
  readonly drain: () => void;
  readonly destroyAll: () => void;
}

/**
 * Keeps a server to so many connections: the one that has asked for nothing for the longest time makes room for a new one,
 * so that idle ones keep nobody out; where all are asking, the new one is ended.
 */
export const limitConnections = (server: Server, most: number): Connections => {
  /** The longest idle first. */
  const idle = new Set<Socket>();
  const busy = new Map<Socket, ServerResponse>();
  let draining = false;
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => {
      idle.delete(socket);
      busy.delete(socket);
    });
    idle.add(socket);
    if (idle.size + busy.size <= most) return;
    const [longest = socket] = idle;
    idle.delete(longest);
    longest.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket);
    busy.set(socket, response);
    if (draining) response.setHeader('connection', 'close');
    response.once('close', () => {
      // Of requests that came in one after the other without waiting, it is the last that counts.
      if (busy.get(socket) !== response) return;
      busy.delete(socket);
      if (socket.destroyed) return;
      idle.add(socket);
      if (draining) socket.destroySoon();
    });
  });
  return {
    answerOn: (socket) => busy.get(socket) ?? null,
    drain: () => {
      draining = true;
      for (const socket of idle) socket.destroy();
      for (const response of busy.values()) if (!response.headersSent) response.setHeader('connection', 'close');
    },
    destroyAll: () => {
      for (const socket of [...idle, ...busy.keys()]) socket.destroy();
    },
  };
};
