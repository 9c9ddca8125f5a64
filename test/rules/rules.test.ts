import { describe, expect, it } from 'vitest';
import { parseName } from '../../src/model/name.ts';
import { checkZones, rules } from '../../src/rules/index.ts';
import { faultyZones } from './faulty.ts';
import { apex, apexNs, zoneOf } from './zones.ts';

const good = [
  '@ MX 10 mail',
  'mail A 192.0.2.1',
  'mail AAAA 2001:db8::1',
  'www CNAME mail',
  '*.dyn CNAME www',
  'x CNAME y.dyn',
  'sub NS ns1.sub',
  'sub NS ns2.example.net.',
  `sub DS 1 13 2 ${'ab'.repeat(32)}`,
  'ns1.sub A 192.0.2.2',
  'into CNAME some.where.sub',
  'moved DNAME example.net.',
  'moved2 CNAME a.moved',
  '_sip._tcp SRV 0 0 5060 mail',
  '_no._tcp SRV 0 0 0 .',
  'nomail MX 0 .',
  '@ TXT "v=spf1 mx include:example.net -all"',
  '@ TXT "v=spf10 is another"',
  '@ CAA 0 issue ";"',
  '@ CAA 128 issue "ca.example.net; account=1"',
  '@ CAA 0 iodef "mailto:a@example.net"',
  '@ HTTPS 1 . alpn=h2',
  'cdn HTTPS 0 mail',
  `_25._tcp TLSA 3 1 1 ${'ab'.repeat(32)}`,
  `mail SSHFP 4 2 ${'ab'.repeat(32)}`,
  '@ CDS 0 0 0 00',
  'example A 192.0.2.9',
];

it('a good zone has no problem and stays as it is', () => {
  const zone = zoneOf([...apexNs, ...good]);
  const checked = checkZones([zone], { zoneNames: [apex] });
  expect(checked.problems).toEqual([]);
  expect(checked.zones).toEqual([zone]);
});

describe('each rule', () => {
  it.each(faultyZones)('$rule: $what', ({ rule, lines, settings, zoneNames, quarantined, ownNs }) => {
    const zone = zoneOf(ownNs ? lines : [...lines, ...apexNs], settings === undefined ? {} : { settings });
    const { zones, problems } = checkZones([zone], { zoneNames: zoneNames ?? [apex] });
    expect([...new Set(problems.map((problem) => problem.rule))]).toEqual([rule]);
    const row = rules.find(({ id }) => id === rule);
    for (const problem of problems) {
      expect(problem.severity).toBe(row?.severity);
      expect(problem.message).toMatch(/^\S.{20,400}\S$/);
      expect(problem.message).not.toMatch(/undefined|null[^ ]|\[object/);
    }
    const absolute = (quarantined ?? []).map((entry) => {
      const [name = '', type] = entry.split(' ');
      return [name === '@' ? apex : parseName(name, apex), type === '*' ? null : type];
    });
    expect(zones[0]?.quarantined.map(({ name, type }) => [name, type])).toEqual(absolute);
    for (const [name, type] of absolute) {
      expect(zones[0]?.rrsets.filter((r) => r.name === name && (type === null || r.type === type))).toEqual([]);
    }
    const kept = new Set(zones[0]?.rrsets);
    const gone = zone.rrsets.filter((rrset) => !kept.has(rrset));
    for (const rrset of gone) expect(absolute.some(([name]) => name === rrset.name)).toBe(true);
  });

  it('is broken by one of these zones at least', () => {
    expect([...new Set(faultyZones.map(({ rule }) => rule))].sort()).toEqual(rules.map(({ id }) => id).sort());
  });

  it('does not mind that its zone is beside a good one', () => {
    const zone = zoneOf([...apexNs, ...good]);
    const bad = faultyZones.map(({ lines, settings }, i) =>
      zoneOf(lines, { name: `z${i}.test.`, ...(settings === undefined ? {} : { settings }) }),
    );
    const { zones } = checkZones([...bad, zone], { zoneNames: [apex] });
    expect(zones.at(-1)).toBe(zone);
  });
});

it('every message, so that a change of one is seen', () => {
  const messages = faultyZones.map(({ lines, ownNs, settings, zoneNames }) => {
    const zone = zoneOf(ownNs ? lines : [...lines, ...apexNs], settings === undefined ? {} : { settings });
    const { problems } = checkZones([zone], { zoneNames: zoneNames ?? [apex] });
    return problems.map((p) => `${p.severity} ${p.rule} ${p.file}:${p.line}: ${p.message}`);
  });
  expect(messages.flat().join('\n')).toMatchSnapshot();
});
