import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/model/ports.ts';
import { openStore } from '../../src/state/index.ts';
import { type Ended, hostmaster } from '../command.ts';
import { credentials } from '../providers/route53/fake.ts';
import { type PowerDns, startPowerDns, tempFolder } from '../servers/index.ts';
import { type InventoryServer, startInventory } from '../servers/inventory.ts';
import { startRoute53Fake } from '../servers/route53-fake/index.ts';
import { makeRepository, type Repository, type RepositoryOptions, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, makeZone, rrset } from './zone.ts';

// What the state knows is of one server and one inventory: whatever has their names later, nothing is deleted there for it.

const zone = 'another.test.';
const servers: PowerDns[] = [];
const inventories: InventoryServer[] = [];

beforeAll(async () => {
  servers.push(...(await Promise.all([0, 1].map(() => startPowerDns({ backend: 'sqlite' })))));
  inventories.push(...(await Promise.all([0, 1].map(() => startInventory()))));
});
afterAll(async () => {
  await Promise.all([...servers, ...inventories].map((each) => each.stop()));
});

const server = (i: number): PowerDns => {
  const found = servers[i];
  if (found === undefined) throw new Error(`no server ${i}`);
  return found;
};
const inventory = (i: number): InventoryServer => {
  const found = inventories[i];
  if (found === undefined) throw new Error(`no inventory ${i}`);
  return found;
};

let state: string;
beforeEach(async () => {
  state = join(tempFolder('shared-state'), 'state.sqlite');
  for (const each of servers) await each.api('DELETE', `/zones/${zone}`);
});

/** A repository of its own, with the state that all of them share. */
const repositoryAt = (i: number, options: Omit<RepositoryOptions, 'targets'>, url?: string): Repository =>
  makeRepository({
    ...options,
    targets: { pdns: targetOf(server(i), url === undefined ? {} : { url }) },
    more: { state, ...options.more },
  });

const apply = (repository: Repository): Promise<Ended> => repository.run('apply', '--yes', '--format', 'json');
const warningsIn = ({ stdout }: Ended): readonly string[] => {
  const { problems }: { readonly problems: readonly { readonly rule: string; readonly message: string }[] } =
    JSON.parse(stdout);
  return problems.flatMap(({ message, rule }) => (rule === 'state-of-another' ? [message] : []));
};

const listed = (text: string): Omit<RepositoryOptions, 'targets'> => ({
  zones: { [zone]: { owns: 'listed' } },
  files: { 'another.test': `${apexYaml}stays: {type: A, ttl: 300, value: 192.0.2.8}\n${text}` },
  guards: { max_delete_percent: 100 },
});
const www = 'www: {type: A, ttl: 300, value: 192.0.2.1}\n';

describe('invariant 1: a target whose url is another one now', () => {
  it('has nothing deleted that the state knows of the one before, and is said once', async () => {
    for (const each of servers) await makeZone(each, zone, [rrset(`old.${zone}`, 'A', '192.0.2.9')]);
    await makeZoneRecord(1);
    expect(await apply(repositoryAt(0, listed(www)))).toMatchObject({ code: 0 });
    const moved = repositoryAt(1, listed(''));
    const planned = await moved.run('plan', '--format', 'json');
    expect(warningsIn(planned)).toEqual([expect.stringContaining('target pdns is powerdns http://127.0.0.1:')]);
    const first = await apply(moved);
    expect(first.code).toBe(0);
    expect(warningsIn(first)).toHaveLength(1);
    expect(await contentOf(server(1), zone)).toContain('www A 300 192.0.2.1');
    expect(warningsIn(await apply(moved))).toEqual([]);
    const back = await apply(repositoryAt(0, listed('')));
    expect(warningsIn(back)).toEqual([]);
    expect(await contentOf(server(0), zone)).toEqual(['old A 300 192.0.2.9', 'stays A 300 192.0.2.8']);
  });

  /** As somebody else wrote it there. */
  const makeZoneRecord = (i: number) =>
    server(i).api('PATCH', `/zones/${zone}`, {
      rrsets: [{ ...rrset(`www.${zone}`, 'A', '192.0.2.1'), changetype: 'REPLACE' }],
    });

  it('is the same one where only its spelling is another', async () => {
    await makeZone(server(0), zone, []);
    const spelt = (url: string) => repositoryAt(0, listed(www), url);
    const { url } = server(0);
    expect(warningsIn(await apply(spelt(url)))).toEqual([]);
    for (const other of [`${url}/`, url.replace('127.0.0.1', 'LOCALHOST'), `${url}/api/v1/`]) {
      expect(warningsIn(await apply(spelt(other))), other).toEqual([]);
    }
  });

  it('is not sent what is half done at the one before, which is said and left', async () => {
    for (const each of servers) await makeZone(each, zone, [rrset(`www.${zone}`, 'A', '192.0.2.2')]);
    const first = repositoryAt(0, listed('other: {type: A, ttl: 300, value: 192.0.2.5}\n'));
    expect(await apply(first)).toMatchObject({ code: 0 });
    const store = await openStore(state);
    await store.journal(half);
    await store.close();
    const moved = await apply(repositoryAt(1, listed('')));
    expect(moved).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the records of web1 (lab) were left half'),
    });
    expect(await contentOf(server(1), zone)).toContain('www A 300 192.0.2.2');
    const back = await apply(first);
    expect(back).toMatchObject({ code: 0, stderr: expect.stringContaining('were rolled back') });
    expect(await contentOf(server(0), zone)).toContain('www A 300 192.0.2.1');
  });
});

const side = (rdata: string) => ({ ttl: 300, values: [{ rdata, origins: [] }], health_check: null });
/** `www` was written, and its PTR was not. */
const half: JournalEntry = {
  id: 'half',
  inventory: 'lab',
  server: 'web1',
  at: 1,
  stuck: null,
  members: [
    {
      zone: { name: zone, view: null },
      target: 'pdns',
      change: {
        action: 'replace',
        name: `www.${zone}`,
        type: 'A',
        before: side('192.0.2.1'),
        after: side('192.0.2.2'),
      },
    },
    {
      zone: { name: zone, view: null },
      target: 'pdns',
      change: { action: 'create', name: `new.${zone}`, type: 'A', before: null, after: side('192.0.2.3') },
    },
  ],
};

describe('an inventory whose url is another one now, or that of a second repository with the same state', () => {
  const options = (i: number, filter = ''): Omit<RepositoryOptions, 'targets'> => ({
    zones: { [zone]: { static: 'none' } },
    guards: { max_delete_percent: 100, never_empty: false, absence: { snapshots: 2, grace: '1ms' } },
    more: {
      inventory: { lab: { type: 'http', url: `${inventory(i).url}${filter}`, interval: '1ms' } },
      registration: { zone, reverse: false },
    },
  });
  const entry = (n: number) => ({ name: `web${n}`, ips: [`192.0.2.${n}`] });

  it('has no server deleted in its first run that the other one was missing', async () => {
    await makeZone(server(0), zone, []);
    inventory(0).set([entry(1), entry(2)]);
    inventory(1).set([entry(1)]);
    const first = repositoryAt(0, options(0));
    expect(await apply(first)).toMatchObject({ code: 0 });
    inventory(0).set([entry(1)]);
    expect(await apply(first)).toMatchObject({ code: 0 });
    const second = repositoryAt(0, options(1));
    const run = await apply(second);
    expect(run.code).toBe(0);
    expect(warningsIn(run)).toEqual([expect.stringContaining('inventory lab is http http://127.0.0.1:')]);
    expect(await contentOf(server(0), zone)).toContain('web2 A 300 192.0.2.2');
    expect(warningsIn(await apply(second))).toEqual([]);
    await apply(first);
    await apply(first);
    expect(await contentOf(server(0), zone)).not.toContain('web2 A 300 192.0.2.2');
  });
});

describe('a zone of Route 53 that was made anew, or is that of another account', () => {
  it('has nothing deleted that the state knows of the one before', async () => {
    const fake = await startRoute53Fake({ pending: 10, inSyncWhenAsked: true, processing: 1 });
    const stays = 'stays: {type: A, ttl: 300, value: 192.0.2.8}\n';
    const run = (text: string, ...args: readonly string[]) => {
      const { config } = makeRepository({
        targets: { aws: { provider: 'route53', endpoint: fake.url, verify: 'api' } },
        zones: { 'made.test.': { owns: 'listed', create: true } },
        files: { 'made.test': `${stays}${text}` },
        more: { state },
      });
      return hostmaster([...args, '--config', config], { env: credentials });
    };
    try {
      expect(await run(www, 'apply', '--yes')).toMatchObject({ code: 0 });
      expect((await run('', 'plan')).stdout).toMatch(/www .*DELETE/);
      const [first] = fake.account.zones.values();
      if (first === undefined) throw new Error('no zone was made');
      fake.account.zones.delete(first.id);
      fake.account.zones.set('ZANOTHER', { ...first, id: 'ZANOTHER' });
      expect((await run('', 'plan')).stdout).not.toContain('DELETE');
      expect(await run('', 'apply', '--yes')).toMatchObject({ code: 0 });
      expect([...(fake.account.zones.get('ZANOTHER')?.sets.values() ?? [])].map(({ name }) => name)).toContain(
        'www.made.test.',
      );
      fake.account.zones.delete('ZANOTHER');
      fake.account.zones.set(first.id, first);
      expect((await run('', 'plan')).stdout).toMatch(/www .*DELETE/);
    } finally {
      await fake.stop();
    }
  });
});
