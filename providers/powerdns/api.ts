import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, Dispatcher } from 'undici';
import type { HostmasterError } from '../../src/provider.ts';
import {
  AnswerGivenUp,
  errorFor,
  failureOf,
  type MessageOptions,
  messageIn,
  neverSent,
  notPowerDns,
  outcomeUnknown,
  parseJson,
  type Reply,
  reasonOf,
  type Sent,
  timeoutsOfAnswer,
  unreachable,
} from './failure.ts';

export interface ApiOptions extends MessageOptions {
  readonly url: string;
  readonly server: string;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Of `once`: called when there is a connection, just before anything is sent on it, and again before it is sent again. */
  readonly before?: (() => Promise<void>) | undefined;
  /** Milliseconds more than usual, for what takes the server long. */
  readonly extraTime?: number;
  /**
   * Takes the body of a 200 as it comes, instead of the reply's text, until it says false; asked for anew with each try. Must not
   * throw.
   */
  readonly bodyTo?: () => (chunk: Uint8Array) => boolean;
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
  outcomeUnknown(method: string, path: string, reply: Reply): HostmasterError;
  /** The error for a reply that says that nothing was done. */
  errorFor(method: string, path: string, reply: Reply): HostmasterError;
  /** The error for an answer that PowerDNS would not give. */
  notPowerDns(method: string, path: string, why: string): HostmasterError;
  /** The server's own message in a reply, fit for one of ours. */
  messageIn(reply: Reply): string;
  /** The parsed body. */
  json(method: string, path: string, reply: Reply): unknown;
  close(): Promise<void>;
}

// PowerDNS ends each connection after one answer, and its listen backlog is 10.
const connections = 8;
const tries = 3;
/** The most octets of an answer that is kept as it is, and of one that is taken as it comes: a zone of 1,000,000 records is 130 MB. */
const maxBytes = 64 * 1024 * 1024;
const maxStreamedBytes = 256 * 1024 * 1024;
const firstPause = 100;

/** Opens nothing yet: undici is loaded here, connections are made as needed. */
export const openApi = async (options: ApiOptions): Promise<Api> => {
  const { Agent, request } = await loadUndici();
  const agent = new Agent({ connections, pipelining: 0, connect: { timeout: options.timeout } });
  const base = baseOf(options);
  const call = (method: string, path: string, extra: CallOptions): Promise<Reply> =>
    callOnce(request.bind(agent), options, { method, path: `${base.path}${path}`, origin: base.origin }, extra);
  const describe = (method: string, path: string): string => `${method} ${base.origin}${base.path}${path}`;
  const sent = (method: string, path: string): Sent => ({
    request: describe(method, path),
    ofZone: method === 'GET' && path.startsWith('/zones/'),
    tries,
  });
  return {
    where: `PowerDNS at ${base.origin}${base.prefix}`,
    repeat: async (method, path, extra = {}) => {
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await call(method, path, extra).catch((error: unknown) => failureOf(error, extra.signal));
        if ('status' in outcome && outcome.status < 500) return outcome;
        const again = 'status' in outcome || outcome.passing;
        if (again && attempt < tries) await pause(attempt, extra.signal);
        else if ('status' in outcome) throw errorFor(sent(method, path), outcome, options);
        else throw unreachable(describe(method, path), outcome, options);
      }
    },
    once: async (method, path, extra = {}) => {
      for (let attempt = 1; ; attempt += 1) {
        const start = startOf(extra.before);
        const outcome = await call(method, path, { ...extra, before: start.before }).catch((error: unknown) =>
          failureOf(error),
        );
        if ('status' in outcome) return outcome;
        start.throwRefusal();
        if (!outcome.neverSent && start.hasBegun())
          throw outcomeUnknown(describe(method, path), reasonOf(outcome, options), outcome.cause);
        if (extra.signal?.aborted === true) throw neverSent(describe(method, path), outcome);
        if (!outcome.passing || attempt === tries) throw unreachable(describe(method, path), outcome, options);
        await pause(attempt, extra.signal);
      }
    },
    errorFor: (method, path, reply) => errorFor(sent(method, path), reply, options),
    outcomeUnknown: (method, path, reply) =>
      outcomeUnknown(describe(method, path), `answered ${reply.status} (${messageIn(reply, options)})`),
    notPowerDns: (method, path, why) => notPowerDns(sent(method, path), why),
    messageIn: (reply) => messageIn(reply, options),
    json: (method, path, reply) => parseJson(sent(method, path), reply, options),
    close: () => agent.destroy(),
  };
};

interface Undici {
  readonly Agent: typeof Agent;
  readonly request: Dispatcher['request'];
}

const require = createRequire(import.meta.url);

/**
 * The agent of undici without the rest of it: loading all takes 105 ms of CPU instead of 41 (undici 8.12), a sixth of a small
 * plan. A release of undici that is laid out otherwise is loaded as a whole.
 */
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

interface Start {
  readonly before: CallOptions['before'];
  /** May anything have been sent? */
  hasBegun(): boolean;
  /** Throws what `before` threw, if it did: then nothing was sent. */
  throwRefusal(): void;
}

const startOf = (before: CallOptions['before']): Start => {
  let [hasBegun, refusal] = [before === undefined, null as { readonly error: unknown } | null];
  return {
    before:
      before &&
      (async () => {
        await before().catch((error: unknown) => {
          refusal = { error };
          throw error;
        });
        hasBegun = true;
      }),
    hasBegun: () => hasBegun,
    throwRefusal: () => {
      if (refusal !== null) throw refusal.error;
    },
  };
};

/**
 * undici asks for a body once it has a connection, and sends nothing, nor the head, before there is some of it. It asks for that
 * of a request, too, that was given up while it waited for a connection.
 */
async function* bodyAfter(
  before: () => Promise<void>,
  body: Uint8Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  await before();
  yield body;
}

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

type Request = (options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;

interface Target {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
}

/** One request, which is given up when its whole time is over: single octets would be waited for without end. */
const callOnce = async (request: Request, options: ApiOptions, target: Target, extra: CallOptions): Promise<Reply> => {
  const { extraTime = 0, signal } = extra;
  const time = options.timeout + extraTime;
  const ending = new AbortController();
  const onAbort = (): void => ending.abort(signal?.reason);
  const overdue = new AnswerGivenUp('OVERDUE', `the answer was not whole after ${timeoutsOfAnswer} times the timeout`);
  const timer = setTimeout(() => ending.abort(overdue), time * timeoutsOfAnswer);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    return await sendAndRead(request, options, target, { ...extra, signal: ending.signal }, time);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
};

const sendAndRead = async (
  request: Request,
  options: ApiOptions,
  target: Target,
  { before, body, bodyTo, signal }: CallOptions,
  time: number,
): Promise<Reply> => {
  const sent = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const answer = await request({
    ...target,
    method: target.method as Dispatcher.HttpMethod,
    headers: {
      'x-api-key': options.key,
      accept: 'application/json',
      ...(sent === null ? {} : { 'content-type': 'application/json', 'content-length': String(sent.length) }),
    },
    body: sent === null || before === undefined ? sent : Readable.from(bodyAfter(before, sent, signal)),
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

/** The body as text; empty where it was taken as it came. */
const textOf = async (
  { body, statusCode }: Dispatcher.ResponseData,
  bodyTo: CallOptions['bodyTo'],
): Promise<string> => {
  const push = statusCode === 200 ? bodyTo?.() : undefined;
  const limit = push === undefined ? maxBytes : maxStreamedBytes;
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw new AnswerGivenUp('TOO_LARGE', `the answer has more than ${limit} octets`);
    if (push === undefined) kept.push(chunk);
    else if (!push(chunk)) break;
  }
  return Buffer.concat(kept).toString();
};
