import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStore } from '../../src/state/index.ts';
import { key, statements } from '../providers/rfc2136/harness.ts';
import { type Bind, freePort, type PowerDns, startBind, startPowerDns, uncached } from '../servers/index.ts';
import { secretOf } from '../servers/secret.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset } from './zone.ts';

// Invariant 8: what a verification could not prove is not forgotten. The next plan reads that zone in full, and where a
// write was taken and had no effect, it says so until it has one.

let pdns: PowerDns;
beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
});
afterAll(() => pdns?.stop());

/** What the state knows of a zone at a target. */
const stateOf = async ({ folder }: Repository, zone: string, target: string) => {
  const store = await readStore(join(folder, 'state.sqlite'));
  const id = { name: zone, view: null };
  const known = { sync: await store.lastSync(id, target), unproven: await store.unproven(id, target) };
  await store.close();
  return known;
};

describe('invariant 8: a delete that PowerDNS takes and does not do, as the type is in lower case in its database', () => {
  const zone = 'lt.test.';
  let repository: Repository;
  beforeAll(async () => {
    await makeZone(pdns, zone, []);
    await pdns.sql(
      `INSERT INTO records (domain_id, name, type, content, ttl, auth) SELECT id, 'www.lt.test', 'txt', '"x"', 3600, 1 FROM domains WHERE name = 'lt.test'`,
    );
    repository = makeRepository({
      targets: { pdns: targetOf(pdns, { verify_wait: '1s' }) },
      zones: { [zone]: {} },
      files: { 'lt.test': `${apexYaml}keep: {type: A, ttl: 3600, value: 192.0.2.1}\n` },
    });
  });

  const run = async (...args: readonly string[]) => {
    const ended = await repository.run(...args);
    expectPlain(pdns, ended);
    return ended;
  };
  const difference = `www.${zone} TXT should not be there`;
  const said = `www.${zone} TXT: the last delete of it had no effect`;

  it('is a difference, exit 4', async () => {
    const { code, stdout } = await run('apply', '--yes');
    expect(stdout).toContain(difference);
    expect(stdout).not.toContain(said);
    expect(code).toBe(4);
    expect((await stateOf(repository, zone, 'pdns')).sync).toBeNull();
  });

  it.each([[[]], [['--full']], [['--exit-code']]])(
    'plan %j shows it again, and that it had no effect, exit 4',
    async (more) => {
      const { code, stdout } = await run('plan', ...more);
      expect(stdout).toContain('Plan: 1 delete;');
      expect(stdout).toContain(said);
      expect(code).toBe(4);
    },
  );

  it('verify asks for what should be gone, exit 4', async () => {
    for (const more of [[], ['--sample', '1']]) {
      const { code, stdout } = await run('verify', ...more);
      expect(stdout).toContain(difference);
      expect(stdout).toContain(said);
      expect(code).toBe(4);
    }
  });

  it('apply writes it again, and so does a reviewed plan, exit 4', async () => {
    const again = await run('apply', '--yes');
    expect(again.stdout).toContain(said);
    expect(again.stdout).toContain(difference);
    expect(again.code).toBe(4);
    const file = join(repository.folder, 'plan.json');
    expect((await run('plan', '--out', file)).code).toBe(4);
    const reviewed = await run('apply', '--yes', '--plan', file);
    expect(reviewed.stdout).toContain(difference);
    expect(reviewed.code).toBe(4);
    expect(await run('plan')).toMatchObject({ code: 4 });
  });

  it('once it has an effect, nothing is said any more', async () => {
    await pdns.sql("UPDATE records SET type = 'TXT' WHERE type = 'txt'");
    const { code, stdout } = await run('apply', '--yes');
    expect(stdout).toContain('Verified: 1 answer, as it should be.');
    expect(code).toBe(0);
    expect(await contentOf(pdns, zone)).toEqual(['keep A 3600 192.0.2.1']);
    expect(await run('plan')).toMatchObject({ code: 0, stdout: 'Plan: no changes.\n' });
    expect(await run('verify')).toMatchObject({ code: 0 });
    const { sync, unproven } = await stateOf(repository, zone, 'pdns');
    expect(sync).not.toBeNull();
    expect(unproven).toEqual([]);
  });
});

describe('invariant 8: a zone that one of two name servers does not show', () => {
  const zone = 'shown.test.';
  const soa = 'ns1.example.net. hostmaster.example.net.';
  const fileOf = (address: string): string =>
    `${apexYaml}www: {type: A, ttl: 300, value: ${address}}\nstays: {type: A, ttl: 300, value: 192.0.2.9}\n`;
  const textOf = (serial: number): string =>
    `$TTL 300\n@ SOA ${soa} ${serial} 60 60 60 60\n@ NS ns1.example.net.\n@ NS ns2.example.net.\nwww A 192.0.2.1\nstays A 192.0.2.9\n`;
  const running: Bind[] = [];
  afterAll(() => Promise.all(running.map((bind) => bind.stop())));
  const bindWith = async (serial: number, more: object = {}): Promise<Bind> => {
    const bind = await startBind({ zones: [{ name: zone, text: textOf(serial), ...more }], keys: [key] });
    running.push(bind);
    return bind;
  };
  /** Primaries that have the zone; each gives what hostmaster.yaml says of its target. */
  const primaries = {
    PowerDNS: async () => {
      await pdns.api('DELETE', `/zones/${zone}`);
      await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1'), rrset(`stays.${zone}`, 'A', '192.0.2.9')]);
      return { ...targetOf(pdns), at: pdns.dns };
    },
    BIND: async () => {
      const bind = await bindWith(1, { statements });
      const tsig = { name: key.name, algorithm: key.algorithm, secret: secretOf(key.secret) };
      return { provider: 'rfc2136', host: bind.dns.address, port: bind.dns.port, tsig, at: bind.dns };
    },
    embedded: async () => {
      const at = { address: '127.0.0.1', port: await freePort() };
      return { provider: 'embedded', listen: `${at.address}:${at.port}`, file: 'zones.sqlite', at };
    },
  } as const;
  /** A second name server that never hears of a change, and what a verification says of it. */
  const seconds = {
    differs: { serial: 3_000_000_000, code: 4 },
    lags: { serial: 0, code: 4 },
    no_answer: { serial: 1, code: 1 },
  } as const;

  const repositoryAt = async (primary: keyof typeof primaries, second: Bind): Promise<Repository> => {
    const { at, ...target } = await primaries[primary]();
    const nameServers = [at, second.dns].map(({ address, port }) => `${address}:${port}`);
    const repository = makeRepository({
      targets: { ns: { ...target, verify_at: nameServers, verify_wait: '1s' } },
      zones: { [zone]: primary === 'embedded' ? { create: { ns: ['ns1.example.net.', 'ns2.example.net.'] } } : {} },
      files: { 'shown.test': fileOf('192.0.2.1') },
      guards: { max_replace_percent: 100 },
    });
    // What the second one has too is in order, and is remembered.
    if (primary === 'embedded') expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    return repository;
  };

  it.each([
    ['PowerDNS', 'differs'],
    ['PowerDNS', 'lags'],
    ['PowerDNS', 'no_answer'],
    ['BIND', 'differs'],
    ['embedded', 'differs'],
  ] as const)('%s, and one that %s: it is read by the next plan, and verify asks for it', async (primary, kind) => {
    const { code, serial } = seconds[kind];
    // BIND's zone begins at 1; the others have the time in their serials.
    const second = await bindWith(kind === 'differs' && primary === 'BIND' ? 1_000_000_000 : serial);
    const repository = await repositoryAt(primary, second);
    repository.write('zones/shown.test.yaml', fileOf('192.0.2.2'));
    if (kind === 'no_answer') second.pause();
    const ended = await repository.run('apply', '--yes', '--format', 'json');
    expect(JSON.parse(ended.stdout).verify.differences).toMatchObject([{ kind }]);
    expect(ended.code).toBe(code);
    const { sync, unproven } = await stateOf(repository, zone, 'ns');
    expect(sync).toBeNull();
    expect(unproven).toMatchObject([{ name: `www.${zone}`, type: 'A', isAtTarget: false }]);
    // The target has it: nothing is to be written, and nobody says that the write had no effect.
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0, stdout: 'Plan: no changes.\n' });
    expect((await stateOf(repository, zone, 'ns')).unproven).toMatchObject([{ isAtTarget: true }]);
    const verified = await repository.run('verify');
    expect(verified.code).toBe(code);
    expect(verified.stdout).not.toContain('had no effect');
    second.resume();
  });

  it('a difference that verify finds later makes the next plan read the zone, and what it proves is forgotten', async () => {
    const second = await bindWith(4_000_000_000);
    const repository = await repositoryAt('PowerDNS', second);
    repository.write('zones/shown.test.yaml', `${fileOf('192.0.2.1')}new: {type: A, ttl: 300, value: 192.0.2.7}\n`);
    second.writeZone(zone, `${textOf(4_000_000_001)}new A 192.0.2.7\n`);
    await expect.poll(() => second.log()).toContain('loaded serial 4000000001');
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect((await stateOf(repository, zone, 'ns')).sync).not.toBeNull();
    // Behind everybody's back: no serial moves.
    await pdns.sql("UPDATE records SET content = '192.0.2.66' WHERE name = 'new.shown.test'");
    expect(await repository.run('plan')).toMatchObject({ code: 0, stdout: 'Plan: no changes.\n' });
    const found = await repository.run('verify');
    expect(found.stdout).toMatch(/new\.shown\.test\. A .*: expected 300 192\.0\.2\.7; .*answered 300 192\.0\.2\.66/);
    expect(found.code).toBe(4);
    const planned = await repository.run('plan', '--exit-code');
    expect(planned.stdout).toContain('Plan: 1 replace.');
    expect(planned.code).toBe(2);
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await repository.run('verify')).toMatchObject({ code: 0 });
  });

  it('verify proves what a name server showed late', async () => {
    const second = await bindWith(0);
    const repository = await repositoryAt('PowerDNS', second);
    repository.write('zones/shown.test.yaml', fileOf('192.0.2.2'));
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 4 });
    second.writeZone(zone, textOf(4_000_000_000).replace('192.0.2.1', '192.0.2.2'));
    await expect.poll(() => second.log()).toContain('loaded serial 4000000000');
    expect(await repository.run('verify')).toMatchObject({ code: 0 });
    expect((await stateOf(repository, zone, 'ns')).unproven).toEqual([]);
  });

  it('verify makes no state where there is none', async () => {
    const second = await bindWith(4_000_000_000);
    const repository = await repositoryAt('PowerDNS', second);
    repository.write('zones/shown.test.yaml', fileOf('192.0.2.2'));
    expect(await repository.run('verify')).toMatchObject({ code: 4, stderr: '' });
    expect(existsSync(join(repository.folder, 'state.sqlite'))).toBe(false);
  });
});
