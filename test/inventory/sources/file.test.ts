import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, tempFolder } from '../../servers/child.ts';
import { defined, messagesOf, minute, passes, standings } from '../take.ts';

let folder: string;
let outside: string;

beforeAll(() => {
  folder = tempFolder('inventory');
  outside = tempFolder('outside');
  return () => {
    removeFolder(folder);
    removeFolder(outside);
  };
});

const take = (path: string) => passes(defined('file', { path }), { folder, secretsOf: async () => ({}) }).after(0);

const write = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

describe('an inventory in a file', () => {
  it('is YAML', async () => {
    const text =
      'servers:\n  - name: web1\n    ips: [192.0.2.1, "2001:db8::1"]\n    since: 2026-01-02\n    on: no\n    rack: 7\n';
    const { roster } = await take(write('a.yaml', text));
    expect(roster.servers[0]?.server).toMatchObject({
      name: 'web1',
      ips: ['192.0.2.1', '2001:db8::1'],
      attributes: { since: '2026-01-02', on: 'no', rack: 7 },
    });
    expect(roster.inventories.lab).toEqual({ servers: 1, complete: true, message: null, allow: null });
  });

  it('is JSON', async () => {
    expect(standings(await take(write('a.json', '{"servers": [{"name": "web1"}], "total": 1, "next": null}')))).toEqual(
      {
        web1: 'present',
      },
    );
  });

  it('may be in a folder, and lead there by a symlink', async () => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    write('sub/b.yaml', 'servers: []');
    symlinkSync('sub/b.yaml', join(folder, 'link.yaml'));
    expect(messagesOf(await take('link.yaml'))).toBe('');
  });

  it('has the line of each entry that cannot be used', async () => {
    const { roster } = await take(
      write('lines.yaml', 'servers:\n  - name: web1\n\n  - name: web_2\n  - {name: web3, ips: [x]}\n'),
    );
    expect(roster.problems.map(({ rule, file, line }) => [rule, file, line])).toEqual([
      ['inventory-entry', 'lines.yaml', 4],
      ['inventory-entry', 'lines.yaml', 5],
      ['inventory-incomplete', 'hostmaster.yaml', 12],
    ]);
    expect(roster.problems[1]?.message).toBe(
      'inventory lab: item 3, server "web3": "x" is not an IPv4 or IPv6 address',
    );
  });

  it.each([
    ['../outside.yaml', 'leads out of the repository'],
    ['missing.yaml', 'is not there; make it, or name another'],
    ['/etc/passwd', 'leads out of the repository'],
    ['out.yaml', 'leads out of the repository'],
    ['circle.yaml', 'symlinks go round in a circle'],
    ['folder', 'is not a plain file'],
    ['latin1.yaml', 'is not UTF-8 text'],
    ['broken.yaml', 'it is not YAML: line 3: "deficient indentation"'],
    ['twice.yaml', 'it is not YAML: line 2: "duplicated mapping key"'],
    ['broken.json', 'it is not JSON: "'],
    ['list.yaml', 'the answer is a list'],
    ['empty.yaml', 'it is not YAML: "expected a document, but the input is empty"'],
    ['null.yaml', 'the answer is null, not a mapping'],
    ['wrong-total.yaml', 'it has 1 server, but says that there are 2'],
    ['next.yaml', 'a file has one page'],
  ])('%s cannot be used: %s', async (path, message) => {
    mkdirSync(join(folder, 'folder'), { recursive: true });
    writeFileSync(join(outside, 'a.yaml'), 'servers: []');
    for (const [name, target] of [
      ['out.yaml', join(outside, 'a.yaml')],
      ['circle.yaml', 'circle.yaml'],
    ] as const) {
      try {
        symlinkSync(target, join(folder, name));
      } catch {
        // It is there since the case before.
      }
    }
    write('latin1.yaml', Buffer.from('servers: [{name: b\xfccher}]', 'latin1'));
    write('broken.yaml', 'servers:\n  - {name: web1\n  - x');
    write('twice.yaml', 'servers: []\nservers: []');
    write('broken.json', '{"servers": [');
    write('list.yaml', '- name: web1');
    write('empty.yaml', '');
    write('null.yaml', '~');
    write('wrong-total.yaml', 'servers: [{name: web1}]\ntotal: 2');
    write('next.yaml', 'servers: []\nnext: b.yaml');
    const taken = await take(path);
    expect(messagesOf(taken)).toContain(message);
    expect(taken.roster.inventories.lab?.complete).toBe(false);
  });

  it('over the limit is not read', async () => {
    const path = write('large.yaml', `servers: []\n#${' '.repeat(1000)}`);
    const taken = await passes(defined('file', { path, max_bytes: 500 }), { folder }).after(0);
    expect(messagesOf(taken)).toContain('has 1013 bytes; 500 is the most');
  });

  it('that lost a server is an absence like any other', async () => {
    const path = write('changing.yaml', 'servers: [{name: web1}, {name: web2}]');
    const lab = passes(defined('file', { path }), { folder });
    await lab.after(0);
    write(path, 'servers: [{name: web1}]');
    expect(standings(await lab.after(minute))).toEqual({ web1: 'present', web2: 'missing from 1' });
  });
});
