import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../servers/child.ts';
import {
  type DnsAddress,
  type PowerDns,
  type ProxiedRequest,
  startPowerDns,
  startProxy,
  tempFolder,
} from '../servers/index.ts';
import { requestTimeout, type ServerSettings } from './tool.ts';

/** What a run sent to the API. A write is every request that is neither GET nor HEAD. */
export interface Requests {
  readonly total: number;
  readonly writes: number;
  /** Bytes of the longest request. */
  readonly longest: number;
}

/** A server behind a proxy that counts. */
export interface CountedServer {
  /** By way of the proxy. */
  readonly settings: ServerSettings;
  /** Runs something and says what it sent meanwhile. */
  count<T>(work: () => Promise<T>): Promise<readonly [T, Requests]>;
  /** Digest of all that it serves of these zones but the SOA: dig's AXFR, sorted. */
  digest(zones: readonly string[]): Promise<{ readonly sha256: string; readonly records: number }>;
  stop(): Promise<void>;
}

/** A PowerDNS on SQLite. */
export interface CountedPowerDns extends CountedServer {
  /** Past the proxy. */
  readonly directUrl: string;
  readonly apiKey: string;
  dropZones(zones: readonly string[]): Promise<void>;
}

/** `settings` are pdns.conf's keys over the stock ones. */
export const startCounted = async (settings: Readonly<Record<string, string>> = {}): Promise<CountedPowerDns> => {
  const server = await startPowerDns({ backend: 'sqlite', settings });
  const proxy = await startProxy(server.url);
  return {
    settings: settingsOf(proxy.url, server),
    directUrl: server.url,
    apiKey: server.apiKey,
    count: async (work) => {
      proxy.clear();
      return [await work(), requestsOf(proxy.requests)];
    },
    dropZones: async (zones) => {
      for (const zone of zones) await server.api('DELETE', `/zones/${zone}`);
    },
    digest: (zones) => digestOf(server.dns, zones),
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

const settingsOf = (apiUrl: string, { apiKey, dns }: PowerDns): ServerSettings => {
  const { hostname, port } = new URL(apiUrl);
  return {
    octodns: {
      class: 'octodns_powerdns.PowerDnsProvider',
      host: hostname,
      port: Number(port),
      api_key: apiKey,
      timeout: requestTimeout,
      soa_edit_api: 'increase',
      mode_of_operation: 'native',
      enable_dynamic: false,
    },
    hostmaster: {
      provider: 'powerdns',
      url: apiUrl,
      server: 'localhost',
      api_key: { env: 'PDNS_API_KEY' },
      verify_at: [`${dns.address}:${dns.port}`],
      timeout: `${requestTimeout}s`,
    },
    env: { PDNS_API_KEY: apiKey },
  };
};

/** `options` are dig's. */
export const digestOf = async (
  dns: DnsAddress,
  zones: readonly string[],
  options: readonly string[] = [],
): Promise<{ readonly sha256: string; readonly records: number }> => {
  const file = join(tempFolder('bench-axfr'), 'questions');
  writeFileSync(file, zones.map((zone) => `${zone} AXFR\n`).join(''));
  const all = [
    '-r',
    `@${dns.address}`,
    '-p',
    String(dns.port),
    '+noall',
    '+answer',
    '+time=60',
    ...options,
    '-f',
    file,
  ];
  const text = await run(['dig', ...all]);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith(';') && !/\sIN\s+SOA\s/.test(line));
  const sorted = lines.map((line) => line.replace(/\s+/g, ' ')).sort();
  return { sha256: createHash('sha256').update(sorted.join('\n')).digest('hex'), records: sorted.length };
};
