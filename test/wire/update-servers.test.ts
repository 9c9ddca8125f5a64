import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcodeName } from '../../src/wire/codes.ts';
import { exchange } from '../../src/wire/exchange.ts';
import { encodeQuery } from '../../src/wire/message.ts';
import type { TsigKey } from '../../src/wire/tsig-key.ts';
import { encodeUpdate, type Prerequisite, type UpdateStep } from '../../src/wire/update.ts';
import { type DnsAddress, dig, type PowerDns, startBind, startKnot, startPowerDns } from '../servers/index.ts';
import { algorithms, cutAlgorithms, keyFor, ours } from './keys.ts';
import { zoneText } from './zone.ts';

// Our signed UPDATE, in every form that RFC 2136 has, on three servers.

const zone = 'dyn.test.';
const keys = algorithms.map(keyFor);
const main = ours(keyFor('hmac-sha256'));

interface Running {
  readonly dns: DnsAddress;
  stop(): Promise<void>;
}

const bind = (): Promise<Running> => {
  const all = [...keys, ...cutAlgorithms.map(keyFor)];
  const allowed = all.map(({ name }) => `key "${name}";`).join(' ');
  const statements = `allow-update { ${allowed} }; allow-transfer { ${allowed} };`;
  return startBind({ keys: all, zones: [{ name: zone, text: zoneText(zone), statements }] });
};

const knot = (): Promise<Running> => startKnot({ keys, zones: [{ name: zone, text: zoneText(zone) }] });

const powerDns = async (): Promise<Running> => {
  const pdns = await startPowerDns({
    backend: 'sqlite',
    settings: { dnsupdate: 'yes', 'allow-dnsupdate-from': '127.0.0.0/8' },
  });
  await addZone(pdns);
  return pdns;
};

const addZone = async (pdns: PowerDns): Promise<void> => {
  const soa = { content: 'ns1.dyn.test. hostmaster.dyn.test. 1 3600 600 86400 60', disabled: false };
  const rrsets = [{ name: zone, type: 'SOA', ttl: 60, changetype: 'REPLACE', records: [soa] }];
  await pdns.api('POST', '/zones', { name: zone, kind: 'Master', nameservers: ['ns1.dyn.test.'], rrsets });
  for (const { algorithm, name, secret } of keys) {
    await pdns.api('POST', '/tsigkeys', { name: name.slice(0, -1), algorithm, key: secret });
  }
  const metadata = keys.map(({ name }) => name.slice(0, -1));
  await pdns.api('POST', `/zones/${zone}/metadata`, { kind: 'TSIG-ALLOW-DNSUPDATE', metadata });
};

const servers = [
  { what: 'BIND', start: bind, signsBad: true, signs: [...algorithms, ...cutAlgorithms] },
  { what: 'Knot', start: knot, signsBad: true, signs: algorithms },
  { what: 'PowerDNS', start: powerDns, signsBad: false, signs: algorithms },
] as const;

describe.each(servers)('$what', ({ start, signs, signsBad }) => {
  let server: Running;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  const update = async (
    steps: readonly UpdateStep[],
    prerequisites: readonly Prerequisite[] = [],
    key: TsigKey = main,
    now?: () => number,
  ): Promise<string> => {
    const message = encodeUpdate(randomInt(0x10000), { zone, prerequisites, steps });
    return rcodeName((await exchange(server.dns, message, { timeoutMs: 10_000, key, now })).rcode);
  };
  const add = (name: string, rdata: string, type = 'A'): UpdateStep => ({ kind: 'add', name, type, ttl: 60, rdata });
  const served = async (name: string, type = 'A'): Promise<readonly string[]> =>
    (await dig(server.dns, name, type)).answers.map(({ rdata }) => rdata).sort();

  it.each(signs)('takes an UPDATE signed by %s, and its answer is signed by it', async (algorithm) => {
    const name = `${algorithm}.dyn.test.`;
    expect(await update([add(name, '192.0.2.1')], [], ours(keyFor(algorithm)))).toBe('NOERROR');
    expect(await served(name)).toEqual(['192.0.2.1']);
  });

  it('adds, and deletes a value, an RRset and a name', async () => {
    const name = 'steps.dyn.test.';
    const [a, b, c] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const;
    await update([
      add(name, a),
      add(name, b),
      add(name, c),
      add(name, '"text"', 'TXT'),
      add(name, '2001:db8::1', 'AAAA'),
    ]);
    expect(await served(name)).toEqual([a, b, c]);
    expect(await update([{ kind: 'delete-value', name, type: 'A', rdata: b }])).toBe('NOERROR');
    expect(await served(name)).toEqual([a, c]);
    expect(await update([{ kind: 'delete-rrset', name, type: 'A' }, add(name, b)])).toBe('NOERROR');
    expect(await served(name)).toEqual([b]);
    expect(await served(name, 'TXT')).toEqual(['"text"']);
    expect(await update([{ kind: 'delete-name', name }])).toBe('NOERROR');
    expect((await dig(server.dns, name, 'TXT')).rcode).toBe('NXDOMAIN');
  });

  it('holds to each prerequisite', async () => {
    const name = 'held.dyn.test.';
    const absent = 'absent.dyn.test.';
    await update([add(name, '192.0.2.1'), add(name, '192.0.2.2')]);
    const equals = (...rdata: readonly string[]): Prerequisite => ({ kind: 'equals', name, type: 'A', rdata });
    const outcomes: readonly (readonly [Prerequisite, string])[] = [
      [{ kind: 'name-in-use', name }, 'NOERROR'],
      [{ kind: 'name-in-use', name: absent }, 'NXDOMAIN'],
      [{ kind: 'name-not-in-use', name: absent }, 'NOERROR'],
      [{ kind: 'name-not-in-use', name }, 'YXDOMAIN'],
      [{ kind: 'exists', name, type: 'A' }, 'NOERROR'],
      [{ kind: 'exists', name, type: 'TXT' }, 'NXRRSET'],
      [{ kind: 'absent', name, type: 'TXT' }, 'NOERROR'],
      [{ kind: 'absent', name, type: 'A' }, 'YXRRSET'],
      [equals('192.0.2.2', '192.0.2.1'), 'NOERROR'],
      [equals('192.0.2.1'), 'NXRRSET'],
      [equals('192.0.2.1', '192.0.2.2', '192.0.2.3'), 'NXRRSET'],
    ];
    for (const [index, [prerequisite, rcode]] of outcomes.entries()) {
      const proof = `proof${index}.dyn.test.`;
      expect([prerequisite, await update([add(proof, '192.0.2.9')], [prerequisite])]).toEqual([prerequisite, rcode]);
      expect(await served(proof)).toEqual(rcode === 'NOERROR' ? ['192.0.2.9'] : []);
    }
  });

  it('holds to the exact SOA', async () => {
    const [soa = ''] = await served(zone, 'SOA');
    const prerequisite: Prerequisite = { kind: 'equals', name: zone, type: 'SOA', rdata: [soa] };
    expect(await update([add('soa1.dyn.test.', '192.0.2.1')], [prerequisite])).toBe('NOERROR');
    const [next = ''] = await served(zone, 'SOA');
    // PowerDNS moves the serial as SOA-EDIT-DNSUPDATE says, by default for each UPDATE too.
    expect(next).not.toBe(soa);
    expect(await update([add('soa2.dyn.test.', '192.0.2.1')], [prerequisite])).toBe('NXRRSET');
    expect(await served('soa2.dyn.test.')).toEqual([]);
  });

  it('takes rdata of many types, and an answer to a query comes back the same', async () => {
    const name = 'types.dyn.test.';
    const values: readonly (readonly [string, string])[] = [
      ['AAAA', '2001:db8::1'],
      ['MX', '10 ns1.dyn.test.'],
      ['TXT', '"one two; \\"three\\""'],
      ['SRV', '1 2 443 ns1.dyn.test.'],
      ['CAA', '0 issue "ca.example"'],
      ['SSHFP', `1 1 ${'ab'.repeat(20)}`],
      ['TLSA', `3 1 1 ${'cd'.repeat(32)}`],
      ['NAPTR', '1 2 "u" "E2U+sip" "!^.*$!sip:a@b.example!" .'],
    ];
    const unknown = add(name, '\\# 3 010203', 'TYPE65280');
    // PowerDNS 4.7 fails its scan of an UPDATE that has a type it does not know.
    expect(await update([unknown])).toBe(signsBad ? 'NOERROR' : 'FORMERR');
    expect(await served(name, 'TYPE65280')).toEqual(signsBad ? ['\\# 3 010203'] : []);
    expect(await update(values.map(([type, rdata]) => add(name, rdata, type)))).toBe('NOERROR');
    for (const [type, rdata] of values) {
      const query = encodeQuery(randomInt(0x10000), { name, type, class: 1 });
      const { answers } = await exchange(server.dns, query, { timeoutMs: 5_000, key: main });
      expect(answers.map((each) => [each.name, each.type, each.ttl, each.rdata])).toEqual([[name, type, 60, rdata]]);
    }
  });

  it('refuses a key it does not know and a wrong secret, and the error has no secret', async () => {
    const unknown = ours({ ...keyFor('hmac-sha256'), name: 'unknown.keys.test.' });
    const secret = Buffer.from('quite another secret').toString('base64');
    const wrong = ours({ ...keyFor('hmac-sha256'), secret });
    const outcomes = [];
    for (const key of [unknown, wrong]) {
      const error = await update([add('no.dyn.test.', '192.0.2.1')], [], key).then(String, (each) => each);
      outcomes.push([error.fault, error.tsig, error.rcode, error.sent]);
      expect(JSON.stringify([error.message, error, key])).not.toContain(secret);
    }
    const fault = (tsig: string) =>
      signsBad ? ['tsig', tsig, 'NOTAUTH', true] : ['refused', null, expect.any(String), true];
    expect(outcomes).toEqual([fault('BADKEY'), fault('BADSIG')]);
    expect(await served('no.dyn.test.')).toEqual([]);
  });

  it('says what its clock is where ours is wrong', async () => {
    const late = (): number => Date.now() - 3_600_000;
    const error = await update([add('late.dyn.test.', '192.0.2.1')], [], main, late).then(String, (each) => each);
    if (signsBad) {
      expect(error).toMatchObject({ fault: 'tsig', tsig: 'BADTIME', rcode: 'NOTAUTH' });
      expect(Math.abs(error.serverTime - Date.now() / 1000)).toBeLessThan(30);
      expect(error.message).toMatch(/clock is 3\d\d\d s ahead of ours/);
    } else expect(error).toMatchObject({ fault: 'refused' });
    expect(await served('late.dyn.test.')).toEqual([]);
  });
});
