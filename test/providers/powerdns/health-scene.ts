import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { HealthCheck, HealthChecks, Provider, RRset } from '../../../src/provider.ts';
import { dig, freePort, type PowerDns } from '../../servers/index.ts';
import { listen } from '../../servers/listen.ts';
import { readAll, zone } from './harness.ts';

const plainCheck: HealthCheck = {
  port: null,
  urls: null,
  interval: null,
  timeout: null,
  string_match: null,
  when_all_down: 'open',
};

/** The checked A or AAAA of `www.a.test.`. */
export const checked = (addresses: readonly string[], check: Partial<HealthCheck>, ttl = 60): RRset => ({
  name: `www.${zone.name}`,
  type: addresses[0]?.includes(':') ? 'AAAA' : 'A',
  ttl,
  values: addresses.map((rdata) => ({ rdata, origins: [] })),
  healthCheck: { ...plainCheck, ...check },
});

/** One health-checked name, and listeners on a port of its own. */
export interface Scene {
  readonly owner: string;
  readonly port: number;
  /** Listens at an address: says nothing and closes, unless a server is given. */
  up(address: string, server?: Server | HttpServer): Promise<void>;
  down(address: string): Promise<void>;
  /** A web server that keeps what it was asked. */
  web(address: string, body?: string): Promise<ReadonlySet<string>>;
  /** Writes what comes of the checked RRsets, under this scene's name. */
  write(...rrsets: readonly RRset[]): Promise<RRset>;
  answer(type?: string): Promise<string>;
  /** Asks until the answer is this one, and `also` holds; gives the other answers seen on the way. */
  becomes(wanted: string, type?: string, also?: () => boolean): Promise<readonly string[]>;
  /** Asks for a while; gives every answer that was seen. */
  answersFor(milliseconds: number, type?: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const patience = 60_000;
const between = 20;
let made = 0;
/** SQLite takes one writer. */
let writing: Promise<unknown> = Promise.resolve();

export const openScene = async (pdns: PowerDns, provider: Provider, checks: HealthChecks): Promise<Scene> => {
  const port = await freePort();
  made += 1;
  const owner = `www${made}.${zone.name}`;
  const closers = new Map<string, () => Promise<void>>();
  const up = async (address: string, server: Server | HttpServer = createServer((socket) => socket.end())) => {
    closers.set(address, (await listen(server, address, port)).close);
  };
  const down = async (address: string) => {
    await closers.get(address)?.();
    closers.delete(address);
  };
  const answer = async (type = 'A'): Promise<string> => {
    const { answers, rcode } = await dig(pdns.dns, owner, type);
    return [rcode, ...answers.map(({ rdata, ttl }) => `${ttl} ${rdata}`).sort()].join(' ');
  };
  return {
    owner,
    port,
    up,
    down,
    answer,
    web: async (address, body = 'fine') => {
      const asked = new Set<string>();
      const server = createHttpServer(({ headers, url }, response) => {
        asked.add(`${headers.host} ${url}`);
        response.end(body);
      });
      await up(address, server);
      return asked;
    },
    write: async (...rrsets) => {
      const { rrset } = checks.compile(rrsets.map((each) => ({ ...each, name: owner })));
      writing = writing.then(() => writeOne(provider, rrset));
      await writing;
      return rrset;
    },
    becomes: async (wanted, type, also = () => true) => {
      const others = new Set<string>();
      for (const since = Date.now(); Date.now() - since < patience; await pause(between)) {
        const now = await answer(type);
        if (now === wanted && also()) return [...others];
        others.add(now);
      }
      throw new Error(`not ${wanted}, but ${[...others].join('; ')}\n${pdns.log().slice(-2_000)}`);
    },
    answersFor: async (milliseconds, type) => {
      const seen = new Set<string>();
      for (const since = Date.now(); Date.now() - since < milliseconds; await pause(between)) {
        seen.add(await answer(type));
      }
      return [...seen];
    },
    close: async () => {
      for (const address of closers.keys()) await down(address);
    },
  };
};

const writeOne = async (provider: Provider, { name, ttl, type, values }: RRset): Promise<void> => {
  const { fingerprint, rrsets } = await readAll(provider, [name]);
  const old = rrsets.find((each) => each.name === name && each.type === type);
  const before = old === undefined ? null : { ttl: old.ttl, values: old.values, health_check: null };
  const after = { ttl, values, health_check: null };
  const change = { action: before === null ? 'create' : 'replace', name, type, before, after } as const;
  expect(await provider.apply({ zone, changes: [change], expect: fingerprint })).toMatchObject({ status: 'applied' });
};
