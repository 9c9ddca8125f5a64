import { connect } from 'node:net';
import { maxMessageBytes } from './message.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * Sends one message over a TCP connection of its own and gives the message that comes back (RFC 7766). Rejects on an
 * error, on the time-out of the whole exchange, and when `signal` aborts.
 */
export const exchangeTcp = (
  server: Endpoint,
  message: Uint8Array,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    const chunks: Buffer[] = [];
    let received = 0;

    const end = (finish: () => void): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      finish();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const onAbort = (): void => fail(new Error('aborted'));
    const timer = setTimeout(
      () => fail(new Error(`no answer over TCP within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );

    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted === true) onAbort();
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the TCP connection was closed before the answer was whole')));
    socket.on('connect', () => socket.write(framed(message)));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received < 2) return;
      const length = lengthOf(chunks);
      if (received < 2 + length) return;
      const whole = Buffer.concat(chunks, received).subarray(2, 2 + length);
      end(() => resolve(whole));
    });
  });

/** The message with its two octets of length in front (RFC 1035 section 4.2.2). */
export const framed = (message: Uint8Array): Uint8Array => {
  if (message.length > maxMessageBytes) throw new RangeError(`a DNS message of ${message.length} octets`);
  const frame = Buffer.allocUnsafe(message.length + 2);
  frame.writeUInt16BE(message.length, 0);
  frame.set(message, 2);
  return frame;
};

const lengthOf = (chunks: readonly Buffer[]): number => {
  const first = chunks[0];
  if (first !== undefined && first.length >= 2) return first.readUInt16BE(0);
  return Buffer.concat(chunks.slice(0, 3)).readUInt16BE(0);
};
