import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset, serialOf } from './zone.ts';

// Invariant 3: a live name is never emptied, whatever became of the zone's file.

const zone = 'five.test.';
const zoneFile = 'zones/five.test.yaml';

describe('invariant 3: a zone of five records', () => {
  let pdns: PowerDns;
  let repository: Repository;
  let before: readonly string[];
  let serial: number;

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    await makeZone(pdns, zone, [
      rrset(`a.${zone}`, 'A', '192.0.2.1'),
      rrset(`b.${zone}`, 'A', '192.0.2.2'),
      rrset(`c.${zone}`, 'AAAA', '2001:db8::3'),
      rrset(`d.${zone}`, 'TXT', '"text"'),
      rrset(`e.${zone}`, 'MX', '10 mail.example.net.'),
    ]);
    before = await contentOf(pdns, zone);
    serial = await serialOf(pdns, zone);
    repository = makeRepository({ targets: { pdns: targetOf(pdns) }, zones: { [zone]: {} } });
  });
  afterAll(() => pdns?.stop());

  const apply = async (text: string | null, ...more: readonly string[]) => {
    if (text === null) rmSync(join(repository.folder, zoneFile), { force: true });
    else repository.write(zoneFile, text);
    const ended = await repository.run('apply', '--yes', ...more);
    expectPlain(pdns, ended);
    return ended;
  };
  const untouched = async () => {
    expect(await contentOf(pdns, zone)).toEqual(before);
    expect(await serialOf(pdns, zone)).toBe(serial);
  };

  const empties = { 'no byte': '', 'a comment': '# nothing\n', 'an empty mapping': '{}\n', null: '---\n' };
  for (const [what, text] of Object.entries(empties)) {
    it(`an emptied file (${what}) is refused by never_empty, exit 3`, async () => {
      const { code, stdout } = await apply(text);
      expect(stdout).toContain('withheld by never_empty');
      expect(stdout).toContain(`--allow never_empty:${zone}/pdns`);
      expect(code).toBe(3);
      await untouched();
    });
  }

  it('a zone file that has nothing but the apex NS is refused as an empty one is', async () => {
    const { code, stdout } = await apply(apexYaml);
    expect(stdout).toContain('withheld by never_empty');
    expect(code).toBe(3);
    await untouched();
  });

  it("another guard's --allow lets nothing through", async () => {
    const { code, stdout } = await apply('{}\n', '--allow', `max_delete_percent:${zone}/pdns`);
    expect(stdout).toContain('withheld by never_empty');
    expect(code).toBe(3);
    await untouched();
  });

  it("another zone's --allow is refused where hostmaster.yaml has no such zone", async () => {
    const { code, stderr } = await apply('{}\n', '--allow', 'never_empty:other.test./pdns');
    expect(stderr).toContain('other.test.');
    expect(code).toBe(1);
    await untouched();
  });

  it('a deleted file is exit 1, and the zone is untouched', async () => {
    const { code, stdout } = await apply(null);
    expect(stdout).toMatch(/five\.test.*(no|missing)/);
    expect(code).toBe(1);
    await untouched();
  });

  it('a file that does not parse is exit 1, and the zone is untouched', async () => {
    const { code, stdout } = await apply("a: {type: A, value: '192.0.2.1'\nb: [\n");
    expect(stdout).toContain('five.test.yaml:');
    expect(code).toBe(1);
    await untouched();
  });

  it('the exact string that was printed lets it through, and leaves what is not ours', async () => {
    const { stdout } = await apply('{}\n');
    const [, allow = ''] = /--allow (\S+)/.exec(stdout) ?? [];
    const ended = await apply('{}\n', '--allow', allow);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(await contentOf(pdns, zone)).toEqual([]);
  });

  it('a file that names some is as Git says', async () => {
    expect(await apply(`${apexYaml}a: {type: A, ttl: 300, value: 192.0.2.1}\n`)).toMatchObject({ code: 0 });
    expect(await contentOf(pdns, zone)).toEqual(['a A 300 192.0.2.1']);
  });
});
