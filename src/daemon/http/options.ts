import type { TokenScope } from '../../model/daemon-settings.ts';
import type { Clock } from '../../model/ports.ts';
import type { Front } from '../front.ts';
import type { Metrics } from '../metrics.ts';

/** A token that is accepted. */
export interface ApiToken {
  /** What the audit calls its bearer. */
  readonly name: string;
  readonly token: string;
  readonly scope: TokenScope;
  /** The daemon made it itself, as none is configured. Default is no. */
  readonly isMade?: boolean;
}

/** Who may speak to the interface. All secrets are resolved; a new object replaces the one before whole. */
export interface Access {
  /** For links, and the only Host besides localhost; null: none. */
  readonly url: string | null;
  readonly tokens: readonly ApiToken[];
  /** `open`: /metrics asks for no token. */
  readonly metrics: 'open' | 'token';
  /** null: no hook of a Git server is taken. `ref` is the one that is watched. */
  readonly gitHook: { readonly secret: string; readonly ref: string } | null;
  /** The secrets of inventories' hooks, by inventory. */
  readonly inventoryHooks: ReadonlyMap<string, string>;
}

/** One file of the page, which everybody may read. */
export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
}

/** One request that was answered. Nothing that was sent is in it. */
export interface AnsweredRequest {
  readonly method: string;
  /** As the OpenAPI document writes it: `/api/v1/zones/{zone}`; null: there is none. */
  readonly route: string | null;
  readonly status: number;
  readonly milliseconds: number;
  /** The token's name; null: none was given. */
  readonly by: string | null;
}

export interface HttpLog {
  readonly answered: (request: AnsweredRequest) => void;
  /** Something that nobody expected, which the asker is not told. */
  readonly failed: (error: unknown) => void;
}

export interface HttpOptions {
  readonly listen: { readonly address: string; readonly port: number };
  readonly front: Front;
  readonly metrics: Metrics;
  /** Asked for each request, so that a reload takes effect at once. */
  readonly access: () => Access;
  /** By path: `/`, `/app.js`. */
  readonly page: ReadonlyMap<string, PageFile>;
  readonly version: string;
  readonly clock: Clock;
  readonly log: HttpLog;
  /** Default is httpLimits. */
  readonly limits?: Partial<HttpLimits>;
}

export type HttpLimits = { readonly [Limit in keyof typeof httpLimits]: number };

/** Times are milliseconds, sizes bytes. */
export const httpLimits = {
  /** For a request's headers and body to be there. */
  receive: 10_000,
  /** For the next request on a connection. */
  keepAlive: 5000,
  /** For an answer to be read on. */
  stuck: 120_000,
  connections: 100,
  body: 64 * 1024,
  gitBody: 25 * 1024 * 1024,
  inventoryBody: 8 * 1024 * 1024,
  /** All bodies together that are being received. */
  bodies: 128 * 1024 * 1024,
  /** Requests of one client a minute, with a token or for the page. */
  requests: 6000,
  /** Wrong tokens and signatures of one client a minute, until it is told to wait. */
  failures: 60,
  /** Hooks that wait for the fate of their servers at once; one more is answered like one that does not wait. */
  waitingHooks: 40,
  /** The longest that a hook may ask to wait. */
  hookWait: 60_000,
  eventReaders: 50,
  eventComment: 15_000,
  /** What a reader of events may leave unread. */
  eventBuffer: 1024 * 1024,
} as const satisfies Readonly<Record<string, number>>;
