import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { runHere } from '../cli/here.ts';
import { hostmaster } from '../command.ts';
import { embeddedSubject } from '../conformance/embedded.ts';
import { groups } from '../conformance/groups/index.ts';
import { powerDnsSubject } from '../conformance/powerdns.ts';
import type { Subject } from '../conformance/runner.ts';
import { type TargetConfig, targetName, writeRepository } from '../conformance/step-repository.ts';
import { cases } from '../model/cases.ts';
import { tempFolder } from '../servers/child.ts';

// Every zone of the conformance suite, in its richest state, on a real server: what `dump` writes of it plans to nothing.

const zones = groups.map((group) => ({
  group,
  step: group.steps.reduce((richest, step) => (step.records.length > richest.records.length ? step : richest)),
}));

/** One value of each type that the suite's zones have not, and names that YAML takes for something else than text. */
const rest = {
  zone: 'rest.example.',
  apexTypes: ['NSEC3PARAM', 'ZONEMD'],
  hashed: '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom',
  types: 'HINFO MINFO AFSDB RT KX CERT RRSIG NSEC NSEC3 L32 LP EUI48 EUI64 AVC RESINFO WALLET DLV'.split(' '),
  names: ['010', '1:30', 'no', 'on', 'null', '~', '1e3', '0x1f', '1_000', '2026-11-22', '-1', '*', '*.*'],
};

const restYaml = (): string => {
  const record = (type: string) => ({
    type,
    ttl: 300,
    value: cases.find((each) => each.type === type)?.texts[0] ?? 'text',
  });
  return JSON.stringify({
    '': [{ type: 'NS', values: ['ns1.example.net.', 'ns2.example.net.'] }, ...rest.apexTypes.map(record)],
    ...Object.fromEntries(
      rest.types.map((type) => [type === 'NSEC3' ? rest.hashed : `t-${type.toLowerCase()}`, record(type)]),
    ),
    ...Object.fromEntries(rest.names.map((name) => [name, { type: 'TXT', value: `this is ${name}` }])),
    many: { type: 'A', values: Array.from({ length: 1200 }, (_, i) => `198.18.${i >> 8}.${i & 255}`) },
  });
};

const zoneCount = zones.length + 1;

const configOf = (target: TargetConfig): string =>
  JSON.stringify({
    state: 'state.sqlite',
    targets: { [targetName]: { verify_wait: '5s', ...target } },
    zones: Object.fromEntries(
      [...zones.map(({ group }) => group), { zone: rest.zone, settings: {} }].map(({ zone, settings }) => [
        zone,
        { targets: [targetName], create: { ns: ['ns1.example.net.'] }, ...settings },
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
  const dump = await hostmaster(['dump', '--target', targetName, '--as', as, '--out', 'zones'], { cwd: folder });
  expect(dump).toMatchObject({ code: 0, stderr: '' });
  const plan = await hostmaster(['plan', '--full', '--exit-code', '--format', 'json'], { cwd: folder });
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

/** The octoDNS that `npm run bench` installs. */
const python = join(import.meta.dirname, '../bench/out/venv/bin/python');

/** Prints, for each zone, the number of its records, or why octoDNS does not take it. */
const readByOctodns = `
import json, logging, sys, warnings
warnings.simplefilter('ignore')
logging.disable(logging.CRITICAL)
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone
provider = YamlProvider('dump', sys.argv[1], escaped_semicolons=False)
found = {}
for name in sys.argv[2:]:
    zone = Zone(name, [])
    try:
        provider.populate(zone)
        found[name] = len(zone.records)
    except Exception as error:
        found[name] = str(error)
print(json.dumps(found))
`;

/** octoDNS has fewer types, takes SRV only at names like _sip._tcp, and counts the final dot in a name's length. */
const limitsOfOctodns =
  /^Unknown record type|invalid name for SRV record|invalid fqdn, .* is too long|^Invalid record "[^"]{250}/;

describe.each(subjects)('a dump of %s', (_, startSubject) => {
  let subject: Subject;
  let types: readonly string[] = [];
  beforeAll(async () => {
    subject = await startSubject();
    const folder = tempFolder('everything');
    for (const { group, step } of zones) writeRepository(folder, subject.config, group, step);
    writeFileSync(join(folder, 'zones/rest.example.yaml'), restYaml());
    writeFileSync(join(folder, 'hostmaster.yaml'), configOf(subject.config));
    const applied = await hostmaster(['apply', '--yes', '--format', 'json'], { cwd: folder });
    const { results } = JSON.parse(applied.stdout);
    expect(results).toHaveLength(zoneCount);
    const provider = await subject.factory?.open({
      config: subject.config,
      secrets: { api_key: 'a-secret-of-the-tests' },
      folder,
    });
    types = provider?.supports.types ?? [];
    await provider?.close?.();
  });
  afterAll(() => subject?.stop());

  it.each(['yaml', 'zone'] as const)('as %s plans to nothing in a new repository', async (as) => {
    const { code, plan } = await dumped(subject, as);
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan.changesets.filter(({ changes, withheld }) => changes.length + withheld.length > 0)).toEqual([]);
    expect(plan.changesets).toHaveLength(zoneCount);
    expect(code).toBe(0);
  });

  it('as master files has every type that it takes, and named-checkzone accepts each', async () => {
    const { folder } = await dumped(subject, 'zone');
    const files = readdirSync(join(folder, 'zones'));
    expect(files).toHaveLength(zoneCount);
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

  it.skipIf(!existsSync(python))(
    'as yaml is read by octoDNS, where it has the types (wants its copy of npm run bench)',
    async () => {
      const { folder } = await dumped(subject, 'yaml');
      const names = groups.map(({ zone }) => zone).filter((zone) => !zone.includes('/'));
      const read = spawnSync(python, ['-c', readByOctodns, join(folder, 'zones'), ...names], { encoding: 'utf8' });
      const found: Readonly<Record<string, number | string>> = JSON.parse(read.stdout);
      expect(names.filter((name) => typeof found[name] === 'string' && !limitsOfOctodns.test(found[name]))).toEqual([]);
      expect(names.filter((name) => typeof found[name] === 'number').length).toBeGreaterThan(60);
    },
  );

  it('before its deletion reads back to the same, of every zone', async () => {
    const folder = tempFolder('deleted');
    const config = join(folder, 'hostmaster.yaml');
    const targets = { [targetName]: { verify_wait: '5s', ...subject.config } };
    writeFileSync(config, JSON.stringify({ state: 'state.sqlite', targets, zones: {} }));
    const names = [...groups.map(({ zone }) => zone), rest.zone];
    const said: string[] = [];
    for (const name of names) {
      const confirmed = ['--confirm', name, '--out', join(folder, 'dumps'), '--config', config];
      const { code, stderr } = await runHere(['zone', 'delete', name, '--target', targetName, ...confirmed]);
      if (code !== 0) said.push(stderr);
    }
    expect(said).toEqual([]);
    expect(readdirSync(join(folder, 'dumps'))).toHaveLength(zoneCount);
  });
});
