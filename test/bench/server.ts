import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../servers/child.ts';
import { type PowerDns, type ProxiedRequest, startPowerDns, startProxy, tempFolder } from '../servers/index.ts';

/** What a run sent to the API. A write is every request that is neither GET nor HEAD. */
export interface Requests {
  readonly total: number;
  readonly writes: number;
  /** Bytes of the longest request. */
  readonly longest: number;
}

/** A PowerDNS on SQLite behind a proxy that counts. */
export interface CountedServer {
  readonly apiUrl: string;
  /** Past the proxy. */
  readonly directUrl: string;
  readonly apiKey: string;
  readonly dns: PowerDns['dns'];
  /** Runs something and says what it sent meanwhile. */
  count<T>(work: () => Promise<T>): Promise<readonly [T, Requests]>;
  dropZones(zones: readonly string[]): Promise<void>;
  /** Digest of all that it serves of these zones but the SOA: dig's AXFR, sorted. */
  digest(zones: readonly string[]): Promise<{ readonly sha256: string; readonly records: number }>;
  stop(): Promise<void>;
}

/** `settings` are pdns.conf's keys over the stock ones. */
export const startCounted = async (settings: Readonly<Record<string, string>> = {}): Promise<CountedServer> => {
  const server = await startPowerDns({ backend: 'sqlite', settings });
  const proxy = await startProxy(server.url);
  return {
    apiUrl: proxy.url,
    directUrl: server.url,
    apiKey: server.apiKey,
    dns: server.dns,
    count: async (work) => {
      proxy.clear();
      return [await work(), requestsOf(proxy.requests)];
    },
    dropZones: async (zones) => {
      for (const zone of zones) await server.api('DELETE', `/zones/${zone}`);
    },
    digest: (zones) => digestOf(server, zones),
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
};

const requestsOf = (requests: readonly ProxiedRequest[]): Requests => ({
  total: requests.length,
  writes: requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD').length,
  longest: requests.reduce((longest, { bytes }) => Math.max(longest, bytes), 0),
});

const digestOf = async (
  { dns }: PowerDns,
  zones: readonly string[],
): Promise<{ readonly sha256: string; readonly records: number }> => {
  const file = join(tempFolder('bench-axfr'), 'questions');
  writeFileSync(file, zones.map((zone) => `${zone} AXFR\n`).join(''));
  const options = ['-r', `@${dns.address}`, '-p', String(dns.port), '+noall', '+answer', '+time=60', '-f', file];
  const text = await run(['dig', ...options]);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith(';') && !/\sIN\s+SOA\s/.test(line));
  const sorted = lines.map((line) => line.replace(/\s+/g, ' ')).sort();
  return { sha256: createHash('sha256').update(sorted.join('\n')).digest('hex'), records: sorted.length };
};
