import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../command.ts';
import { dig, type PowerDns, startPowerDns } from '../servers/index.ts';
import { makeRepository, type Repository, targetOf } from './target-repository.ts';
import { apexYaml, contentOf, expectPlain, makeZone, rrset, serialOf } from './zone.ts';

// Invariant 3: what PowerDNS or a rule refuses is never missing from the answers, and the rest of the zone goes through.

const zone = 'refused.test.';

const existing = [
  rrset(`swap.${zone}`, 'A', '192.0.2.1'),
  rrset(`hidden.${zone}`, 'A', '192.0.2.2'),
  { ...rrset(`hidden.${zone}`, 'AAAA'), records: [{ content: '2001:db8::2', disabled: true }] },
  rrset(`bad-value.${zone}`, 'A', '192.0.2.3'),
  rrset(`bad-swap.${zone}`, 'A', '192.0.2.4'),
  rrset(`bad-swap.${zone}`, 'TXT', '"beside it"'),
  rrset(`good-swap.${zone}`, 'A', '192.0.2.5'),
  rrset(`back.${zone}`, 'CNAME', 'www.example.net.'),
  rrset(`changes.${zone}`, 'A', '192.0.2.6'),
  rrset(`goes.${zone}`, 'A', '192.0.2.7'),
];

// PowerDNS reckons a LOC's centimetres in 32 bits; RFC 1876 section 2 goes further.
const high = '0 0 0.001 S 0 0 0.001 W 42849672.95m';

const zoneFile = `${apexYaml}
swap: {type: LOC, ttl: 300, value: '${high}'}
hidden: {type: CNAME, ttl: 300, value: www.example.net.}
far: {type: LOC, ttl: 300, value: '${high}'}
bad-value: {type: A, ttl: 300, value: 192.0.2.300}
bad-swap: {type: CNAME, ttl: 300, values: [one.example.net., two.example.net.]}
good-swap: {type: CNAME, ttl: 300, value: www.example.net.}
back: {type: A, ttl: 300, value: 192.0.2.8}
changes: {type: A, ttl: 300, value: 192.0.2.9}
comes: {type: A, ttl: 300, value: 192.0.2.10}
`;

/** As before. */
const kept = [
  'swap A 300 192.0.2.1',
  'hidden AAAA 300 (2001:db8::2)',
  'bad-value A 300 192.0.2.3',
  'bad-swap A 300 192.0.2.4',
  'bad-swap TXT 300 "beside it"',
];
const written = [
  'hidden CNAME 300 www.example.net.',
  'good-swap CNAME 300 www.example.net.',
  'back A 300 192.0.2.8',
  'changes A 300 192.0.2.9',
  'comes A 300 192.0.2.10',
];

describe('invariant 3: a zone with changes that are refused', () => {
  let pdns: PowerDns;
  let repository: Repository;
  let ended: Ended;

  beforeAll(async () => {
    pdns = await startPowerDns({ backend: 'sqlite' });
    await makeZone(pdns, zone, existing);
    repository = makeRepository({
      targets: { pdns: targetOf(pdns) },
      zones: { [zone]: {} },
      files: { 'refused.test': zoneFile },
      guards: { max_replace_percent: 100 },
    });
    ended = await repository.run('apply', '--yes');
    expectPlain(pdns, ended);
  });
  afterAll(() => pdns?.stop());

  it('exits 1 and names each of them, PowerDNS in its own words', () => {
    const said =
      /pdns refused far\.refused\.test\. LOC \(Record far\.refused\.test\.\/LOC .*\), swap\.refused\.test\. LOC \(Record swap\.refused\.test\.\/LOC /;
    expect(ended.stdout).toMatch(said);
    expect(ended.stdout).toContain(`bad-value.${zone} A: "192.0.2.300" is not an IPv4 address`);
    expect(ended.stdout).toContain(`bad-swap.${zone} CNAME has 2 values`);
    expect(ended.stdout).toContain('9 of 12 changes applied');
    expect(ended.stdout).toContain('all as they should be');
    expect(ended.code).toBe(1);
  });

  it('writes all the others and keeps what exists beside what is refused', async () => {
    expect(await contentOf(pdns, zone)).toEqual([...kept, ...written].sort());
  });

  it('leaves the old RRset of a refused swap answering', async () => {
    const old = { swap: '192.0.2.1', 'bad-value': '192.0.2.3', 'bad-swap': '192.0.2.4' };
    for (const [name, address] of Object.entries(old)) {
      const { answers } = await dig(pdns.dns, `${name}.${zone}`, 'A');
      expect(answers.map(({ rdata }) => rdata)).toEqual([address]);
    }
  });

  it('refuses the same again, and writes nothing', async () => {
    const serial = await serialOf(pdns, zone);
    const again = await repository.run('apply', '--yes');
    expect(again.stdout).toContain(`swap.${zone} LOC (Record`);
    expect(again.code).toBe(1);
    expect(await contentOf(pdns, zone)).toEqual([...kept, ...written].sort());
    expect(await serialOf(pdns, zone)).toBe(serial);
  });
});
