import type { ExistingRRset, HealthCheck, Provider, ZoneSnapshot } from '../../../src/provider.ts';
import type { Route53Fake } from '../../servers/route53-fake/index.ts';
import { openAt, openFake, planned, readAll } from './fake.ts';

export const check: HealthCheck = {
  port: 25,
  urls: null,
  interval: 30_000,
  timeout: null,
  string_match: null,
  when_all_down: 'open',
};
export const mail = 'mail.example.com.';
export const three = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
export const ofThree = planned(60, three, check);

/** Checked RRsets at a fake that refuses a check's removal while a record set uses it, and before that is INSYNC. */
export interface CheckedScene {
  readonly fake: Route53Fake;
  provider: Provider;
  read(): Promise<ZoneSnapshot>;
  /** The addresses that there is a check for. */
  checkedAddresses(): readonly string[];
  /** The RRset of `mail`. */
  found(type?: string): Promise<ExistingRRset | undefined>;
  /** The record sets of a name, as `identifier values checks address`. */
  setsAt(name: string): readonly string[];
  /** What comes after a killed process: another provider, which knows nothing. */
  another(config?: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

export const openChecked = async (): Promise<CheckedScene> => {
  const { fake, provider } = await openFake({ pending: 300, inSyncWhenAsked: true, processing: 20 });
  const scene: CheckedScene = {
    fake,
    provider,
    read: () => readAll(scene.provider),
    checkedAddresses: () => [...fake.account.checks.values()].map(({ config }) => String(config.IPAddress)).toSorted(),
    found: async (type = 'A') =>
      (await scene.read()).rrsets.find((rrset) => rrset.name === mail && rrset.type === type),
    setsAt: (name) => setsAt(fake, name),
    another: async (config = {}) => {
      await scene.provider.close?.();
      scene.provider = await openAt(fake, config);
    },
    close: async () => {
      fake.bend(null);
      await scene.provider.close?.();
      await fake.stop();
    },
  };
  return scene;
};

const setsAt = (fake: Route53Fake, name: string): readonly string[] =>
  [...fake.account.zones.values()]
    .flatMap((hosted) => [...hosted.sets.values()])
    .filter((set) => set.name === name)
    .map(({ healthCheck, identifier, values }) => {
      const target = fake.account.checks.get(healthCheck ?? '')?.config.IPAddress;
      return `${identifier ?? 'simple'} ${values.join('+')} checks ${target ?? 'nothing'}`;
    })
    .toSorted();
