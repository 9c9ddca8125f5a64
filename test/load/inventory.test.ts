import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inventorySources } from '../../src/inventory/index.ts';
import { parseCidr } from '../../src/load/config/parse-scalars.ts';
import { load, resolveSecrets } from '../../src/load/index.ts';
import { loadFiles, loadFolder, problemsOf, providers, repository, targets } from './load-repository.ts';

const zones = 'zones: {lab.internal: {targets: [pdns], static: none}}\n';
const withInventory = (inventory: string): string => `${targets}${zones}inventory: {${inventory}}\n`;
const inventoriesOf = async (inventory: string) => {
  const found = await loadFiles(withInventory(inventory));
  return { inventories: found.roles.inventories, unusable: found.roles.unusable, problems: problemsOf(found) };
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('inventory:', () => {
  it('has its times in milliseconds, and its defaults', async () => {
    const { inventories } = await inventoriesOf(`
  lab: {type: http, url: "https://lab/servers?x=1", token: {env: LAB_TOKEN}},
  net_box-2: {type: netbox, url: "http://netbox", interval: 5m, timeout: 1500ms, page_size: 50, max_servers: 10, filter: {tag: [a, b], active: true, site: 7}},
  here: {type: file, path: inventory/servers.yaml, interval: 1s}`);
    expect(inventories).toEqual([
      {
        name: 'lab',
        type: 'http',
        config: { url: 'https://lab/servers?x=1', timeout: 10_000, max_servers: 100_000, max_bytes: 67_108_864 },
        secrets: { token: { env: 'LAB_TOKEN' } },
        interval: 30_000,
        at: { file: 'hostmaster.yaml', line: 4, column: 3 },
      },
      {
        name: 'net_box-2',
        type: 'netbox',
        config: {
          url: 'http://netbox',
          timeout: 1500,
          page_size: 50,
          max_servers: 10,
          filter: { tag: ['a', 'b'], active: 'true', site: '7' },
        },
        secrets: {},
        interval: 300_000,
        at: { file: 'hostmaster.yaml', line: 5, column: 3 },
      },
      {
        name: 'here',
        type: 'file',
        config: { path: 'inventory/servers.yaml' },
        secrets: {},
        interval: 1000,
        at: { file: 'hostmaster.yaml', line: 6, column: 3 },
      },
    ]);
  });

  it.each([
    'lab: {type: http, url: "https://lab/", token: s3cr3t}',
    'lab: {type: http, url: "https://me:s3cr3t@lab/"}',
    'lab: {type: http, url: [s3cr3t]}',
    'lab: {type: http, url: s3cr3t}',
    'lab: {type: http, url: "https://lab/", token: {value: s3cr3t}}',
  ])('never shows what may be a secret: %s', async (inventory) => {
    const found = await inventoriesOf(inventory);
    expect(found.problems.filter((line) => !line.includes('no-source'))).toHaveLength(1);
    expect(found.inventories).toEqual([]);
    expect(found.unusable).toMatchObject([{ name: null }]);
    expect(JSON.stringify(found)).not.toContain('s3cr3t');
  });

  it('comes from the file of --targets-from, and with it the folder of its secrets', async () => {
    const own = repository({ 'hostmaster.yaml': withInventory('lab: {type: http, url: "http://evil/"}') });
    const other = repository({
      'ops.yaml': `${targets}zones: {}\ninventory: {lab: {type: http, url: "http://good/", token: {file: token}}}\n`,
      token: 't0ken\n',
    });
    const targetsFrom = join(other, 'ops.yaml');
    const found = await load({
      config: join(own, 'hostmaster.yaml'),
      targetsFrom,
      providers,
      inventories: inventorySources,
    });
    const [lab] = found.roles.inventories;
    expect([lab?.config.url, lab?.at.file, found.roles.inventories.length]).toEqual(['http://good/', targetsFrom, 1]);
    expect(lab && (await resolveSecrets(lab, found.targetsFolder))).toEqual({ secrets: { token: 't0ken' } });
  });

  it('names itself where its secret is not to be had', async () => {
    vi.stubEnv('LAB_TOKEN', '');
    const { inventories } = await inventoriesOf('lab: {type: http, url: "http://h/", token: {env: LAB_TOKEN}}');
    const [lab] = inventories;
    await expect(lab && resolveSecrets(lab, '/')).rejects.toMatchObject({
      code: 'CONFIG',
      message: 'hostmaster.yaml:3: inventory lab: token: the environment variable LAB_TOKEN is empty; set it',
    });
  });

  it('is not taken for empty where it is left out', async () => {
    const folder = repository({ 'hostmaster.yaml': `${targets}${zones}registration: {zone: lab.internal}\n` });
    const found = await loadFolder(folder);
    expect(found.problems.map(({ rule }) => rule)).toEqual(['no-source', 'no-inventory']);
    expect(found).toMatchObject({ zones: [], roles: { unusable: [{ name: null }] } });
    writeFileSync(join(folder, 'hostmaster.yaml'), `${targets}${zones.replace(', static: none', '')}`);
    writeFileSync(join(folder, 'labels.yaml'), 'labels: {web: {dns: {}}}\n');
    expect((await loadFolder(folder)).problems.map(({ rule }) => rule)).toContain('no-inventory');
  });
});

describe('registration: and grants:', () => {
  const read = async (rest: string) => {
    const found = await loadFiles(`${withInventory('lab: {type: file, path: s.yaml}')}${rest}`);
    return { ...found.roles, problems: problemsOf(found) };
  };

  it('have their defaults', async () => {
    const found = await read(
      'registration: {zone: LAB.internal}\ngrants: [{inventory: lab, names: ["*.LAB.internal."]}]\n',
    );
    expect(found).toMatchObject({ problems: [], unusable: [] });
    expect(found.registration).toEqual({
      zone: 'lab.internal.',
      ttl: 300,
      reverse: true,
      at: { file: 'hostmaster.yaml', line: 4, column: 1 },
    });
    expect(found.grants).toEqual([
      {
        to: 'inventory',
        role: 'lab',
        names: ['*.LAB.internal'],
        types: ['A', 'AAAA'],
        cidrs: null,
        max_values: null,
        at: { file: 'hostmaster.yaml', line: 5, column: 10 },
      },
    ]);
  });

  it.each([
    'registration: {zone: lab.interal}',
    'registration: {zone: "a..b"}',
    'registration: {zone: lab.internal, tll: 5}',
    'registration: lab.internal',
    'grants: {label: a}',
    'grants: [a]',
    'grants: [{label: a, names: [a.lab.internal], types: [MY]}]',
    'grants: [{label: a, names: [a.lab.internal], cidrs: [192.0.2.1/24]}]',
    'inventory2: {}',
  ])('with a slip in them delete nothing: %s', async (rest) => {
    const found = await loadFiles(`${withInventory('lab: {type: file, path: s.yaml}')}${rest}\n`);
    const errors = found.problems.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(1);
    const holds =
      found.roles.unusable.some(({ name }) => name === null) || found.zones.every(({ complete }) => !complete);
    expect(holds).toBe(true);
  });

  it('know a network by its canonical text, whatever its host bits', () => {
    const network = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }));
    const network6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }));
    fc.assert(
      fc.property(fc.oneof(network, network6), ([address, bits]) => {
        const first = parseCidr(`${address}/${bits}`);
        const cidr = first === null ? '' : 'cidr' in first ? first.cidr : first.meant;
        expect(parseCidr(cidr)).toEqual({ cidr });
        expect(cidr.endsWith(`/${bits}`)).toBe(true);
      }),
    );
    expect(parseCidr('10.1.2.3/9')).toEqual({ meant: '10.0.0.0/9' });
    expect(parseCidr('10.128.0.0/9')).toEqual({ cidr: '10.128.0.0/9' });
    for (const text of ['10.0.0.0', '10.0.0.0/33', '010.0.0.0/8', 'fe80::%eth0/64', '::/129', 'a/8']) {
      expect(parseCidr(text)).toBeNull();
    }
  });
});

describe('labels.yaml of any content', () => {
  const hostile = fc.constantFrom(
    ...['', '"', "'", ']]', '--', '\n', '\0', '{{server.name}}', '{{', '}}', '*', '..', 'a'.repeat(300), 'аpple', '\\'],
    ...[
      'http://{{server.ip}}/',
      'www.lab.internal',
      '.lab.internal',
      '::1',
      '192.0.2.1',
      '__proto__',
      '%00',
      'A',
      'LUA',
    ],
  );
  const text = fc.array(hostile, { maxLength: 3 }).map((parts) => parts.join(''));
  const odd = fc.oneof(text, fc.integer(), fc.constant(null), fc.constant([]), fc.constant({}));
  /** Mostly what could be meant, with something odd in it. */
  const mostly = (...good: readonly (string | number)[]) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...good) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...good), hostile).map((parts) => parts.join('')) },
      { weight: 1, arbitrary: odd },
    );
  const name = mostly('www.lab.internal', '{{server.name}}.lab.internal');
  const url = mostly('https://{{server.ip}}/healthz', 'http://{{server.ip}}:81/{{server.name}}');
  const check = fc.oneof(
    fc.record({ port: mostly(25, 80) }),
    fc.record({ url, string_match: mostly('fine', 'it is'), when_all_down: mostly('open') }, { requiredKeys: ['url'] }),
    fc.record({ port: odd, url: odd, string_match: odd, when_all_down: odd }, { requiredKeys: [] }),
  );
  const parts = { name, type: fc.constantFrom('A', 'AAAA'), health_check: check };
  const claim = fc.oneof(
    { weight: 4, arbitrary: fc.record(parts, { requiredKeys: ['name', 'type'] }) },
    { weight: 1, arbitrary: fc.record(parts, { requiredKeys: [] }) },
  );
  const record = fc.record(
    { name, type: mostly('A', 'TXT'), value: mostly('x', '192.0.2.1') },
    { requiredKeys: ['name', 'type'] },
  );
  const dns = fc.record({ claims: fc.array(claim), records: fc.array(record) });

  it('is read without an error, and each rule of it is used or unusable', async () => {
    const folder = repository({ 'hostmaster.yaml': withInventory('lab: {type: file, path: s.yaml}') });
    let used = 0;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, dns, { maxKeys: 3 }), async (roles) => {
        const labels = Object.fromEntries(Object.entries(roles).map(([name, each]) => [name, { dns: each }]));
        writeFileSync(join(folder, 'labels.yaml'), JSON.stringify({ labels }));
        const found = (await loadFolder(folder)).roles;
        const rules = found.labels.flatMap((role) => [...role.claims, ...role.records]);
        const wanted = Object.values(roles).flatMap((each) => [...each.claims, ...each.records]);
        expect(rules.length + found.unusable.length).toBe(wanted.length);
        const checks = found.labels.flatMap((role) => role.claims.flatMap((each) => each.health_check ?? []));
        used += checks.length;
        for (const { port, url, string_match } of checks) {
          expect((port === null) !== (url === null)).toBe(true);
          expect(url ?? '').not.toMatch(/["'\\\s]|\p{C}/u);
          expect(string_match ?? '').not.toMatch(/["'\\]|\p{C}/u);
        }
      }),
      { numRuns: 150 },
    );
    expect(used).toBeGreaterThan(50);
  });
});
