import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, UnmanagedKind } from '../../src/model/plan.ts';
import { type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, externalDns, makeZone, rrset } from './zone.ts';

describe('invariant 10: nothing foreign is touched', () => {
  const zone = 'foreign.test.';
  const ours = [
    rrset(`www.${zone}`, 'A', '192.0.2.1'),
    rrset(`old.${zone}`, 'A', '192.0.2.2'),
    rrset(`older.${zone}`, 'CNAME', 'www.example.net.'),
  ];
  const ignored = [
    rrset(`_acme-challenge.www.${zone}`, 'TXT', '"a-challenge"'),
    rrset(`legacy.${zone}`, 'A', '192.0.2.3'),
    rrset(`legacy.${zone}`, 'MX', '10 mail.example.net.'),
    rrset(`by-value.${zone}`, 'TXT', '"owner=somebody"', '"and more"'),
  ];
  const file = `${apexYaml}www: {type: A, ttl: 300, value: 192.0.2.9}\n`;
  const keptLines = [
    '_acme-challenge.www TXT 300 "a-challenge"',
    'by-value TXT 300 "and more" "owner=somebody"',
    'legacy A 300 192.0.2.3',
    'legacy MX 300 10 mail.example.net.',
  ];
  let pdns: PowerDns;
  let repository: Repository;

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    await makeZone(pdns, zone, [...ours, ...ignored]);
    const ignore = [
      { name: '_acme-challenge.**', types: ['TXT'] },
      { name: 'legacy' },
      { name: '**', types: ['TXT'], value: '"owner=*"' },
    ];
    repository = makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { [zone]: { ignore } },
      guards: { max_delete_percent: 100, max_replace_percent: 100 },
    });
  });
  afterAll(() => pdns.stop());

  const run = async (...args: readonly string[]) => {
    const ended = await repository.run(...args);
    expectPlain(pdns, ended);
    return ended;
  };
  const keys = (list: readonly { readonly name: string; readonly type: string }[]) =>
    list.map(({ name, type }) => `${name} ${type}`).sort();

  it('what others own and what is ignored is listed as unmanaged, each with its reason, and in no change', async () => {
    repository.write('zones/foreign.test.yaml', file);
    const { stdout } = await run('plan', '--format', 'json');
    const [changeset] = (JSON.parse(stdout) as Plan).changesets;
    const unmanaged = changeset?.unmanaged ?? [];
    const because = (kind: UnmanagedKind, words: string) =>
      keys(unmanaged.filter((each) => each.kind === kind && each.why.startsWith(words)));
    expect(because('foreign', 'foreign: ExternalDNS owner k8s-')).toEqual(keys(externalDns(zone)));
    expect(because('ignored', 'ignored: ')).toEqual(keys(ignored));
    expect(keys(unmanaged)).toEqual(keys([...externalDns(zone), ...ignored, { name: zone, type: 'SOA' }]));
    expect(keys(changeset?.changes ?? [])).toEqual(keys(ours));
  });

  it('it outlives an apply that deletes all else, and the apply of a reviewed plan', async () => {
    const plan = `${repository.folder}/plan.json`;
    expect(await run('plan', '--out', plan)).toMatchObject({ code: 0 });
    expect(await run('apply', '--yes', '--plan', plan)).toMatchObject({ code: 0 });
    expect(await contentOf(pdns, zone)).toEqual([...keptLines, 'www A 300 192.0.2.9'].sort());
    const { code, stdout } = await run('plan', '--exit-code', '--full');
    expect({ code, stdout }).toMatchObject({ code: 0 });
  });

  it('a zone file that wants what is foreign or ignored is an error at its line, and nothing there changes', async () => {
    const wanted = `${file}app: {type: A, ttl: 60, value: 192.0.2.66}
shop: {type: A, ttl: 60, value: 192.0.2.66}
legacy: {type: A, ttl: 60, value: 192.0.2.66}
new: {type: A, ttl: 300, value: 192.0.2.10}
`;
    repository.write('zones/foreign.test.yaml', wanted);
    const { code, stdout } = await run('apply', '--yes');
    expect(code).toBe(1);
    for (const [line, name] of [
      [3, 'app'],
      [4, 'shop'],
      [5, 'legacy'],
    ]) {
      expect(stdout).toMatch(
        new RegExp(`^zones/foreign\\.test\\.yaml:${line}:\\d+: error .*${name}\\.foreign\\.test\\.`, 'm'),
      );
    }
    expect(await contentOf(pdns, zone)).toEqual([...keptLines, 'new A 300 192.0.2.10', 'www A 300 192.0.2.9'].sort());
  });
});
