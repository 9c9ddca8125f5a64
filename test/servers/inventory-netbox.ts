import { createServer, type IncomingHttpHeaders } from 'node:http';
import {
  type NetboxAddress,
  type NetboxMachine,
  type NetboxVersion,
  renderAddress,
  renderDevice,
  renderVirtualMachine,
} from './inventory-netbox-shapes.ts';
import { listen } from './listen.ts';

export type { NetboxAddress, NetboxMachine, NetboxVersion } from './inventory-netbox-shapes.ts';

export interface NetboxRequest {
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** One page, as it would be sent. */
export interface NetboxPage {
  readonly count: number | null;
  readonly next: string | null;
  readonly previous: null;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

/** Changes a page before it is sent; a text is sent as it is, with its status. */
export type NetboxBend = (
  path: URL,
  page: NetboxPage,
) => NetboxPage | { readonly status: number; readonly body: string } | undefined;

/** NetBox's REST API as far as an inventory needs it, over made-up objects in the shapes of one version. */
export interface Netbox {
  readonly url: string;
  readonly requests: readonly NetboxRequest[];
  readonly devices: NetboxMachine[];
  readonly machines: NetboxMachine[];
  readonly addresses: NetboxAddress[];
  bend(bend: NetboxBend | null): void;
  /** Goes on as one of another version, or with another fault, at the same address. */
  become(options: NetboxOptions): void;
  clear(): void;
  stop(): Promise<void>;
}

export interface NetboxOptions {
  readonly version?: NetboxVersion;
  /** Default is one of version 2 from 4.5 on. */
  readonly token?: string;
  /**
   * Which lists show the paging fault of issues 14816, 18729 and 22848 (the object at a page's end comes again, the next one
   * never, `count` is right). Default is `unordered`: those that are not asked for in the order of ids.
   */
  readonly pagingFault?: 'unordered' | 'always';
}

const maxPageSize = 1000;
const defaultPageSize = 50;

interface State {
  options: Required<NetboxOptions>;
  readonly devices: NetboxMachine[];
  readonly machines: NetboxMachine[];
  readonly addresses: NetboxAddress[];
  bend: NetboxBend | null;
}

/** Starts a NetBox on a free port of 127.0.0.1. */
export const startNetbox = async (options: NetboxOptions = {}): Promise<Netbox> => {
  const state: State = {
    options: {
      version: '4.7',
      token: 'nbt_Ab3dEf6hIj9k.0123456789abcdefghijklmnopqrstuvwxyzABCD',
      pagingFault: 'unordered',
      ...options,
    },
    devices: [],
    machines: [],
    addresses: [],
    bend: null,
  };
  const requests: NetboxRequest[] = [];
  let origin = '';
  const server = createServer((incoming, response) => {
    incoming.resume();
    requests.push({ path: incoming.url ?? '', headers: incoming.headers });
    const { status, body } = answerTo(state, new URL(incoming.url ?? '/', origin), incoming.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json', 'api-version': state.options.version }).end(body);
  });
  const { port, close } = await listen(server);
  origin = `http://127.0.0.1:${port}`;
  return {
    url: origin,
    requests,
    devices: state.devices,
    machines: state.machines,
    addresses: state.addresses,
    bend: (bend) => {
      state.bend = bend;
    },
    become: (next) => {
      state.options = { ...state.options, ...next };
    },
    clear: () => {
      requests.length = 0;
    },
    stop: close,
  };
};

interface Reply {
  readonly status: number;
  readonly body: string;
}

const reply = (status: number, value: unknown): Reply => ({ status, body: JSON.stringify(value) });

const answerTo = (state: State, url: URL, authorization: string | undefined): Reply => {
  const refusal = refusalOf(state.options.token, authorization);
  if (refusal !== null) return reply(403, { detail: refusal });
  const objects = objectsOf(state, url);
  if (objects === null) return reply(404, { detail: 'Not found.' });
  const page = pageOf(state, url, objects);
  if (typeof page === 'string') return reply(400, [page]);
  const bent = state.bend?.(url, page) ?? page;
  return 'status' in bent ? bent : reply(200, bent);
};

/** Tokens of version 2 are told by the keyword, and refused under the other. */
const refusalOf = (token: string, authorization: string | undefined): string | null => {
  if (authorization === undefined) return 'Authentication credentials were not provided.';
  const version = authorization.startsWith('Bearer nbt_') ? 'v2' : 'v1';
  const right = token.startsWith('nbt_') ? `Bearer ${token}` : `Token ${token}`;
  return authorization === right ? null : `Invalid ${version} token`;
};

type Rendered = Readonly<Record<string, unknown>> & { readonly id: number };

const objectsOf = (state: State, url: URL): readonly Rendered[] | null => {
  const { devices, machines, addresses } = state;
  const { version } = state.options;
  const query = url.searchParams;
  switch (url.pathname) {
    case '/api/dcim/devices/':
      return devices.filter(fits(query)).map((each) => renderDevice(version, url.origin, each));
    case '/api/virtualization/virtual-machines/':
      return machines.filter(fits(query)).map((each) => renderVirtualMachine(version, url.origin, each));
    case '/api/ipam/ip-addresses/':
      return addresses
        .filter(({ device, machine }) => !query.has('assigned_to_interface') || (device ?? machine) !== undefined)
        .map((each) => renderAddress(version, url.origin, each));
    default:
      return null;
  }
};

/** NetBox's filters, of which it leaves out of account those that it does not know. */
const fits =
  (query: URLSearchParams) =>
  (machine: NetboxMachine): boolean => {
    const one = (key: string, value: string | undefined): boolean =>
      !query.has(key) || (value !== undefined && query.getAll(key).includes(value));
    const rack = machine.rack === undefined ? undefined : '5';
    return (
      one('name', machine.name ?? undefined) &&
      one('status', machine.status ?? 'active') &&
      one('site', machine.site ?? 'hq') &&
      one('role', machine.role ?? 'server') &&
      one('rack_id', rack) &&
      query.getAll('tag').every((tag) => machine.tags?.includes(tag)) &&
      [...query.keys()].every((key) => !key.startsWith('cf_') || one(key, String(machine.fields?.[key.slice(3)])))
    );
  };

/** A page, or why the query is refused (netbox/api/pagination.py). */
const pageOf = (state: State, url: URL, objects: readonly Rendered[]): NetboxPage | string => {
  const query = url.searchParams;
  const limit = Math.min(Number(query.get('limit') ?? defaultPageSize) || maxPageSize, maxPageSize);
  const byId = objects.toSorted((a, b) => a.id - b.id);
  const link = (changes: Readonly<Record<string, number>>): string => {
    const next = new URL(url);
    for (const [key, value] of Object.entries({ limit, ...changes })) next.searchParams.set(key, String(value));
    return next.href;
  };
  if (query.has('start') && state.options.version !== '4.5') {
    if (query.has('offset')) return "'start' and 'offset' are mutually exclusive.";
    if (query.has('ordering')) return 'Ordering cannot be specified in conjunction with cursor-based pagination.';
    const results = byId.filter(({ id }) => id >= Number(query.get('start'))).slice(0, limit);
    const last = results.at(-1);
    const next = last === undefined || results.length < limit ? null : link({ start: last.id + 1 });
    return { count: null, next, previous: null, results };
  }
  const offset = Number(query.get('offset') ?? 0);
  const faulty = state.options.pagingFault === 'always' || query.get('ordering') !== 'id';
  const from =
    faulty && offset > 0
      ? [...byId.slice(0, offset), ...byId.slice(offset - 1, offset), ...byId.slice(offset + 1)]
      : byId;
  return {
    count: objects.length,
    next: offset + limit < objects.length ? link({ offset: offset + limit }) : null,
    previous: null,
    results: from.slice(offset, offset + limit),
  };
};
