import { connect } from 'node:net';
import { buildConnector, Client } from 'undici';
import type { Probe } from '../../model/probe.ts';
import type { ProbeResult } from './machine.ts';

// One probe, with real sockets. It goes to the address that is checked, whatever the URL's host is; a name there goes into Host
// and SNI alone. Certificates are not verified: PowerDNS and Route 53 do not either, and a claim is to mean the same everywhere.

/** Never throws. */
export type AskAddress = (probe: Probe, signal: AbortSignal) => Promise<ProbeResult>;

/** Our own network or process could not send it: that says nothing of the address. */
const ownFailures: ReadonlySet<string> = new Set([
  ...['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EACCES', 'EPERM'],
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAGAIN'],
]);
const silences: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN']);

/** What a failed connection says. */
export const resultOfError = (error: unknown): ProbeResult => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (ownFailures.has(code)) return 'unknown';
  return silences.has(code) ? 'silent' : 'refused';
};

export const askAddress: AskAddress = (probe, signal) =>
  probe.url === null ? askPort(probe, signal) : askUrl(probe, probe.url, signal);

const askPort = ({ address, port, timeout }: Probe, signal: AbortSignal): Promise<ProbeResult> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: port ?? 0 });
    const stop = atTimeout(timeout, signal, () => end('silent'));
    const end = (result: ProbeResult): void => {
      stop();
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end('up'));
    socket.on('error', (error) => end(resultOfError(error)));
  });

/**
 * Calls when the time is up, or when nobody waits any more. What came while this thread was held up counts as come in time:
 * the sockets are looked at once more first.
 */
const atTimeout = (timeout: number, signal: AbortSignal, end: () => void): (() => void) => {
  let last: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    last = setImmediate(end);
  }, timeout);
  signal.addEventListener('abort', end, { once: true });
  return () => {
    clearTimeout(timer);
    clearImmediate(last);
    signal.removeEventListener('abort', end);
  };
};

const askUrl = async (probe: Probe, text: string, signal: AbortSignal): Promise<ProbeResult> => {
  const { origin, pathname, search } = new URL(text);
  let isConnected = false;
  const client = new Client(origin, {
    connect: connectorTo(probe, () => {
      isConnected = true;
    }),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const ending = new AbortController();
  const stop = atTimeout(probe.timeout, signal, () => ending.abort());
  try {
    const response = await client.request({
      path: `${pathname}${search}`,
      method: 'GET',
      headers: { 'user-agent': 'hostmaster health check', connection: 'close' },
      signal: ending.signal,
    });
    if (response.statusCode !== 200) return 'refused';
    return probe.string_match === null || (await hasText(response.body, probe.string_match)) ? 'up' : 'refused';
  } catch (error) {
    if (isConnected) return 'refused';
    return ending.signal.aborted ? 'silent' : resultOfError(error);
  } finally {
    stop();
    await client.destroy().catch(() => undefined);
  }
};

/** Of the URL's host, whatever that is, this address is asked. */
const connectorTo = ({ address, timeout }: Probe, onConnected: () => void): buildConnector.connector => {
  const connector = buildConnector({ rejectUnauthorized: false, timeout, maxCachedSessions: 0 });
  return (options, callback) =>
    connector({ ...options, hostname: address }, (...outcome) => {
      if (outcome[0] === null) onConnected();
      callback(...outcome);
    });
};

/** So much of an answer is looked through. */
const mostOctets = 262_144;

const hasText = async (body: AsyncIterable<Uint8Array>, text: string): Promise<boolean> => {
  const wanted = Buffer.from(text);
  let seen = Buffer.alloc(0);
  let octets = 0;
  for await (const chunk of body) {
    octets += chunk.length;
    seen = Buffer.concat([seen, chunk]);
    if (seen.includes(wanted)) return true;
    if (octets >= mostOctets) return false;
    seen = seen.subarray(Math.max(0, seen.length - wanted.length));
  }
  return false;
};
