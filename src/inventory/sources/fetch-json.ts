import type { Agent, Dispatcher } from 'undici';
import { messageOf } from '../../model/errors.ts';
import { whyNoJson } from '../../model/json-measure.ts';
import { networkCode, networkWords } from '../../model/network.ts';
import { inventoryLimits } from '../limits.ts';
import { quotedUntrusted, shownUrl } from '../sanitize.ts';

/** One document, or why there is none. `url` is where it came from after redirects. */
export type Fetched =
  | { readonly kind: 'document'; readonly url: URL; readonly value: unknown; readonly etag: string | null }
  | { readonly kind: 'unchanged'; readonly etag: string | null }
  | { readonly kind: 'failed'; readonly message: string; readonly status: number | null };

/** Reads JSON from one origin; its token goes nowhere else. */
export interface Fetcher {
  get(url: URL, etag?: string | null): Promise<Fetched>;
  close(): Promise<void>;
}

export interface FetcherOptions {
  /** The whole Authorization header, or null. */
  readonly authorization: string | null;
  /** Milliseconds for one request and its answer. */
  readonly timeout: number;
  /** Bytes of all answers together. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

interface Call {
  readonly agent: Agent;
  readonly options: FetcherOptions;
  readonly budget: { bytes: number };
  /** Aborts all reading of this inventory when its whole time is over. */
  readonly deadline: AbortSignal;
}

/** Opens nothing yet: undici is loaded here, connections are made as needed. */
export const openFetcher = async (options: FetcherOptions): Promise<Fetcher> => {
  const { Agent } = await import('undici');
  const agent = new Agent({ connections: 1, pipelining: 0, connect: { timeout: options.timeout } });
  const deadline = AbortSignal.timeout(options.timeout * inventoryLimits.timeouts);
  const call: Call = { agent, options, budget: { bytes: options.maxBytes }, deadline };
  return { get: (url, etag = null) => follow(call, url, etag), close: () => agent.destroy() };
};

const fail = (message: string, status: number | null = null): Fetched => ({ kind: 'failed', message, status });

/** One request and its redirects. Throws the reason of a caller who gave up. */
const follow = async (call: Call, start: URL, etag: string | null): Promise<Fetched> => {
  let url = start;
  for (let redirects = 0; redirects <= inventoryLimits.redirects; redirects += 1) {
    const next = await getOnce(call, url, etag).catch((error: unknown) => gaveUp(call, url, error));
    if (!(next instanceof URL)) return next;
    if (next.origin !== start.origin) {
      return fail(
        `${shownUrl(url)} redirects to another origin, ${quotedUntrusted(next.origin)}; it is not followed, as it would get the token: set \`url\` to it if it is right`,
      );
    }
    url = next;
  }
  return fail(`${shownUrl(start)} redirects more than ${inventoryLimits.redirects} times`);
};

/** The answer, or where it redirects to. */
const getOnce = async (call: Call, url: URL, etag: string | null): Promise<Fetched | URL> => {
  const { authorization, signal, timeout } = call.options;
  const signals = [call.deadline, AbortSignal.timeout(timeout), ...(signal === undefined ? [] : [signal])];
  const answer = await call.agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers: {
      accept: 'application/json',
      ...(authorization === null ? {} : { authorization }),
      ...(etag === null ? {} : { 'if-none-match': etag }),
    },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    signal: AbortSignal.any(signals),
  });
  const { statusCode } = answer;
  if (statusCode === 304) return notModified(url, answer, etag);
  if (statusCode === 200) return documentOf(url, answer, call.budget);
  if (statusCode >= 300 && statusCode < 400) return redirected(url, answer);
  return refused(url, answer, call.budget);
};

const headerOf = ({ headers }: Dispatcher.ResponseData, name: string): string | null => {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
};

/** A 304 counts only as the answer to an If-None-Match, and about that very ETag (RFC 9110 section 15.4.5). */
const notModified = async (url: URL, answer: Dispatcher.ResponseData, asked: string | null): Promise<Fetched> => {
  await answer.body.dump();
  const etag = headerOf(answer, 'etag');
  if (asked === null)
    return fail(`${shownUrl(url)} answered 304, though it was not asked whether anything changed`, 304);
  if (etag !== null && opaque(etag) !== opaque(asked)) {
    return fail(`${shownUrl(url)} answered 304 with another ETag than the one it was asked about`, 304);
  }
  return { kind: 'unchanged', etag };
};

/** Weak comparison (RFC 9110 section 8.8.3.2). */
const opaque = (etag: string): string => etag.replace(/^W\//, '');

const utf8 = new TextDecoder('utf-8', { fatal: true });

const documentOf = async (url: URL, answer: Dispatcher.ResponseData, budget: { bytes: number }): Promise<Fetched> => {
  const coding = headerOf(answer, 'content-encoding');
  if (coding !== null && coding !== 'identity') {
    await answer.body.dump();
    return fail(`${shownUrl(url)} sent a compressed answer that nobody asked for`);
  }
  const bytes = await bytesOf(answer, budget);
  if (bytes === null) return fail(`${shownUrl(url)} sent more bytes than \`max_bytes\` allows`);
  if (bytes.length === 0) return fail(`${shownUrl(url)} answered 200 with an empty body`);
  const excess = whyNoJson(bytes);
  if (excess !== null) return fail(`${shownUrl(url)} sent an answer that ${excess}`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return fail(`${shownUrl(url)} sent text that is not UTF-8`);
  }
  try {
    return { kind: 'document', url, value: JSON.parse(text), etag: headerOf(answer, 'etag') };
  } catch {
    return fail(`${shownUrl(url)} sent what is not JSON, or only a part of it: it ${ends(text)}`);
  }
};

const glimpse = 40;

const ends = (text: string): string => {
  const trimmed = text.trim();
  return /^[{[]/.test(trimmed)
    ? `ends in ${quotedUntrusted(trimmed.slice(-glimpse))}`
    : `begins with ${quotedUntrusted(trimmed.slice(0, glimpse))}`;
};

/** The body, or null where it is over the budget. */
const bytesOf = async ({ body }: Dispatcher.ResponseData, budget: { bytes: number }): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) {
    budget.bytes -= chunk.length;
    if (budget.bytes < 0) {
      body.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const redirected = async (url: URL, answer: Dispatcher.ResponseData): Promise<Fetched | URL> => {
  await answer.body.dump();
  const location = headerOf(answer, 'location');
  const target = location === null ? null : URL.parse(location, url.href);
  return target ?? fail(`${shownUrl(url)} answered ${answer.statusCode} without a place to go to`, answer.statusCode);
};

const hints: Readonly<Record<number, string>> = {
  401: '; check its token',
  403: '; check its token, and what it may read',
  404: '; check its url',
};

const refused = async (url: URL, answer: Dispatcher.ResponseData, budget: { bytes: number }): Promise<Fetched> => {
  const { statusCode } = answer;
  const bytes = await bytesOf(answer, { bytes: Math.min(budget.bytes, 4096) }).catch(() => null);
  const said = saidIn(bytes?.toString() ?? '');
  return fail(`${shownUrl(url)} answered ${statusCode}${said}${hints[statusCode] ?? ''}`, statusCode);
};

/** NetBox, and much else that speaks JSON, says why in one of these. */
const saidIn = (text: string): string => {
  try {
    const value: unknown = JSON.parse(text);
    const fields = value !== null && typeof value === 'object' ? new Map<string, unknown>(Object.entries(value)) : null;
    const said = fields?.get('detail') ?? fields?.get('error') ?? fields?.get('message');
    return typeof said === 'string' ? ` (${quotedUntrusted(said)})` : '';
  } catch {
    return '';
  }
};

const gaveUp = (call: Call, url: URL, error: unknown): Fetched => {
  if (call.options.signal?.aborted === true) throw call.options.signal.reason;
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const { timeout } = call.options;
  if (call.deadline.aborted) {
    return fail(`${shownUrl(url)}: the whole answer takes longer than ${seconds(timeout * inventoryLimits.timeouts)}`);
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return fail(`${shownUrl(url)} gave no whole answer within ${seconds(timeout)} (\`timeout\`)`);
  }
  return fail(`${shownUrl(url)}: ${networkWords(networkCode(error)) ?? quotedUntrusted(messageOf(error))}`);
};
