import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, Dispatcher } from 'undici';
import { HostmasterError, isNeverSent, messageOf, networkCode, networkWords } from '../../src/provider.ts';

export interface ApiOptions {
  readonly url: string;
  readonly server: string;
  readonly key: string;
  /** Milliseconds without a byte from the server. */
  readonly timeout: number;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  header(name: string): string | null;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds more than usual, for what takes the server long. */
  readonly patience?: number;
  /** Takes the body of a 200 as it comes, instead of the reply's text; asked for anew with each try. Must not throw. */
  readonly bodyTo?: () => (chunk: Uint8Array) => void;
}

/** The HTTP side of PowerDNS's API, below one of its servers. Its key is in no message. */
export interface Api {
  /** `PowerDNS at URL`, for messages. */
  readonly where: string;
  /** May be repeated without harm, and is, three times, where there was no answer or 5xx. */
  repeat(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** Sent once. Throws WRITE_UNKNOWN where it may have been applied. */
  once(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** The WRITE_UNKNOWN error for a reply that does not say whether the write was applied. */
  unknown(method: string, path: string, reply: Reply): HostmasterError;
  /** The error for a reply that was not hoped for. */
  refusal(method: string, path: string, reply: Reply): HostmasterError;
  /** The error for an answer that PowerDNS would not give. */
  notOurs(method: string, path: string, why: string): HostmasterError;
  /** The server's own words in a reply, fit for a message. */
  said(reply: Reply): string;
  /** The parsed body. */
  json(method: string, path: string, reply: Reply): unknown;
  close(): Promise<void>;
}

// PowerDNS ends each connection after one answer, and its listen backlog is 10.
const connections = 8;
const tries = 3;
const firstPause = 100;

/** Opens nothing yet: undici is loaded here, connections are made as needed. */
export const openApi = async (options: ApiOptions): Promise<Api> => {
  const { Agent, request } = await loadUndici();
  const agent = new Agent({ connections, pipelining: 0, connect: { timeout: options.timeout } });
  const base = baseOf(options);
  const call = (method: string, path: string, extra: CallOptions): Promise<Reply> =>
    callOnce(request.bind(agent), options, { method, path: `${base.path}${path}`, origin: base.origin }, extra);
  const describe = (method: string, path: string): string => `${method} ${base.origin}${base.path}${path}`;
  return {
    where: `PowerDNS at ${base.origin}${base.prefix}`,
    repeat: async (method, path, extra = {}) => {
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await call(method, path, extra).catch((error: unknown) => failureOf(error, extra.signal));
        if ('status' in outcome && outcome.status < 500) return outcome;
        const again = 'status' in outcome || outcome.passing;
        if (again && attempt < tries) await pause(attempt, extra.signal);
        else if ('status' in outcome) throw refusalOf(describe(method, path), outcome, options, isOfZone(method, path));
        else throw giveUp(describe(method, path), outcome, options);
      }
    },
    once: async (method, path, extra = {}) => {
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await call(method, path, extra).catch((error: unknown) => failureOf(error));
        if ('status' in outcome) return outcome;
        if (!outcome.neverSent) throw unknown(describe(method, path), whyOf(outcome, options), outcome.cause);
        if (!outcome.passing || attempt === tries) throw giveUp(describe(method, path), outcome, options);
        await pause(attempt, extra.signal);
      }
    },
    refusal: (method, path, reply) => refusalOf(describe(method, path), reply, options, isOfZone(method, path)),
    unknown: (method, path, reply) =>
      unknown(describe(method, path), `answered ${reply.status} (${clean(errorOf(reply), options)})`),
    notOurs: (method, path, why) => notOurs(describe(method, path), why),
    said: (reply) => clean(errorOf(reply), options),
    json: (method, path, reply) => parseJson(describe(method, path), reply, options),
    close: () => agent.destroy(),
  };
};

interface Undici {
  readonly Agent: typeof Agent;
  readonly request: Dispatcher['request'];
}

const require = createRequire(import.meta.url);

/** The agent of undici alone, as all of it takes twice as long to load; all of it, where it is laid out otherwise. */
const loadUndici = async (): Promise<Undici> => {
  try {
    const parts = {
      Agent: require('undici/lib/dispatcher/agent.js'),
      request: require('undici/lib/api/api-request.js'),
    };
    if (typeof parts.Agent === 'function' && typeof parts.request === 'function') return parts;
  } catch {}
  const { Agent, Dispatcher } = await import('undici');
  return { Agent, request: Dispatcher.prototype.request };
};

/** Where the server's API begins: `url` may have a path, and may end in `/api/v1`. */
const baseOf = ({
  url,
  server,
}: ApiOptions): { readonly origin: string; readonly prefix: string; readonly path: string } => {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
  return { origin, prefix, path: `${prefix}/api/v1/servers/${encodeURIComponent(server)}` };
};

/** Waits before another try, longer each time, with jitter. */
export const pause = (attempt: number, signal: AbortSignal | undefined): Promise<void> =>
  sleep(firstPause * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, signal === undefined ? {} : { signal });

const callOnce = async (
  request: (options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>,
  options: ApiOptions,
  target: { readonly origin: string; readonly method: string; readonly path: string },
  { body, bodyTo, patience = 0, signal }: CallOptions,
): Promise<Reply> => {
  const time = options.timeout + patience;
  const answer = await request({
    ...target,
    method: target.method as Dispatcher.HttpMethod,
    headers: {
      'x-api-key': options.key,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    headersTimeout: time,
    bodyTimeout: time,
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await textOf(answer, bodyTo);
  return {
    status: answer.statusCode,
    text,
    header: (name) => {
      const value = answer.headers[name];
      return typeof value === 'string' ? value : null;
    },
  };
};

const textOf = async (
  { body, statusCode }: Dispatcher.ResponseData,
  bodyTo: CallOptions['bodyTo'],
): Promise<string> => {
  if (bodyTo === undefined || statusCode !== 200) return body.text();
  const push = bodyTo();
  for await (const chunk of body) push(chunk);
  return '';
};

/** A request without a whole answer. */
interface Failure {
  readonly why: string;
  /** The server cannot have seen it. */
  readonly neverSent: boolean;
  /** It may go better at once. */
  readonly passing: boolean;
  readonly cause: unknown;
}

const lasting: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** What went wrong; a read that was aborted throws the signal's reason instead. */
const failureOf = (error: unknown, signal?: AbortSignal): Failure => {
  if (signal?.aborted === true) throw signal.reason;
  const code = networkCode(error);
  return {
    why: networkWords(code) ?? messageOf(error),
    neverSent: isNeverSent(code),
    passing: !lasting.has(code),
    cause: error,
  };
};

/** Is it a read of one zone? What PowerDNS itself says then may be true of that zone alone. */
const isOfZone = (method: string, path: string): boolean => method === 'GET' && path.startsWith('/zones/');

const giveUp = (what: string, outcome: Failure, options: ApiOptions): HostmasterError => {
  const advice = outcome.neverSent ? 'start PowerDNS with its API there, or correct url' : 'see whether it is well';
  return new HostmasterError('TARGET_UNREACHABLE', `${what}: ${whyOf(outcome, options)}; ${advice}`, {
    cause: outcome.cause,
  });
};

const whyOf = ({ why }: Failure, options: ApiOptions): string =>
  why.endsWith('in time') ? `${why} (timeout ${options.timeout / 1000} s)` : clean(why, options);

const unknown = (what: string, why: string, cause?: unknown): HostmasterError =>
  new HostmasterError('WRITE_UNKNOWN', `${what}: ${why}`, { cause });

const refusalOf = (what: string, reply: Reply, options: ApiOptions, ofZone: boolean): HostmasterError => {
  const said = clean(errorOf(reply), options);
  const { status } = reply;
  if (status === 401) return refused(what, 'answered 401: it does not accept our key; check api_key');
  if (status === 403) return refused(what, 'answered 403: it does not let us in; check its webserver-allow-from');
  if (status === 404) {
    return refused(what, 'answered 404: no such thing there; check url and server, and that its API is on (api=yes)');
  }
  const times = status >= 500 ? `, ${tries} times` : '';
  const words = `${what}: answered ${status} (${said})${times}; see the name server's log`;
  // 502 to 504 come from what stands before PowerDNS, and 3xx too.
  if (ofZone && (status === 500 || (status >= 400 && status < 500))) {
    return new HostmasterError('ZONE_UNREADABLE', status === 500 ? 'retry' : 'stop', words);
  }
  return status >= 500
    ? new HostmasterError('TARGET_UNREACHABLE', words)
    : new HostmasterError('TARGET_REFUSED', words);
};

const refused = (what: string, said: string): HostmasterError =>
  new HostmasterError('TARGET_REFUSED', `${what}: ${said}`);

const parseJson = (what: string, reply: Reply, options: ApiOptions): unknown => {
  try {
    return JSON.parse(reply.text);
  } catch {
    throw notOurs(what, `${clean(reply.text, options) || 'nothing'} is no JSON`);
  }
};

const notOurs = (what: string, why: string): HostmasterError =>
  new HostmasterError('TARGET_UNREACHABLE', `${what}: ${why}; is url the API of PowerDNS Authoritative?`);

/** PowerDNS's own words: `{"error": "…"}`, or the text. */
export const errorOf = (reply: Reply): string => {
  try {
    const { error } = JSON.parse(reply.text) as { error?: unknown };
    if (typeof error === 'string') return error;
  } catch {
    // Not JSON: some errors are plain text.
  }
  return reply.text || 'without a word';
};

const longest = 300;

/** One line, not too long, without the key, should a server repeat it. */
const clean = (text: string, { key }: ApiOptions): string => {
  const line = (key === '' ? text : text.replaceAll(key, '(key)')).replace(/[\s\p{C}]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};
