import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startBind, startKnot } from '../../servers/index.ts';
import {
  creating,
  deleting,
  key,
  openProvider,
  type Running,
  readAll,
  shown,
  start,
  statements,
  write,
  zone,
  zoneText,
} from './harness.ts';

// What is no whole zone is an error, and never an empty zone.

describe.each(['BIND', 'Knot'] as const)('%s', (what) => {
  let server: Running;
  beforeAll(async () => {
    server = await start[what]();
  });
  afterAll(() => server.stop());

  it('does not have a zone', async () => {
    const provider = await openProvider(server.dns);
    expect(await provider.read({ name: 'no.test.', view: null })).toEqual({ status: 'missing' });
    expect(await provider.read({ name: 'below.a.test.', view: null })).toEqual({ status: 'missing' });
  });

  it('lists the configured zones that are there', async () => {
    const provider = await openProvider(server.dns, { zones: ['a.test.', 'no.test.'] });
    expect(await provider.listZones()).toEqual([{ name: 'a.test.', fingerprint: '1' }]);
    expect(await (await openProvider(server.dns, { zones: [] })).listZones()).toEqual([]);
  });

  it('is not read again while its SOA is the one that a write of ours left', async () => {
    const provider = await openProvider(server.dns);
    const result = await write(provider, creating('marked.a.test.', 'A', ['192.0.2.1']));
    const fingerprint = result.status === 'applied' ? (result.fingerprint ?? '') : '';
    const mark = await provider.mark?.(zone, 'never');
    if (mark === undefined) throw new Error('there is no mark');
    const later = (since: { readonly fingerprint: string; readonly mark: string }) =>
      openProvider(server.dns).then((other) => other.read(zone, { since }));
    expect(await later({ fingerprint, mark })).toEqual({ status: 'unchanged' });
    expect(await later({ fingerprint, mark: mark.replace(' 86400 ', ' 86401 ') })).toMatchObject({ status: 'read' });
    expect(await later({ fingerprint: String(Number(fingerprint) - 1), mark })).toMatchObject({ status: 'read' });
    await write(provider, deleting('marked.a.test.', 'A', ['192.0.2.1']));
    expect(await later({ fingerprint, mark })).toMatchObject({ status: 'read' });
  });

  it('says what is wrong with a key', async () => {
    const secret = Buffer.from('quite another secret').toString('base64');
    const wrong = await openProvider(server.dns, { secrets: { 'tsig.secret': secret } });
    const error = await wrong.read(zone).catch((each) => each);
    expect(error).toMatchObject({ code: 'TARGET_REFUSED', message: expect.stringContaining('BADSIG') });
    const applied = wrong.apply({ zone, changes: [creating('x.a.test.', 'A', ['192.0.2.1'])], expect: null });
    await expect(applied).rejects.toMatchObject({ code: 'TARGET_REFUSED' });
    const unknown = await openProvider(server.dns, { config: { tsig: { name: 'unknown.' } } });
    await expect(unknown.read(zone)).rejects.toMatchObject({ code: 'TARGET_REFUSED' });
    expect(String(error.message)).not.toContain(secret);
  });

  it('is asked at another primary where the first cannot be reached', async () => {
    const { address, port } = server.dns;
    const provider = await openProvider({ address, port: 9 }, { config: { primaries: [`${address}:${port}`] } });
    expect(shown(await readAll(provider))).toContain('ns1.a.test. A 60 192.0.2.53');
    expect(await write(provider, creating('second.a.test.', 'A', ['192.0.2.1']))).toMatchObject({ status: 'applied' });
    const alone = await openProvider({ address, port: 9 });
    await expect(alone.read(zone)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
    const sent = alone.apply({ zone, changes: [creating('x.a.test.', 'A', ['192.0.2.1'])], expect: null });
    await expect(sent).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });
});

describe('keys of their own for updates and for transfers', () => {
  it('are each taken for one of them alone', async () => {
    const other = { ...key, name: 'transfer.keys.test.', secret: Buffer.alloc(32, 7).toString('base64') };
    const own = `allow-update { key "${key.name}"; }; allow-transfer { key "${other.name}"; };`;
    const text = zoneText(zone.name);
    const bind = await startBind({ keys: [key, other], zones: [{ name: zone.name, text, statements: own }] });
    try {
      const transfer = { name: other.name, algorithm: other.algorithm };
      const secrets = { 'transfer_tsig.secret': other.secret };
      const both = await openProvider(bind.dns, { config: { transfer_tsig: transfer }, secrets });
      expect(await write(both, creating('x.a.test.', 'A', ['192.0.2.1']))).toMatchObject({ status: 'applied' });
      const one = await openProvider(bind.dns);
      await expect(one.read(zone)).rejects.toMatchObject({ code: 'ZONE_UNREADABLE' });
      const swapped = await openProvider(bind.dns, {
        config: { tsig: transfer },
        secrets: { 'tsig.secret': other.secret },
      });
      const refused = { status: 'refused', refused: [{ message: expect.stringContaining('answers REFUSED') }] };
      expect(await write(swapped, creating('y.a.test.', 'A', ['192.0.2.1']))).toMatchObject(refused);
    } finally {
      await bind.stop();
    }
  });
});

describe('a refused transfer', () => {
  it('is an error at BIND', async () => {
    const text = zoneText(zone.name);
    const own = `allow-update { key "${key.name}"; }; allow-transfer { none; };`;
    const bind = await startBind({ keys: [key], zones: [{ name: zone.name, text, statements: own }] });
    try {
      const provider = await openProvider(bind.dns);
      await expect(provider.read(zone)).rejects.toMatchObject({
        code: 'ZONE_UNREADABLE',
        message: expect.stringContaining('allow-transfer'),
      });
    } finally {
      await bind.stop();
    }
  });
});

describe('a signed zone', () => {
  it('of BIND has records of its own beside ours', async () => {
    const own = `${statements} dnssec-policy default; inline-signing no;`;
    const text = zoneText(zone.name, 'www A 192.0.2.1\n');
    const bind = await startBind({ keys: [key], zones: [{ name: zone.name, text, statements: own }] });
    try {
      const provider = await openProvider(bind.dns);
      const types = async () => new Set((await readAll(provider)).rrsets.map(({ type }) => type));
      await expect.poll(types).toContain('RRSIG');
      expect(await write(provider, creating('new.a.test.', 'A', ['192.0.2.2']))).toMatchObject({ status: 'applied' });
      const foreign = [...(await types())].filter((type) => !['SOA', 'NS', 'A'].includes(type));
      expect(foreign.filter((type) => !provider.supports.own_types.includes(type))).toEqual([]);
    } finally {
      await bind.stop();
    }
  });

  it('of Knot has records of its own beside ours', async () => {
    const text = zoneText(zone.name, 'www A 192.0.2.1\n');
    const knot = await startKnot({
      keys: [key],
      zones: [{ name: zone.name, text }],
      zoneSettings: ['dnssec-signing: on', 'zonefile-load: difference'],
    });
    try {
      const provider = await openProvider(knot.dns);
      const types = async () => new Set((await readAll(provider)).rrsets.map(({ type }) => type));
      await expect.poll(types).toContain('RRSIG');
      expect(await write(provider, creating('new.a.test.', 'A', ['192.0.2.2']))).toMatchObject({ status: 'applied' });
      const foreign = [...(await types())].filter((type) => !['SOA', 'NS', 'A'].includes(type));
      expect(foreign.filter((type) => !provider.supports.own_types.includes(type))).toEqual([]);
    } finally {
      await knot.stop();
    }
  });
});

describe('a catalog zone', () => {
  const catalog = (extra: string): string =>
    `$TTL 60\n@ SOA invalid. invalid. 1 3600 600 86400 60\n@ NS invalid.\n${extra}`;
  const listed = async (extra: string) => {
    const zones = [{ name: 'catalog.test.', text: catalog(extra), statements }];
    const bind = await startBind({ keys: [key], zones });
    try {
      const provider = await openProvider(bind.dns, { config: { zones_from: { catalog: 'catalog.test' } } });
      return await provider.listZones();
    } finally {
      await bind.stop();
    }
  };

  it('gives the list of zones', async () => {
    const members = 'version TXT "2"\nx1.zones PTR b.test.\nx2.zones PTR a.test.\ngroup.x1.zones TXT "g"\n';
    expect(await listed(members)).toEqual([
      { name: 'a.test.', fingerprint: null },
      { name: 'b.test.', fingerprint: null },
    ]);
  });

  it.each([
    ['without a version', 'x1.zones PTR b.test.\n', 'version'],
    ['of a version that nobody knows', 'version TXT "3"\nx1.zones PTR b.test.\n', 'version'],
    ['with two zones at one member', 'version TXT "2"\nx1.zones PTR b.test.\nx1.zones PTR a.test.\n', 'several PTR'],
    ['with a zone twice', 'version TXT "2"\nx1.zones PTR b.test.\nx2.zones PTR b.test.\n', 'twice'],
  ])('%s is not used', async (_, extra, why) => {
    await expect(listed(extra)).rejects.toMatchObject({
      code: 'ZONE_UNREADABLE',
      message: expect.stringContaining(why),
    });
  });
});

describe('a transfer server of its own', () => {
  it('is waited for until it has what the primary has', async () => {
    const port = await freePort();
    const own = [
      statements.replace('allow-transfer {', 'allow-transfer { 127.0.0.0/8;'),
      `notify explicit; notify-delay 0; also-notify { 127.0.0.1 port ${port}; };`,
    ].join(' ');
    const text = zoneText(zone.name, 'www A 192.0.2.1\n');
    const primary = await startBind({ keys: [key], zones: [{ name: zone.name, text, statements: own }] });
    const secondary = await startBind({ port, keys: [key], secondaries: [{ name: zone.name, primary: primary.dns }] });
    try {
      const { address: transfer_host, port: transfer_port } = secondary.dns;
      const provider = await openProvider(primary.dns, { config: { transfer_host, transfer_port, timeout: '10s' } });
      await expect.poll(() => provider.read(zone).then(({ status }) => status)).toBe('read');
      const direct = await openProvider(primary.dns);
      await write(direct, creating('by-another.a.test.', 'A', ['192.0.2.9']));
      expect(shown(await readAll(provider))).toContain('by-another.a.test. A 60 192.0.2.9');
    } finally {
      await primary.stop();
      await secondary.stop();
    }
  });
});
