import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../../src/wire/exchange.ts';
import type { MessageRecord } from '../../src/wire/message.ts';
import { applySteps } from '../../src/wire/steps.ts';
import { type TransferOptions, transferChanges, transferZone } from '../../src/wire/transfer.ts';
import { encodeUpdate, type UpdateStep } from '../../src/wire/update.ts';
import { run } from '../servers/child.ts';
import { type DnsAddress, startBind, startKnot, startNsd, startPowerDns } from '../servers/index.ts';
import { algorithms, keyFor, ours } from './keys.ts';
import { manyAddresses, zoneText } from './zone.ts';

// AXFR and IXFR from real servers, with TSIG.

const zone = 'big.test.';
const count = 10_000;
const text = zoneText(zone, manyAddresses(count));
const keys = algorithms.map(keyFor);
const main = ours(keyFor('hmac-sha256'));

interface Running {
  readonly dns: DnsAddress;
  stop(): Promise<void>;
}

const allowed = keys.map(({ name }) => `key "${name}";`).join(' ');
const statements = `allow-update { ${allowed} }; allow-transfer { ${allowed} };`;
const servers = [
  {
    what: 'BIND',
    start: (): Promise<Running> => startBind({ keys, zones: [{ name: zone, text, statements }] }),
    rcode: 'REFUSED',
  },
  { what: 'Knot', start: (): Promise<Running> => startKnot({ keys, zones: [{ name: zone, text }] }), rcode: 'NOTAUTH' },
] as const;

const serialOf = (soa: MessageRecord): number => Number(soa.rdata.split(' ')[2]);
const shown = (records: readonly MessageRecord[]): readonly string[] =>
  records.map(({ name, rdata, ttl, type }) => `${name} ${ttl} ${type} ${rdata}`).sort();

describe.each(servers)('$what', ({ rcode, start, what }) => {
  let server: Running;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  const axfr = (options: TransferOptions) => transferZone(server.dns, zone, { timeoutMs: 20_000, ...options });
  const update = (steps: readonly UpdateStep[]) =>
    exchange(server.dns, encodeUpdate(randomInt(0x10000), { zone, prerequisites: [], steps }), {
      timeoutMs: 10_000,
      key: main,
    });

  it('gives a zone of 10,000 records by AXFR with TSIG, as dig has it', async () => {
    const { bytes, outOfZone, records, soa } = await axfr({ key: main });
    expect([records.length, outOfZone, soa.rdata.split(' ')[0]]).toEqual([count + 3, 0, 'ns1.big.test.']);
    expect(bytes).toBeGreaterThan(count * 16);
    const { name, secret } = keyFor('hmac-sha256');
    const at = ['@127.0.0.1', '-p', String(server.dns.port), '-y', `hmac-sha256:${name}:${secret}`];
    const lines = (await run(['dig', '-r', ...at, zone, 'AXFR', '+noall', '+answer'])).trim().split('\n').slice(0, -1);
    const theirs = lines.map((line) => line.replace(/^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/, '$1 $2 $3 $4')).sort();
    expect(shown(records)).toEqual(theirs);
  });

  it.each(algorithms)('signs a transfer by %s', async (algorithm) => {
    expect((await axfr({ key: ours(keyFor(algorithm)) })).records).toHaveLength(count + 3);
  });

  it('refuses without a key, and with one that it does not know', async () => {
    await expect(axfr({})).rejects.toMatchObject({ fault: 'refused', rcode });
    const unknown = ours({ ...keyFor('hmac-sha256'), name: 'unknown.' });
    await expect(axfr({ key: unknown })).rejects.toMatchObject({ fault: 'tsig', tsig: 'BADKEY' });
    await expect(transferZone(server.dns, 'no.test.', { key: main })).rejects.toMatchObject({
      fault: 'refused',
      rcode: 'NOTAUTH',
    });
  });

  it('gives by IXFR what has changed, or that nothing has', async () => {
    const zoneBefore = await axfr({ key: main });
    const before = zoneBefore.soa;
    const since = (serial: number) => transferChanges(server.dns, zone, serial, { key: main });
    expect(await since(serialOf(before))).toMatchObject({ kind: 'current', soa: { rdata: before.rdata } });
    await update([
      { kind: 'delete-rrset', name: 'host0.big.test.', type: 'A' },
      { kind: 'add', name: 'new.big.test.', type: 'TXT', ttl: 30, rdata: '"new"' },
    ]);
    await update([
      { kind: 'delete-rrset', name: 'host1.big.test.', type: 'A' },
      { kind: 'add', name: 'host1.big.test.', type: 'A', ttl: 90, rdata: '10.0.0.1' },
    ]);
    const changes = await since(serialOf(before));
    if (changes.kind !== 'steps') throw new Error(`${what} gave ${changes.kind}`);
    expect(changes.steps.map(({ added, deleted }) => [shown(deleted), shown(added)])).toEqual([
      [['host0.big.test. 60 A 10.0.0.0'], ['new.big.test. 30 TXT "new"']],
      [['host1.big.test. 60 A 10.0.0.1'], ['host1.big.test. 90 A 10.0.0.1']],
    ]);
    expect(changes.steps.map(({ from }) => serialOf(from))).toEqual([
      serialOf(before),
      serialOf(changes.steps[0]?.to ?? before),
    ]);
    const after = await axfr({ key: main });
    expect(after.soa).toEqual(changes.soa);
    expect(shown(applySteps(zoneBefore.records, changes.steps) ?? [])).toEqual(shown(after.records));
  });

  it('gives all of the zone where it has no steps from that serial', async () => {
    const old = await transferChanges(server.dns, zone, 4_000_000_000, { key: main });
    expect(old.kind === 'zone' ? old.records.length : old).toBe(count + 3);
  });
});

describe('BIND, one record a message', () => {
  it('gives the zone in 1,003 messages, each of them signed', async () => {
    const own = zoneText('one.test.', manyAddresses(1_000));
    const zones = [{ name: 'one.test.', text: own, statements }];
    const bind = await startBind({ keys, zones, options: 'transfer-format one-answer;' });
    try {
      const { records } = await transferZone(bind.dns, 'one.test.', { key: main, timeoutMs: 20_000 });
      expect(records).toHaveLength(1_003);
    } finally {
      await bind.stop();
    }
  });
});

describe('PowerDNS', () => {
  it('gives its zone by AXFR, and to IXFR all of it', async () => {
    const pdns = await startPowerDns({ backend: 'sqlite' });
    try {
      await pdns.api('POST', '/zones', { name: zone, kind: 'Master', nameservers: ['ns1.big.test.'] });
      const { records, soa } = await transferZone(pdns.dns, zone);
      expect(records.map(({ type }) => type)).toEqual(['SOA', 'NS']);
      expect(await transferChanges(pdns.dns, zone, serialOf(soa))).toMatchObject({ kind: 'current' });
      expect(await transferChanges(pdns.dns, zone, serialOf(soa) - 1)).toMatchObject({ kind: 'zone', records });
      const { algorithm, name, secret } = keyFor('hmac-sha512');
      await pdns.api('POST', '/tsigkeys', { name: name.slice(0, -1), algorithm, key: secret });
      await pdns.api('PUT', `/zones/${zone}`, { master_tsig_key_ids: [name] });
      expect((await transferZone(pdns.dns, zone, { key: ours(keyFor('hmac-sha512')) })).records).toEqual(records);
      await expect(transferZone(pdns.dns, zone, { key: main })).rejects.toMatchObject({ fault: 'refused' });
      await expect(transferZone(pdns.dns, 'no.test.')).rejects.toMatchObject({ fault: 'refused' });
    } finally {
      await pdns.stop();
    }
  });
});

describe('NSD', () => {
  it('gives its zone by AXFR with TSIG', async () => {
    const nsd = await startNsd({ keys, zones: [{ name: zone, text }] });
    try {
      const { records, soa } = await transferZone(nsd.dns, zone, { key: main });
      expect(records).toHaveLength(count + 3);
      expect(await transferChanges(nsd.dns, zone, serialOf(soa), { key: main })).toMatchObject({ kind: 'current' });
      await expect(transferZone(nsd.dns, zone)).rejects.toMatchObject({ fault: 'refused' });
    } finally {
      await nsd.stop();
    }
  });
});
