import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, overwrite, rrset, serialOf } from './zone.ts';

// Invariants 5 and 6: a stale plan overwrites nothing, and what was reviewed is what is applied.

const zones = ['one.test.', 'two.test.'] as const;
const old = ['gone A 300 192.0.2.3', 'other TXT 300 "other"', 'www A 300 192.0.2.1'];
const reviewed = ['new A 300 192.0.2.4', 'other TXT 300 "other"', 'www A 300 192.0.2.2'];
const fileOf = (address: string): string => `${apexYaml}
www: {type: A, ttl: 300, value: ${address}}
new: {type: A, ttl: 300, value: 192.0.2.4}
other: {type: TXT, ttl: 300, value: other}
`;

describe('invariants 5 and 6: a plan of two zones at two targets', () => {
  const servers: PowerDns[] = [];
  let repository: Repository;
  let planFile: string;
  const everywhere = () => servers.flatMap((pdns) => zones.map((zone) => ({ pdns, zone })));

  beforeAll(async () => {
    servers.push(await startPowerDns({ backend: 'sqlite' }), await startPowerDns({ backend: 'sqlite' }));
    const [east, west] = servers as [PowerDns, PowerDns];
    repository = makeRepository({
      targets: { east: targetOf(east), west: targetOf(west) },
      zones: { 'one.test': {}, 'two.test': {} },
      guards: { max_delete_percent: 100, max_replace_percent: 100 },
    });
    planFile = join(repository.folder, 'plan.json');
  });
  afterAll(() => Promise.all(servers.map((pdns) => pdns.stop())));

  beforeEach(async () => {
    for (const { pdns, zone } of everywhere()) {
      await pdns.api('DELETE', `/zones/${zone}`);
      await makeZone(pdns, zone, [
        rrset(`www.${zone}`, 'A', '192.0.2.1'),
        rrset(`gone.${zone}`, 'A', '192.0.2.3'),
        rrset(`other.${zone}`, 'TXT', '"other"'),
      ]);
    }
    for (const zone of zones) repository.write(`zones/${zone}yaml`, fileOf('192.0.2.2'));
    expect(await repository.run('plan', '--out', planFile)).toMatchObject({ code: 0 });
  });

  const applyPlan = async () => {
    const ended = await repository.run('apply', '--yes', '--plan', planFile);
    for (const pdns of servers) expectPlain(pdns, ended);
    return ended;
  };
  const serials = () => Promise.all(everywhere().map(({ pdns, zone }) => serialOf(pdns, zone)));

  it('is applied as it was reviewed, whatever became of the files', async () => {
    for (const zone of zones) repository.write(`zones/${zone}yaml`, fileOf('192.0.2.99'));
    const { code, stdout } = await applyPlan();
    expect(stdout).toContain('all as they should be');
    expect(code).toBe(0);
    for (const { pdns, zone } of everywhere()) expect(await contentOf(pdns, zone)).toEqual(reviewed);
  });

  const moves = {
    changed: ['www', 'A', rrset('www.two.test.', 'A', '192.0.2.77')],
    'with another TTL': ['www', 'A', { ...rrset('www.two.test.', 'A', '192.0.2.1'), ttl: 301 }],
    deleted: ['gone', 'A', { ...rrset('gone.two.test.', 'A'), ttl: 300 }],
    made: ['new', 'A', rrset('new.two.test.', 'A', '192.0.2.4')],
  } as const;
  for (const [what, [name, type, moved]] of Object.entries(moves)) {
    it(`is refused with exit 3 where one RRset was ${what}, and nothing is written anywhere`, async () => {
      const [, west] = servers as [PowerDns, PowerDns];
      await overwrite(west, 'two.test.', moved);
      const before = await serials();
      const { code, stderr } = await applyPlan();
      expect(stderr).toContain(`two.test. at west: ${name}.two.test. ${type}`);
      expect(stderr).not.toContain('east');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(3);
      expect(await serials()).toEqual(before);
    });
  }

  it('a reviewed plan goes through where only other names changed', async () => {
    const [east] = servers as [PowerDns, PowerDns];
    await overwrite(east, 'one.test.', rrset('beside.one.test.', 'A', '192.0.2.5'));
    expect(await applyPlan()).toMatchObject({ code: 0 });
    expect(await contentOf(east, 'one.test.')).toEqual(['beside A 300 192.0.2.5', ...reviewed].sort());
  });

  it('is stale once it was applied', async () => {
    expect(await applyPlan()).toMatchObject({ code: 0 });
    const before = await serials();
    expect(await applyPlan()).toMatchObject({ code: 3 });
    expect(await serials()).toEqual(before);
  });

  const tampered: Readonly<Record<string, (text: string) => string>> = {
    'an address changed': (text) => text.replace('192.0.2.2', '192.0.2.9'),
    'a before-value changed': (text) => text.replace('192.0.2.1', '192.0.2.9'),
    'a name changed': (text) => text.replaceAll('new.one.test.', 'new.two.test.'),
    'another target': (text) => text.replace(/"target": ?"east"/, '"target":"west"'),
    'a change taken out': (text) => {
      const plan = JSON.parse(text);
      plan.changesets[0].changes.pop();
      return JSON.stringify(plan);
    },
    'half a file': (text) => text.slice(0, text.length >> 1),
    'no byte': () => '',
    null: () => 'null',
    'a digest of another plan': (text) => text.replace(/sha256:../, 'sha256:00'),
    'changes that are no list': (text) => text.replace(/"changes": ?\[/, '"changes":[null,'),
  };
  it('is not applied once anything in it was changed, exit 1', async () => {
    const text = readFileSync(planFile, 'utf8');
    const before = await serials();
    for (const [what, change] of Object.entries(tampered)) {
      expect(change(text), what).not.toBe(text);
      writeFileSync(planFile, change(text));
      const { code, stderr } = await applyPlan();
      expect(stderr, what).toContain('plan.json');
      expect(stderr.trim().split('\n'), what).toHaveLength(1);
      expect(code, what).toBe(1);
    }
    expect(await serials()).toEqual(before);
  });

  it('fails a zone whole where one change of it is refused, and the other zone goes on', async () => {
    // PowerDNS reckons a LOC's centimetres in 32 bits; RFC 1876 section 2 goes further.
    const high = '0 0 0.001 S 0 0 0.001 W 42849672.95m';
    repository.write('zones/two.test.yaml', `${fileOf('192.0.2.2')}\nfar: {type: LOC, ttl: 300, value: '${high}'}\n`);
    expect(await repository.run('plan', '--out', planFile)).toMatchObject({ code: 0 });
    const { code, stdout } = await applyPlan();
    expect(stdout).toContain('far.two.test. LOC (Record far.two.test./LOC');
    expect(code).toBe(1);
    for (const pdns of servers) {
      expect(await contentOf(pdns, 'one.test.')).toEqual(reviewed);
      expect(await contentOf(pdns, 'two.test.')).toEqual(old);
    }
  });

  it('is not applied anywhere where one target is down', async () => {
    const [, west] = servers as [PowerDns, PowerDns];
    await west.kill();
    const { code } = await applyPlan();
    await west.restart();
    expect(code).toBe(1);
    for (const { pdns, zone } of everywhere()) expect(await contentOf(pdns, zone)).toEqual(old);
  });
});
