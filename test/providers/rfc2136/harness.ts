import { factory } from '../../../providers/rfc2136/index.ts';
import type { Change, Provider, ZoneId, ZoneSnapshot } from '../../../src/provider.ts';
import type { TsigKey } from '../../../src/wire/tsig-key.ts';
import { createTsigKey } from '../../../src/wire/tsig-key.ts';
import { type DnsAddress, type ServerKey, startBind, startKnot } from '../../servers/index.ts';

export const zone: ZoneId = { name: 'a.test.', view: null };
export const key: ServerKey = {
  name: 'hostmaster.keys.test.',
  algorithm: 'hmac-sha256',
  secret: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA=',
};
export const ours: TsigKey = createTsigKey(key);

/** A zone's master file text: SOA, one name server, and `extra`. */
export const zoneText = (name: string, extra = '', serial = 1): string =>
  `$ORIGIN ${name}\n$TTL 60\n@ SOA ns1 hostmaster ${serial} 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.53\n${extra}`;

/** What lets the key of the tests write and transfer a zone of BIND's. */
export const statements = `allow-update { key "${key.name}"; }; allow-transfer { key "${key.name}"; };`;

export interface Running {
  readonly dns: DnsAddress;
  log(): string;
  stop(): Promise<void>;
}

export const start = {
  BIND: (extra = ''): Promise<Running> =>
    startBind({ keys: [key], zones: [{ name: zone.name, text: zoneText(zone.name, extra), statements }] }),
  Knot: (extra = ''): Promise<Running> =>
    startKnot({ keys: [key], zones: [{ name: zone.name, text: zoneText(zone.name, extra) }] }),
} as const;

export interface Opening {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly zones?: readonly string[];
}

export const openProvider = (dns: DnsAddress, { config, secrets, zones = [zone.name] }: Opening = {}) =>
  factory.open({
    config: {
      host: dns.address,
      port: dns.port,
      tsig: { name: key.name, algorithm: key.algorithm },
      timeout: '20s',
      ...config,
    },
    secrets: { 'tsig.secret': key.secret, ...secrets },
    folder: '.',
    zones,
  });

const planned = (values: readonly string[], ttl: number) => ({
  ttl,
  values: values.map((rdata) => ({ rdata, origins: [] })).sort((a, b) => (a.rdata < b.rdata ? -1 : 1)),
  health_check: null,
});

export const creating = (name: string, type: string, values: readonly string[], ttl = 60): Change => ({
  action: 'create',
  name,
  type,
  before: null,
  after: planned(values, ttl),
});

export const replacing = (
  name: string,
  type: string,
  before: readonly string[],
  after: readonly string[],
  ttl = 60,
  ttlBefore = 60,
): Change => ({
  action: 'replace',
  name,
  type,
  before: planned(before, ttlBefore),
  after: planned(after, ttl),
});

export const deleting = (name: string, type: string, before: readonly string[], ttl = 60): Change => ({
  action: 'delete',
  name,
  type,
  before: planned(before, ttl),
  after: null,
});

export const readAll = async (provider: Provider, of: ZoneId = zone): Promise<ZoneSnapshot> => {
  const snapshot = await provider.read(of);
  if (snapshot.status !== 'read') throw new Error(`the zone is ${snapshot.status}`);
  return snapshot;
};

/** `name type ttl rdata …` of each RRset, without the zone in names. */
export const shown = ({ rrsets }: ZoneSnapshot): readonly string[] =>
  rrsets
    .map(({ name, ttl, type, values }) => `${name} ${type} ${ttl} ${values.map(({ rdata }) => rdata).join(' ')}`)
    .sort();

/** Reads, then writes on what was read. */
export const write = async (provider: Provider, ...changes: readonly Change[]) => {
  const { fingerprint } = await readAll(provider);
  return provider.apply({ zone, changes, expect: fingerprint });
};
