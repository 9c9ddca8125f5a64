import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedServer } from '../../providers/embedded/index.ts';
import type { NameServer } from '../../src/model/ports.ts';
import type { Serving } from '../../src/provider.ts';
import type { ServedRRset } from '../../src/verify/index.ts';
import { askByDns, type VerifyTask, type VerifyZonesOptions, verifyZones } from '../../src/verify/index.ts';
import { type Embedded, putRecords, startEmbedded, zoneOf } from '../providers/embedded/zone.ts';
import { freePort } from '../servers/index.ts';

const zone = 'example.com.';
let first: Embedded;
let second: Embedded;
beforeAll(async () => {
  first = await startEmbedded();
  second = await startEmbedded();
});
afterAll(async () => {
  await first.stop();
  await second.stop();
});
beforeEach(async () => {
  for (const { provider } of [first, second]) {
    await provider.deleteZone(zoneOf(zone));
    await putRecords(provider, zone, [['www', 60, 'A', '192.0.2.1']]);
  }
  await putRecords(first.provider, zone, [['new', 60, 'A', '192.0.2.2']]);
});

const at = (label: string, { serving }: Embedded): NameServer => ({
  label,
  address: serving.address,
  port: serving.port,
});
const rrset = (name: string, type: string, ttl: number, ...values: string[]): ServedRRset => ({
  name: `${name}.${zone}`,
  type,
  ttl,
  values: values.map((rdata) => ({ rdata })),
});
const www = rrset('www', 'A', 60, '192.0.2.1');
const made = rrset('new', 'A', 60, '192.0.2.2');
const work = (parts: Partial<VerifyTask> = {}): VerifyTask => ({
  zone: zoneOf(zone),
  target: 'try',
  nameservers: [at('first', first), at('second', second)],
  rrsets: [www, made],
  wait: 0,
  ...parts,
});
const patient = askByDns();
/** Waits briefly for the one that says nothing, and as long as it takes for the others. */
const ask: VerifyZonesOptions['ask'] = (nameserver, question, signal) =>
  (nameserver.label === 'silent' ? askByDns({ timeoutMs: 100 }) : patient)(nameserver, question, signal);
const options = (parts: Partial<VerifyZonesOptions> = {}): VerifyZonesOptions => ({
  ask,
  now: () => performance.now(),
  sleep: (milliseconds) => pause(milliseconds),
  ...parts,
});

/** A port that takes questions and says nothing. */
const withSilence = async <T>(use: (silent: NameServer, heard: () => number) => Promise<T>): Promise<T> => {
  const socket = createSocket('udp4');
  let heard = 0;
  socket.on('message', () => {
    heard += 1;
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  try {
    return await use({ label: 'silent', address: '127.0.0.1', port: socket.address().port }, () => heard);
  } finally {
    socket.close();
  }
};

describe('verifying zones', () => {
  it('finds nothing where all name servers answer as they should', async () => {
    await putRecords(second.provider, zone, [['new', 60, 'A', '192.0.2.2']]);
    const seen: string[] = [];
    const report = await verifyZones([work()], options({ onProgress: (p) => seen.push(`${p.checked}/${p.total}`) }));
    expect(report).toEqual({ checked: 4, differences: [] });
    expect(seen.at(-1)).toBe('4/4');
  });

  it('reports name server by name server', async () => {
    await putRecords(second.provider, zone, [['other', 60, 'A', '192.0.2.9']]);
    const report = await verifyZones([work()], options());
    expect(report.checked).toBe(4);
    expect(report.differences).toMatchObject([
      { zone, nameserver: 'second', name: `new.${zone}`, type: 'A', expected: ['60 192.0.2.2'], answered: 'NXDOMAIN' },
    ]);
  });

  it('does not wait for a name server where nothing listens, if nothing was written', async () => {
    let pauses = 0;
    const sleep = async (): Promise<void> => {
      pauses += 1;
    };
    const closed = { label: 'closed', address: '127.0.0.1', port: await freePort() };
    const rrsets = [www];
    const own = work({ rrsets, nameservers: [at('first', first), closed], wait: 600_000 });
    const report = await verifyZones([own], options({ sleep }));
    expect(report).toMatchObject({
      checked: 1,
      differences: [{ nameserver: 'closed', kind: 'no_answer', answered: expect.stringContaining('nothing listens') }],
    });
    expect(pauses).toBe(0);
  });

  it('waits for one that may be starting, after a write', async () => {
    let pauses = 0;
    const port = await freePort();
    const started: Serving[] = [];
    const sleep = async (): Promise<void> => {
      pauses += 1;
      const [file, listen] = [`${first.folder}/zones.sqlite`, { address: '127.0.0.1', port }];
      if (pauses === 2) started.push(await startEmbeddedServer({ file, listen }));
    };
    const nameservers = [{ label: 'late', address: '127.0.0.1', port }];
    const before = new Map([[`www.${zone} A`, null]]);
    const own = work({ rrsets: [www], keys: [www], nameservers, before, wait: 600_000 });
    expect(await verifyZones([own], options({ sleep }))).toEqual({ checked: 1, differences: [] });
    expect(pauses).toBe(2);
    await Promise.all(started.map((each) => each.stop()));
  });

  it('says that a name server lags while its serial is older and its answer the one before', async () => {
    const before = new Map([[`new.${zone} A`, null]]);
    const serial = Number((await first.provider.listZones())[0]?.fingerprint) + 5;
    const report = await verifyZones([work({ before, serial })], options());
    expect(report.differences).toMatchObject([{ nameserver: 'second', kind: 'lags' }]);
  });

  it('asks one with an older serial for little more than that until it has the newer one', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
    const lines = names.map((name) => [name, 60, 'A', '192.0.2.3'] as const);
    await putRecords(first.provider, zone, lines);
    const rrsets = names.map((name) => rrset(name, 'A', 60, '192.0.2.3'));
    let rounds = 0;
    let asked = 0;
    const counting: VerifyZonesOptions['ask'] = (nameserver, question) => {
      if (nameserver.label === 'second') asked += 1;
      return ask(nameserver, question);
    };
    const sleep = async (): Promise<void> => {
      rounds += 1;
      if (rounds === 5) await putRecords(second.provider, zone, [...lines, ['more', 60, 'A', '192.0.2.4']]);
    };
    const report = await verifyZones([work({ rrsets, wait: 60_000 })], options({ ask: counting, sleep }));
    expect(report).toEqual({ checked: 100, differences: [] });
    expect({ rounds, asked }).toEqual({ rounds: 5, asked: 5 * 2 + 1 + 50 });
  });

  it('says how old the serial is of a name server that still lags once the wait is over', async () => {
    const rrsets = [www, made, rrset('other', 'A', 60, '192.0.2.9')];
    await putRecords(first.provider, zone, [['other', 60, 'A', '192.0.2.9']]);
    const [zone_serial, serial] = await Promise.all(
      [first, second].map(async ({ provider }) => Number((await provider.listZones())[0]?.fingerprint)),
    );
    const report = await verifyZones([work({ rrsets, wait: 300 })], options());
    const lagging = { nameserver: 'second', kind: 'lags', serial, zone_serial };
    expect(report).toMatchObject({ checked: 6, differences: [lagging, lagging] });
  });

  it('is not misled by a serial that was never served (SOA-EDIT)', async () => {
    const serial = Number((await first.provider.listZones())[0]?.fingerprint) + 1000;
    await putRecords(second.provider, zone, [['new', 60, 'A', '192.0.2.2']]);
    let rounds = 0;
    const sleep = async (): Promise<void> => {
      rounds += 1;
    };
    expect(await verifyZones([work({ serial, wait: 60_000 })], options({ sleep }))).toEqual({
      checked: 4,
      differences: [],
    });
    expect(rounds).toBe(0);
  });

  it('comes to an end where an RRset of the apex is new', async () => {
    const apex: ServedRRset = { name: zone, type: 'TXT', ttl: 60, values: [{ rdata: '"new"' }] };
    const before = new Map([[`${zone} TXT`, null]]);
    await putRecords(first.provider, zone, [['@', 60, 'TXT', '"new"']]);
    const [nameserver] = work().nameservers;
    const nameservers = nameserver === undefined ? [] : [nameserver];
    const report = await verifyZones([work({ nameservers, rrsets: [apex], before })], options());
    expect(report).toEqual({ checked: 1, differences: [] });
  });

  it('waits for what lags, and asks only for that again', async () => {
    const asked: string[] = [];
    const counting: VerifyZonesOptions['ask'] = (nameserver, question) => {
      asked.push(`${nameserver.label} ${question.name} ${question.type}`);
      return ask(nameserver, question);
    };
    let waits = 0;
    const sleep: VerifyZonesOptions['sleep'] = async (milliseconds) => {
      waits += 1;
      if (waits === 2) await putRecords(second.provider, zone, [['new', 60, 'A', '192.0.2.2']]);
      await pause(milliseconds);
    };
    const report = await verifyZones([work({ wait: 60_000 })], options({ ask: counting, sleep }));
    expect(report).toEqual({ checked: 4, differences: [] });
    expect(asked.filter((question) => question === `second www.${zone} A`)).toHaveLength(1);
    expect(asked.filter((question) => question === `second new.${zone} A`).length).toBeGreaterThan(1);
  });

  it('gives up when the wait is over', async () => {
    let time = 0;
    const sleep: VerifyZonesOptions['sleep'] = async (milliseconds) => {
      time += milliseconds;
    };
    const report = await verifyZones([work({ wait: 300 })], options({ now: () => time, sleep }));
    expect(report.differences).toHaveLength(1);
    expect(time).toBeGreaterThanOrEqual(300);
    expect(time).toBeLessThan(3000);
  });

  it('does not wait for long for a name server that is silent, and says how much was not asked', async () => {
    const rrsets = [www, made, ...Array.from({ length: 2000 }, (_, i) => rrset(`n${i}`, 'A', 60, '192.0.2.1'))];
    await withSilence(async (silent, heard) => {
      const report = await verifyZones([work({ nameservers: [silent, at('first', first)], rrsets })], options());
      const lines = report.differences.filter(({ nameserver }) => nameserver === 'silent');
      expect(lines).toMatchObject([{ zone, name: zone, kind: 'no_answer', expected: null }]);
      expect(lines[0]?.answered).toMatch(/timed out.*; 2002 RRsets not asked/);
      expect(heard()).toBe(2);
      expect(report.checked).toBe(2002);
    });
  });

  it('leaves a name server alone that falls silent on the way', async () => {
    await withSilence(async (silent) => {
      let answered = 0;
      const falling: VerifyZonesOptions['ask'] = (nameserver, question) => {
        answered += 1;
        return ask(answered > 100 ? silent : nameserver, question);
      };
      const rrsets = Array.from({ length: 1000 }, (_, i) => rrset(`n${i}`, 'A', 60, '192.0.2.1'));
      const nameservers = [at('first', first)];
      const report = await verifyZones([work({ nameservers, rrsets })], options({ ask: falling, concurrency: 8 }));
      const silence = report.differences.filter(({ kind }) => kind === 'no_answer');
      expect(silence).toHaveLength(1);
      expect(silence[0]?.answered).toMatch(/timed out.*; 901 RRsets not asked/);
      expect(report.checked).toBeLessThan(120);
    });
  });

  it('asks for nothing where a name server does not have the zone', async () => {
    await second.provider.deleteZone(zoneOf(zone));
    const report = await verifyZones([work()], options());
    expect(report.differences).toEqual([
      {
        zone,
        nameserver: 'second',
        name: zone,
        type: 'SOA',
        kind: 'missing',
        expected: null,
        answered: 'REFUSED; 2 RRsets not asked',
        serial: null,
      },
    ]);
  });

  it('proves deletes, under a wildcard too', async () => {
    const nameservers = [at('first', first)];
    const keys = [www, made, rrset('gone', 'A', 60)];
    const still = await verifyZones([work({ nameservers, rrsets: [], keys })], options());
    expect(still.differences.map(({ kind, name }) => `${name} ${kind}`)).toEqual([
      `new.${zone} unexpected`,
      `www.${zone} unexpected`,
    ]);
    await putRecords(first.provider, zone, [['*', 60, 'A', '192.0.2.7']]);
    const wildcard = rrset('*', 'A', 60, '192.0.2.7');
    const proven = await verifyZones(
      [work({ nameservers, rrsets: [wildcard, www, made], keys: [rrset('gone', 'A', 60)] })],
      options(),
    );
    expect(proven).toEqual({ checked: 1, differences: [] });
  });

  it('ends at once when the signal aborts', async () => {
    const report = await verifyZones([work({ wait: 60_000 })], options({ signal: AbortSignal.abort() }));
    expect(report.checked).toBe(0);
    expect(report.differences).toHaveLength(2);
  });
});
