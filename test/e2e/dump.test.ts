import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { type PowerDns, startPowerDns, tempFolder } from '../servers/index.ts';

const rr = (name: string, type: string, ...contents: readonly string[]) => ({
  name,
  type,
  ttl: 300,
  records: contents.map((content) => ({ content, disabled: content === '192.0.2.99' })),
});

const ns = (zone: string) => rr(zone, 'NS', 'ns1.example.net.', 'ns2.example.net.');

const one = [
  ns('one.example.'),
  rr('www.one.example.', 'A', '192.0.2.10', '192.0.2.11'),
  rr('txt.one.example.', 'TXT', '"v=DKIM1; k=rsa"', '"b\\195\\188cher"'),
  rr('k8s.one.example.', 'A', '192.0.2.80'),
  rr(
    'a-k8s.one.example.',
    'TXT',
    '"heritage=external-dns,external-dns/owner=cluster-a,external-dns/resource=service/web/k8s"',
  ),
  rr('off.one.example.', 'A', '192.0.2.99'),
  rr('_acme-challenge.one.example.', 'TXT', '"token"'),
];

describe('dump', () => {
  let server: PowerDns;
  let folder: string;
  const dump = (...args: readonly string[]) =>
    hostmaster(['dump', '--target', 'pdns', ...args], { cwd: folder, env: { PDNS_API_KEY: server.apiKey } });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');

  beforeAll(async () => {
    server = await startPowerDns({ backend: 'sqlite' });
    const make = (name: string, rrsets: readonly object[]) =>
      server.api('POST', '/zones', { name, kind: 'Native', rrsets });
    await make('one.example.', one);
    await make('two.example.', [ns('two.example.'), rr('www.two.example.', 'AAAA', '2001:db8::1')]);
    await make('0/25.2.0.192.in-addr.arpa.', [
      ns('0/25.2.0.192.in-addr.arpa.'),
      rr('1.0/25.2.0.192.in-addr.arpa.', 'PTR', 'www.one.example.'),
    ]);
    folder = tempFolder('dump');
    const settings = { targets: ['pdns'], ignore: [{ name: '_acme-challenge.**', types: ['TXT'] }] };
    writeFileSync(
      join(folder, 'hostmaster.yaml'),
      JSON.stringify({
        targets: { pdns: { provider: 'powerdns', url: server.url, api_key: { env: 'PDNS_API_KEY' } } },
        zones: { 'one.example': settings },
      }),
    );
  });
  afterAll(() => server?.stop());

  it('writes a zone to stdout, and says on stderr what stays out', async () => {
    const { code, stdout, stderr } = await dump('--zone', 'one.example');
    expect(code).toBe(0);
    expect(stdout).toBe(`---
"":
  ttl: 300
  type: NS
  values:
    - ns1.example.net.
    - ns2.example.net.
txt:
  ttl: 300
  type: TXT
  values:
    - "b\u00fccher"
    - "v=DKIM1; k=rsa"
www:
  ttl: 300
  type: A
  values:
    - 192.0.2.10
    - 192.0.2.11
`);
    expect(stderr.trimEnd().split('\n').toSorted()).toEqual([
      'hostmaster: not in the dump of one.example.: _acme-challenge.one.example. TXT (ignored: _acme-challenge.** in hostmaster.yaml)',
      'hostmaster: not in the dump of one.example.: a-k8s.one.example. TXT (foreign: ExternalDNS owner cluster-a)',
      'hostmaster: not in the dump of one.example.: k8s.one.example. A (foreign: ExternalDNS owner cluster-a)',
      'hostmaster: not in the dump of one.example.: off.one.example. A (disabled: not served)',
    ]);
  });

  it('writes it as a master file, JSON and markdown', async () => {
    const master = await dump('--zone', 'two.example.', '--as', 'zone');
    expect(master.stdout).toMatch(
      /^\$ORIGIN two\.example\.\n@\t3600\tIN\tSOA\t.*\n@\t300\tIN\tNS\tns1\.example\.net\.\n/,
    );
    const { zone, rrsets, left } = JSON.parse((await dump('--zone', 'two.example', '--format', 'json')).stdout);
    expect({ zone, types: rrsets.map(({ type }: { readonly type: string }) => type).toSorted(), left }).toEqual({
      zone: 'two.example.',
      types: ['AAAA', 'NS', 'SOA'],
      left: [],
    });
    const markdown = await dump('--zone', 'two.example', '--format', 'markdown');
    expect(markdown.stdout).toMatch(/^```\n---\n[^`]*\n```\n$/);
  });

  it('writes all zones of a target into a folder, which needs no zones in hostmaster.yaml', async () => {
    const all = await dump('--out', 'all');
    expect(all).toMatchObject({
      code: 0,
      stdout:
        'all/0%2F25.2.0.192.in-addr.arpa.yaml: 2 RRsets\nall/one.example.yaml: 3 RRsets\nall/two.example.yaml: 2 RRsets\n',
    });
    expect(read('all/two.example.yaml')).toContain('2001:db8::1');
    const { stdout } = await dump('--zone', 'two.example', 'one.example', '--out', 'some', '--format', 'json');
    expect(JSON.parse(stdout)).toEqual({ files: ['some/one.example.yaml', 'some/two.example.yaml'] });
  });

  it('overwrites nothing but with --force', async () => {
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept/two.example.yaml'), 'mine\n');
    const refused = await dump('--out', 'kept');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe(
      'hostmaster: nothing was written: kept/two.example.yaml exists already; --force overwrites\n',
    );
    expect(read('kept/two.example.yaml')).toBe('mine\n');
    expect(existsSync(join(folder, 'kept/one.example.yaml'))).toBe(false);
    expect(await dump('--out', 'kept', '--force')).toMatchObject({ code: 0 });
    expect(read('kept/two.example.yaml')).toContain('2001:db8::1');
  });

  it.each(['full/below', '/proc/nowhere/below'])('says that it cannot write to %s', async (out) => {
    writeFileSync(join(folder, 'full'), '');
    const { code, stderr } = await dump('--out', out);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^hostmaster: ${out} cannot be written to \\(E[A-Z]+: .*\\); name another folder: --out DIR\n$`),
    );
  });

  it.each([
    [['--zone', 'three.example'], 'pdns does not have the zone three.example.'],
    [[], '3 zones need a folder to go to: --out DIR'],
    [['--target', 'other'], 'dump reads one target: --target NAME'],
    [['--zone', 'a..b'], '--zone a..b: '],
    [['--as', 'json'], "option '--as <form>' argument 'json' is invalid"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stdout, stderr } = await dump(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('says what is wrong with the target', async () => {
    expect(await hostmaster(['dump', '--target', 'pdsn'], { cwd: folder, env: { PDNS_API_KEY: 'x' } })).toMatchObject({
      code: 1,
      stderr: 'hostmaster: --target pdsn: hostmaster.yaml does not have it; it has pdns\n',
    });
    const denied = await hostmaster(['dump', '--target', 'pdns'], {
      cwd: folder,
      env: { PDNS_API_KEY: 'a-wrong-key' },
    });
    expect(denied).toMatchObject({ code: 1, stdout: '' });
    expect(denied.stderr).toMatch(/^hostmaster: pdns: .*401/);
    expect(denied.stderr).not.toContain('a-wrong-key');
    expect((await hostmaster(['dump', '--target', 'pdns'], { cwd: folder })).stderr).toMatch(/PDNS_API_KEY/);
  });
});
