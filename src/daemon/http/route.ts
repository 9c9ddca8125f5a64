import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { lazy } from '../../model/lazy.ts';
import { listed } from '../../model/phrases.ts';
import { type Check, checkOf, type Fault, keysOf } from '../../validation/index.ts';
import { parseJson } from '../hooks/json.ts';
import { HttpRefusal } from './errors.ts';

/**
 * Who may ask. `open`: everybody; `page`: everybody who knows the daemon's name; `read`, `write`: whoever has a token of that scope; `metrics`: as the settings say;
 * `signed`: the route itself checks the signature.
 */
export type RouteAccess = 'open' | 'page' | 'read' | 'write' | 'metrics' | 'signed';

/** What is answered. `body` is sent as JSON, but for text and bytes, which have a `contentType`. */
export interface RouteAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request whose parameters and body are checked. */
export interface Asked<Query extends TSchema, Body extends TSchema> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Static<Query>;
  readonly body: Static<Body>;
  /** The token's name; empty where no token is asked for. */
  readonly by: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** One way to ask, as the OpenAPI document describes it and as it is answered. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** With parameters in braces, as in `/api/v1/zones/{zone}`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly access: RouteAccess;
  readonly query: TSchema;
  /** `raw`: bytes that the route reads itself; null: none. */
  readonly body: TSchema | 'raw' | null;
  /** Headers that count, besides those of all requests. */
  readonly headers: readonly string[];
  /** Bytes; default is that of the limits. */
  readonly bodyLimit: number | null;
  /** By status: the schema of the JSON, or the type of anything else. Errors are the same everywhere. */
  readonly answers: Readonly<Record<number, TSchema | string>>;
  /** The statuses of errors that it may answer with, besides those that its access brings. */
  readonly errors: readonly number[];
  /** null: it has taken the reply over. */
  readonly answer: (request: FastifyRequest, reply: FastifyReply, by: string) => Promise<RouteAnswer | null>;
}

type Described = Omit<Route, 'query' | 'body' | 'headers' | 'bodyLimit' | 'errors' | 'answer'> &
  Partial<Pick<Route, 'headers' | 'bodyLimit' | 'errors'>>;

type WithoutBody<Query extends TSchema> = Omit<Described, 'method'> & {
  readonly query: Query;
  readonly answer: (asked: Omit<Asked<Query, TSchema>, 'body'>) => Promise<RouteAnswer | null>;
};

/** A route that reads no body. */
export const getRoute = <Query extends TSchema>(described: WithoutBody<Query>): Route => {
  const checkQuery = lazy(() => checkOf(described.query, strict));
  return {
    ...{ headers: [], bodyLimit: null, errors: [], ...described, method: 'GET', body: null },
    answer: async (request, reply, by) => {
      const query = checked(checkQuery(), request.query, described.query, 'The query');
      return described.answer({ params: paramsOf(request), query, by, request, reply });
    },
  };
};

/** A route whose body is signed as it was sent, so that nobody reads it before the signature is checked. */
export const signedRoute = <Query extends TSchema>(described: Omit<WithoutBody<Query>, 'access'>): Route => ({
  ...getRoute({ ...described, access: 'signed' }),
  method: 'POST',
  body: 'raw',
});

/** A route that reads JSON. */
export const postRoute = <Query extends TSchema, Body extends TSchema>(
  described: Omit<Described, 'method'> & {
    readonly query: Query;
    readonly body: Body;
    readonly answer: (asked: Asked<Query, Body>) => Promise<RouteAnswer>;
  },
): Route => {
  const checkQuery = lazy(() => checkOf(described.query, strict));
  const checkBody = lazy(() => checkOf(described.body, strict));
  return {
    ...{ headers: [], bodyLimit: null, errors: [], ...described, method: 'POST' },
    answer: async (request, reply, by) => {
      const query = checked(checkQuery(), request.query, described.query, 'The query');
      const body = checked(checkBody(), jsonOf(request), described.body, 'The body');
      return described.answer({ params: paramsOf(request), query, body, by, request, reply });
    },
  };
};

/** What is wrong is said, never what was sent: it might be a secret in the wrong place. */
const strict = { secretive: true } as const;

const jsonOf = ({ body }: FastifyRequest): unknown => {
  const parsed = parseJson(Buffer.isBuffer(body) ? body.toString('utf8') : '');
  if (!parsed.ok) throw new HttpRefusal('BAD_REQUEST', parsed.why);
  return parsed.value;
};

const paramsOf = ({ params }: FastifyRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(Object(params)).map(([key, value]) => [key, String(value)]));

const checked = <T>(check: Check<T>, value: unknown, schema: TSchema, what: string): T => {
  const found = check(value);
  if (found.ok) return found.value;
  const words = found.faults.map((fault) => wordsOf(fault, schema));
  throw new HttpRefusal('BAD_REQUEST', `${what}: ${[...new Set(words)].slice(0, 5).join('; ')}.`);
};

/** A key that nobody knows may itself be what nobody should see. */
const wordsOf = ({ atKey, message, path }: Fault, schema: TSchema): string => {
  const known = keysOf(schema);
  const key = path[0];
  if (!atKey || key === undefined || known.includes(key)) return message;
  return known.length === 0 ? 'it takes none' : `it may have only ${listed(known)}`;
};
