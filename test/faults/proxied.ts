import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Proxy as ApiProxy, type PowerDns, startPowerDns, startProxy, uncached } from '../servers/index.ts';
import { type ApiRRset, makeZone, rrset } from './zone.ts';

/** A PowerDNS, and what stands before its API and may misbehave. */
export interface Proxied {
  readonly pdns: PowerDns;
  readonly proxy: ApiProxy;
}

const onlyWww = (zone: string): readonly ApiRRset[] => [rrset(`www.${zone}`, 'A', '192.0.2.1')];

/** For the tests around: before each, everything passes, no request is noted, and the zones are as they were. */
export const proxiedPowerDns = (zones: readonly string[], rrsetsOf = onlyWww): Proxied => {
  let pdns: PowerDns;
  let proxy: ApiProxy;
  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
    proxy = await startProxy(pdns.url);
  });
  afterAll(async () => {
    await proxy?.stop();
    await pdns?.stop();
  });
  beforeEach(async () => {
    proxy.handle(null);
    for (const zone of zones) {
      await pdns.api('DELETE', `/zones/${zone}`);
      await makeZone(pdns, zone, rrsetsOf(zone));
    }
    proxy.clear();
  });
  return {
    get pdns() {
      return pdns;
    },
    get proxy() {
      return proxy;
    },
  };
};

/** What holds every write to a zone, until they are let go. */
export interface HeldWrites {
  /** When the first of them is there. */
  readonly reached: Promise<void>;
  letGo(): void;
}

export const holdWrites = ({ proxy }: Proxied): HeldWrites => {
  const [reached, passing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  proxy.handle(async ({ method, body }) => {
    if (method !== 'PATCH') return undefined;
    await body();
    reached.resolve();
    await passing.promise;
    return undefined;
  });
  return { reached: reached.promise, letGo: passing.resolve };
};
