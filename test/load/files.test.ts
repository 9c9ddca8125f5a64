import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sizeLimits } from '../../src/load/size-limits.ts';
import { loadFiles, loadFolder, problemsOf, repository, rrsetsOf, targets } from './load-repository.ts';

const config = `${targets}zones: {example.com: {targets: [pdns]}}\n`;
const a = (address: number): string => `a: {type: A, value: 192.0.2.${address}}\n`;
const b = 'b: {type: A, value: 192.0.2.1}\n';
const master = '@ SOA ns1 h 1 2 3 4 5\nm A 192.0.2.1\n';

describe('a zone’s files', () => {
  it.each([
    [{ 'zones/example.com.yaml': a(1) }, ['a.example.com. 3600 A 192.0.2.1']],
    [{ 'zones/EXAMPLE.com.yaml': a(1) }, ['a.example.com. 3600 A 192.0.2.1']],
    [
      {
        'zones/example.com./$example.com.yaml': a(1),
        'zones/example.com./b.yaml': b,
        'zones/example.com./README': 'x',
      },
      ['a.example.com. 3600 A 192.0.2.1', 'b.example.com. 3600 A 192.0.2.1'],
    ],
    [
      { 'zones/example.com.yaml': a(1), 'zones/example.com./b.yaml': b },
      ['a.example.com. 3600 A 192.0.2.1', 'b.example.com. 3600 A 192.0.2.1'],
    ],
    [
      { 'zones/example.com.zone': master },
      ['example.com. 5 SOA ns1.example.com. h.example.com. 1 2 3 4 5', 'm.example.com. 5 A 192.0.2.1'],
    ],
    [{ 'zones/example.com.yaml': '' }, []],
    [{ 'zones/example.com./x.yaml': '---\n' }, []],
  ])('are found by its name: %j', async (files, rrsets) => {
    const found = await loadFiles(config, files);
    expect(problemsOf(found)).toEqual([]);
    expect(found.zones).toMatchObject([{ complete: true }]);
    expect(rrsetsOf(found.zones[0])).toEqual(rrsets);
  });

  it.each([
    ['other/x.yml', { 'other/x.yml': a(1) }],
    ['other/example.com./', { 'other/example.com./x.yaml': a(1) }],
    ['other', { 'other/example.com.yaml': a(1) }],
    ['./other/../other/', { 'other/example.com./x.yaml': a(1) }],
  ])('are where static says: %s', async (path, files) => {
    const found = await loadFiles(config.replace('[pdns]', `[pdns], static: ${path}`), files);
    expect(problemsOf(found)).toEqual([]);
    expect(rrsetsOf(found.zones[0])).toEqual(['a.example.com. 3600 A 192.0.2.1']);
  });

  it('have %2F for a slash, and any spelling of an IDN', async () => {
    const found = await loadFiles(
      `${targets}zones: {0/25.2.0.192.in-addr.arpa: {targets: [pdns]}, bücher.example.: {targets: [pdns]}}\n`,
      {
        'zones/0%2F25.2.0.192.in-addr.arpa.yaml': '1: {type: PTR, value: a.example.com.}\n',
        'zones/xn--bcher-kva.example.yaml': a(1),
      },
    );
    expect(problemsOf(found)).toEqual([]);
    expect(found.zones.map(rrsetsOf)).toEqual([
      ['1.0/25.2.0.192.in-addr.arpa. 3600 PTR a.example.com.'],
      ['a.xn--bcher-kva.example. 3600 A 192.0.2.1'],
    ]);
  });

  it.each([
    [{}, 'file-missing: there is no folder zones; make it, or name another'],
    [
      { 'zones/other.yaml': '' },
      'file-missing: example.com. has no file; make zones/example.com.yaml, zones/example.com./ or zones/example.com.zone, or set "static:"',
    ],
    [
      { 'zones/example.com.yaml': a(1), 'zones/example.com.zone': master },
      'file-ambiguous: example.com. has several files: zones/example.com.yaml and zones/example.com.zone; keep one of them',
    ],
    [
      { 'zones/example.com./x.yaml': a(1), 'zones/example.com.zone': master },
      'file-ambiguous: example.com. has several files: zones/example.com. and zones/example.com.zone; keep one of them',
    ],
    [
      { 'zones/example.com.yaml': a(1), 'zones/Example.com.yaml': a(2) },
      'file-ambiguous: example.com. has several files: zones/Example.com.yaml and zones/example.com.yaml; keep one of them',
    ],
  ])('are missing or several, and the zone is left alone: %j', async (files, problem) => {
    const found = await loadFiles(config, files);
    expect(problemsOf(found)).toEqual([`hostmaster.yaml:2:9 error ${problem}; until then the zone is left alone`]);
    expect(found).toMatchObject({ zones: [], zoneNames: ['example.com.'] });
  });

  it('are missing where static says', async () => {
    const found = await loadFiles(config.replace('[pdns]', '[pdns], static: zones/x.yaml'));
    expect(problemsOf(found)).toEqual([
      'hostmaster.yaml:2:48 error file-missing: there is no zones/x.yaml; make it, or change "static:"; until then example.com. is left alone',
    ]);
    expect(found.zones).toEqual([]);
  });

  it('say twice what may be said once', async () => {
    const found = await loadFiles(config, {
      'zones/example.com.yaml': a(1),
      'zones/example.com./a.yaml': `${a(2)}${b}`,
    });
    expect(problemsOf(found)).toEqual([
      'zones/example.com./a.yaml:1:21 error duplicate-rrset: a.example.com. A is already defined at zones/example.com.yaml:1; put all its values into one record',
    ]);
    expect(rrsetsOf(found.zones[0])).toEqual(['b.example.com. 3600 A 192.0.2.1']);
    expect(found.zones).toMatchObject([{ complete: true, quarantined: [{ name: 'a.example.com.', type: 'A' }] }]);
  });

  it('do not all parse, and the others count', async () => {
    const found = await loadFiles(config, { 'zones/example.com./a.yaml': 'a: [', 'zones/example.com./b.yaml': b });
    expect(found.problems.map(({ rule, file }) => [rule, file])).toEqual([
      ['yaml-syntax', 'zones/example.com./a.yaml'],
    ]);
    expect(found.zones).toMatchObject([{ complete: false }]);
    expect(rrsetsOf(found.zones[0])).toEqual(['b.example.com. 3600 A 192.0.2.1']);
  });

  it('may include files of the repository', async () => {
    const found = await loadFiles(config, {
      'zones/example.com.zone': '$INCLUDE sub/a.inc\n$INCLUDE ../shared.inc\n',
      'zones/sub/a.inc': 'a 60 A 192.0.2.1\n$INCLUDE ../../shared2.inc\n',
      'shared.inc': 'b 60 A 192.0.2.2\n',
      'shared2.inc': 'c 60 A bad\n',
    });
    expect(problemsOf(found)).toEqual([
      'shared2.inc:1:8 error rdata-syntax: c.example.com. A: "bad" is not an IPv4 address',
    ]);
    expect(rrsetsOf(found.zones[0])).toEqual(['a.example.com. 60 A 192.0.2.1', 'b.example.com. 60 A 192.0.2.2']);
  });
});

describe('the "*" zone', () => {
  it('is every zone of its folder that has no key', async () => {
    const found = await loadFiles(
      `${targets}zones:\n  b.example: {targets: [pdns], ttl: 9}\n  "*": {targets: [pdns], static: zones/, ttl: 7}\n`,
      {
        'zones/a.example.yaml': a(1),
        'zones/b.example.yaml': a(2),
        'zones/c.example./x.yaml': a(3),
        'zones/d.example.zone': 'a A 192.0.2.4\n',
        'zones/$shared.yaml': 'not: [read',
        'zones/.hidden.yaml': 'not: [read',
        'zones/README.md': 'x',
        'zones/archive/e.example.yaml': 'not: [read',
      },
    );
    expect(problemsOf(found)).toEqual([]);
    expect(found.zoneNames).toEqual(['b.example.', 'a.example.', 'c.example.', 'd.example.']);
    expect(found.zones.flatMap(rrsetsOf)).toEqual([
      'a.b.example. 9 A 192.0.2.2',
      'a.a.example. 7 A 192.0.2.1',
      'a.c.example. 7 A 192.0.2.3',
      'a.d.example. 7 A 192.0.2.4',
    ]);
  });

  it.each([
    [
      '{targets: [pdns], static: none}',
      {},
      'hostmaster.yaml:2:40 error config-syntax: zones.*: "static" must be a folder of zones, like zones/',
    ],
    [
      '{targets: [pdns], static: nowhere}',
      {},
      'hostmaster.yaml:2:40 error file-missing: there is no folder nowhere; make it, or name another',
    ],
    ['{targets: [pdns], static: f}', { f: 'x' }, 'hostmaster.yaml:2:40 error file-unusable: f is not a folder'],
    [
      '{targets: [pdns]}',
      { 'zones/a..b.yaml': '' },
      'zones/a..b.yaml:1:1 error file-unusable: zones/a..b.yaml is not named like a zone: the name "a..b" has an empty part: two dots in a row, or one in front; rename it, or move it out of zones',
    ],
  ])('%s', async (entry, files, problem) => {
    const found = await loadFiles(`${targets}zones: {"*": ${entry}}\n`, files);
    expect(problemsOf(found)).toEqual([problem]);
    expect(found.zones).toEqual([]);
  });
});

describe('what leaves the repository is refused', () => {
  const outside = { 'secret.yaml': a(66), 'example.com.yaml': a(66), 'x.inc': 'a 60 A 192.0.2.66\n' };

  it('a symlink to a file', async () => {
    const folder = repository({ 'hostmaster.yaml': config, 'zones/other.yaml': '' });
    symlinkSync(join(repository(outside), 'secret.yaml'), join(folder, 'zones/example.com.yaml'));
    const found = await loadFolder(folder);
    expect(problemsOf(found)).toEqual([
      'zones/example.com.yaml:1:1 error file-unusable: zones/example.com.yaml cannot be used: it is outside of the repository; keep zone files in the folder of hostmaster.yaml',
    ]);
    expect(found.zones).toMatchObject([{ complete: false, rrsets: [] }]);
  });

  it('a symlink to a folder', async () => {
    const folder = repository({ 'hostmaster.yaml': config, 'zones/other.yaml': '' });
    symlinkSync(repository(outside), join(folder, 'zones/example.com.'));
    const found = await loadFolder(folder);
    expect(problemsOf(found)).toEqual([
      'hostmaster.yaml:2:9 error file-unusable: zones/example.com. is outside of the repository; keep zones in the folder of hostmaster.yaml; until then the zone is left alone',
    ]);
    expect(found.zones).toEqual([]);
  });

  it('the whole folder of zones', async () => {
    const folder = repository({ 'hostmaster.yaml': config });
    symlinkSync(repository(outside), join(folder, 'zones'));
    expect((await loadFolder(folder)).problems).toMatchObject([{ rule: 'file-unusable' }]);
  });

  it.each(['../secret.yaml', '/etc/hostname', '../'])('static: %s', async (path) => {
    const inner = repository({
      'secret.yaml': a(66),
      'example.com.yaml': a(66),
      'repo/hostmaster.yaml': config.replace('[pdns]', `[pdns], static: ${path}`),
    });
    const found = await loadFolder(join(inner, 'repo'));
    expect(found.problems).toMatchObject([
      { rule: 'file-unusable', severity: 'error', message: expect.stringContaining('is outside of the repository') },
    ]);
    expect(found.zones.flatMap(rrsetsOf)).toEqual([]);
  });

  it.each(['../../x.inc', '/etc/hostname', 'link.inc'])('$INCLUDE %s', async (path) => {
    const inner = repository({
      ...outside,
      'repo/hostmaster.yaml': config,
      'repo/zones/example.com.zone': `$INCLUDE ${path}\n`,
    });
    symlinkSync(join(inner, 'x.inc'), join(inner, 'repo/zones/link.inc'));
    const found = await loadFolder(join(inner, 'repo'));
    expect(problemsOf(found)).toEqual([
      `zones/example.com.zone:1:10 error include: $INCLUDE "${path}": it is outside of the repository; keep zone files in the folder of hostmaster.yaml`,
    ]);
    expect(found.zones).toMatchObject([{ complete: false, rrsets: [] }]);
  });

  it('a symlink that stays inside the folder is no problem', async () => {
    const folder = repository({ 'hostmaster.yaml': config, 'shared/x.yaml': a(1), 'zones/other.yaml': '' });
    symlinkSync('../shared/x.yaml', join(folder, 'zones/example.com.yaml'));
    const found = await loadFolder(folder);
    expect(problemsOf(found)).toEqual([]);
    expect(rrsetsOf(found.zones[0])).toEqual(['a.example.com. 3600 A 192.0.2.1']);
  });
});

describe('what cannot be read is refused', () => {
  it.each([
    [
      'a file that is too large',
      (path: string) => {
        writeFileSync(path, '');
        truncateSync(path, sizeLimits.zoneFileBytes + 1);
      },
      `it has ${sizeLimits.zoneFileBytes + 1} bytes; ${sizeLimits.zoneFileBytes} is the most`,
    ],
    ['a named pipe', (path: string) => execFileSync('mkfifo', [path]), 'it is not a plain file'],
    [
      'what is not UTF-8',
      (path: string) => writeFileSync(path, Uint8Array.of(0x61, 0x3a, 0x20, 0xe9)),
      'it is not UTF-8 text; save it as UTF-8',
    ],
  ])('%s', async (_what, make, message) => {
    const folder = repository({
      'hostmaster.yaml': config.replace('[pdns]', '[pdns], static: z/x.yaml'),
      'z/other': '',
    });
    make(join(folder, 'z/x.yaml'));
    const found = await loadFolder(folder);
    expect(problemsOf(found)).toEqual([`z/x.yaml:1:1 error file-unusable: z/x.yaml cannot be used: ${message}`]);
    expect(found.zones).toMatchObject([{ complete: false, rrsets: [] }]);
  });

  it('a symlink that goes round in a circle', async () => {
    const folder = repository({ 'hostmaster.yaml': config, 'zones/other.yaml': '' });
    symlinkSync('example.com.yaml', join(folder, 'zones/example.com.yaml'));
    expect(problemsOf(await loadFolder(folder))).toEqual([
      'zones/example.com.yaml:1:1 error file-unusable: zones/example.com.yaml cannot be used: its symlinks form a loop',
    ]);
  });
});
