import { randomInt } from 'node:crypto';
import { expect } from 'vitest';
import { rcodeName } from '../../src/wire/codes.ts';
import { exchange } from '../../src/wire/exchange.ts';
import { encodeUpdate, type UpdateStep } from '../../src/wire/update.ts';
import { key, ours, statements } from '../providers/rfc2136/harness.ts';
import { type DnsAddress, dig, startBind, startKnot } from '../servers/index.ts';
import { secretOf } from '../servers/secret.ts';
import { makeRepository, type Repository } from './target-repository.ts';

// A zone on BIND or Knot, whose repository has it as it is.

export const zone = 'moved.test.';
const soa = 'ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 300';

/** Its master file, with `extra`. */
export const masterOf = (extra = ''): string =>
  `$ORIGIN ${zone}\n$TTL 300\n@ SOA ${soa}\n@ NS ns1.example.net.\nwww A 192.0.2.1\ngone A 192.0.2.3\nother TXT "other"\n${extra}`;

/** Its zone file, where www has this address. */
export const yamlOf = (address: string, more = 'gone: {type: A, ttl: 300, value: 192.0.2.3}\n'): string =>
  `'': {type: NS, ttl: 300, value: ns1.example.net.}
www: {type: A, ttl: 300, value: ${address}}
other: {type: TXT, ttl: 300, value: other}
${more}`;

export interface NameServer {
  readonly dns: DnsAddress;
  log(): string;
  stop(): Promise<void>;
}

export interface NameServerOptions {
  /** More of the zone's master file. */
  readonly extra?: string;
  /** More of the zone in BIND's configuration, and in Knot's. */
  readonly bind?: string;
  readonly knot?: readonly string[];
}

export const servers = {
  BIND: ({ bind = statements, extra }: NameServerOptions = {}): Promise<NameServer> =>
    startBind({ keys: [key], zones: [{ name: zone, text: masterOf(extra), statements: bind }] }),
  Knot: ({ extra, knot = [] }: NameServerOptions = {}): Promise<NameServer> =>
    startKnot({ keys: [key], zones: [{ name: zone, text: masterOf(extra) }], zoneSettings: knot }),
} as const;

/** A repository with the zone; the name server is reached by way of `at`, and verified at itself. */
export const repositoryOf = (server: NameServer, at: DnsAddress, file: string): Repository =>
  makeRepository({
    targets: {
      ns: {
        provider: 'rfc2136',
        host: at.address,
        port: at.port,
        tsig: { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) },
        timeout: '20s',
        verify_at: [`${server.dns.address}:${server.dns.port}`],
        verify_wait: '5s',
      },
    },
    zones: { [zone]: {} },
    files: { 'moved.test': file },
    guards: { max_delete_percent: 100, max_replace_percent: 100 },
  });

/** Somebody else's update, that asks for nothing. */
export const behind = async (server: NameServer, ...steps: readonly UpdateStep[]): Promise<void> => {
  const message = encodeUpdate(randomInt(0x10000), { zone, prerequisites: [], steps });
  const { rcode } = await exchange(server.dns, message, { timeoutMs: 10_000, key: ours });
  expect(rcodeName(rcode)).toBe('NOERROR');
};

export const add = (name: string, rdata: string, ttl = 300): UpdateStep => ({
  kind: 'add',
  name: `${name}.${zone}`,
  type: 'A',
  ttl,
  rdata,
});

export const drop = (name: string): UpdateStep => ({ kind: 'delete-rrset', name: `${name}.${zone}`, type: 'A' });

/** What it answers, `TTL rdata` each. */
export const served = async ({ dns }: NameServer, name: string): Promise<readonly string[]> =>
  (await dig(dns, `${name}.${zone}`, 'A')).answers.map(({ rdata, ttl }) => `${ttl} ${rdata}`).sort();

/** The zone's serial at the name server. */
export const serialAt = async ({ dns }: NameServer): Promise<string> =>
  (await dig(dns, zone, 'SOA')).answers.map(({ rdata }) => rdata.split(' ')[2]).join();
