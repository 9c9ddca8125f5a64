import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkZones } from '../../src/rules/index.ts';
import { apex, apexNs, type ZoneOptions, zoneOf } from './zones.ts';

const check = (lines: readonly string[], options: ZoneOptions = {}, zoneNames = [apex]) => {
  const { zones, problems } = checkZones([zoneOf([...apexNs, ...lines], options)], { zoneNames });
  return { zone: zones[0], problems, rules: problems.map(({ rule }) => rule) };
};

const exempt = (rule: string, name: string) => ({ settings: { exempt: [{ rule, name, reason: 'because' }] } });

describe('exempt', () => {
  const loop = ['a CNAME b', 'b CNAME a'];

  it('suppresses a finding by rule and name, and what is exempt is written', () => {
    const { rules, zone } = check(['www 90000 A 192.0.2.1', 'api 90000 A 192.0.2.1'], exempt('ttl-high', 'w*'));
    expect(rules).toEqual(['ttl-high']);
    expect(zone?.quarantined).toEqual([]);
    const { problems, zone: both } = check(loop, exempt('cname-loop', '*'));
    expect(problems).toEqual([]);
    expect(both?.rrsets.length).toBe(3);
  });

  it('of one RRset leaves the others as they are', () => {
    const { zone, problems } = check(loop, exempt('cname-loop', 'a'));
    expect(problems.map(({ line }) => line)).toEqual([4]);
    expect(zone?.quarantined.map(({ name }) => name)).toEqual(['b.example.com.']);
  });

  it('at the apex is the name ""', () => {
    expect(check(['@ MX 10 .'], exempt('null-mx', '')).rules).toEqual([]);
  });

  it('of a rule of the whole zone', () => {
    const zone = zoneOf([], exempt('apex-ns-undeclared', ''));
    expect(checkZones([zone], { zoneNames: [apex] }).problems).toEqual([]);
  });

  it('that many zones share is used if one of them needs it, and is named once if none does', () => {
    const settings = exempt('ttl-high', '**');
    const quiet = zoneOf(apexNs, { ...settings, name: 'a.test.' });
    const high = zoneOf([...apexNs, 'www 90000 A 192.0.2.1'], { ...settings, name: 'b.test.' });
    expect(checkZones([quiet, high], { zoneNames: [] }).problems).toEqual([]);
    const quiet2 = zoneOf(apexNs, { ...settings, name: 'c.test.' });
    expect(checkZones([quiet, quiet2], { zoneNames: [] }).problems.map(({ rule, zone }) => [rule, zone])).toEqual([
      ['exempt-unused', 'a.test.'],
    ]);
  });

  it('is not called unused where the zone could not be read in full', () => {
    expect(check([], { ...exempt('ttl-high', '**'), complete: false }).rules).toEqual([]);
  });
});

describe('lenient', () => {
  it('makes a warning of an error, and the RRset stays', () => {
    const { problems, zone } = check(['@ MX 10 .'], { options: { '@ MX': { lenient: true } } });
    expect(problems.map(({ rule, severity }) => [rule, severity])).toEqual([['null-mx', 'warning']]);
    expect(zone?.quarantined).toEqual([]);
    expect(zone?.rrsets.some(({ type }) => type === 'MX')).toBe(true);
  });

  it('counts at a name only where all of it is lenient', () => {
    const lines = ['www CNAME example.net.', 'www A 192.0.2.1'];
    const one = check(lines, { options: { 'www A': { lenient: true } } });
    expect(one.problems.map(({ severity }) => severity)).toEqual(['error']);
    const both = check(lines, { options: { 'www A': { lenient: true }, 'www CNAME': { lenient: true } } });
    expect(both.problems.map(({ severity }) => severity)).toEqual(['warning']);
  });
});

describe('quarantine', () => {
  it('keeps what the loader put there, in front', () => {
    const earlier = { name: 'x.example.com.', type: 'A', reason: 'r', origin: null };
    const { zone } = check(['@ MX 10 .'], { quarantined: [earlier] });
    expect(zone?.quarantined).toEqual([
      earlier,
      expect.objectContaining({ name: apex, type: 'MX', reason: expect.stringMatching(/^null-mx: example.com. MX/) }),
    ]);
  });

  it('names an RRset once, for the first rule in the list, and reports all', () => {
    const { zone, rules } = check(['www CNAME www', 'www A 192.0.2.1', 'www 2147483648 TXT "x"']);
    expect(rules).toEqual(['cname-coexistence', 'cname-loop', 'ttl-range']);
    expect(zone?.quarantined.map(({ name, type }) => [name, type])).toEqual([['www.example.com.', null]]);
  });

  it('bad input is never missing: what leads to it is not dangling, and its name servers have glue', () => {
    const bad = (name: string, type: string | null) => ({ name, type, reason: 'r', origin: null });
    const quarantined = [
      bad('mail.example.com.', 'A'),
      bad('ns1.sub.example.com.', 'A'),
      bad('lost.example.com.', 'NS'),
      bad('*.wild.example.com.', null),
    ];
    const lines = [
      '@ MX 10 mail',
      'mail TXT "x"',
      'sub NS ns1.sub',
      'sub NS ns2.example.net.',
      'into CNAME www.lost',
      'wild CNAME x.wild',
    ];
    expect(check(lines, { quarantined }).problems).toEqual([]);
    expect(checkZones([zoneOf([], { quarantined: [bad(apex, 'NS')] })], { zoneNames: [] }).problems).toEqual([]);
  });
});

describe('what is answered without being in the zone', () => {
  it.each(['ALIAS lb.example.net.', 'LUA A "return 1"', 'Route53Provider/ALIAS A lb.example.net. false Z2'])(
    'is an address for what leads to it: %s',
    (synthesised) => {
      const lines = ['@ MX 10 mail', `mail ${synthesised}`, '@ NS ns3', `ns3 ${synthesised}`];
      expect(check(lines).problems).toEqual([]);
    },
  );
});

describe('what a file cannot know', () => {
  const lines = ['www CNAME gone', 'sub NS ns1.sub', 'sub NS ns2.example.net.'];

  it('is asked of a zone that is ours alone', () => {
    expect(check(lines).rules).toEqual(['dangling-target', 'missing-glue']);
  });

  it.each([
    ['a part of it did not parse', { complete: false }],
    ['it shares the zone', { settings: { owns: 'listed' as const } }],
    ['the names are ignored', { settings: { ignore: [{ name: 'gone' }, { name: '*.sub', types: ['A'] }] } }],
  ])('is not asked where %s', (_, options) => {
    expect(check(lines, options).rules).toEqual([]);
  });

  it('apex NS of a zone without a file', () => {
    expect(checkZones([zoneOf([], { files: [] })], { zoneNames: [] }).problems).toEqual([]);
  });
});

describe('names', () => {
  it('wildcards answer for what does not exist, and not below what does', () => {
    expect(check(['*.a A 192.0.2.1', 'x CNAME b.a', 'y CNAME c.b.a']).rules).toEqual([]);
    expect(check(['*.a A 192.0.2.1', 'z.b.a A 192.0.2.1', 'y CNAME c.b.a']).rules).toEqual(['dangling-target']);
    expect(check(['x.a A 192.0.2.1', 'y CNAME a']).rules).toEqual(['dangling-target']);
  });

  it('a wildcard CNAME that answers for its own target is a loop', () => {
    const { problems } = check(['*.a CNAME b.a']);
    expect(problems.map(({ rule }) => rule)).toEqual(['cname-loop']);
    expect(problems[0]?.message).toContain('*.a.example.com. → *.a.example.com.');
  });

  it('what leads into a loop is not part of it', () => {
    const { problems } = check(['x CNAME a', 'a CNAME b', 'b ALIAS a']);
    expect(problems.map(({ rule, line }) => [rule, line])).toEqual([
      ['cname-loop', 4],
      ['cname-loop', 5],
    ]);
  });

  it('a mail server behind a wildcard CNAME', () => {
    expect(check(['@ MX 10 mail', '* CNAME example.net.']).rules).toEqual(['target-cname']);
  });

  it('the glue of a configured sub-zone stays in its parent', () => {
    const lines = ['sub NS ns.sub', 'sub NS ns2.example.net.', 'ns.sub A 192.0.2.1', 'ns.sub AAAA 2001:db8::1'];
    expect(check(lines, {}, [apex, 'sub.example.com.', 'example.']).rules).toEqual([]);
    expect(check(['sub NS ns.sub', 'sub NS ns.b.sub'], {}, [apex, 'sub.example.com.']).rules).toEqual([
      'missing-glue',
      'missing-glue',
    ]);
  });

  it('a name server of a sibling delegation needs no glue here', () => {
    const lines = ['a NS ns.b', 'a NS ns2.example.net.', 'b NS ns1.example.net.', 'b NS ns2.example.net.'];
    expect(check(lines).rules).toEqual([]);
  });

  it('a zone of one name part may have its name again', () => {
    expect(checkZones([zoneOf([...apexNs, 'lab A 192.0.2.1'], { name: 'lab.' })], { zoneNames: [] }).problems).toEqual(
      [],
    );
  });

  it('numbers before a reverse zone are names', () => {
    const lines = [...apexNs, 'x CNAME 1.2.0.192', '1.2.0.192 PTR a.example.net.'];
    expect(checkZones([zoneOf(lines, { name: 'in-addr.arpa.' })], { zoneNames: [] }).problems).toEqual([]);
  });

  it('a hint where a target repeats the zone', () => {
    expect(check(['www CNAME a.example.com']).problems[0]?.message).toContain('is a final dot missing?');
  });
});

describe('SPF', () => {
  const spf = (terms: readonly string[]) => `@ TXT "v=spf1 ${terms.join(' ')} -all"`;
  const includes = (count: number) => Array.from({ length: count }, (_, i) => `include:n${i}.example.net`);

  it('ten look-ups are enough', () => {
    expect(check([spf([...includes(10), 'ip4:192.0.2.1', 'ip6:2001:db8::1'])]).rules).toEqual([]);
    expect(check([spf(includes(11))]).rules).toEqual(['spf-lookups']);
  });

  it('includes are followed into other zones here, redirect only without all', () => {
    const here = zoneOf([...apexNs, '@ TXT "v=spf1 redirect=_spf.other.test"']);
    const other = zoneOf([...apexNs, `_spf TXT "v=spf1 ${includes(10).join(' ')} -all"`], { name: 'other.test.' });
    const rules = (zones: Parameters<typeof checkZones>[0]) =>
      checkZones(zones, { zoneNames: [] }).problems.map(({ rule, file }) => [rule, file]);
    expect(rules([here, other])).toEqual([['spf-lookups', 'zones/example.com.yaml']]);
    expect(rules([zoneOf([...apexNs, '@ TXT "v=spf1 redirect=_spf.other.test ~all"']), other])).toEqual([]);
  });

  it('records that include each other end', () => {
    expect(
      check([
        spf(['include:a.example.com']),
        'a TXT "v=spf1 include:b.example.com"',
        'b TXT "v=spf1 include:a.example.com"',
      ]).rules,
    ).toEqual(['spf-lookups', 'spf-lookups', 'spf-lookups']);
  });

  it('a record that is split in two strings is one', () => {
    const long = `v=spf1 ${includes(20).join(' ')} -all`;
    expect(check([`@ TXT "${long.slice(0, 200)}" "${long.slice(200)}"`]).rules).toEqual(['spf-lookups']);
  });
});

it('one value that is too long for any message', () => {
  const strings = Array.from({ length: 300 }, () => `"${'x'.repeat(255)}"`).join(' ');
  const { problems, zone } = check([`big TXT ${strings}`]);
  expect(problems.map(({ rule }) => rule)).toEqual(['rrset-size']);
  expect(zone?.quarantined.length).toBe(1);
});

it('a problem of an exemption is placed where hostmaster.yaml has it', () => {
  const at = { file: 'hostmaster.yaml', line: 7, column: 9 };
  const { problems } = check([], { settings: { exempt: [{ rule: 'x', name: '**', reason: 'y', at }] } });
  expect(problems).toMatchObject([{ rule: 'exempt-unknown-rule', file: 'hostmaster.yaml', line: 7, column: 9 }]);
});

it.each([
  ['rdata-syntax', '"exempt" cannot silence rdata-syntax; docs/rules.md says which rules it can'],
  ['exempt-unused', '"exempt" cannot silence exempt-unused; docs/rules.md says which rules it can'],
  ['spelt-by-nobody', 'unknown rule "spelt-by-nobody" in "exempt"; docs/rules.md lists the rules'],
])('an exemption of %s is told why it is none', (rule, message) => {
  const zone = zoneOf(apexNs, { settings: { exempt: [{ rule, name: '**', reason: 'y' }] } });
  const { problems } = checkZones([zone], { zoneNames: [apex], rulesElsewhere: ['rdata-syntax'] });
  expect(problems).toMatchObject([{ rule: 'exempt-unknown-rule', message: `${apex}: ${message}` }]);
});

it('problems come in the order of files and lines, whatever the order of zones', () => {
  const zones = ['b.test.', 'a.test.'].map((name) =>
    zoneOf(['x 90000 A 192.0.2.1', '@ MX 10 .', '@ NS ns1.example.net.'], { name }),
  );
  const { problems } = checkZones(zones, { zoneNames: [] });
  expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual(
    ['a.test', 'b.test'].flatMap((name) => [1, 2, 3].map((line) => `zones/${name}.yaml:${line}`)),
  );
  expect(checkZones([...zones].reverse(), { zoneNames: [] }).problems).toEqual(problems);
});

describe('any zone', () => {
  const name = fc.constantFrom(
    '@',
    'a',
    'b',
    'a.b',
    '*',
    '*.a',
    'x.a.b',
    '_x._tcp',
    'example.com',
    '1.2.3.4',
    'deep.er.x.a',
  );
  const target = fc.constantFrom('a', 'b', 'a.b', 'x.y.z', '*.a', 'example.net.', '.', '1.2.3.4', 'example.com.');
  const record = fc.oneof(
    fc.tuple(fc.constantFrom('A'), fc.constantFrom('192.0.2.1', '10.0.0.1')),
    fc.tuple(fc.constantFrom('CNAME', 'NS', 'DNAME', 'ALIAS', 'PTR'), target),
    fc.tuple(
      fc.constantFrom('MX'),
      target.map((to) => `10 ${to}`),
    ),
    fc.tuple(
      fc.constantFrom('SRV'),
      target.map((to) => `0 0 1 ${to}`),
    ),
    fc.tuple(
      fc.constantFrom('HTTPS', 'SVCB'),
      fc.tuple(fc.nat(1), target).map(([mode, to]) => `${mode} ${to}`),
    ),
    fc.tuple(fc.constantFrom('TXT'), fc.constantFrom('"v=spf1 include:a.example.com redirect=example.com"', '""')),
    fc.tuple(fc.constantFrom('DS', 'CDS'), fc.constantFrom('1 0 0 00', '1 8 2 abcd')),
    fc.tuple(fc.constantFrom('TYPE65280'), fc.constantFrom('\\# 0', '\\# 1 00')),
  );
  const line = fc.tuple(name, record).map(([owner, [type, rdata]]) => `${owner} ${type} ${rdata}`);

  it('is checked without a throw, and every RRset is either wanted or quarantined', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, complete) => {
        const before = zoneOf([...new Set(lines)], { complete });
        const [after] = checkZones([before], { zoneNames: [apex, 'b.example.com.'] }).zones;
        const kept = new Set(after?.rrsets);
        for (const rrset of before.rrsets) {
          const held = after?.quarantined.some((q) => q.name === rrset.name && (q.type ?? rrset.type) === rrset.type);
          expect(kept.has(rrset)).toBe(!held);
        }
      }),
      { numRuns: 500 },
    );
  });
});
