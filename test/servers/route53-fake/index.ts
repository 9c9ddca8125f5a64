import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../listen.ts';
import type { Account, Broken } from './account.ts';
import { isRefusal, type Reply } from './account.ts';
import { accountRate, bucketOf, operationRates, type Rate, type Refusal, refusal, throttleOf } from './limits.ts';
import { route } from './route.ts';
import { parseXml, printXml } from './xml.ts';

export type { Account, Broken } from './account.ts';
export type { Rate } from './limits.ts';

export interface Route53FakeOptions {
  /** Requests of the account. Default is AWS's: 10 a second, 50 at once. */
  readonly rate?: Rate;
  /** Of single operations. Default is AWS's: CreateHealthCheck 0.5 a second, …; others have the account's. */
  readonly operations?: Readonly<Record<string, Rate>>;
  /** Single changes of the account. Default is no limit: AWS has one, whose numbers we have not. */
  readonly changes?: Rate;
  /** Milliseconds for which a change is PENDING. Default is 5 s. */
  readonly pending?: number;
  /** Is a change INSYNC as soon as somebody asks whether it is? Who does not ask gets the whole of `pending`. Default is no. */
  readonly inSyncWhenAsked?: boolean;
  /** Milliseconds for which a change batch keeps its zone busy, until it is answered. Default is 250. */
  readonly processing?: number;
  /** Zones or checks on a page, at most. Default is 100. */
  readonly page?: number;
}

export interface SeenRequest {
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The code of its refusal; null: it was done. */
  readonly code: string | null;
}

/** Route53 as far as zones, records, health checks and tags go, with AWS's limits. */
export interface Route53Fake {
  readonly url: string;
  /** Every limit or rule that a request broke, in their order; a throttled request too. */
  readonly broken: readonly Broken[];
  readonly requests: readonly SeenRequest[];
  /** What is there now. */
  readonly account: Account;
  /** Answers `code` instead from now on, where it says so; null: never. */
  bend(bend: Bend | null): void;
  /** Has every change that was made be INSYNC. */
  settle(): void;
  clear(): void;
  stop(): Promise<void>;
}

/** Asked for each request before it is done (`before`) and after; `cut`: the connection goes without an answer. */
export type Bend = (operation: string, when: 'before' | 'after') => 'cut' | Refusal | undefined;

/** Starts a fake of Route53 on a free port of 127.0.0.1. */
export const startRoute53Fake = async (options: Route53FakeOptions = {}): Promise<Route53Fake> => {
  const account = accountOf(options);
  const throttled = throttleOf(options.rate ?? accountRate, options.operations ?? operationRates, account.now);
  const broken: Broken[] = [];
  const requests: SeenRequest[] = [];
  let bend: Bend | null = null;
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://route53');
    const { operation, answer } = route(incoming.method ?? 'GET', url);
    const at = account.now();
    const body = await bodyOf(incoming);
    const bent = bend?.(operation, 'before');
    if (bent === 'cut') return void incoming.socket.destroy();
    if (options.inSyncWhenAsked === true && operation === 'GetChange') settle(account);
    const reply = bent ?? throttled(operation) ?? answerTo(() => answer(account, body === '' ? null : parseXml(body)));
    if (isRefusal(reply) && reply.limit !== null) broken.push({ ...reply, limit: reply.limit, operation });
    requests.push({ operation, at, code: isRefusal(reply) ? reply.code : null });
    if (bend?.(operation, 'after') === 'cut') return void incoming.socket.destroy();
    if (operation === 'ChangeResourceRecordSets' && !isRefusal(reply)) await sleep(account.processing);
    send(response, reply, requests.length);
  });
  const { port, close } = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    broken,
    requests,
    account,
    bend: (next) => {
      bend = next;
    },
    settle: () => settle(account),
    clear: () => {
      broken.length = 0;
      requests.length = 0;
    },
    stop: close,
  };
};

const settle = ({ changes, checks }: Account): void => {
  for (const [id, change] of changes) changes.set(id, { ...change, inSyncAt: 0 });
  for (const check of checks.values()) check.releasedAt = 0;
};

const accountOf = ({ changes, pending = 5_000, processing = 250, page = 100 }: Route53FakeOptions): Account => {
  let count = 0;
  const bucket = changes === undefined ? null : bucketOf(changes, Date.now);
  return {
    zones: new Map(),
    changes: new Map(),
    checks: new Map(),
    spentReferences: new Set(),
    tags: new Map(),
    now: Date.now,
    mayChange: (number) => bucket?.take(number) ?? true,
    pending,
    processing,
    page,
    next: (prefix) => {
      count += 1;
      return prefix === '' ? `${count}` : `${prefix}FAKE${String(count).padStart(8, '0')}`;
    },
  };
};

const bodyOf = async (incoming: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

const answerTo = (answer: () => Reply | Refusal): Reply | Refusal => {
  try {
    return answer();
  } catch (error) {
    return refusal('InvalidInput', error instanceof Error ? error.message : String(error));
  }
};

const namespace = 'https://route53.amazonaws.com/doc/2013-04-01/';

const send = (response: ServerResponse, reply: Reply | Refusal, count: number): void => {
  const id = `request-${count}`;
  const document = isRefusal(reply)
    ? { ErrorResponse: { Error: { Type: 'Sender', Code: reply.code, Message: reply.message }, RequestId: id } }
    : reply.document;
  const text = printXml(document).replace(/^<([A-Za-z]+)>/, `<$1 xmlns="${namespace}">`);
  const headers = isRefusal(reply) ? {} : reply.headers;
  response.writeHead(reply.status, { 'content-type': 'text/xml', 'x-amzn-requestid': id, ...headers });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
};
