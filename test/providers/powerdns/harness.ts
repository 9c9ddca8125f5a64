import { factory } from '../../../providers/powerdns/index.ts';
import { type Change, HostmasterError, type Provider, type ZoneId, type ZoneSnapshot } from '../../../src/provider.ts';
import type { PowerDns } from '../../servers/index.ts';

export const zone: ZoneId = { name: 'a.test.', view: null };
export const creation = { kind: 'Native', ns: ['ns1.a.test.'], soa_edit_api: 'INCREASE' };

export const openProvider = (
  server: Pick<PowerDns, 'apiKey' | 'url'>,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Provider> =>
  factory.open({ config: { url: server.url, ...config }, secrets: { api_key: server.apiKey }, folder: '.' });

const planned = (values: readonly string[], ttl: number) => ({
  ttl,
  values: values.map((rdata) => ({ rdata, origins: [] })),
  health_check: null,
});

export const creating = (name: string, type: string, values: readonly string[], ttl = 60): Change => ({
  action: 'create',
  name,
  type,
  before: null,
  after: planned(values, ttl),
});

export const replacing = (name: string, type: string, before: string[], after: string[], ttl = 60): Change => ({
  action: 'replace',
  name,
  type,
  before: planned(before, ttl),
  after: planned(after, ttl),
});

export const deleting = (name: string, type: string, before: readonly string[] = []): Change => ({
  action: 'delete',
  name,
  type,
  before: planned(before, 60),
  after: null,
});

export const readAll = async (provider: Provider, names?: readonly string[]): Promise<ZoneSnapshot> => {
  const snapshot = await provider.read(zone, names === undefined ? {} : { names });
  if (snapshot.status !== 'read') throw new Error(`the zone is ${snapshot.status}`);
  return snapshot;
};

/** What it throws, which must be a HostmasterError. */
export const errorOf = async (work: Promise<unknown>): Promise<HostmasterError> => {
  const error = await work.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof HostmasterError) return error;
  throw error;
};
