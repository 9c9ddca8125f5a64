import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.ts';

/** What a handler knows of a request before it is forwarded; the body is read only when asked for. */
export interface ProxyRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The whole body. Not to be used with `cut_body`. */
  body(): Promise<Buffer>;
}

/** What the proxy does instead of passing a request on. */
export type Fault =
  /** Waits, then forwards. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Sends `after` bytes of the body upstream (default: half), waits for `reached`, then cuts both connections. */
  | { readonly kind: 'cut_body'; readonly after?: number; readonly reached?: () => unknown }
  /** Forwards, waits for upstream's whole answer and for `reached`, then cuts the connection instead of answering. */
  | { readonly kind: 'drop_answer'; readonly reached?: () => unknown }
  /** Forwards, and answers once upstream has answered and `reached` has ended. */
  | { readonly kind: 'delay_answer'; readonly reached: () => Promise<unknown> }
  /** Answers itself; upstream sees nothing. */
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string; readonly type?: string }
  /** Forwards, and sends upstream's status and half of its body. */
  | { readonly kind: 'half_answer' }
  /** Never answers. `forward` lets upstream have the request all the same. */
  | { readonly kind: 'silent'; readonly forward?: boolean }
  /** Cuts the connection at once; upstream sees nothing. */
  | { readonly kind: 'refuse' };

/** Runs before a request is forwarded, and may do anything meanwhile; undefined: forward it. */
export type Handler = (request: ProxyRequest) => Fault | undefined | Promise<Fault | undefined>;

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  /** Bytes of the request's body as far as it came. */
  bytes: number;
  /** What went back to the client; 0 where nothing did. */
  status: number;
}

export interface Proxy {
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  /** How many requests had this method, and a path that matches. */
  count(method: string, path?: RegExp): number;
  clear(): void;
  handle(handler: Handler | null): void;
  /** Waits until nothing is on its way to the API, also where its client is gone. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** An HTTP proxy in front of an API that can hurt what passes. */
export const startProxy = async (upstream: string, handler: Handler | null = null): Promise<Proxy> => {
  const requests: ProxiedRequest[] = [];
  const underWay = new Set<Promise<void>>();
  let current = handler;
  const server = createServer((incoming, response) => {
    const entry: ProxiedRequest = { method: incoming.method ?? '', path: incoming.url ?? '', bytes: 0, status: 0 };
    requests.push(entry);
    incoming.on('error', () => undefined);
    const served = serve(upstream, current, incoming, response, entry)
      .catch(() => void incoming.socket.destroy())
      .finally(() => underWay.delete(served));
    underWay.add(served);
  });
  const { port, close } = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    count: (method, path) => requests.filter((r) => r.method === method && (path?.test(r.path) ?? true)).length,
    clear: () => {
      requests.length = 0;
    },
    handle: (next) => {
      current = next;
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop: close,
  };
};

const serve = async (
  upstream: string,
  handler: Handler | null,
  incoming: IncomingMessage,
  response: ServerResponse,
  entry: ProxiedRequest,
): Promise<void> => {
  let read: Promise<Buffer> | undefined;
  const body = (): Promise<Buffer> => {
    read ??= readAll(incoming, entry);
    return read;
  };
  const { method, path } = entry;
  const fault = (await handler?.({ method, path, headers: incoming.headers, body })) ?? undefined;
  const answer = (sent: Sent): void => {
    entry.status = sent.status;
    response.writeHead(sent.status, sent.headers).end(sent.body);
  };
  const forward = async (): Promise<Sent> => forwardTo(upstream, entry, incoming.headers, await body());
  switch (fault?.kind) {
    case 'delay':
      await sleep(fault.ms);
      return answer(await forward());
    case 'cut_body':
      await cutBody(upstream, incoming, entry, fault);
      return void incoming.socket.destroy();
    case 'drop_answer':
      await forward();
      await fault.reached?.();
      return void incoming.socket.destroy();
    case 'delay_answer': {
      const sent = await forward();
      await fault.reached();
      return answer(sent);
    }
    case 'answer':
      await body();
      return answer({
        status: fault.status,
        headers: { 'content-type': fault.type ?? 'application/json' },
        body: Buffer.from(fault.body ?? ''),
      });
    case 'half_answer':
      return halfAnswer(await forward(), response, entry);
    case 'silent':
      await (fault.forward === true ? forward() : body());
      return;
    case 'refuse':
      return void incoming.socket.destroy();
    default:
      return answer(await forward());
  }
};

interface Sent {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const readAll = async (message: IncomingMessage, entry?: ProxiedRequest): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk);
    if (entry !== undefined) entry.bytes += chunk.length;
  }
  return Buffer.concat(chunks);
};

const forwardTo = (
  upstream: string,
  entry: ProxiedRequest,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const { 'transfer-encoding': _chunked, ...kept } = headers;
    const length = body.length === 0 ? {} : { 'content-length': String(body.length) };
    const client = request(
      `${upstream}${entry.path}`,
      { method: entry.method, headers: { ...kept, ...length, connection: 'close' }, agent: false },
      (reply) =>
        readAll(reply).then((text) => {
          const { 'transfer-encoding': _gone, ...rest } = reply.headers;
          resolve({ status: reply.statusCode ?? 502, headers: { ...rest, connection: 'close' }, body: text });
        }, reject),
    );
    client.on('error', reject);
    client.end(body);
  });

const halfAnswer = (sent: Sent, response: ServerResponse, entry: ProxiedRequest): void => {
  entry.status = sent.status;
  response.writeHead(sent.status, { ...sent.headers, 'content-length': String(Math.max(sent.body.length, 2)) });
  response.write(sent.body.subarray(0, sent.body.length >> 1), () => response.socket?.destroy());
};

const cutBody = async (
  upstream: string,
  incoming: IncomingMessage,
  entry: ProxiedRequest,
  fault: Extract<Fault, { kind: 'cut_body' }>,
): Promise<void> => {
  const total = Number(incoming.headers['content-length'] ?? 0);
  const after = fault.after ?? total >> 1;
  const { hostname, port } = new URL(upstream);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${entry.method} ${entry.path} HTTP/1.1\r\n${headers.join('')}\r\n`);
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    socket.write(chunk.subarray(0, after - entry.bytes));
    entry.bytes = Math.min(after, entry.bytes + chunk.length);
    if (entry.bytes >= after) break;
  }
  await fault.reached?.();
  socket.destroy();
};
