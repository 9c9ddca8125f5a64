import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { embeddedSubject } from '../conformance/embedded.ts';
import { groups } from '../conformance/groups/index.ts';
import { powerDnsSubject } from '../conformance/powerdns.ts';
import { type TargetConfig, targetName, writeRepository } from '../conformance/repository.ts';
import type { Subject } from '../conformance/runner.ts';
import { tempFolder } from '../servers/child.ts';
import { hostmaster } from './command.ts';

// Every zone of the conformance suite, in its richest state, on a real server: what `dump` writes of it plans to nothing.

const zones = groups.map((group) => ({
  group,
  step: group.steps.reduce((richest, step) => (step.records.length > richest.records.length ? step : richest)),
}));

const configOf = (target: TargetConfig): string =>
  JSON.stringify({
    state: 'state.sqlite',
    targets: { [targetName]: { verify_wait: '5s', ...target } },
    zones: Object.fromEntries(
      zones.map(({ group }) => [
        group.zone,
        { targets: [targetName], create: { ns: ['ns1.example.net.'] }, ...group.settings },
      ]),
    ),
  });

const newRepository = (target: TargetConfig): string => {
  const folder = tempFolder('dumped');
  mkdirSync(join(folder, 'zones'));
  writeFileSync(join(folder, 'hostmaster.yaml'), configOf(target));
  return folder;
};

const dumped = async (subject: Subject, as: 'yaml' | 'zone') => {
  const folder = newRepository(subject.config);
  const dump = await hostmaster(folder, ['dump', '--target', targetName, '--as', as, '--out', 'zones']);
  expect(dump).toMatchObject({ code: 0, stderr: '' });
  const plan = await hostmaster(folder, ['plan', '--full', '--exit-code', '--format', 'json']);
  return { folder, code: plan.code, plan: JSON.parse(plan.stdout) as Plan };
};

/** `TYPE1234` and mnemonics in the second column of a master file that `dump` wrote. */
const typesIn = (folder: string): ReadonlySet<string> => {
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/^\S+\t\d+\tIN\t(\S+)\t.*?(?:\t; ([A-Z]+) .*)?$/gm)].map(
        ([, type, known]) => known ?? type ?? '',
      ),
    ),
  );
};

/** named-checkzone wants the DNSKEY that a CDS speaks of, and a name server that signs keeps it to itself. */
const withoutKeys = 'cds.example.zone';

const subjects = [
  ['PowerDNS', () => powerDnsSubject('sqlite')],
  ['the embedded server', embeddedSubject],
] as const;

describe.each(subjects)('a dump of %s', (_, startSubject) => {
  let subject: Subject;
  let types: readonly string[] = [];
  beforeAll(async () => {
    subject = await startSubject();
    const folder = tempFolder('everything');
    for (const { group, step } of zones) writeRepository(folder, subject.config, group, step);
    writeFileSync(join(folder, 'hostmaster.yaml'), configOf(subject.config));
    const applied = await hostmaster(folder, ['apply', '--yes', '--format', 'json']);
    const { results } = JSON.parse(applied.stdout);
    expect(results).toHaveLength(zones.length);
    const provider = await subject.factory.open({
      config: subject.config,
      secrets: { api_key: 'a-secret-of-the-tests' },
      folder,
    });
    types = provider.supports.types;
    await provider.close?.();
  }, 120_000);
  afterAll(() => subject?.stop());

  it.each(['yaml', 'zone'] as const)('as %s plans to nothing in a new repository', async (as) => {
    const { code, plan } = await dumped(subject, as);
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan.changesets.filter(({ changes, withheld }) => changes.length + withheld.length > 0)).toEqual([]);
    expect(plan.changesets).toHaveLength(zones.length);
    expect(code).toBe(0);
  });

  it('as master files has every type that it takes, and named-checkzone accepts each', async () => {
    const { folder } = await dumped(subject, 'zone');
    const files = readdirSync(join(folder, 'zones'));
    expect(files).toHaveLength(zones.length);
    const refused = files
      .filter((file) => file !== withoutKeys)
      .flatMap((file) => {
        const zone = file.replace(/\.zone$/, '').replaceAll('%2F', '/');
        const { status, stdout } = spawnSync('named-checkzone', ['-i', 'none', zone, join(folder, 'zones', file)], {
          encoding: 'utf8',
        });
        return status === 0 ? [] : [stdout];
      });
    expect(refused).toEqual([]);
    const found = typesIn(join(folder, 'zones'));
    expect(types.filter((type) => !found.has(type))).toEqual([]);
  });
});
