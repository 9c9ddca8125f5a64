import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, hostmaster, onTerminal, start } from '../command.ts';
import { makeRepository, type Repository, targetOf } from '../faults/target-repository.ts';
import { type ApiRRset, expectPlain, rrset } from '../faults/zone.ts';
import { dig, freePort, type PowerDns, startPowerDns, tempFolder } from '../servers/index.ts';

// The only way by which Hostmaster deletes a zone, on PowerDNS and on the embedded name server.

const zone = 'gone.test.';
const ns = (name: string): ApiRRset => rrset(name, 'NS', `ns1.${name}`, 'ns2.example.net.');
const content = [
  ns(zone),
  rrset(`ns1.${zone}`, 'A', '192.0.2.53'),
  rrset(`www.${zone}`, 'A', '192.0.2.1', '192.0.2.2'),
  rrset(`*.${zone}`, 'TXT', '"a\\"b;c d"'),
  rrset(`app.${zone}`, 'A', '203.0.113.1'),
  rrset(`app.${zone}`, 'TXT', '"heritage=external-dns,external-dns/owner=k8s,external-dns/resource=x"'),
  rrset(`svc.${zone}`, 'HTTPS', '1 . alpn=h2,h3 ipv4hint=192.0.2.1'),
  { ...rrset(`off.${zone}`, 'A', '192.0.2.99'), records: [{ content: '192.0.2.99', disabled: true }] },
];

describe('zone delete on PowerDNS', () => {
  let pdns: PowerDns;
  let repository: Repository;
  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
  });
  afterAll(() => pdns?.stop());
  beforeEach(async () => {
    await pdns.api('DELETE', `/zones/${zone}`);
    await make(zone, content);
    repository = repositoryOf({});
  });

  const make = async (name: string, rrsets: readonly ApiRRset[]) =>
    expect(await pdns.api('POST', '/zones', { name, kind: 'Native', rrsets })).toMatchObject({ status: 201 });
  const repositoryOf = (zones: Readonly<Record<string, Readonly<Record<string, unknown>>>>, more = {}): Repository =>
    makeRepository({ targets: { pdns: targetOf(pdns) }, zones, ...more });
  const isThere = async (name = zone) => (await pdns.api('GET', `/zones/${name}?rrsets=false`)).status === 200;
  /** What the API has but SOA, as a person would compare it. */
  const contentOf = async (name = zone) => {
    const { body } = await pdns.api('GET', `/zones/${name}`);
    const { rrsets } = body as { readonly rrsets: readonly ApiRRset[] };
    return rrsets
      .filter(({ type }) => type !== 'SOA')
      .flatMap(({ records, ttl, type, ...each }) => records.map((r) => `${each.name} ${ttl} ${type} ${r.content}`))
      .toSorted();
  };
  const folder = () => join(repository.folder, 'dumps');
  const run = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await repository.run('zone', 'delete', ...args, '--target', 'pdns');
    expectPlain(pdns, ended);
    return ended;
  };
  const confirmed = (...more: readonly string[]) => run(zone, '--confirm', zone, '--out', folder(), ...more);
  /** Nothing was deleted, and no dump is left. */
  const expectStays = async ({ stdout }: Ended) => {
    expect(stdout).toBe('');
    expect(await isThere()).toBe(true);
    expect(existsSync(folder()) ? readdirSync(folder()) : []).toEqual([]);
  };

  it('writes a dump, deletes the zone, and proves that it is gone', async () => {
    const { code, stdout, stderr } = await confirmed();
    const file = join(folder(), 'gone.test.zone');
    expect({ code, stderr, stdout }).toEqual({
      code: 0,
      stderr: '',
      stdout: `${file}: 8 RRsets\nDeleted gone.test. at pdns.\nVerified: pdns has it no more, 1 name server does not serve it.\n`,
    });
    const dump = readFileSync(file, 'utf8');
    expect(dump).toMatch(
      /^; gone\.test\. as pdns had it at 20\d\d-[\d-]+T[\d:.]+Z, before it was deleted\n\$ORIGIN gone\.test\.\n@\t\d+\tIN\tSOA\t/,
    );
    expect(dump).toContain('www\t300\tIN\tA\t192.0.2.2\n');
    expect(dump).toContain('; disabled: off.gone.test. 300 IN A 192.0.2.99\n');
    expect(await isThere()).toBe(false);
    expect(await dig(pdns.dns, zone, 'SOA')).toMatchObject({ rcode: 'REFUSED' });
  });

  it('leaves a dump that the zone can be made of again', async () => {
    const before = (await contentOf()).filter((line) => !line.startsWith('off.'));
    await confirmed();
    const dump = readFileSync(join(folder(), 'gone.test.zone'), 'utf8');
    repository = repositoryOf({ [zone]: { create: { ns: ['ns1.gone.test.'] } } });
    repository.write('zones/gone.test.zone', dump);
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await contentOf()).toEqual(before);
  });

  it('leaves one of an RRset that is disabled in part', async () => {
    const records = [{ content: '192.0.2.1' }, { content: '192.0.2.9', disabled: true }];
    await pdns.api('PATCH', `/zones/${zone}`, {
      rrsets: [{ ...rrset(`half.${zone}`, 'A'), changetype: 'REPLACE', records }],
    });
    expect(await confirmed()).toMatchObject({ code: 0, stderr: '' });
    const dump = readFileSync(join(folder(), 'gone.test.zone'), 'utf8');
    expect(dump).toContain('\nhalf\t300\tIN\tA\t192.0.2.1\n');
    expect(dump).toContain('\n; disabled: half.gone.test. 300 IN A 192.0.2.9\n');
  });

  it.each([
    ['of it', async () => undefined, 0],
    ['of one that is gone already, as after a kill just then', () => pdns.api('DELETE', `/zones/${zone}`), 1],
  ])('clears what the state knew %s', async (_, before, code) => {
    repository = repositoryOf({ [zone]: { owns: 'listed' }, 'other.test.': { create: { ns: ['ns1.example.net.'] } } });
    repository.write('zones/gone.test.yaml', 'new: {type: A, ttl: 300, value: 192.0.2.7}\n');
    repository.write('zones/other.test.yaml', 'new: {type: A, ttl: 300, value: 192.0.2.7}\n');
    expect(await repository.run('apply', '--yes')).toMatchObject({ code: 0 });
    const known = () => {
      const state = new DatabaseSync(join(repository.folder, 'state.sqlite'));
      const rows = ['settled', 'written', 'orphans', 'leases'].flatMap((table) =>
        state
          .prepare(`SELECT zone FROM ${table}`)
          .all()
          .map((row) => `${table} ${row.zone}`),
      );
      state.close();
      return rows.toSorted();
    };
    expect(known()).toEqual(
      expect.arrayContaining(['settled gone.test.', 'settled other.test.', 'written gone.test.']),
    );
    const config = JSON.parse(repository.read('hostmaster.yaml'));
    const { [zone]: gone, ...rest } = config.zones;
    expect(gone).toMatchObject({ owns: 'listed' });
    repository.write('hostmaster.yaml', JSON.stringify({ ...config, zones: rest }));
    await before();
    expect(await confirmed()).toMatchObject({ code });
    expect(known()).toEqual(['settled other.test.']);
    await pdns.api('DELETE', '/zones/other.test.');
  });

  it('says it in JSON and in markdown', async () => {
    const { stdout } = await confirmed('--format', 'json');
    expect(JSON.parse(stdout)).toEqual({
      zone,
      view: null,
      target: 'pdns',
      dump: join(folder(), 'gone.test.zone'),
      rrsets: 8,
      left: [],
      problems: [],
      verify: { checked: 1, differences: [] },
    });
    await make(zone, content);
    expect((await confirmed('--format', 'markdown', '--out', join(folder(), 'more'))).stdout).toMatch(
      /^```\n.*more\/gone\.test\.zone: 8 RRsets\nDeleted gone\.test\. at pdns\.\nVerified: .*\n```\n$/,
    );
  });

  it('takes the name with and without the final dot', async () => {
    expect(await run('gone.test', '--confirm', 'GONE.test', '--out', folder())).toMatchObject({ code: 0 });
    expect(await isThere()).toBe(false);
  });

  it.each([['gone.tes'], ['www.gone.test'], [''], ['gone..test']])(
    'deletes nothing for --confirm %j',
    async (confirm) => {
      const ended = await run(zone, '--confirm', confirm, '--out', folder());
      expect(ended).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`nothing was deleted: --confirm ${confirm}`),
      });
      await expectStays(ended);
    },
  );

  it('without --confirm prints the exact command, exit 1', async () => {
    const ended = await run('gone.test', '--out', folder());
    await expectStays(ended);
    const command = `hostmaster zone delete gone.test. --target pdns --confirm gone.test. --out ${folder()} --config ${repository.config}`;
    expect(ended).toMatchObject({
      code: 1,
      stderr: `hostmaster: nothing was deleted: pdns holds 8 RRsets of gone.test.; to delete all of them: ${command}\n`,
    });
    const again = await hostmaster(command.split(' ').slice(1), { cwd: repository.folder });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Deleted gone.test. at pdns.') });
  });

  it('on a terminal takes the name as it is typed', async () => {
    const args = ['zone', 'delete', zone, '--target', 'pdns', '--config', repository.config];
    const no = await onTerminal(args, { cwd: repository.folder, env: {} }, 'yes\n');
    expect(no).toMatchObject({ code: 1, stdout: expect.stringContaining('that is not gone.test.') });
    expect(await isThere()).toBe(true);
    const yes = await onTerminal(args, { cwd: repository.folder, env: {} }, 'gone.test\n');
    expect(yes).toMatchObject({ code: 0, stdout: expect.stringContaining('deleted/gone.test.zone: 8 RRsets') });
    expect(await isThere()).toBe(false);
  });

  it('says that the target does not have the zone', async () => {
    const ended = await run('other.test.', '--confirm', 'other.test.', '--out', folder());
    expect(ended).toMatchObject({
      code: 1,
      stderr: 'hostmaster: pdns does not have the zone other.test.: nothing was deleted\n',
    });
    await expectStays(ended);
  });

  it('refuses a zone that hostmaster.yaml has at that target, exit 3', async () => {
    repository = repositoryOf({ [zone]: {} }, { files: { 'gone.test': 'www: {type: A, value: 192.0.2.1}\n' } });
    const named = await confirmed();
    expect(named).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('hostmaster.yaml has the zone gone.test. at pdns; take it out there first'),
    });
    await expectStays(named);
    repository = repositoryOf({ '*': {} }, { files: { 'gone.test': 'www: {type: A, value: 192.0.2.1}\n' } });
    expect(await confirmed()).toMatchObject({ code: 3 });
    repository = repositoryOf({ '*': {} }, { files: { 'other.test': 'www: {type: A, value: 192.0.2.1}\n' } });
    expect(await confirmed()).toMatchObject({ code: 0 });
  });

  it('refuses one that hostmaster.yaml has in a view, whichever target it has it at', async () => {
    const targets = { pdns: targetOf(pdns), try: { provider: 'embedded', listen: '127.0.0.1:0' } };
    const zones = { [zone]: { targets: ['try'] }, 'gone.test@internal': { targets: ['pdns'] } };
    repository = makeRepository({ targets, zones, files: { 'gone.test': 'www: {type: A, value: 192.0.2.1}\n' } });
    const ended = await confirmed();
    expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('has the zone gone.test. at pdns') });
    await expectStays(ended);
  });

  it('takes another target of the same server for the same', async () => {
    const targets = {
      pdns: targetOf(pdns),
      again: targetOf(pdns),
      try: { provider: 'embedded', listen: '127.0.0.1:0' },
    };
    const files = { 'gone.test': 'www: {type: A, value: 192.0.2.1}\n' };
    repository = makeRepository({ targets, zones: { [zone]: { targets: ['again'] } }, files });
    const ended = await confirmed();
    expect(ended).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('at again, which is the same server as pdns'),
    });
    await expectStays(ended);
    repository = makeRepository({ targets, zones: { [zone]: { targets: ['try'] } }, files });
    expect(await confirmed()).toMatchObject({ code: 0 });
  });

  it('refuses while hostmaster.yaml has an error, as nobody knows then what it has', async () => {
    repository = repositoryOf({ 'other.test': { owns: 'some' } });
    const ended = await confirmed();
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/not certain, as it has an error: .*owns/) });
    await expectStays(ended);
  });

  it('refuses a dump that "*" would take for the zone\'s file', async () => {
    repository = repositoryOf({ '*': {} }, { files: { 'other.test': '{}\n' } });
    const ended = await confirmed('--out', join(repository.folder, 'zones'));
    expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('write it elsewhere with --out DIR') });
    expect(readdirSync(join(repository.folder, 'zones'))).toEqual(['other.test.yaml']);
    expect(await isThere()).toBe(true);
  });

  it('writes into a folder that is there, and over no file', async () => {
    mkdirSync(folder());
    writeFileSync(join(folder(), 'gone.test.zone'), 'mine\n');
    const ended = await confirmed();
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('gone.test.zone exists already'),
    });
    expect(readFileSync(join(folder(), 'gone.test.zone'), 'utf8')).toBe('mine\n');
    expect(await isThere()).toBe(true);
    writeFileSync(join(repository.folder, 'file'), '');
    const unwritable = await confirmed('--out', join(repository.folder, 'file', 'below'));
    expect(unwritable).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written') });
    expect(await isThere()).toBe(true);
  });

  it('refuses while it delegates a zone that hostmaster.yaml has, exit 3', async () => {
    await pdns.api('DELETE', `/zones/${zone}`);
    await make(zone, [...content, rrset(`sub.${zone}`, 'NS', 'ns.elsewhere.example.')]);
    repository = repositoryOf({ [`sub.${zone}`]: {} }, { files: { 'sub.gone.test': '{}\n' } });
    const ended = await confirmed();
    expect(ended).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('it delegates sub.gone.test., which hostmaster.yaml has, so gone.test. at pdns'),
    });
    await expectStays(ended);
    repository = repositoryOf({});
    expect(await confirmed()).toMatchObject({ code: 0, stderr: '' });
  });

  describe('with the zone above', () => {
    const above = 'test.';
    beforeEach(async () => {
      await pdns.api('DELETE', `/zones/${above}`);
    });
    afterAll(() => pdns.api('DELETE', `/zones/${above}`));

    it('refuses while that delegates to it, exit 3, but for --allow delegation', async () => {
      await make(above, [ns(above), rrset(zone, 'NS', 'ns2.example.net.')]);
      const ended = await confirmed();
      expect(ended).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('test. at pdns: it delegates gone.test. to ns2.example.net., so'),
      });
      await expectStays(ended);
      const allowed = await confirmed('--allow', 'delegation');
      expect(allowed).toMatchObject({ code: 0, stderr: expect.stringContaining('warning [zone-delegated]') });
      expect(allowed.stdout).toContain('1 name server does not serve it');
      expect(await isThere()).toBe(false);
    });

    it('refuses where nobody can tell whether it has moved, as it has no NS itself', async () => {
      await pdns.api('PATCH', `/zones/${zone}`, {
        rrsets: [{ name: zone, type: 'NS', changetype: 'DELETE' }],
      });
      await make(above, [ns(above), rrset(zone, 'NS', 'ns2.example.net.')]);
      const ended = await confirmed();
      expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('it delegates gone.test. to') });
      await expectStays(ended);
    });

    it('only says so where it delegates to other name servers: the zone has moved', async () => {
      await make(above, [ns(above), rrset(zone, 'NS', 'ns.elsewhere.example.')]);
      const { code, stderr } = await confirmed();
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr:
          'hostmaster: test. at pdns: warning [zone-delegated] it delegates gone.test. to ns.elsewhere.example.\n',
      });
    });

    it('refuses where nobody can read it', async () => {
      const targets = { pdns: targetOf(pdns), down: targetOf({ ...pdns, url: 'http://127.0.0.1:1' }) };
      repository = makeRepository({ targets, zones: { [above]: { targets: ['down'], static: 'none' } } });
      repository.write(
        'hostmaster.yaml',
        JSON.stringify({
          ...JSON.parse(repository.read('hostmaster.yaml')),
          zones: { [above]: { targets: ['down'] } },
        }),
      );
      repository.write('zones/test.yaml', '{}\n');
      const ended = await confirmed();
      expect(ended).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('whether it delegates gone.test. is not known'),
      });
      await expectStays(ended);
    });
  });
});

describe('zone delete on the embedded name server', () => {
  it('deletes while another process serves, which stops answering at once', async () => {
    const folder = tempFolder('embedded-delete');
    const port = await freePort();
    const target = { provider: 'embedded', listen: `127.0.0.1:${port}`, file: 'zones.sqlite', verify_wait: '2s' };
    const zones = { [zone]: { create: { ns: ['ns1.example.net.'] } } };
    const write = (wanted: object) =>
      writeFileSync(
        join(folder, 'hostmaster.yaml'),
        JSON.stringify({ state: 'state.sqlite', targets: { try: target }, zones: wanted }),
      );
    mkdirSync(join(folder, 'zones'));
    writeFileSync(join(folder, 'zones/gone.test.yaml'), 'www: {type: A, ttl: 300, value: 192.0.2.1}\n');
    write({ [zone]: { targets: ['try'], ...zones[zone] } });
    expect(await hostmaster(['apply', '--yes'], { cwd: folder })).toMatchObject({ code: 0 });
    write({});
    const serving = start(['serve'], { cwd: folder });
    await serving.says('try');
    const ended = await hostmaster(['zone', 'delete', zone, '--target', 'try', '--confirm', zone], { cwd: folder });
    expect(ended).toEqual({
      code: 0,
      stderr: '',
      stdout:
        'deleted/gone.test.zone: 3 RRsets\nDeleted gone.test. at try.\nVerified: try has it no more, 1 name server does not serve it.\n',
    });
    expect(await dig({ address: '127.0.0.1', port }, zone, 'SOA')).toMatchObject({ rcode: 'REFUSED' });
    await serving.end('SIGTERM');
    const again = await hostmaster(['zone', 'delete', zone, '--target', 'try', '--confirm', zone, '--out', 'more'], {
      cwd: folder,
    });
    expect(again).toMatchObject({
      code: 1,
      stderr: 'hostmaster: try does not have the zone gone.test.: nothing was deleted\n',
    });
  });
});
