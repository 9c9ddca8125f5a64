import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WireError } from './errors.ts';
import { type Endpoint, framed } from './tcp.ts';
import { checkTls, connectTls, type TlsSettings } from './tls.ts';

/** Where a name server takes messages over TCP, or over TLS. */
export interface StreamServer extends Endpoint {
  readonly tls?: TlsSettings;
}

export interface StreamLimits {
  /** For everything, the connection included. */
  readonly timeoutMs: number;
  /** Without a single octet. Default is `timeoutMs`. */
  readonly idleMs?: number;
  /** Octets that are read in all. Default is no limit but the time's. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A connection for DNS messages (RFC 7766). */
export interface MessageStream {
  send(message: Uint8Array): void;
  /** The messages that come; it throws WireError where they end, so take no more than are expected. */
  readonly messages: AsyncGenerator<Uint8Array, never>;
  close(): void;
}

/** Connects; rejects with WireError (`sent` is false). */
export const openStream = async (server: StreamServer, limits: StreamLimits): Promise<MessageStream> => {
  if (limits.signal?.aborted === true) throw new WireError('aborted', 'aborted', { sent: false });
  const socket = server.tls === undefined ? connectTcp(server) : connectTls(server, server.tls);
  // A reader of the socket gets the error; without this, one before the first read or after the end would be unhandled.
  socket.on('error', () => undefined);
  const stop = bound(socket, limits);
  try {
    await once(socket, server.tls === undefined ? 'connect' : 'secureConnect');
    if (server.tls !== undefined && socket instanceof TLSSocket) throwIf(checkTls(socket, server.tls));
  } catch (error) {
    stop();
    socket.destroy();
    throw notConnected(server, error);
  }
  const close = (): void => {
    stop();
    socket.destroy();
  };
  return {
    send: (message) => {
      socket.write(framed(message));
    },
    messages: messagesOf(socket, limits.maxBytes ?? Number.POSITIVE_INFINITY, close),
    close,
  };
};

const connectTcp = ({ address, port }: Endpoint): Socket => connect({ host: address, port, noDelay: true });

/** Ends the connection when its time is over or the caller aborts; gives the way to call that off. */
const bound = (socket: Socket, { idleMs, signal, timeoutMs }: StreamLimits): (() => void) => {
  const fail = (error: WireError): void => {
    socket.destroy(error);
  };
  const onAbort = (): void => fail(new WireError('aborted', 'aborted'));
  const timer = setTimeout(() => fail(new WireError('timeout', `not done within ${timeoutMs} ms`)), timeoutMs);
  if (idleMs !== undefined) {
    socket.setTimeout(idleMs, () => fail(new WireError('timeout', `nothing came for ${idleMs} ms`)));
  }
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
};

const throwIf = (error: WireError | null): void => {
  if (error !== null) throw error;
};

const notConnected = (server: StreamServer, error: unknown): WireError => {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof WireError) return new WireError(error.fault, text, { sent: false, cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isTls = server.tls !== undefined && !/^E(CONN|HOST|NET|ADDR|PIPE|TIMEDOUT)/.test(code);
  const what = isTls ? 'no TLS connection' : 'no connection';
  return new WireError(isTls ? 'tls' : 'unreachable', `${what} to ${server.address} port ${server.port}: ${text}`, {
    sent: false,
    cause: error,
  });
};

async function* messagesOf(socket: Socket, maxBytes: number, close: () => void): AsyncGenerator<Uint8Array, never> {
  const take = createFramer();
  let received = 0;
  try {
    for await (const chunk of socket) {
      received += chunk.length;
      if (received > maxBytes) throw new WireError('too-large', `more than ${maxBytes} octets came`);
      yield* take(chunk);
    }
  } catch (error) {
    if (error instanceof WireError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new WireError('cut', `the connection broke before the answer was whole: ${text}`, { cause: error });
  } finally {
    close();
  }
  throw new WireError('cut', 'the connection was closed before the answer was whole');
}

/** Joins chunks to messages, each behind two octets of its length. The cost is that of the octets, however they are cut. */
const createFramer = (): ((chunk: Buffer) => readonly Uint8Array[]) => {
  let parts: Buffer[] = [];
  let have = 0;
  let need = 2;
  return (chunk) => {
    parts.push(chunk);
    have += chunk.length;
    if (have < need) return [];
    let bytes = Buffer.concat(parts, have);
    const messages: Uint8Array[] = [];
    for (;;) {
      need = bytes.length < 2 ? 2 : 2 + bytes.readUInt16BE(0);
      if (bytes.length < need || bytes.length < 2) break;
      messages.push(bytes.subarray(2, need));
      bytes = bytes.subarray(need);
    }
    parts = [bytes];
    have = bytes.length;
    return messages;
  };
};
