import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from './listen.ts';

/** One server of an inventory, in interface.md's form; tests put anything into it. */
export type InventoryEntry = Readonly<Record<string, unknown>>;

/** One page as it would be sent, before anything is bent. */
export interface InventoryPage {
  readonly servers: readonly unknown[];
  readonly total?: number | undefined;
  readonly next?: unknown;
}

export interface InventoryRequest {
  /** Path and query. */
  readonly path: string;
  /** Counts from 1. */
  readonly page: number;
  readonly headers: IncomingHttpHeaders;
  /** What was answered; 0 where nothing was. */
  status: number;
}

/** What the inventory does instead of its usual answer. */
export type InventoryFault =
  /** Sends another page. */
  | { readonly kind: 'page'; readonly page: InventoryPage; readonly etag?: string }
  /** Sends just this. */
  | {
      readonly kind: 'raw';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Sends this much of the body, and all of its length, then cuts the connection. */
  | { readonly kind: 'cut' }
  /** Sends half of the body as if it were all of it. */
  | { readonly kind: 'truncated' }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' }
  /** Sends a beginning and then nothing more, with the connection open. */
  | { readonly kind: 'stalled' }
  /** Sends without end. */
  | { readonly kind: 'endless' };

/** Asked for each request; undefined: the usual answer. */
export type Bend = (request: InventoryRequest, page: InventoryPage) => InventoryFault | undefined;

/** An inventory over HTTP, as interface.md describes it, that can be bent. */
export interface InventoryServer {
  readonly url: string;
  readonly origin: string;
  readonly requests: readonly InventoryRequest[];
  /** What it answers from now on. */
  set(servers: readonly InventoryEntry[]): void;
  /** Servers a page; null: all in one. */
  paged(size: number | null): void;
  /** Bends every answer from now on; null: none. */
  bend(bend: Bend | null): void;
  /** Every request must come with it; null: none is asked for. */
  protect(token: string | null): void;
  clear(): void;
  stop(): Promise<void>;
}

const path = '/api/v1/servers';

interface State {
  servers: readonly InventoryEntry[];
  size: number | null;
  bend: Bend | null;
  token: string | null;
}

/** Starts an inventory on a free port of 127.0.0.1. */
export const startInventory = async (servers: readonly InventoryEntry[] = []): Promise<InventoryServer> => {
  const state: State = { servers, size: null, bend: null, token: null };
  const requests: InventoryRequest[] = [];
  const server = createServer((incoming, response) => {
    incoming.resume();
    const url = new URL(incoming.url ?? '/', 'http://inventory');
    const page = Number(url.searchParams.get('page') ?? 1);
    const request = { path: incoming.url ?? '', page, headers: incoming.headers, status: 0 };
    requests.push(request);
    response.on('error', () => undefined);
    serve(state, url, request, incoming, response);
  });
  const { port, close } = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}${path}`,
    origin,
    requests,
    set: (next) => {
      state.servers = next;
    },
    paged: (size) => {
      state.size = size;
    },
    bend: (bend) => {
      state.bend = bend;
    },
    protect: (token) => {
      state.token = token;
    },
    clear: () => {
      requests.length = 0;
    },
    stop: close,
  };
};

const serve = (
  state: State,
  url: URL,
  request: InventoryRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
): void => {
  const send: Send = (status, body, headers = {}) => {
    request.status = status;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
  if (state.token !== null && incoming.headers.authorization !== `Bearer ${state.token}`) {
    send(401, JSON.stringify({ error: 'no such token' }));
    return;
  }
  const page = pageOf(state, request.page);
  const fault = state.bend?.(request, page);
  const sent = JSON.stringify(fault?.kind === 'page' ? fault.page : page);
  const etag = (fault?.kind === 'page' ? fault.etag : undefined) ?? etagOf(sent);
  if (fault === undefined && url.pathname !== path) send(404, '{}');
  else if (fault !== undefined && fault.kind !== 'page') hurt(fault, sent, send, response, incoming.socket);
  else if (incoming.headers['if-none-match'] === etag) send(304, '', { etag });
  else send(200, sent, { etag });
};

type Send = (status: number, body: string, headers?: Readonly<Record<string, string>>) => void;

const hurt = (
  fault: Exclude<InventoryFault, { kind: 'page' }>,
  usual: string,
  send: Send,
  response: ServerResponse,
  socket: Socket,
): void => {
  const half = usual.slice(0, usual.length >> 1);
  switch (fault.kind) {
    case 'raw':
      send(fault.status, fault.body ?? '', fault.headers);
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': String(usual.length) });
      response.write(half, () => socket.destroy());
      return;
    case 'truncated':
      send(200, half);
      return;
    case 'stalled':
      response.writeHead(200, { 'content-length': String(usual.length) });
      response.write(half);
      return;
    case 'endless':
      pour(response);
      return;
    case 'silent':
  }
};

const pageOf = ({ servers, size }: State, page: number): InventoryPage => {
  const total = servers.length;
  if (size === null) return { servers, total, next: null };
  const next = page * size < total ? `${path}?page=${page + 1}` : null;
  return { servers: servers.slice((page - 1) * size, page * size), total, next };
};

const etagOf = (body: string): string => `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;

const filler = `${'{"name":"web","ips":[]},'.repeat(1000)}`;

const pour = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"servers":[');
  const more = (): void => {
    while (!response.destroyed && response.write(filler));
  };
  response.on('drain', more);
  more();
};

/** Ready-made bends, by the faults that inventories have shown. */
export const bends = {
  /** Only on this page. */
  onPage:
    (number: number, bend: Bend): Bend =>
    (request, page) =>
      request.page === number ? bend(request, page) : undefined,
  status:
    (status: number, body = ''): Bend =>
    () => ({ kind: 'raw', status, body }),
  /** 200 and nothing. */
  emptyBody: (): InventoryFault => ({ kind: 'raw', status: 200 }),
  /** 200 and a list without servers, which says that there are none. */
  noServers: (): InventoryFault => ({ kind: 'page', page: { servers: [], total: 0, next: null } }),
  truncated: (): InventoryFault => ({ kind: 'truncated' }),
  cut: (): InventoryFault => ({ kind: 'cut' }),
  silent: (): InventoryFault => ({ kind: 'silent' }),
  stalled: (): InventoryFault => ({ kind: 'stalled' }),
  endless: (): InventoryFault => ({ kind: 'endless' }),
  /** One server is left out, and the total says so. */
  without:
    (name: string): Bend =>
    (_request, page) => {
      const servers = page.servers.filter((each) => !isNamed(each, name));
      return { kind: 'page', page: { ...page, servers, total: servers.length } };
    },
  /** One server is left out, and the total is as before. */
  lost:
    (name: string): Bend =>
    (_request, page) => ({
      kind: 'page',
      page: { ...page, servers: page.servers.filter((each) => !isNamed(each, name)) },
    }),
  /** The first server of a page comes again in place of the last; the total stays right. */
  duplicate: (_request: InventoryRequest, page: InventoryPage): InventoryFault => ({
    kind: 'page',
    page: { ...page, servers: [...page.servers.slice(0, -1), ...page.servers.slice(0, 1)] },
  }),
  /** Each page says another total. */
  countMoving: (request: InventoryRequest, page: InventoryPage): InventoryFault => ({
    kind: 'page',
    page: { ...page, total: (page.total ?? 0) + request.page - 1 },
  }),
  /** The first page leads to the third. */
  pageSkipped: (request: InventoryRequest, page: InventoryPage): InventoryFault | undefined =>
    request.page === 1 ? { kind: 'page', page: { ...page, next: `${path}?page=3` } } : undefined,
  nextTo:
    (next: unknown): Bend =>
    (_request, page) => ({ kind: 'page', page: { ...page, next } }),
  redirect:
    (location: string, status = 302): Bend =>
    () => ({ kind: 'raw', status, headers: { location } }),
  /** 304, whatever was asked. */
  notModified:
    (etag?: string): Bend =>
    () => ({ kind: 'raw', status: 304, headers: etag === undefined ? {} : { etag } }),
} as const;

const isNamed = (each: unknown, name: string): boolean =>
  each !== null && typeof each === 'object' && 'name' in each && each.name === name;
