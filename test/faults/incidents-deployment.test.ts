import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Change, Plan } from '../../src/model/plan.ts';
import {
  dig,
  type Proxy as FaultyProxy,
  type PowerDns,
  startPowerDns,
  startProber,
  startProxy,
  uncached,
} from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { type ApiRRset, apexYaml, contentOf, expectPlain, makeZone, rrset, serialOf } from './zone.ts';

// Outages that a deployment made, each replayed on real PowerDNS; product.md and evidence name the guard that holds now.

let pdns: PowerDns;
let proxy: FaultyProxy;

beforeAll(async () => {
  pdns = await startPowerDns({ backend: 'sqlite', settings: uncached });
  proxy = await startProxy(pdns.url);
});
beforeEach(() => {
  proxy.handle(null);
  proxy.clear();
});
afterAll(async () => {
  await proxy.stop();
  await pdns.stop();
});

/** A zone with its repository, which goes to PowerDNS by way of the proxy unless told otherwise. */
const repositoryOf = (zone: string, file: string, url = proxy.url): Repository =>
  makeRepository({
    targets: { pdns: targetOf({ ...pdns, url }) },
    zones: { [zone]: { create: { ns: ['ns1.example.net.', 'ns2.example.net.'] } } },
    files: { [zone.slice(0, -1)]: file },
    guards: { max_delete_percent: 100, max_replace_percent: 100 },
  });

const run = async (repository: Repository, ...args: readonly string[]) => {
  const ended = await repository.run(...args);
  expectPlain(pdns, ended);
  return ended;
};

const held = (): { readonly until: Promise<void>; release(): void } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { until: promise, release: resolve };
};

describe('AWS DynamoDB, October 2025: a delayed enactor wrote an older plan over a newer one', () => {
  const zone = 'dynamo.test.';
  const old = `${apexYaml}api: {type: A, ttl: 300, values: [192.0.2.1]}\nspare: {type: A, ttl: 300, values: [192.0.2.9]}\n`;
  const older = `${apexYaml}api: {type: A, ttl: 300, values: [192.0.2.2]}\n`;
  const newer = `${apexYaml}api: {type: A, ttl: 300, values: [192.0.2.3]}\nspare: {type: A, ttl: 300, values: [192.0.2.3]}\n`;
  const newest = ['api A 300 192.0.2.3', 'spare A 300 192.0.2.3'];
  let repository: Repository;
  let plan: string;

  beforeAll(async () => {
    repository = repositoryOf(zone, old);
    plan = join(repository.folder, 'older.json');
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
    repository.write('zones/dynamo.test.yaml', older);
    expect(await run(repository, 'plan', '--out', plan)).toMatchObject({ code: 0 });
    repository.write('zones/dynamo.test.yaml', newer);
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
  });

  it('the older plan is refused, exit 3: neither its replace nor its clean-up touches what is in use', async () => {
    const serial = await serialOf(pdns, zone);
    const { code, stderr } = await run(repository, 'apply', '--yes', '--plan', plan);
    expect(code).toBe(3);
    expect(stderr).toContain(
      'hostmaster: the plan is stale, and nothing was written: these RRsets have changed since the plan: dynamo.test. at pdns: api.dynamo.test. A, spare.dynamo.test. A; plan again\n',
    );
    expect(await contentOfBare(zone)).toEqual(newest);
    expect(await serialOf(pdns, zone)).toBe(serial);
  });

  const empty = async (types: readonly string[]): Promise<void> => {
    const { body } = await pdns.api('GET', `/zones/${zone}`);
    const { rrsets } = body as { readonly rrsets: readonly ApiRRset[] };
    const gone = rrsets.filter(({ type }) => types.includes(type));
    const deletes = gone.map(({ name, type }) => ({ name, type, changetype: 'DELETE' }));
    expect(await pdns.api('PATCH', `/zones/${zone}`, { rrsets: deletes })).toMatchObject({ status: 204 });
  };

  it('a zone that lost its records is repaired by the next apply', async () => {
    await empty(['A']);
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await contentOfBare(zone)).toEqual(newest);
  });

  it('one that lost its apex NS too is repaired without being asked by name: there is no delegation to move', async () => {
    await empty(['A', 'NS']);
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await contentOfBare(zone)).toEqual(newest);
    expect((await dig(pdns.dns, zone, 'NS')).answers).toHaveLength(2);
  });

  it('one that lost its SOA too is no answer to plan from: nothing is written, and it is repaired once the SOA is back', async () => {
    const { body } = await pdns.api('GET', `/zones/${zone}`);
    const soa = (body as { readonly rrsets: readonly ApiRRset[] }).rrsets.find(({ type }) => type === 'SOA');
    await empty(['A', 'NS', 'SOA']);
    const { code, stderr, stdout } = await run(repository, 'apply', '--yes');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/dynamo\.test\..*SOA/);
    expect(await contentOfBare(zone)).toEqual([]);
    const back = { ...soa, changetype: 'REPLACE' };
    expect(await pdns.api('PATCH', `/zones/${zone}`, { rrsets: [back] })).toMatchObject({ status: 204 });
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await contentOfBare(zone)).toEqual(newest);
  });

  it('a zone that is gone is made and filled by the next apply', async () => {
    expect(await pdns.api('DELETE', `/zones/${zone}`)).toMatchObject({ status: 204 });
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await contentOfBare(zone)).toEqual(newest);
  });
});

/** What a zone holds but SOA and apex NS, where the test made it without ExternalDNS's records. */
const contentOfBare = async (zone: string): Promise<readonly string[]> => {
  const { body } = await pdns.api('GET', `/zones/${zone}`);
  const { rrsets } = body as { readonly rrsets: readonly ApiRRset[] };
  return rrsets
    .filter(({ name }) => name !== zone)
    .map(({ name, type, ttl, records }) => {
      const contents = records.map(({ content }) => content).sort();
      return `${name.slice(0, -zone.length - 1)} ${type} ${ttl} ${contents.join(' ')}`;
    })
    .sort();
};

describe('Clayton, 2022: concurrent deployments overwrote each other', () => {
  const zone = 'clayton.test.';
  const fileOf = (address: string) => `${apexYaml}www: {type: A, ttl: 300, values: [${address}]}\n`;
  const newer = ['www A 300 192.0.2.3'];

  beforeAll(() => makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]));

  it('the older of two deployments, held up until the newer one has ended, is refused with exit 3', async () => {
    const hold = held();
    const planned = held();
    let reads = 0;
    proxy.handle(async ({ method, path }) => {
      if (method !== 'GET' || !path.includes(`/zones/${zone}`)) return undefined;
      reads += 1;
      if (reads !== 2) return undefined;
      planned.release();
      await hold.until;
      return undefined;
    });
    const older = run(repositoryOf(zone, fileOf('192.0.2.2')), 'apply', '--yes');
    await planned.until;
    expect(await run(repositoryOf(zone, fileOf('192.0.2.3'), pdns.url), 'apply', '--yes')).toMatchObject({ code: 0 });
    hold.release();
    const { code, stdout } = await older;
    expect(stdout).toContain(`${zone} at pdns has changed since the plan: www.${zone} A; nothing was written to it`);
    expect(code).toBe(3);
    expect(proxy.count('PATCH')).toBe(0);
    expect(await contentOf(pdns, zone)).toEqual(newer);
  });

  it('two at once from one clean state never leave a mixture, and the one that lost says so', async () => {
    const [east, west] = [fileOf('192.0.2.4'), fileOf('192.0.2.5')].map((file) => repositoryOf(zone, file, pdns.url));
    if (east === undefined || west === undefined) throw new Error('two repositories');
    const ended = await Promise.all([run(east, 'apply', '--yes'), run(west, 'apply', '--yes')]);
    const now = await contentOf(pdns, zone);
    expect([['www A 300 192.0.2.4'], ['www A 300 192.0.2.5']]).toContainEqual(now);
    for (const { code, stdout } of ended) {
      if (code !== 0) expect(stdout).toMatch(/somebody else wrote|has changed since the plan|answered 500|differs/);
    }
  });
});

describe('HCB, August 2026: an indentation slip changed names that the pull request never meant to touch', () => {
  const zone = 'hcb.test.';
  const before = `${apexYaml}api:
  type: A
  ttl: 300
  value: 192.0.2.1
docs:
  - type: CNAME
    ttl: 300
    value: pages.example.net.
mail:
  type: MX
  ttl: 300
  value: {preference: 10, exchange: mx.example.net.}
`;
  const slipped = before.replace('docs:\n  - type: CNAME', 'new:\n  - type: CNAME');
  let repository: Repository;

  beforeAll(async () => {
    repository = repositoryOf(zone, before);
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
    repository.write('zones/hcb.test.yaml', slipped);
  });

  it('each change names its origin, file:line, in text and JSON; what only goes stands out', async () => {
    const { stdout } = await run(repository, 'plan');
    expect(stdout).toMatch(/^ {2}- docs +CNAME .*DELETE/m);
    expect(stdout).toMatch(/^ {2}\+ new +CNAME .*zones\/hcb\.test\.yaml:9$/m);
    expect(stdout).toContain('Plan: 1 create and 1 delete.');
    const json = await run(repository, 'plan', '--format', 'json');
    const { changesets } = JSON.parse(json.stdout) as Plan;
    const after = changesets.flatMap(({ changes }) => changes.flatMap((change) => change.after?.values ?? []));
    expect(after.map(({ origins }) => origins)).toMatchObject([
      [{ kind: 'zone_file', file: 'zones/hcb.test.yaml', line: 9 }],
    ]);
  });

  it('a slip that hangs one record below another is an error at its line, and nothing of the zone goes', async () => {
    repository.write('zones/hcb.test.yaml', before.replace('docs:\n', '  docs:\n'));
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^zones\/hcb\.test\.yaml:6:3: error \[unknown-key\] "docs" .* indented too far$/m);
    expect(stdout).toMatch(/delete docs\.hcb\.test\. CNAME/);
    expect(await contentOfBare(zone)).toEqual([
      'api A 300 192.0.2.1',
      'docs CNAME 300 pages.example.net.',
      'mail MX 300 10 mx.example.net.',
    ]);
  });
});

describe('octodns#615: delete, then add, with gaps in service', () => {
  const zone = 'gaps.test.';
  const names = Array.from({ length: 148 }, (_, i) => `n${i}`);

  it('148 replaced records, every second of them another type, are one write, and a prober sees no gap', async () => {
    await makeZone(pdns, zone, [
      rrset(`target.${zone}`, 'A', '192.0.2.200'),
      ...names.map((name) => rrset(`${name}.${zone}`, 'A', '192.0.2.1')),
    ]);
    const file = names.map((name, i) =>
      i % 2 === 0
        ? `${name}: {type: A, ttl: 60, value: 192.0.2.2}\n`
        : `${name}: {type: CNAME, ttl: 60, value: target.${zone}}\n`,
    );
    const repository = repositoryOf(
      zone,
      `${apexYaml}target: {type: A, ttl: 300, value: 192.0.2.200}\n${file.join('')}`,
    );
    const prober = await startProber(
      pdns.dns,
      names.map((name) => ({ name: `${name}.${zone}` })),
    );
    const { code, stdout } = await run(repository, 'apply', '--yes');
    const report = await prober.stop();
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(proxy.count('PATCH')).toBe(1);
    expect(report.asked).toBeGreaterThan(names.length);
    expect(report.wrong).toEqual([]);
  });
});

describe('octodns#1222: the plan said Deletes=0 while a record vanished', () => {
  const zone = 'counts.test.';

  it('what the plan counts, what apply reports, and what changed at the name server are the same', async () => {
    await makeZone(pdns, zone, [
      rrset(`keep.${zone}`, 'A', '192.0.2.1'),
      rrset(`ttl.${zone}`, 'TXT', '"same"'),
      rrset(`gone.${zone}`, 'A', '192.0.2.2'),
      rrset(`Case.${zone}`, 'MX', '10 Mail.Example.NET.'),
      rrset(`swap.${zone}`, 'A', '192.0.2.3'),
      rrset(`swap.${zone}`, 'TXT', '"goes with it"'),
    ]);
    const repository = repositoryOf(
      zone,
      `${apexYaml}keep: {type: A, ttl: 300, value: 192.0.2.1}
ttl: {type: TXT, ttl: 60, value: same}
case: {type: MX, ttl: 300, value: {preference: 10, exchange: mail.example.net.}}
swap: {type: CNAME, ttl: 300, value: keep.${zone}}
new: {type: AAAA, ttl: 300, value: 2001:db8::1}
`,
    );
    const before = await contentOf(pdns, zone);
    const planFile = join(repository.folder, 'plan.json');
    await run(repository, 'plan', '--out', planFile);
    const plan = JSON.parse(readFileSync(planFile, 'utf8')) as Plan;
    const { stdout, code } = await run(repository, 'apply', '--yes', '--plan', planFile, '--format', 'json');
    const after = await contentOf(pdns, zone);
    expect(code).toBe(0);
    expect(plan.summary).toEqual({ create: 2, replace: 1, delete: 3, withheld: 0 });
    const { results, verify } = JSON.parse(stdout);
    const changes: readonly Change[] = plan.changesets.flatMap((changeset) => changeset.changes);
    expect(results).toMatchObject([
      {
        status: 'applied',
        changes: changes.map(({ action, name, type }) => ({ action, name, type, status: 'applied' })),
      },
    ]);
    expect(verify).toMatchObject({ checked: changes.length, differences: [] });
    expect(changedKeys(before, after)).toEqual(changes.map(({ name, type }) => `${name} ${type}`).sort());
  });

  /** NAME TYPE of every line that is in one of the two only. */
  const changedKeys = (before: readonly string[], after: readonly string[]): readonly string[] => {
    const differing = [...before, ...after].filter((line) => !(before.includes(line) && after.includes(line)));
    const keys = differing.map((line) => line.split(' ').slice(0, 2));
    return [...new Set(keys.map(([name, type]) => `${name}.${zone} ${type}`))].sort();
  };
});
