import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from '../../src/load/index.ts';
import { sizeLimits } from '../../src/load/size-limits.ts';
import { loadFiles, problemsOf, providers, repository, rrsetsOf, shown, targets, titled } from './load-repository.ts';

const zoneFile = { 'zones/example.com.yaml': 'www: {type: A, value: 192.0.2.1}\n' };
const withZone = (zone: string): string => `${targets}zones: {example.com: ${zone}}\n`;
/** The text without its ¦, and the line and column where that stood. */
const unmarked = (marked: string): { readonly text: string; readonly at: string } => {
  const lines = marked.slice(0, marked.indexOf('¦')).split('\n');
  return { text: marked.replace('¦', ''), at: `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}` };
};
const problems = async (config: string, files: Readonly<Record<string, string>> = zoneFile) =>
  problemsOf(await loadFiles(config, files));

describe('hostmaster.yaml', () => {
  it('gives targets and zones with their defaults', async () => {
    const config = `state: state/here.sqlite
targets:
  pdns:
    provider: powerdns
    url: http://127.0.0.1:8081
    api_key: {env: PDNS_API_KEY}
    verify_at: [127.0.0.1:5300, "[2001:db8::1]:53", 192.0.2.1, "2001:db8::2"]
    verify_wait: 500ms
zones:
  Example.COM: {targets: [pdns]}
`;
    const folder = repository({ 'hostmaster.yaml': config, ...zoneFile });
    const found = await load({ config: join(folder, 'hostmaster.yaml'), providers });
    expect(problemsOf(found)).toEqual([]);
    expect(found).toMatchObject({
      folder,
      targetsFolder: folder,
      file: 'hostmaster.yaml',
      zoneNames: ['example.com.'],
    });
    expect(found.state).toBe(join(folder, 'state/here.sqlite'));
    expect(found.targets).toEqual([
      {
        name: 'pdns',
        provider: 'powerdns',
        config: { url: 'http://127.0.0.1:8081', server: 'localhost' },
        secrets: { api_key: { env: 'PDNS_API_KEY' } },
        verify_at: [
          { label: '127.0.0.1:5300', address: '127.0.0.1', port: 5300 },
          { label: '[2001:db8::1]:53', address: '2001:db8::1', port: 53 },
          { label: '192.0.2.1', address: '192.0.2.1', port: 53 },
          { label: '2001:db8::2', address: '2001:db8::2', port: 53 },
        ],
        verify_wait: 500,
        file: 'hostmaster.yaml',
        line: 3,
        column: 3,
      },
    ]);
    expect(found.zones[0]).toMatchObject({
      id: { name: 'example.com.', view: null },
      complete: true,
      files: ['zones/example.com.yaml'],
      settings: {
        targets: ['pdns'],
        ttl: 3600,
        owns: 'all',
        ignore: [],
        create: null,
        public: false,
        allow_lua: false,
        covers: null,
        exempt: [],
        guards: {
          max_delete_percent: 30,
          max_replace_percent: 30,
          min_existing: 10,
          never_empty: true,
          delegation: true,
        },
      },
    });
    expect(rrsetsOf(found.zones[0])).toEqual(['www.example.com. 3600 A 192.0.2.1']);
  });

  it('merges guards: the zone over the top over the defaults', async () => {
    const config = `${targets}guards: {max_delete_percent: 5, min_existing: 3, window: 1h}\nzones: {example.com: {targets: [pdns], guards: {min_existing: 1, delegation: false}}}\n`;
    expect((await loadFiles(config, zoneFile)).zones[0]?.settings.guards).toEqual({
      max_delete_percent: 5,
      max_replace_percent: 30,
      min_existing: 1,
      window: 3_600_000,
      never_empty: true,
      delegation: false,
      absence: { snapshots: 3, grace: 600_000 },
    });
  });

  it('reads what the daemon does with drift', async () => {
    const driftOf = async (keys: string) =>
      (await loadFiles(withZone(`{targets: [pdns]${keys}}`), zoneFile)).zones[0]?.settings.drift;
    expect([await driftOf(''), await driftOf(', drift: alert')]).toEqual(['correct', 'alert']);
  });

  it('reads the guards about servers: of a zone, and at the top', async () => {
    const config = `${targets}guards: {absence: {grace: 1h}, max_shrink: {percent: 10}}
zones: {a.test: {targets: [pdns]}, b.test: {targets: [pdns], guards: {absence: {snapshots: 5}}}}\n`;
    const found = await loadFiles(config, { 'zones/a.test.yaml': '', 'zones/b.test.yaml': '' });
    expect(problemsOf(found)).toEqual([]);
    expect(found.zones.map(({ settings }) => settings.guards.absence)).toEqual([
      { snapshots: 3, grace: 3_600_000 },
      { snapshots: 5, grace: 3_600_000 },
    ]);
    expect(found.roles).toMatchObject({
      max_shrink: { percent: 10, min_servers: 10 },
      absence: { snapshots: 3, grace: 3_600_000 },
    });
  });

  it('fills in create', async () => {
    const createOf = async (create: string) =>
      (await loadFiles(withZone(`{targets: [pdns], create: ${create}}`), zoneFile)).zones[0]?.settings.create;
    expect(await createOf('true')).toEqual({ kind: 'Native', ns: [], soa_edit_api: 'INCREASE' });
    expect(await createOf('{ns: [NS1.example.com, ns2.example.com.]}')).toEqual({
      kind: 'Native',
      ns: ['ns1.example.com.', 'ns2.example.com.'],
      soa_edit_api: 'INCREASE',
    });
    expect(await createOf('false')).toBeNull();
  });

  it('accepts all that the contract shows, and says what is not used yet', async () => {
    const config = `${targets}zones: {example.com: {targets: [pdns]}, lab.internal: {targets: [pdns], static: none}, "example.com@internal": {targets: [pdns]}}
inventory: {lab: {type: http, url: "http://127.0.0.1:9000/", token: {env: LAB_TOKEN}, interval: 30s}}
registration: {zone: lab.internal, ttl: 300, reverse: true}
grants:
  - {inventory: lab, names: [mail.example.com], types: [A, AAAA], cidrs: [192.0.2.0/24], max_values: 20}
state: {env: DATABASE_URL}
guards: {absence: {snapshots: 3, grace: 10m}, max_shrink: {percent: 30, min_servers: 10}}
`;
    expect(await problems(config)).toEqual([
      'hostmaster.yaml:2:88 warning not-yet: views are not supported yet; "example.com@internal" is left alone',
      'hostmaster.yaml:7:8 warning not-yet: PostgreSQL is not supported yet; write the path of a file. Until then .hostmaster/state.sqlite is used',
    ]);
  });

  it('takes keys from their source text, and follows aliases and merges', async () => {
    const config = `${targets}zones:\n  1.10: &z {targets: [pdns], ttl: 60}\n  010: {<<: *z, ttl: 70}\n  no: *z\n`;
    const found = await loadFiles(config, { 'zones/1.10.yaml': '', 'zones/010.yaml': '', 'zones/no.yaml': '' });
    expect(problemsOf(found)).toEqual([]);
    expect(found.zones.map(({ id, settings }) => [id.name, settings.ttl])).toEqual([
      ['1.10.', 60],
      ['010.', 70],
      ['no.', 60],
    ]);
  });

  it('leaves alone what no target and no file is for', async () => {
    const found = await loadFiles(withZone('{targets: [pdns], static: none}'));
    expect(problemsOf(found)).toEqual([
      'hostmaster.yaml:2:48 warning no-source: example.com. has no zone file (static: none), and no registration or grant reaches it; it is left alone',
    ]);
    expect(found).toMatchObject({ zones: [], zoneNames: ['example.com.'] });
  });

  it('reads the zones that are asked for', async () => {
    const config = `${targets}zones: {example.com: {targets: [pdns]}, example.net: {targets: [pdns]}}\n`;
    const folder = repository({ 'hostmaster.yaml': config, ...zoneFile });
    const found = await load({ config: join(folder, 'hostmaster.yaml'), providers, zones: ['EXAMPLE.com'] });
    expect(found.zones.map(({ id }) => id.name)).toEqual(['example.com.']);
    expect(found.zoneNames).toEqual(['example.com.', 'example.net.']);
    expect(found.problems).toEqual([]);
  });

  it('reads only the settings where no more is asked for', async () => {
    const folder = repository({ 'hostmaster.yaml': withZone('{targets: [pdns], create: true}') });
    const found = await load({ config: join(folder, 'hostmaster.yaml'), providers, only: 'config' });
    expect(found.problems).toEqual([]);
    expect(found.zones).toMatchObject([{ rrsets: [], complete: true, settings: { create: { kind: 'Native' } } }]);
  });

  it('takes targets and state from another file', async () => {
    const folder = repository({
      'repo/hostmaster.yaml': withZone('{targets: [pdns, aws]}').replace(
        targets,
        'targets: {pdns: {provider: evil}}\n',
      ),
      'repo/zones/example.com.yaml': '',
    });
    const other = repository({
      'ops.yaml': 'state: s.sqlite\ntargets: {aws: {provider: powerdns, url: "http://h"}}\nzones: {}\n',
    });
    const found = await load({
      config: join(folder, 'repo/hostmaster.yaml'),
      targetsFrom: join(other, 'ops.yaml'),
      providers,
    });
    expect(found.targets.map(({ name, file }) => [name, file])).toEqual([['aws', join(other, 'ops.yaml')]]);
    expect(found).toMatchObject({ targetsFolder: other, state: join(other, 's.sqlite'), folder: join(folder, 'repo') });
    expect(problemsOf(found)).toEqual([
      'hostmaster.yaml:2:33 error unknown-target: zones.example.com: there is no target "pdns"; configure it under "targets:"',
    ]);
    expect(found.zones[0]?.settings.targets).toEqual(['aws']);
  });
});

describe('what is wrong in hostmaster.yaml', () => {
  it.each([
    [
      `${targets}¦zonse: {}\nzones: {}\n`,
      'config-syntax: "zonse" is not a key here (did you mean "zones"?); the keys are state, stop_within, targets, zones, inventory, registration, grants, guards, windows, git and daemon',
    ],
    [
      withZone('{targets: [pdns], ¦tll: 5}'),
      'config-syntax: zones.example.com: "tll" is not a key here (did you mean "ttl"?); the keys are targets, static, ttl, owns, ignore, create, public, allow_lua, covers, exempt, guards and drift',
    ],
    [withZone('{targets: ¦pdns}'), 'config-syntax: zones.example.com: "targets" must be a list, not "pdns"'],
    [withZone('{targets: ¦[]}'), 'config-syntax: zones.example.com: "targets" is empty; list at least one target'],
    [`${targets}zones: {¦example.com: {ttl: 60}}\n`, 'config-syntax: zones.example.com: "targets" is missing; add it'],
    [`${targets}zones: {¦example.com: }\n`, 'config-syntax: zones.example.com: it must be a mapping, not nothing'],
    [
      withZone('{targets: [pdns], ttl: ¦1h}'),
      'config-syntax: zones.example.com: "ttl" must be a whole number, not "1h"',
    ],
    [withZone('{targets: [pdns], ttl: ¦-1}'), 'config-syntax: zones.example.com: "ttl" must be 0 or more, not -1'],
    [
      withZone('{targets: [pdns], owns: ¦some}'),
      'config-syntax: zones.example.com: "owns" must be all or listed, not "some"',
    ],
    [
      withZone('{targets: [pdns], create: ¦yes please}'),
      'config-syntax: zones.example.com: "create" must be true, false or {kind, ns, soa_edit_api}, not "yes please"',
    ],
    [
      withZone('{targets: [pdns], create: {¦knd: Native}}'),
      'config-syntax: zones.example.com: "knd" is not a key here (did you mean "kind"?); the keys are kind, ns and soa_edit_api',
    ],
    [
      withZone('{targets: [pdns], create: {ns: [¦a..b]}}'),
      'config-syntax: zones.example.com: create: ns: the name "a..b" has an empty part: two dots in a row, or one in front',
    ],
    [
      withZone('{targets: [pdns], covers: ¦192.0.2.0}'),
      'config-syntax: zones.example.com: "covers" must be a network like 192.0.2.0/25, not "192.0.2.0"',
    ],
    [
      withZone('{targets: [pdns], ignore: [{name: ¦"a..b"}]}'),
      'config-syntax: zones.example.com: ignore: "a..b" matches nothing: ',
    ],
    [
      withZone('{targets: [pdns], ignore: [{name: "*", types: [¦AX]}]}'),
      'config-syntax: zones.example.com: ignore: unknown type "AX" (did you mean "A"?); a type without a name is written TYPEnnn',
    ],
    [
      withZone('{targets: [pdns], exempt: [¦{rule: ttl-high, name: "*"}]}'),
      'config-syntax: zones.example.com: "reason" is missing under "exempt.0"; add it',
    ],
    [
      withZone('{targets: [¦pdsn]}'),
      'unknown-target: zones.example.com: there is no target "pdsn" (did you mean "pdns"?); configure it under "targets:"',
    ],
    [
      '¦zones: {example.com: {targets: [pdns]}}\n',
      'config-syntax: "targets" is missing; add it, with an entry like "pdns: {provider: powerdns, …}"',
    ],
    [
      `${targets}¦zones: []\n`,
      'config-syntax: "zones" must be a mapping, with entries like "example.com: {targets: [pdns]}"',
    ],
    [
      `${targets}zones: {example.com: {targets: [pdns]}, ¦EXAMPLE.com.: {targets: [pdns]}}\n`,
      'duplicate-zone: "EXAMPLE.com." and "example.com" are the same zone; keep one of them',
    ],
    [
      `${targets}zones: {example.com: {targets: [pdns], ttl: 1, ¦ttl: 2}}\n`,
      'duplicate-key: "ttl" is there twice in this mapping; keep one of the two',
    ],
    [
      `${targets}zones: {¦a..b: {targets: [pdns]}}\n`,
      'name-syntax: zones: the name "a..b" has an empty part: two dots in a row, or one in front',
    ],
    [
      `${targets}zones: {}\nguards: {max_delete_percent: ¦101}\n`,
      'config-syntax: guards: "max_delete_percent" must be 100 or less, not 101',
    ],
    [`${targets}zones: {}\nguards: {window: ¦25h}\n`, 'config-syntax: guards: "window" must be from 0s to 24h'],
    [
      `${targets}zones: {example.com: {targets: [pdns], guards: {window: ¦48h}}}\n`,
      'config-syntax: zones.example.com.guards: "window" must be from 0s to 24h',
    ],
    [
      `${targets}zones: {example.com: {targets: [pdns], drift: ¦ignore}}\n`,
      'config-syntax: zones.example.com: "drift" must be correct or alert, not "ignore"',
    ],
    [
      `${targets}zones: {}\ninventory: {lab: {type: ¦htp}}\n`,
      'config-syntax: inventory.lab: "type" must be http, file or netbox, not "htp" (did you mean "http"?)',
    ],
    [`${targets}zones: {}\nstate: ¦[a]\n`, 'config-syntax: state: it must be text or {env}, not a list'],
  ])('%s', async (marked, problem) => {
    const { text, at } = unmarked(marked);
    expect(await problems(text)).toContainEqual(expect.stringContaining(`hostmaster.yaml:${at} error ${problem}`));
  });

  it.each([
    [
      'provider: ¦powerdn, url: "http://h"',
      'unknown-provider: unknown provider "powerdn" (did you mean "powerdns"?); the built-in ones are powerdns',
    ],
    ['provider: ¦__proto__', 'unknown-provider: unknown provider "__proto__"; the built-in ones are powerdns'],
    ['url: "http://h"', 'config-syntax: targets.pdns: "provider" is missing; add it'],
    ['provider: powerdns', 'config-syntax: targets.pdns: "url" is missing; add it'],
    ['provider: powerdns, url: ¦ftp://h', 'config-syntax: targets.pdns: "url" has the wrong form'],
    [
      'provider: powerdns, url: "http://h", ¦srever: x',
      'config-syntax: targets.pdns: "srever" is not a key here (did you mean "server"?); the keys are provider, verify_at, verify_wait, url, server and api_key',
    ],
    [
      'provider: powerdns, url: "http://h", verify_at: [¦ns1.example.com]',
      'config-syntax: targets.pdns: "verify_at" must list addresses like 192.0.2.1:53 or [2001:db8::1]:53, not "ns1.example.com"',
    ],
    [
      'provider: powerdns, url: "http://h", verify_at: [¦"2001:db8::1:70000"]',
      'config-syntax: targets.pdns: "verify_at" must list addresses',
    ],
    [
      'provider: powerdns, url: "http://h", verify_wait: ¦30',
      'config-syntax: targets.pdns: "verify_wait" must be a time with a unit, like 10s',
    ],
    [
      'provider: powerdns, url: "http://h", verify_wait: ¦30 s',
      'config-syntax: targets.pdns: "verify_wait" has the wrong form (How long a name server may lag behind what was written. A time like 500ms, 30s, 10m or 1h)',
    ],
    [
      'provider: powerdns, url: "http://h", api_key: ¦s3cr3t',
      'secret-literal: targets.pdns: "api_key" is a secret; write {env: NAME}, never the secret itself',
    ],
    ['provider: powerdns, url: "http://h", api_key: ¦{env: [s3cr3t]}', 'secret-literal'],
    ['provider: powerdns, url: "http://h", api_key: ¦{value: s3cr3t}', 'secret-literal'],
    ['provider: powerdns, url: ¦[s3cr3t]', 'config-syntax: targets.pdns: "url" must be text'],
  ])('of a target: %s', async (keys, problem) => {
    const config = `targets: {${keys.includes('¦') ? '' : '¦'}pdns: {${keys}}}\nzones: {example.com: {targets: [pdns]}}\n`;
    const { text, at } = unmarked(config);
    const found = await loadFiles(text, zoneFile);
    expect(found.problems.map(shown)).toContainEqual(expect.stringContaining(`hostmaster.yaml:${at} error ${problem}`));
    expect(found.targets).toEqual([]);
    expect(JSON.stringify(found)).not.toContain('s3cr3t');
    // Its zone is still read and checked, and nothing is done to it.
    expect(found.zones.map(({ settings, rrsets }) => [settings.targets, rrsets.length])).toEqual([[[], 1]]);
  });

  it('leaves alone a zone whose settings are unknown, and checks its file', async () => {
    const found = await loadFiles(withZone('{targets: [pdns], ignroe: [{name: "**"}]}'), {
      'zones/example.com.yaml': 'a: {type: A, value: x}\n',
    });
    expect(found.zones[0]?.settings.targets).toEqual([]);
    expect(problemsOf(found)).toHaveLength(2);
  });

  it.each([
    'gaurds: {max_delete_percent: 5}',
    'guards: {max_delete_percent: five}',
    'guards: {max_delete_percent: 5, max_delete_percent: 50}',
  ])('holds back all deletes where a guard cannot be read: %s', async (line) => {
    const found = await loadFiles(`${targets}zones: {example.com: {targets: [pdns]}}\n${line}\n`, zoneFile);
    expect(found.problems).toHaveLength(1);
    expect(found.zones).toMatchObject([{ complete: false, settings: { targets: ['pdns'] } }]);
  });
});

describe('a hostmaster.yaml that cannot be read at all', () => {
  it.each(
    titled([
      ['targets: [', 'hostmaster.yaml:1:11: cannot be read as YAML: '],
      ['a: 1\n b: 2\n', 'hostmaster.yaml:1:'],
      ['', 'hostmaster.yaml:1:1: hostmaster.yaml is empty; it needs "targets:" and "zones:"'],
      ['- a\n', 'hostmaster.yaml:1:1: hostmaster.yaml must be a mapping; it needs "targets:" and "zones:"'],
      ['a: *b\n', 'hostmaster.yaml:1:4: an alias here has no anchor before it'],
      [`a: ${'['.repeat(20_000)}\n`, 'hostmaster.yaml:1:'],
      [`# ${'x'.repeat(sizeLimits.configBytes)}\n`, `${sizeLimits.configBytes} is the most`],
      [Uint8Array.of(0x61, 0x3a, 0xff, 0x0a), 'it is not UTF-8 text'],
    ]),
  )('%s is CONFIG', async (_, text, message) => {
    const folder = repository({ 'hostmaster.yaml': text });
    await expect(load({ config: join(folder, 'hostmaster.yaml') })).rejects.toMatchObject({
      name: 'HostmasterError',
      code: 'CONFIG',
      kind: 'stop',
      message: expect.stringContaining(message),
    });
  });

  it('is missing', async () => {
    const folder = repository({});
    await expect(load({ config: join(folder, 'hostmaster.yaml') })).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(
        /^there is no .*hostmaster\.yaml; name it with --config, or run "hostmaster init"$/,
      ),
    });
  });

  it('has aliases that stand for very much', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    const folder = repository({ 'hostmaster.yaml': `${lines.join('\n')}\n` });
    await expect(load({ config: join(folder, 'hostmaster.yaml') })).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining(`its aliases expand to more than ${sizeLimits.aliasNodes} values`),
    });
  });

  it('is not slow with many zones', async () => {
    const zones = Array.from(
      { length: 10_000 },
      (_, i) => `  z${i}.example.com: {targets: [pdns], static: none}\n`,
    ).join('');
    const before = process.cpuUsage();
    const found = await loadFiles(`${targets}zones:\n${zones}`);
    const { user, system } = process.cpuUsage(before);
    expect(found.zoneNames).toHaveLength(10_000);
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});
