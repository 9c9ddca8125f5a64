import { connect, type Socket } from 'node:net';

/** A connection on which anything may be sent. */
export interface RawConnection {
  readonly send: (text: string | Buffer) => void;
  /** All that came until the other side ended it. */
  readonly ended: Promise<string>;
  readonly isOpen: () => boolean;
  readonly socket: Socket;
  readonly destroy: () => void;
}

export const connectTo = async (port: number): Promise<RawConnection> => {
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let open = true;
  socket.on('data', (part: Buffer) => parts.push(part));
  // An end with a reset is one too.
  socket.on('error', () => {});
  socket.on('close', () => {
    open = false;
    resolve(Buffer.concat(parts).toString('utf8'));
  });
  const connected = Promise.withResolvers<void>();
  socket.once('connect', connected.resolve);
  socket.once('close', connected.resolve);
  await connected.promise;
  return {
    socket,
    ended,
    isOpen: () => open,
    send: (text) => void socket.write(text),
    destroy: () => socket.destroy(),
  };
};

/** What came on a connection, and how long after it was opened it ended. */
export const exchangeRaw = async (port: number, text: string | Buffer): Promise<string> => {
  const connection = await connectTo(port);
  connection.send(text);
  return connection.ended;
};
