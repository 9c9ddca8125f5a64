import { describe, expect, it } from 'vitest';
import { type Bind, dig, freePort, startBind, startDnsProxy } from '../../servers/index.ts';
import {
  creating,
  key,
  openProvider,
  type Running,
  readAll,
  replacing,
  shown,
  statements,
  write,
  zone,
  zoneText,
} from './harness.ts';

// Answers of BIND that do not say what became of an update.

const www = 'www.a.test.';
const change = replacing(www, 'A', ['192.0.2.1'], ['192.0.2.2']);
const text = zoneText(zone.name, 'www A 192.0.2.1\n');

const bindWith = (more = '', own = statements): Promise<Bind> =>
  startBind({ keys: [key], zones: [{ name: zone.name, text, statements: `${own} ${more}` }] });

const served = async ({ dns }: Running): Promise<readonly string[]> =>
  (await dig(dns, www, 'A')).answers.map(({ rdata }) => rdata);

describe('NOERROR', () => {
  it('of a zone that is signed afterwards (inline-signing) is waited for', async () => {
    const bind = await bindWith('dnssec-policy default; inline-signing yes;');
    try {
      const provider = await openProvider(bind.dns, { config: { timeout: '30s' } });
      const types = async () => (await readAll(provider)).rrsets.map(({ type }) => type);
      await expect.poll(types).toContain('RRSIG');
      const names = Array.from({ length: 600 }, (_, i) => creating(`n${i}.a.test.`, 'A', ['192.0.2.1']));
      expect(await write(provider, ...names)).toMatchObject({ status: 'applied', raced: false });
      expect(await write(provider, change)).toMatchObject({ status: 'applied', raced: false });
      expect(shown(await readAll(provider))).toContain(`${www} A 60 192.0.2.2`);
    } finally {
      await bind.stop();
    }
  });

  it('to a TTL above max-zone-ttl, which BIND cuts, is no race with somebody else', async () => {
    const bind = await bindWith('max-zone-ttl 3600;');
    try {
      const provider = await openProvider(bind.dns);
      const long = [creating('new.a.test.', 'A', ['192.0.2.1'], 7200), creating('beside.a.test.', 'A', ['192.0.2.1'])];
      await expect(write(provider, ...long)).rejects.toMatchObject({
        code: 'WRITE_REFUSED',
        message: expect.stringMatching(/another TTL.*max-zone-ttl.* new\.a\.test\. A of a\.test\.; the rest/),
      });
      expect(shown(await readAll(provider))).toContain('new.a.test. A 3600 192.0.2.1');
    } finally {
      await bind.stop();
    }
  });
});

describe('NOERROR to what BIND leaves out while it counts the serial on', () => {
  it('is a refusal (a DS where nothing is delegated)', async () => {
    const bind = await bindWith();
    try {
      const provider = await openProvider(bind.dns);
      const name = 'ds.a.test.';
      expect(await write(provider, creating(name, 'DS', [`1 13 2 ${'00'.repeat(32)}`]))).toEqual({
        status: 'refused',
        refused: [{ name, type: 'DS', message: expect.stringContaining('answered NOERROR but ignored it') }],
      });
    } finally {
      await bind.stop();
    }
  });
});

describe('SERVFAIL', () => {
  it('of a secondary that has forwarded the update is read back', async () => {
    const own = statements.replace('allow-transfer {', 'allow-transfer { 127.0.0.0/8;');
    const primary = await bindWith('', own);
    const proxy = await startDnsProxy(primary.dns);
    const forwarding = `type secondary; file "forwarding"; allow-update-forwarding { key "${key.name}"; };`;
    const secondary = await startBind({
      keys: [key],
      statements: `zone "${zone.name}" { ${forwarding} primaries { 127.0.0.1 port ${proxy.dns.port}; }; };`,
    });
    try {
      const { address: transfer_host, port: transfer_port } = primary.dns;
      const provider = await openProvider(secondary.dns, { config: { transfer_host, transfer_port } });
      proxy.handle(({ opcode }) => (opcode === 5 ? { kind: 'drop_answer' } : undefined));
      expect(await write(provider, change)).toMatchObject({ status: 'applied', raced: null });
      expect(await served(primary)).toEqual(['192.0.2.2']);
    } finally {
      await secondary.stop();
      await proxy.stop();
      await primary.stop();
    }
  });

  it('without a signature says nothing of the update', async () => {
    const bind = await bindWith();
    const proxy = await startDnsProxy(bind.dns);
    try {
      const provider = await openProvider(proxy.dns);
      const servfail = (answer: Buffer): Buffer => {
        const head = Buffer.alloc(12);
        answer.copy(head, 0, 0, 4);
        head.writeUInt8((head.readUInt8(3) & 0xf0) | 2, 3);
        return head;
      };
      proxy.handle(({ opcode }) => (opcode === 5 ? { kind: 'alter_last', alter: servfail } : undefined));
      await expect(write(provider, change)).rejects.toMatchObject({ code: 'WRITE_UNKNOWN' });
      expect(await served(bind)).toEqual(['192.0.2.2']);
    } finally {
      await proxy.stop();
      await bind.stop();
    }
  });
});

describe('no answer', () => {
  it('is told of the primary that was asked', async () => {
    const bind = await bindWith();
    const proxy = await startDnsProxy(bind.dns);
    const unused = await freePort();
    try {
      const config = { primaries: [`127.0.0.1:${proxy.dns.port}`] };
      const provider = await openProvider({ address: '127.0.0.1', port: unused }, { config });
      proxy.handle(() => ({ kind: 'drop_answer' }));
      await expect(provider.read(zone)).rejects.toMatchObject({
        message: expect.stringContaining(`127.0.0.1 port ${proxy.dns.port}: the connection was closed`),
      });
    } finally {
      await proxy.stop();
      await bind.stop();
    }
  });
});
