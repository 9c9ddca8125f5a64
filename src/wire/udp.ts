import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { WireError } from './errors.ts';
import type { Endpoint } from './tcp.ts';

export interface DatagramLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a message by UDP from a port of its own, and gives the first datagram that `read` makes something of; null: it is
 * not the answer, and the next one may be. The socket is connected: the system lets nobody else's datagrams through, and
 * tells at once that nothing listens there. Rejects with WireError, and with what `read` throws.
 */
export const exchangeDatagram = async <T>(
  { address, port }: Endpoint,
  message: Uint8Array,
  read: (datagram: Buffer) => T | null,
  { signal, timeoutMs }: DatagramLimits,
): Promise<T> => {
  const { promise, reject, resolve } = Promise.withResolvers<T>();
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const fail = (error: Error): void => reject(notSent(address, port, error));
  const onAbort = (): void => reject(new WireError('aborted', 'aborted'));
  const timer = setTimeout(
    () => reject(new WireError('timeout', `the question timed out after ${timeoutMs} ms`)),
    timeoutMs,
  );
  socket.on('error', fail);
  socket.on('message', (datagram) => {
    try {
      const answer = read(datagram);
      if (answer !== null) resolve(answer);
    } catch (error) {
      reject(error);
    }
  });
  socket.once('connect', () =>
    socket.send(message, (error) => {
      if (error !== null) fail(error);
    }),
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    socket.connect(port, address);
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    socket.close();
  }
};

const noWay: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EINVAL',
]);

const notSent = (address: string, port: number, error: Error): WireError => {
  const code = 'code' in error ? String(error.code) : error.message;
  const where = `${address} port ${port} (${code})`;
  if (code === 'ECONNREFUSED') return new WireError('unreachable', `nothing listens at ${where}`, { cause: error });
  return noWay.has(code)
    ? new WireError('unreachable', `no way leads to ${where}`, { cause: error })
    : new WireError('cut', `nothing can be sent to ${where}`, { cause: error });
};
