import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../command.ts';
import { type Bind, dig, freePort, type PowerDns, startBind, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset } from './zone.ts';

// A zone has more name servers than the one that is written to: BIND as a secondary, late, wrong, dead, or of another make.

let pdns: PowerDns;
const binds: Bind[] = [];

beforeAll(async () => {
  const port = await freePort();
  const settings = {
    'local-port': String(port),
    'enable-lua-records': 'yes',
    'expand-alias': 'yes',
    resolver: `127.0.0.1:${port}`,
  };
  // ALIAS is looked up at PowerDNS itself, so that its port must be known before.
  pdns = { ...(await startPowerDns({ backend: 'sqlite', settings })), dns: { address: '127.0.0.1', port } };
});
afterEach(async () => {
  await Promise.all(binds.splice(0).map((bind) => bind.stop()));
});
afterAll(() => pdns.stop());

const run = async (repository: Repository, ...args: readonly string[]): Promise<Ended> => {
  const ended = await repository.run(...args);
  expectPlain(pdns, ended);
  expect(ended.stderr).toBe('');
  return ended;
};

const start = async (options: Parameters<typeof startBind>[0]): Promise<Bind> => {
  const bind = await startBind(options);
  binds.push(bind);
  return bind;
};
const labelOf = ({ dns }: Pick<Bind, 'dns'>): string => `${dns.address}:${dns.port}`;

const repositoryOf = (zone: string, file: string, others: readonly string[], wait = '1s', settings = {}): Repository =>
  makeRepository({
    targets: { pdns: targetOf(pdns, { verify_at: [labelOf(pdns), ...others], verify_wait: wait }) },
    zones: { [zone]: settings },
    files: { [zone.slice(0, -1)]: file },
    guards: { max_replace_percent: 100 },
  });
const fileOf = (address: string): string => `${apexYaml}www: {type: A, ttl: 300, value: ${address}}\n`;

/** A zone with www A 192.0.2.1, which its secondaries refresh after so many seconds; nobody sends NOTIFY for it. */
const makeWithRefresh = (zone: string, refresh: number): Promise<void> =>
  makeZone(pdns, zone, [
    rrset(zone, 'SOA', `ns1.example.net. hostmaster.example.net. 1 ${refresh} ${refresh} 604800 60`),
    rrset(`www.${zone}`, 'A', '192.0.2.1'),
  ]);

const zoneText = (serial: number, www: string): string =>
  `$TTL 300\n@ SOA ns hostmaster ${serial} 60 60 60 60\n@ NS ns1.example.net.\n@ NS ns2.example.net.\nwww A ${www}\n`;

/** BIND as a secondary that has the zone. */
const startSecondary = async (zone: string): Promise<Bind> => {
  const bind = await start({ secondaries: [{ name: zone, primary: pdns.dns }] });
  await expect.poll(() => addressAt(bind, zone)).toEqual(['192.0.2.1']);
  return bind;
};
const addressAt = async ({ dns }: Pick<Bind, 'dns'>, zone: string): Promise<readonly string[]> =>
  (await dig(dns, `www.${zone}`, 'A')).answers.map(({ rdata }) => rdata);

describe('a secondary that is late', () => {
  it('within verify_wait is waited for', async () => {
    const zone = 'soon.test.';
    await makeWithRefresh(zone, 3);
    const bind = await startSecondary(zone);
    const { code, stdout } = await run(
      repositoryOf(zone, fileOf('192.0.2.2'), [labelOf(bind)], '60s'),
      'apply',
      '--yes',
    );
    expect(stdout).toContain('Verified: 2 answers, all as they should be.');
    expect(code).toBe(0);
    expect(await addressAt(bind, zone)).toEqual(['192.0.2.2']);
  });

  it('for longer is said to lag, by its address, exit 4; what was written stands', async () => {
    const zone = 'late.test.';
    await makeWithRefresh(zone, 3600);
    const bind = await startSecondary(zone);
    const repository = repositoryOf(zone, fileOf('192.0.2.2'), [labelOf(bind)]);
    for (const command of [['apply', '--yes'], ['verify']]) {
      const { code, stdout } = await run(repository, ...command);
      const lines = stdout.split('\n').filter((line) => line.startsWith('127.0.0.1:'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`${labelOf(bind)}: www.${zone} A`);
      expect(lines[0]).toContain('is late');
      expect(code).toBe(4);
    }
    expect(await addressAt(pdns, zone)).toEqual(['192.0.2.2']);
  });
});

describe('secondaries of a primary that nobody asks', () => {
  it('are told late by the serial that was written', async () => {
    const zone = 'hidden.test.';
    await makeWithRefresh(zone, 3600);
    const bind = await startSecondary(zone);
    const repository = makeRepository({
      targets: { pdns: targetOf(pdns, { verify_at: [labelOf(bind)], verify_wait: '1s' }) },
      zones: { [zone]: {} },
      files: { 'hidden.test': fileOf('192.0.2.2') },
    });
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(stdout).toContain(`${labelOf(bind)}: www.${zone} A is late: `);
    expect(code).toBe(4);
    const verified = await repository.run('verify');
    expect(verified.stdout).toContain(`${labelOf(bind)}: www.${zone} A is late: `);
    expect(verified.stdout).toMatch(/\(its serial is \d+, not yet \d+\)/);
  });

  it('are told by a serial that is newer than the zone: they would never take it', async () => {
    const zone = 'restored.test.';
    await makeWithRefresh(zone, 3600);
    const bind = await start({ zones: [{ name: zone, text: zoneText(2_100_000_000, '192.0.2.1') }] });
    const repository = makeRepository({
      targets: { pdns: targetOf(pdns, { verify_at: [labelOf(pdns), labelOf(bind)], verify_wait: '1s' }) },
      zones: { [zone]: {} },
      files: { 'restored.test': fileOf('192.0.2.2') },
    });
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(stdout).toMatch(
      /www\.restored\.test\. A differs: .* \(its serial is 2100000000, newer than the zone's \d+\)/,
    );
    expect(code).toBe(4);
  });
});

describe('a name server that is wrong', () => {
  it('is said to differ, not to lag: waiting would not help', async () => {
    const zone = 'wrong.test.';
    await makeWithRefresh(zone, 3600);
    const bind = await start({ zones: [{ name: zone, text: zoneText(4_000_000_000, '192.0.2.66') }] });
    const repository = repositoryOf(zone, fileOf('192.0.2.2'), [labelOf(bind)]);
    const { code, stdout } = await run(repository, 'apply', '--yes', '--format', 'json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout).verify.differences).toMatchObject([
      { nameserver: labelOf(bind), name: `www.${zone}`, type: 'A', kind: 'differs', answered: ['300 192.0.2.66'] },
    ]);
  });

  it('does not serve the zone: one line for all of it, exit 4', async () => {
    const zone = 'lame.test.';
    await makeWithRefresh(zone, 3600);
    const bind = await start({});
    const { code, stdout } = await run(repositoryOf(zone, fileOf('192.0.2.2'), [labelOf(bind)]), 'apply', '--yes');
    expect(stdout).toContain(`${labelOf(bind)} does not serve the zone ${zone}: REFUSED`);
    expect(stdout.split('\n').filter((line) => line.startsWith('127.0.0.1:'))).toHaveLength(1);
    expect(code).toBe(4);
  });
});

describe('a name server that is dead', () => {
  it('is one line that names it, exit 1; what was written stands, and the others are verified', async () => {
    const zone = 'dead.test.';
    await makeWithRefresh(zone, 3600);
    const dead = `127.0.0.1:${await freePort()}`;
    const repository = repositoryOf(zone, fileOf('192.0.2.2'), [dead]);
    for (const command of [['apply', '--yes'], ['verify']]) {
      const { code, stdout } = await run(repository, ...command);
      const lines = stdout.split('\n').filter((line) => line.startsWith('127.0.0.1:'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`${dead}`);
      expect(lines[0]).toContain(`gave no answer for the zone ${zone}: `);
      expect(code).toBe(1);
    }
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.2']);
  });
});

describe('LUA and ALIAS, which BIND cannot answer', () => {
  const file = `${apexYaml}www: {type: LUA, ttl: 300, value: "A \\"ifportup(80, {'192.0.2.1'})\\""}
web: {type: ALIAS, ttl: 300, value: www.lua.test.}
plain: {type: A, ttl: 300, value: 192.0.2.9}
`;
  const zone = 'lua.test.';
  const ask = async (at: Pick<Bind, 'dns'>, name: string) =>
    (await dig(at.dns, `${name}.${zone}`, 'A')).answers.map(({ rdata }) => rdata);

  it('with BIND as a secondary both are problems, exit 1, and the A that they would replace goes on answering', async () => {
    await makeZone(pdns, zone, [
      rrset(zone, 'SOA', 'ns1.example.net. hostmaster.example.net. 1 1 1 604800 60'),
      rrset(`www.${zone}`, 'A', '192.0.2.1'),
      rrset(`web.${zone}`, 'A', '192.0.2.2'),
    ]);
    const bind = await startSecondary(zone);
    const repository = repositoryOf(zone, file, [labelOf(bind)], '60s', { allow_lua: true });
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(code).toBe(1);
    for (const [type, name] of [
      ['LUA', 'www'],
      ['ALIAS', 'web'],
    ]) {
      const line = stdout
        .split('\n')
        .find((each) => each.includes('[unanswerable-type]') && each.includes(`${name}.${zone}`));
      expect(line).toContain(
        `${type} cannot be answered everywhere: the name server ${labelOf(bind)} does not say that it is PowerDNS`,
      );
      expect(line).toContain('what exists at that name stays');
    }
    expect(stdout).toContain(`delete www.${zone} A`);
    expect(stdout).toContain('Verified: 2 answers, all as they should be.');
    for (const at of [pdns, bind]) {
      expect(await ask(at, 'www')).toEqual(['192.0.2.1']);
      expect(await ask(at, 'web')).toEqual(['192.0.2.2']);
      expect(await ask(at, 'plain')).toEqual(['192.0.2.9']);
    }
  });

  it('without it they go through', async () => {
    const { code, stdout } = await run(repositoryOf(zone, file, [], '10s', { allow_lua: true }), 'apply', '--yes');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(await ask(pdns, 'www')).toEqual(['192.0.2.1']);
    expect(await ask(pdns, 'web')).toEqual(['192.0.2.1']);
  });
});
