import { route53 } from '../../../providers/route53/index.ts';
import type { Change, HealthCheck, PlannedRRset, Provider, ZoneId, ZoneSnapshot } from '../../../src/provider.ts';
import { type Route53Fake, type Route53FakeOptions, startRoute53Fake } from '../../servers/route53-fake/index.ts';

export const zone: ZoneId = { name: 'example.com.', view: null };
export const creation = { kind: 'Native', ns: [], soa_edit_api: '' };

/** What the SDK looks for, of nobody. */
export const credentials = {
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

const factory = route53();

/** The provider at a fake. */
export const openAt = (
  { url }: Pick<Route53Fake, 'url'>,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Provider> => {
  Object.assign(process.env, credentials);
  const given = { endpoint: url, verify: 'api', health_check_grace: '100ms', ...config };
  return factory.open({ config: given, secrets: {}, folder: '.' });
};

export interface FakeScene {
  readonly fake: Route53Fake;
  readonly provider: Provider;
  read(): Promise<ZoneSnapshot>;
  close(): Promise<void>;
}

/** A fake with the zone, and the provider at it. */
export const openFake = async (
  options: Route53FakeOptions = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<FakeScene> => {
  const fake = await startRoute53Fake(options);
  const provider = await openAt(fake, config);
  await provider.createZone(zone, creation);
  return {
    fake,
    provider,
    read: () => readAll(provider),
    close: async () => {
      await provider.close?.();
      await fake.stop();
    },
  };
};

export const readAll = async (provider: Provider): Promise<ZoneSnapshot> => {
  const read = await provider.read(zone);
  if (read.status !== 'read') throw new Error(`the zone is ${read.status}`);
  return read;
};

/** An RRset as a plan says it. */
export const planned = (ttl: number, rdata: readonly string[], check: HealthCheck | null = null): PlannedRRset => ({
  ttl,
  values: rdata.map((each) => ({ rdata: each, origins: [] })),
  health_check: check,
});

export const change = (
  name: string,
  type: string,
  before: PlannedRRset | null,
  after: PlannedRRset | null,
): Change => ({
  action: before === null ? 'create' : after === null ? 'delete' : 'replace',
  name,
  type,
  before,
  after,
});

/** Applies, and finishes. */
export const write = async (provider: Provider, ...changes: readonly Change[]): Promise<void> => {
  const result = await provider.apply({ zone, changes, expect: null });
  if (result.status === 'refused') throw new Error(result.refused.map(({ message }) => message).join('; '));
  await provider.finish?.(zone, changes);
};
