import { join } from 'node:path';
import type { AtomicSet, Changeset } from '../../src/model/plan.ts';
import type { Store } from '../../src/model/ports.ts';
import { openStore } from '../../src/state/index.ts';
import type { OpenTarget } from '../../src/target.ts';
import type { ApiRRset } from '../faults/zone.ts';
import { rrset } from '../faults/zone.ts';
import { tempFolder } from '../servers/child.ts';
import type { Proxy as ApiProxy, PowerDns } from '../servers/index.ts';
import { startPowerDns, startProxy } from '../servers/index.ts';
import { change, changeset, setOf } from './changes.ts';
import { openPowerDns } from './pass.ts';

// A lab with two reverse zones and a shared name: web1 moves, web2 comes, web3 goes.

export const forward = 'lab.test.';
export const shared = 'shared.test.';
export const here = '2.0.192.in-addr.arpa.';
export const there = '100.51.198.in-addr.arpa.';
export const zones = [forward, shared, here, there] as const;

const servers = { before: ['web1 192.0.2.1', 'web3 192.0.2.3'], after: ['web1 198.51.100.1', 'web2 192.0.2.2'] };

const reverseName = (address: string): string => `${address.split('.').reverse().join('.')}.in-addr.arpa.`;

const rrsetsOf = (side: keyof typeof servers): Readonly<Record<string, readonly ApiRRset[]>> => {
  const pairs = servers[side].map((each) => each.split(' ')).map(([name = '', address = '']) => ({ name, address }));
  const ptrs = pairs.map(({ name, address }) => rrset(reverseName(address), 'PTR', `${name}.${forward}`));
  return {
    [forward]: pairs.map(({ name, address }) => rrset(`${name}.${forward}`, 'A', address)),
    [shared]: [rrset(`mail.${shared}`, 'A', ...pairs.map(({ address }) => address))],
    [here]: ptrs.filter(({ name }) => name.endsWith(here)),
    [there]: ptrs.filter(({ name }) => name.endsWith(there)),
  };
};

/** What stands in a zone besides its own, `NAME TYPE contents`, sorted. */
export const contentOf = async ({ api }: PowerDns, zone: string): Promise<readonly string[]> => {
  const { body } = await api('GET', `/zones/${zone}`);
  return linesOf((body as { readonly rrsets?: readonly ApiRRset[] }).rrsets ?? []);
};

const linesOf = (rrsets: readonly ApiRRset[]): readonly string[] =>
  rrsets
    .filter(({ type }) => type !== 'SOA' && type !== 'NS')
    .map(
      ({ name, type, records }) =>
        `${name} ${type} ${records
          .map(({ content }) => content)
          .sort()
          .join(' ')}`,
    )
    .sort();

export const everything = async (pdns: PowerDns): Promise<readonly string[]> =>
  (await Promise.all(zones.map((zone) => contentOf(pdns, zone)))).flat().sort();

export const sideOf = (side: keyof typeof servers): readonly string[] =>
  Object.values(rrsetsOf(side)).flatMap(linesOf).sort();

/** The lines that are about one server, the shared name left out. */
export const about = (server: string, lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.includes(`${server}.${forward}`));

/** The zones as before. */
export const resetLab = async ({ api }: PowerDns): Promise<void> => {
  const before = rrsetsOf('before');
  for (const zone of zones) {
    await api('DELETE', `/zones/${zone}`);
    const rrsets = [rrset(zone, 'NS', 'ns1.example.net.'), ...(before[zone] ?? [])];
    const { status } = await api('POST', '/zones?rrsets=false', { name: zone, kind: 'Native', rrsets });
    if (status !== 201) throw new Error(`${zone} was not made: ${status}`);
  }
};

const ptr = (address: string): string => `${reverseName(address)} PTR`;

/** What leads from before to after. */
export const labPass = (): { readonly changesets: readonly Changeset[]; readonly sets: readonly AtomicSet[] } => {
  const changesets = [
    changeset(forward, [
      change(`web1.${forward} A`, '300 192.0.2.1', '300 198.51.100.1'),
      change(`web2.${forward} A`, '', '300 192.0.2.2'),
      change(`web3.${forward} A`, '300 192.0.2.3', ''),
    ]),
    changeset(shared, [
      change(`mail.${shared} A`, '300 192.0.2.1 | 192.0.2.3', '300 192.0.2.2@web2 | 198.51.100.1@web1'),
    ]),
    changeset(here, [
      change(ptr('192.0.2.1'), `300 web1.${forward}`, ''),
      change(ptr('192.0.2.2'), '', `300 web2.${forward}`),
      change(ptr('192.0.2.3'), `300 web3.${forward}`, ''),
    ]),
    changeset(there, [change(ptr('198.51.100.1'), '', `300 web1.${forward}`)]),
  ];
  const mail = [`mail.${shared} A`];
  const sets = [
    setOf('web1', [`web1.${forward} A`, ptr('192.0.2.1'), ptr('198.51.100.1')], changesets, mail),
    setOf('web2', [`web2.${forward} A`, ptr('192.0.2.2')], changesets, mail),
    setOf('web3', [`web3.${forward} A`, ptr('192.0.2.3')], changesets, mail),
  ];
  return { changesets, sets };
};

export interface Lab {
  readonly pdns: PowerDns;
  /** PowerDNS by way of the proxy. */
  readonly target: OpenTarget;
  readonly proxy: ApiProxy;
  readonly state: string;
  readonly store: Store;
  /** What was written through the proxy, `ZONE: CHANGETYPE NAME TYPE, …`, one line a PATCH. */
  patches(): readonly string[];
  /** Everything as before, an empty state, and no fault. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export const startLab = async (): Promise<Lab> => {
  const pdns = await startPowerDns({ backend: 'sqlite' });
  const proxy = await startProxy(pdns.url);
  const target = await openPowerDns({ url: proxy.url, apiKey: pdns.apiKey });
  const state = join(tempFolder('state'), 'state.sqlite');
  const store = await openStore(state);
  return {
    pdns,
    target,
    proxy,
    state,
    store,
    patches: () =>
      proxy.requests.flatMap(({ method, path }) => (method === 'PATCH' ? [path.split('/').at(-1) ?? ''] : [])),
    reset: async () => {
      proxy.handle(null);
      await resetLab(pdns);
      await store.endJournalAll((await store.journalled()).map(({ id }) => id));
      proxy.clear();
    },
    stop: async () => {
      await target.provider.close?.();
      await store.close();
      await proxy.stop();
      await pdns.stop();
    },
  };
};
