import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  dig,
  type Proxy as FaultyProxy,
  type PowerDns,
  startPowerDns,
  startProber,
  startProxy,
  uncached,
} from '../servers/index.ts';
import { makeRepository, type Repository, type RepositoryOptions, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset, serialOf } from './zone.ts';

// Outages that began with a read that was not what it seemed, or with a write that was not what it said.

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

const repositoryOf = (zone: string, file: string, more: Partial<RepositoryOptions> = {}, settings = {}): Repository =>
  makeRepository({
    targets: { pdns: targetOf({ ...pdns, url: proxy.url }, { timeout: '2s' }) },
    zones: { [zone]: settings },
    files: { [zone.slice(0, -1)]: file },
    ...more,
  });

const run = async (repository: Repository, ...args: readonly string[]) => {
  const ended = await repository.run(...args);
  expectPlain(pdns, ended);
  return ended;
};

describe('ExternalDNS #2858 and #414: an API that timed out gave an empty list, and all records went', () => {
  const zone = 'lists.test.';
  const names = ['a', 'b', 'c'];
  const file = `${apexYaml}${names.map((name) => `${name}: {type: A, ttl: 300, value: 192.0.2.1}\n`).join('')}`;
  const whole = names.map((name) => `${name} A 300 192.0.2.1`);
  let repository: Repository;
  let serial: number;

  beforeAll(async () => {
    await makeZone(
      pdns,
      zone,
      names.map((name) => rrset(`${name}.${zone}`, 'A', '192.0.2.1')),
    );
    serial = await serialOf(pdns, zone);
  });
  beforeEach(() => {
    repository = repositoryOf(zone, file, {}, { create: true });
  });
  const untouched = async (): Promise<void> => {
    expect(proxy.count('PATCH')).toBe(0);
    expect(await contentOf(pdns, zone)).toEqual(whole);
    expect(await serialOf(pdns, zone)).toBe(serial);
  };
  /** Answers reads of the zone itself; `only`: but the first of them are let through. */
  const answering = (status: number, body: string, only = Number.POSITIVE_INFINITY): void => {
    let left = only;
    proxy.handle(({ method, path }) => {
      if (method !== 'GET' || !path.includes(`/zones/${zone}`) || left === 0) return undefined;
      left -= 1;
      return { kind: 'answer', status, body };
    });
  };

  const zoneText = async (): Promise<string> => JSON.stringify((await pdns.api('GET', `/zones/${zone}`)).body);
  const notZones: Readonly<Record<string, (text: string) => string>> = {
    'an empty body': () => '',
    'an empty list': () => '[]',
    'an empty object': () => '{}',
    null: () => 'null',
    'a zone that has lost all its RRsets': (text) => JSON.stringify({ ...JSON.parse(text), rrsets: [] }),
    'a zone without RRsets in it': (text) => text.replace('"rrsets"', '"other"'),
    'the first half of its JSON': (text) => text.slice(0, text.length >> 1),
    'its JSON up to the end of an RRset': (text) => text.slice(0, text.lastIndexOf('},{') + 1),
  };
  for (const [what, cut] of Object.entries(notZones)) {
    it(`${what} in place of a zone ends the read: nothing is planned of it, exit 1`, async () => {
      answering(200, cut(await zoneText()));
      const { code, stdout } = await run(repository, 'apply', '--yes');
      expect(code).toBe(1);
      expect(stdout).toContain(`${zone} was not read, and nothing of that is planned`);
      expect(stdout).toContain('Plan: no changes; 1 error.');
      await untouched();
    });
  }

  it('a zone that seems to have lost all but its SOA is written to by nobody: the re-read sees the rest, exit 3', async () => {
    const body: { readonly rrsets: readonly { readonly type: string }[] } = JSON.parse(await zoneText());
    answering(200, JSON.stringify({ ...body, rrsets: body.rrsets.filter(({ type }) => type === 'SOA') }), 1);
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(stdout).toContain(`${zone} at pdns has changed since the plan: `);
    expect(code).toBe(3);
    await untouched();
  });

  it('a zone that seems to be missing is not made over the one that is there, exit 3', async () => {
    answering(404, 'Not Found', 1);
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(stdout).toContain('Plan: 1 new zone and 4 creates.');
    expect(stdout).toContain(`somebody else made the zone ${zone}`);
    expect(code).toBe(3);
    await untouched();
  });

  it('a list of zones without any is no news about a zone: it is read', async () => {
    repository.write('zones/lists.test.yaml', `${file}d: {type: A, ttl: 300, value: 192.0.2.1}\n`);
    expect(await run(repository, 'apply', '--yes')).toMatchObject({ code: 0 });
    proxy.handle(({ path }) => (path.includes('/zones?') ? { kind: 'answer', status: 200, body: '[]' } : undefined));
    const { code, stdout } = await run(repository, 'plan', '--exit-code');
    expect(stdout).toBe('Plan: no changes.\n');
    expect(code).toBe(0);
    expect(proxy.count('GET', /\/zones\?/)).toBe(1);
  });
});

describe('DNSControl on PowerDNS: deletes went first, the replaces were refused, and a live name answered NXDOMAIN', () => {
  const zone = 'swap.test.';
  /** By SQL, as the serial does not move for it. */
  const inTheWay = `insert into records (domain_id, name, type, content, ttl, auth)
    select id, 'www.swap.test', 'TXT', '"in the way"', 300, 1 from domains where name = 'swap.test'`;

  it('a type swap is one write: refused, the old answer stays and never had a gap, and the rest goes through', async () => {
    await makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1'), rrset(`other.${zone}`, 'A', '192.0.2.2')]);
    const file = `${apexYaml}www: {type: CNAME, ttl: 300, value: target.example.net.}\nother: {type: A, ttl: 300, value: 192.0.2.3}\n`;
    const repository = repositoryOf(zone, file);
    // Somebody puts a TXT at the name just before our write: PowerDNS then refuses the CNAME, as it should.
    let written = 0;
    proxy.handle(async ({ method }) => {
      if (method === 'PATCH' && ++written === 1) await pdns.sql(inTheWay);
      return undefined;
    });
    const prober = await startProber(pdns.dns, [{ name: `www.${zone}` }]);
    const { code, stdout } = await run(repository, 'apply', '--yes');
    const report = await prober.stop();
    expect(code).toBe(1);
    expect(stdout).toContain(
      `pdns refused www.${zone} CNAME (RRset www.${zone} IN CNAME: Conflicts with pre-existing RRset)`,
    );
    expect(stdout).toContain('what exists there stays');
    expect(stdout).toContain('1 of 3 changes applied');
    expect(report.asked).toBeGreaterThan(0);
    expect(report.wrong).toEqual([]);
    expect(await contentOf(pdns, zone)).toEqual([
      'other A 300 192.0.2.3',
      'www A 300 192.0.2.1',
      'www TXT 300 "in the way"',
    ]);
  });
});

describe('DNSControl on BIND: a DS at the apex was ignored with NOERROR, said to be done, and planned again for ever', () => {
  const zone = 'apexds.test.';
  const ds = `1 13 2 ${'ab'.repeat(32)}`;
  const file = `'':
  - {type: NS, ttl: 300, values: [ns1.example.net., ns2.example.net.]}
  - {type: DS, ttl: 300, value: "${ds}"}
www: {type: A, ttl: 300, value: 192.0.2.2}
`;
  beforeAll(() => makeZone(pdns, zone, [rrset(`www.${zone}`, 'A', '192.0.2.1')]));

  it('is an error at its line before anything is sent, and the rest goes on', async () => {
    const repository = repositoryOf(zone, file);
    const { code, stdout } = await run(repository, 'apply', '--yes');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^zones\/apexds\.test\.yaml:3:\d+: error \[ds-at-apex\]/m);
    expect(stdout).toContain('Applied: 1 change in 1 zone.');
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.2']);
  });

  it('whoever exempts it hears from PowerDNS, each time, that it was refused: exit 1, never a success', async () => {
    const exempt = [{ rule: 'ds-at-apex', name: '', reason: 'to see what happens' }];
    const repository = repositoryOf(zone, file, {}, { exempt, guards: { delegation: false } });
    for (let time = 0; time < 2; time += 1) {
      const { code, stdout } = await run(repository, 'apply', '--yes');
      expect(code).toBe(1);
      expect(stdout).toContain(
        `pdns refused ${zone} DS (Record ${zone} IN DS is not allowed at apex); what exists there stays`,
      );
      expect(stdout).toContain('Applied: 0 changes in 0 zones; not applied: 1 change in 1 zone.');
    }
    expect((await dig(pdns.dns, zone, 'DS')).answers).toEqual([]);
    expect(await contentOf(pdns, zone)).toEqual(['www A 300 192.0.2.2']);
  });
});
