import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inventorySources } from '../../src/inventory/index.ts';
import { load } from '../../src/load/index.ts';
import { sizeLimits } from '../../src/load/size-limits.ts';
import { noRoles } from '../../src/model/roles.ts';
import { grants, groups, labels } from './examples.ts';
import { loadFiles, loadFolder, problemsOf, providers, repository, targets, titled } from './load-repository.ts';

const zones = 'zones: {lab.internal: {targets: [pdns], static: none}, example.com: {targets: [pdns], static: none}}\n';
const config = `${targets}${zones}inventory: {lab: {type: file, path: servers.yaml}}
registration: {zone: lab.internal}
grants: [{inventory: lab, names: ["**.example.com", "**.lab.internal"]}]
`;

const place = (file: string, line: number, column: number) => ({ file, line, column });
const claimsOf = async (claim: string) => {
  const found = await loadFiles(config, { 'labels.yaml': `labels: {web: {dns: {claims: [${claim}]}}}\n` });
  return { problems: problemsOf(found), roles: found.roles, claim: found.roles.labels[0]?.claims[0] };
};

describe('labels.yaml and groups.yaml', () => {
  it('are read as the contract shows them, beside its grants', async () => {
    const found = await loadFiles(config.replace(/grants:.*\n/, grants), {
      'labels.yaml': labels,
      'groups.yaml': groups,
    });
    expect(problemsOf(found)).toEqual([]);
    const check = { interval: null, timeout: null, string_match: null, when_all_down: 'open' };
    expect(found.roles.labels).toEqual([
      {
        kind: 'label',
        name: 'mailserver',
        match: null,
        at: place('labels.yaml', 2, 3),
        records: [
          { type: 'A', name: '{{server.name}}.lab.internal', value: null, ttl: null, at: place('labels.yaml', 5, 11) },
          {
            type: 'TXT',
            name: '{{server.name}}.lab.internal',
            value: 'rack {{server.rack}}',
            ttl: null,
            at: place('labels.yaml', 6, 11),
          },
        ],
        claims: [
          {
            type: 'A',
            name: 'mail.example.com',
            ttl: null,
            allow_empty: false,
            health_check: { ...check, port: 25, url: null },
            at: place('labels.yaml', 8, 11),
          },
        ],
      },
    ]);
    expect(found.roles.groups).toEqual([
      {
        kind: 'group',
        name: 'production-web',
        match: { labels: ['web-frontend'], environment: ['prod'] },
        at: place('groups.yaml', 2, 3),
        records: [],
        claims: [
          {
            type: 'A',
            name: 'www.example.com',
            ttl: null,
            allow_empty: false,
            health_check: { ...check, port: null, url: 'https://{{server.ip}}/healthz' },
            at: place('groups.yaml', 6, 11),
          },
        ],
      },
    ]);
    expect(
      found.roles.grants.map(({ to, role, names, types, cidrs, max_values, at }) => [
        [to, role, names, types, cidrs, max_values],
        at.line,
      ]),
    ).toEqual([
      [['label', 'mailserver', ['mail.example.com'], ['A', 'AAAA'], ['192.0.2.0/24'], 20], 6],
      [['group', 'production-web', ['www.example.com', '*.web.example.com'], ['A', 'AAAA'], null, null], 7],
      [['label', 'mailserver', ['*.lab.internal'], ['A', 'TXT'], null, null], 8],
    ]);
    expect(found.roles.unusable).toEqual([]);
  });

  it('may be missing or empty', async () => {
    expect(await loadFiles(config)).toMatchObject({ problems: [], roles: { labels: [], groups: [], unusable: [] } });
    const empty = await loadFiles(config, { 'labels.yaml': '# nothing\n', 'groups.yaml': 'groups:\n' });
    expect(empty).toMatchObject({ problems: [], roles: { labels: [], groups: [], unusable: [] } });
  });

  it('are not read where only the settings are asked for', async () => {
    const folder = repository({ 'hostmaster.yaml': config, 'labels.yaml': '{', 'groups.yaml': groups });
    const found = await load({
      config: join(folder, 'hostmaster.yaml'),
      providers,
      inventories: inventorySources,
      only: 'config',
    });
    expect(found).toMatchObject({ problems: [], roles: { labels: [], groups: [], unusable: [] } });
    expect(found.roles.inventories).toHaveLength(1);
  });

  it.each(
    titled([
      ['[', 'yaml-syntax'],
      ['- a\n', 'config-syntax'],
      ['lables: {}\n', 'config-syntax'],
      ['labels: [a]\n', 'config-syntax'],
      ['labels: {a: {dns: {}}, a: {dns: {}}}\n', 'duplicate-key'],
      [Uint8Array.of(0xff), 'file-unusable'],
      [`# ${'x'.repeat(sizeLimits.rolesFileBytes)}\n`, 'file-unusable'],
      [`a: &a [x, x, x, x]\n${'b: [*a, *a, *a, *a, *a, *a, *a, *a]\n'.repeat(4000)}`, 'yaml-syntax'],
      ['labels: {a: text}\n', 'config-syntax'],
      ['labels: {a: {dns: {claim: [{name: www.lab.internal, type: A}]}}}\n', 'config-syntax'],
      ['labels: {a: {dns: {claims: {name: www.lab.internal, type: A}}}}\n', 'config-syntax'],
      ['labels: {a: {dns: {claims: [{nmae: www.lab.internal, type: A}]}}}\n', 'config-syntax'],
      ['labels: {a: {dns: {claims: [{name: www..lab.internal, type: A}]}}}\n', 'name-syntax'],
      ['labels: {a: {dns: {claims: [{name: "{{x", type: A}]}}}\n', 'template-syntax'],
    ]),
  )('hold back every delete where nobody knows which names are meant: %s', async (_, text, rule) => {
    const found = await loadFiles(config, { 'labels.yaml': text, 'groups.yaml': groups });
    expect(found.problems.map((problem) => [problem.file, problem.rule])).toContainEqual(['labels.yaml', rule]);
    expect(found.roles.unusable).toContainEqual(expect.objectContaining({ name: null }));
    expect(found.roles.groups).toHaveLength(1);
    expect(JSON.stringify(found).length).toBeLessThan(100_000);
  });

  it('are not followed out of the repository', async () => {
    const outside = repository({ 'labels.yaml': labels });
    const folder = repository({ 'hostmaster.yaml': config });
    symlinkSync(join(outside, 'labels.yaml'), join(folder, 'labels.yaml'));
    const found = await loadFolder(folder);
    expect(found.problems.map(({ file, rule }) => [file, rule])).toEqual([['labels.yaml', 'file-unusable']]);
    expect(found.roles).toMatchObject({ labels: [], unusable: [{ name: null }] });
    writeFileSync(join(folder, 'inside.yaml'), groups);
    symlinkSync('inside.yaml', join(folder, 'groups.yaml'));
    expect((await loadFolder(folder)).roles.groups).toHaveLength(1);
  });

  it('keep the good ones beside a bad one, which is named where it can be', async () => {
    const found = await loadFiles(config, {
      'labels.yaml': `labels:
  web:
    dns:
      records:
        - { type: LUA, name: "{{server.name}}.lab.internal", value: x }
        - { type: A, name: "{{server.name}}.lab.internal" }
      claims:
        - { name: bad.lab.internal, type: A, health_check: { port: 0 } }
        - { name: good.lab.internal., type: AAAA }
`,
    });
    expect(found.problems).toHaveLength(2);
    expect(found.roles.unusable.map(({ name, at }) => [name, at.line])).toEqual([
      ['{{server.name}}.lab.internal', 5],
      ['bad.lab.internal', 8],
    ]);
    const [web] = found.roles.labels;
    expect([web?.records.map(({ type }) => type), web?.claims.map(({ name }) => name)]).toEqual([
      ['A'],
      ['good.lab.internal.'],
    ]);
  });

  it('make nothing of a group whose match cannot be read, and keep its names', async () => {
    const found = await loadFiles(config, {
      'groups.yaml': groups.replace('environment: prod', 'environment: {a: b}'),
    });
    expect(problemsOf(found)).toEqual([
      'groups.yaml:3:51 error config-syntax: groups.production-web.match: "environment" takes a text, a number, true or false, or a list of them',
    ]);
    expect(found.roles.groups).toEqual([]);
    expect(found.roles.unusable.map(({ name }) => name)).toEqual(['www.example.com']);
  });

  it.each([
    ['state: actve', '"state" is active or maintenance, or a list of them; a decommissioned server is in no group'],
    ['state: [active, decommissioned]', '"state" is active or maintenance'],
    ['ip: 192.0.2.1', '"ip" cannot be asked for; match labels, name, state or attributes'],
    ['ips: [192.0.2.1]', '"ips" cannot be asked for'],
  ])('say of a match of %s that no server is like that', async (match, message) => {
    const found = await loadFiles(config, { 'groups.yaml': groups.replace('environment: prod', match) });
    expect(problemsOf(found)).toEqual([
      expect.stringContaining(`config-syntax: groups.production-web.match: ${message}`),
    ]);
    expect(found.roles.groups).toEqual([]);
  });

  it('take a state for a match', async () => {
    const found = await loadFiles(config, { 'groups.yaml': groups.replace('environment: prod', 'state: maintenance') });
    expect(problemsOf(found)).toEqual([]);
    expect(found.roles.groups[0]?.match).toEqual({ labels: ['web-frontend'], state: ['maintenance'] });
  });

  it('take scalars and lists for a match, and anchors', async () => {
    const text = `groups:
  a: {match: {labels: web, rack: [7, 8], spare: false}, dns: &dns {claims: [{name: www.lab.internal, type: A}]}}
  b: {match: {environment: "7"}, dns: *dns}
`;
    const found = await loadFiles(config, { 'groups.yaml': text });
    expect(problemsOf(found)).toEqual([]);
    expect(found.roles.groups.map(({ match, claims }) => [match, claims[0]?.at.line])).toEqual([
      [{ labels: ['web'], rack: [7, 8], spare: [false] }, 2],
      [{ environment: ['7'] }, 2],
    ]);
  });
});

describe('a health check', () => {
  it('has its times in milliseconds and its addresses in canonical text', async () => {
    const { problems, claim } = await claimsOf(
      '{name: www.lab.internal, type: AAAA, ttl: 5, allow_empty: true, health_check: {url: "http://{{server.ip}}:{{server.port}}/x", interval: 5s, timeout: 500ms, string_match: "all ok", when_all_down: {backup: ["2001:DB8::0:1"]}}}',
    );
    expect(problems).toEqual([]);
    expect(claim).toMatchObject({
      ttl: 5,
      allow_empty: true,
      health_check: {
        port: null,
        url: 'http://{{server.ip}}:{{server.port}}/x',
        interval: 5000,
        timeout: 500,
        string_match: 'all ok',
        when_all_down: { backup: ['2001:db8::1'] },
      },
    });
  });

  it.each([
    'url: "http://{{server.ip}}/\\""',
    'url: "http://{{server.ip}}/\'"',
    'url: "http://{{server.ip}}/\\\\"',
    'url: "http://{{server.ip}}/\\n"',
    'url: "http://{{server.ip}}/ x"',
    'url: "javascript:alert(1)"',
    'url: "http:{{server.ip}}"',
    'url: "{{server.ip}}"',
    'url: "http://{{server.constructor}}:x/"',
    'url: "http://{{server.ip}}/", string_match: "a\\0b"',
    'url: "http://{{server.ip}}/", string_match: "a\\u202eb"',
    'port: 25, when_all_down: closed',
    'port: 25, when_all_down: {backup: []}',
    'port: 25, when_all_down: {backup: ["2001:db8::1"]}',
    'port: 65536',
  ])('is refused: %s', async (check) => {
    const { problems, roles } = await claimsOf(`{name: www.lab.internal, type: A, health_check: {${check}}}`);
    expect(problems.join('\n')).toMatch(
      /labels\.yaml:1:\d+ error (?:health-check|config-syntax|rdata-syntax|yaml-syntax): /,
    );
    expect(roles.labels.flatMap(({ claims }) => claims)).toEqual([]);
    expect(roles.unusable).toHaveLength(1);
  });

  it('may answer with nothing where the claim may be empty', async () => {
    const check =
      '{name: www.lab.internal, type: A, allow_empty: true, health_check: {port: 25, when_all_down: closed}}';
    expect((await claimsOf(check)).claim?.health_check?.when_all_down).toBe('closed');
  });
});

describe('which zones the inventory writes', () => {
  const zonesOf = async (rest: string, names: readonly string[]) => {
    const list = names.map((name) => `${name}: {targets: [pdns], static: none}`).join(', ');
    const found = await loadFiles(`${targets}zones: {${list}}\n${rest}`);
    return found.zones.filter(({ complete, files }) => complete && files.length === 0).map(({ id }) => id.name);
  };
  const inventory = 'inventory: {lab: {type: file, path: servers.yaml}}\n';
  const grant = (name: string) => `${inventory}grants: [{inventory: lab, names: ["${name}"]}]\n`;

  it.each([
    [
      `${inventory}registration: {zone: a.test}\n`,
      ['a.test', 'b.test', '2.0.192.in-addr.arpa'],
      ['a.test.', '2.0.192.in-addr.arpa.'],
    ],
    [`${inventory}registration: {zone: a.test, reverse: false}\n`, ['a.test', '8.b.d.0.1.0.0.2.ip6.arpa'], ['a.test.']],
    [`registration: {zone: a.test}\n`, ['a.test'], []],
    [inventory, ['a.test'], []],
    [grant('www.a.test'), ['a.test', 'b.test', 'test'], ['a.test.']],
    [grant('a.test'), ['a.test'], ['a.test.']],
    [grant('*.a.test'), ['a.test', 'x.a.test', 'y.x.a.test', 'test'], ['a.test.']],
    [grant('**.a.test'), ['a.test', 'x.a.test', 'test'], ['a.test.', 'x.a.test.']],
    [grant('*.web.a.test'), ['a.test', 'web.a.test'], ['web.a.test.']],
    [grant('www.*.test'), ['a.test', 'www.a.test', 'xa.test.test'], ['a.test.']],
    [grant('\\\\*.WEB.a.test.'), ['a.test'], ['a.test.']],
  ])('%s', async (rest, names, written) => {
    expect(await zonesOf(rest, names)).toEqual(written);
  });

  it('says of the others that they are left alone', async () => {
    const found = await loadFiles(`${targets}${zones}`);
    expect(found.problems.map(({ rule, line }) => [rule, line])).toEqual([
      ['no-source', 2],
      ['no-source', 2],
    ]);
    expect(found).toMatchObject({ zones: [], zoneNames: ['lab.internal.', 'example.com.'], roles: noRoles });
  });
});
