import { describe, expect, it } from 'vitest';
import { membersOf } from '../../../providers/rfc2136/catalog.ts';
import { contentAfter, contentOf } from '../../../providers/rfc2136/content.ts';
import { differing, nextSerial, unitsOf } from '../../../providers/rfc2136/convert.ts';
import { settingsOf } from '../../../providers/rfc2136/settings.ts';
import { silentlyIgnored } from '../../../providers/rfc2136/silently-ignored.ts';
import { cutChanges, updateFor } from '../../../providers/rfc2136/split-update.ts';
import { keyOf } from '../../../src/model/rrset.ts';
import type { MessageRecord } from '../../../src/wire/message.ts';
import { creating, deleting, replacing } from './harness.ts';

const record = (name: string, type: string, rdata: string, ttl = 60): MessageRecord => ({
  name,
  type,
  class: 1,
  ttl,
  rdata,
});
const soa = (serial: number) => record('a.test.', 'SOA', `ns1.a.test. h.a.test. ${serial} 1 2 3 4`);
const content = (...records: readonly MessageRecord[]) => contentOf(soa(7), [soa(7), ...records]);
const [one, two] = ['192.0.2.1', '192.0.2.2'] as const;

describe('contentOf', () => {
  it('joins records to RRsets, and lists what it cannot read', () => {
    const { rrsets, unreadable } = content(
      record('w.a.test.', 'A', two),
      record('w.a.test.', 'A', one, 30),
      record('x.a.test.', 'A', '\\# 3 010203'),
      record('y.a.test.', 'TYPE65280', '\\# 3 010203'),
    );
    expect(rrsets.slice(1).map(({ name, ttl, values }) => [name, ttl, values.map(({ rdata }) => rdata)])).toEqual([
      ['w.a.test.', 30, [one, two]],
      ['y.a.test.', 60, ['\\# 3 010203']],
    ]);
    expect(unreadable).toEqual([{ name: 'x.a.test.', type: 'A', why: 'its octets are no rdata of A' }]);
  });

  it('joins the records of an RRset that others stand between', () => {
    const { byKey, rrsets } = content(
      record('w.a.test.', 'A', two),
      record('w.a.test.', 'TXT', '"x"'),
      record('v.a.test.', 'A', one),
      record('w.a.test.', 'A', one, 30),
    );
    expect(rrsets.slice(1).map(keyOf)).toEqual(['w.a.test. A', 'w.a.test. TXT', 'v.a.test. A']);
    expect(byKey().get({ name: 'w.a.test.', type: 'A' })).toMatchObject({
      ttl: 30,
      values: [{ rdata: one }, { rdata: two }],
    });
  });

  it('compares values and TTL, and a SOA without its serial', () => {
    const now = content(record('w.a.test.', 'A', one));
    const changes = [
      replacing('w.a.test.', 'A', [one], [two]),
      replacing('w.a.test.', 'A', [one], [two], 60, 61),
      creating('w.a.test.', 'A', [two]),
      creating('v.a.test.', 'A', [two]),
      deleting('v.a.test.', 'A', [two]),
      replacing('a.test.', 'SOA', ['ns1.a.test. h.a.test. 5 1 2 3 4'], ['ns1.a.test. h.a.test. 5 9 2 3 4']),
    ];
    expect(differing(changes, now, 'before').map((change) => changes.indexOf(change))).toEqual([1, 2, 4]);
  });
});

describe('contentAfter', () => {
  const apex = record('a.test.', 'NS', 'ns1.a.test.');
  const kept = [record('k.a.test.', 'A', one), record('w.a.test.', 'TXT', '"x"')];
  const bad = record('x.a.test.', 'A', '\\# 3 010203');
  const old = [record('w.a.test.', 'A', one), record('w.a.test.', 'A', two, 30)];
  const added = [record('w.a.test.', 'A', two, 90), record('n.a.test.', 'MX', '10 w.a.test.')];
  const before = content(apex, ...kept, ...old, bad);
  const step = (deleted: readonly MessageRecord[], from = 7) => ({ from: soa(from), to: soa(8), deleted, added });
  const known = ({ byKey, records, rrsets, unreadable }: typeof before) => ({
    records: records.slice(1).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    rrsets: rrsets.toSorted((a, b) => (`${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1)),
    keys: byKey().values().map(keyOf).sort(),
    unreadable,
  });

  it('is the zone as a whole transfer would give it', () => {
    const after = contentAfter(before, soa(8), [step([...old, bad])]);
    if (after === null) throw new Error('the steps do not fit');
    expect(known(after)).toEqual(known(contentOf(soa(8), [soa(8), apex, ...kept, ...added])));
    expect(after.records[0]).toEqual(soa(8));
    const gone = contentAfter(after, soa(9), [{ from: soa(8), to: soa(9), deleted: [apex, ...kept], added: [bad] }]);
    expect(gone && known(gone)).toEqual(known(contentOf(soa(9), [soa(9), ...added, bad])));
  });

  it('is none where a step does not fit', () => {
    expect(contentAfter(before, soa(8), [step([record('w.a.test.', 'A', '192.0.2.9')])])).toBeNull();
    expect(contentAfter(before, soa(8), [step(old, 6)])).toBeNull();
  });
});

describe('unitsOf', () => {
  it('asks for what is replaced, and deletes an RRset before it adds all of it', () => {
    const name = 'w.a.test.';
    expect(unitsOf('a.test.', [deleting(name, 'TXT', ['"x"']), replacing(name, 'A', [one], [two], 90)], 8)).toEqual([
      {
        prerequisites: [
          { kind: 'equals', name, type: 'TXT', rdata: ['"x"'] },
          { kind: 'equals', name, type: 'A', rdata: [one] },
        ],
        steps: [
          { kind: 'delete-rrset', name, type: 'TXT' },
          { kind: 'delete-rrset', name, type: 'A' },
          { kind: 'add', name, type: 'A', ttl: 90, rdata: two },
        ],
      },
    ]);
    expect(unitsOf('a.test.', [creating(name, 'A', [one])], 8)).toEqual([
      {
        prerequisites: [{ kind: 'absent', name, type: 'A' }],
        steps: [{ kind: 'add', name, type: 'A', ttl: 60, rdata: one }],
      },
    ]);
  });

  it('never leaves the apex without NS', () => {
    const [{ steps } = { steps: [] }] = unitsOf('a.test.', [replacing('a.test.', 'NS', ['x.', 'y.'], ['y.', 'z.'])], 8);
    expect(steps.map((step) => [step.kind, 'rdata' in step ? step.rdata : ''])).toEqual([
      ['add', 'y.'],
      ['add', 'z.'],
      ['delete-value', 'x.'],
    ]);
  });

  it('counts the serial of a SOA on', () => {
    expect(nextSerial(content())).toBe(8);
    expect(nextSerial(contentOf(soa(0xffff_ffff), [soa(0xffff_ffff)]))).toBe(1);
  });
});

describe('cutChanges', () => {
  it('keeps the order and every name whole, and fills messages', () => {
    const changes = Array.from({ length: 2_000 }, (_, i) => [
      deleting(`n${i}.a.test.`, 'A', [one]),
      creating(`n${i}.a.test.`, 'TXT', [`"${'x'.repeat(100)}"`]),
    ]).flat();
    const writes = cutChanges('a.test.', changes, 65_000);
    expect(writes.flat()).toEqual(changes);
    expect(writes.length).toBeLessThan(7);
    for (const each of writes) {
      expect(each.length % 2).toBe(0);
      expect(updateFor('a.test.', each, content(), { level: 'all', limit: 65_000 })).not.toBeNull();
    }
    expect(updateFor('a.test.', changes, content(), { level: 'all', limit: 65_000 })).toBeNull();
    expect(cutChanges('a.test.', [], 65_000)).toEqual([]);
  });

  it('leaves out the values of what would be too long with them, and holds to the SOA', () => {
    const values = (from: number) => Array.from({ length: 2_500 }, (_, i) => `10.${from}.${i >> 8}.${i & 255}`);
    const change = replacing('pool.a.test.', 'A', values(0), values(1));
    expect(cutChanges('a.test.', [creating('b.a.test.', 'A', [one]), change], 65_000)).toHaveLength(1);
    const update = updateFor('a.test.', [change], content(), { level: 'all', limit: 65_000 });
    expect(update?.prerequisites.map(({ name }) => name)).toEqual(['a.test.']);
    expect(update?.steps).toHaveLength(2_501);
  });

  it('gives a name that no message can hold a write of its own', () => {
    const long = creating(
      'long.a.test.',
      'TXT',
      Array.from({ length: 300 }, (_, i) => `"${i}${'x'.repeat(250)}"`),
    );
    const short = creating('b.a.test.', 'A', [one]);
    const last = creating('c.a.test.', 'A', [one]);
    expect(cutChanges('a.test.', [short, long, last], 65_000)).toEqual([[short], [long], [last]]);
    expect(updateFor('a.test.', [long], content(), { level: 'all', limit: 65_000 })).toBeNull();
  });
});

describe('silentlyIgnored', () => {
  const now = content(
    record('w.a.test.', 'A', one),
    record('c.a.test.', 'CNAME', 'w.a.test.'),
    record('u.a.test.', 'A', one),
    record('u.a.test.', 'LOC', '\\# 2 0101'),
  );
  it.each([
    [
      'a swap beside what cannot be read',
      [deleting('u.a.test.', 'A', [one]), creating('u.a.test.', 'CNAME', ['x.'])],
      1,
    ],
    ['a CNAME beside an A', [creating('w.a.test.', 'CNAME', ['x.'])], 1],
    ['an A beside a CNAME', [creating('c.a.test.', 'A', [one])], 1],
    ['a swap', [deleting('w.a.test.', 'A', [one]), creating('w.a.test.', 'CNAME', ['x.'])], 0],
    ['another CNAME', [replacing('c.a.test.', 'CNAME', ['w.a.test.'], ['x.'])], 0],
    ['the end of the NS', [deleting('a.test.', 'NS', ['x.'])], 1],
    ['the end of a delegation', [deleting('d.a.test.', 'NS', ['x.'])], 0],
  ])('%s', (_, changes, count) => {
    expect(silentlyIgnored('a.test.', changes, now)).toHaveLength(count);
  });
});

describe('membersOf', () => {
  it('reads a catalog of 100,000 zones', () => {
    const members = Array.from({ length: 100_000 }, (_, i) =>
      record(`m${i}.zones.a.test.`, 'PTR', `z${String(i).padStart(6, '0')}.test.`),
    );
    const catalog = content(record('version.a.test.', 'TXT', '"2"'), ...members);
    expect(membersOf('a.test.', catalog)).toEqual(members.map(({ rdata }) => rdata));
  });
});

describe('settingsOf', () => {
  const secret = Buffer.from('a secret of tests').toString('base64');
  const read = (config: Readonly<Record<string, unknown>>, secrets: Readonly<Record<string, string>> = {}) =>
    settingsOf({
      config: { host: 'ns1.a.test', tsig: { name: 'k' }, ...config },
      secrets: { 'tsig.secret': secret, ...secrets },
      folder: '.',
    });

  it('takes defaults', () => {
    const settings = read({});
    expect(settings).toMatchObject({
      primaries: [{ address: 'ns1.a.test', port: 53 }],
      transfer: null,
      timeout: 10_000,
    });
    expect(settings.transferKey).toBe(settings.key);
    expect(JSON.stringify(settings)).not.toContain(secret);
  });

  it('takes other servers and keys', () => {
    const other = { transfer_tsig: { name: 'o', algorithm: 'hmac-sha512' }, transfer_host: '192.0.2.9' };
    const settings = read(
      { ...other, primaries: ['[2001:db8::1]:54', 'b.test:53'] },
      { 'transfer_tsig.secret': secret },
    );
    expect(settings.primaries.slice(1)).toEqual([
      { address: '2001:db8::1', port: 54 },
      { address: 'b.test', port: 53 },
    ]);
    expect(settings.transfer).toEqual({ address: '192.0.2.9', port: 53 });
    expect([settings.key.name, settings.transferKey.name, settings.transferKey.algorithm]).toEqual([
      'k.',
      'o.',
      'hmac-sha512.',
    ]);
    expect(read({ port: 54, transfer_port: 55 }).transfer).toEqual({ address: 'ns1.a.test', port: 55 });
    expect(read({ tls: { pins: ['x'] } }).primaries[0]?.tls).toEqual({ trust: { by: 'pin', pins: ['x'] } });
    expect(read({ tls: {} }).primaries[0]?.tls).toEqual({ trust: { by: 'certificate', name: 'ns1.a.test' } });
  });

  it.each([
    [{ transfer_tsig: { name: 'o' } }, 'transfer_tsig.secret is missing'],
    [{ tsig: { name: 'k', algorithm: 'hmac-md5' } }, '"hmac-md5" is no TSIG algorithm'],
    [{ tsig: { name: 'k', algorithm: 'HMACSHA256' } }, '"HMACSHA256" is no TSIG algorithm'],
    [{ primaries: ['192.0.2.1'] }, 'primaries'],
    [{ primaries: ['192.0.2.1:0'] }, 'primaries'],
    [{ tls: { authorities: 'no-such-file.pem' } }, 'tls.authorities'],
    [{ zones_from: { catalog: 'a..b' } }, 'zones_from.catalog'],
    [{ timeout: 'soon' }, 'timeout'],
  ])('says what cannot be used: %j', (config, message) => {
    expect(() => read(config)).toThrow(message);
  });
});
