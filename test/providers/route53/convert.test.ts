import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf, contentOf, setOf } from '../../../providers/route53/convert.ts';
import { fromEscapes, nameToAws, rdataToAws } from '../../../providers/route53/escapes.ts';
import { cutChanges, mostCharacters, mostRecords, sizeOf } from '../../../providers/route53/limits.ts';
import { refusedBy } from '../../../providers/route53/refusal.ts';
import { parseName, parseRdata } from '../../../src/provider.ts';
import { change, planned } from './fake.ts';
import { plain } from './outside.ts';

const none = new Map();

describe('escapes', () => {
  it('escapes in names are octal at Route 53 and decimal here', () => {
    expect(parseName(fromEscapes('\\052.w.test.'))).toBe('*.w.test.');
    expect(fromEscapes('"caf\\303\\251 \\"\\\\101\\""')).toBe('"caf\\195\\169 \\"\\\\101\\""');
    expect(rdataToAws('"caf\\195\\169 \\"\\\\101\\""')).toBe('"caf\\303\\251 \\"\\\\101\\""');
    expect(nameToAws('a\\.b.\\032c.test.')).toBe('a\\056b.\\040c.test.');
    expect(rdataToAws('10 a\\"b\\.c.test.')).toBe('10 a\\042b\\056c.test.');
  });

  it.each(['\\9', 'a\\', '"\\1a"', '\\400'])('%s is none', (text) => {
    expect(() => fromEscapes(text)).toThrow('no octal escape');
  });

  it('bring every text and every name back', () => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const escaped = (bytes: Uint8Array) => [...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('');
    fc.assert(
      fc.property(octets, (bytes) => {
        const text = parseRdata('TXT', `"${escaped(bytes)}"`);
        expect(parseRdata('TXT', fromEscapes(rdataToAws(text)))).toBe(text);
        expect(rdataToAws(text)).toMatch(/^[ -~]*$/);
        const target = parseRdata('MX', `10 ${escaped(bytes)}.test.`);
        expect(parseRdata('MX', fromEscapes(rdataToAws(target)))).toBe(target);
      }),
    );
  });
});

describe('what the API lists', () => {
  it('is read without the final dots that AWS leaves out, and kept as it is spelt there', () => {
    const sets = [
      plain('test.', 'NS', 172_800, 'ns-1.awsdns-1.com', 'ns-2.awsdns-2.net'),
      plain('a.test.', 'A', 60, '192.0.2.1', '192.0.2.2'),
      plain('m.test.', 'MX', 60, '10 mx.test'),
      plain('t.test.', 'TXT', 60, '"one" "two"'),
    ];
    const { rrsets, stored, unreadable } = contentOf(sets);
    expect(unreadable).toEqual([]);
    expect(rrsets.map(({ values }) => values.map(({ rdata }) => rdata))).toEqual([
      ['ns-1.awsdns-1.com.', 'ns-2.awsdns-2.net.'],
      ['192.0.2.1', '192.0.2.2'],
      ['10 mx.test.'],
      ['"onetwo"'],
    ]);
    expect([...stored.keys()]).toEqual(['test. NS', 'm.test. MX', 't.test. TXT']);
  });

  it('is left alone with the reason where it is of a kind of its own', () => {
    const policy = (name: string, more: object) => ({
      ...plain(name, 'A', 60, '192.0.2.1'),
      SetIdentifier: 'x',
      ...more,
    });
    const alias = { HostedZoneId: 'Z2', DNSName: 'lb.test.', EvaluateTargetHealth: true };
    const { rrsets, unreadable } = contentOf([
      { Name: 'alias.test.', Type: 'AAAA', AliasTarget: alias, SetIdentifier: 'x', Weight: 1 },
      policy('w.test.', { Weight: 10 }),
      policy('w.test.', { Weight: 0, SetIdentifier: 'y', HealthCheckId: 'h' }),
      policy('l.test.', { Region: 'eu-west-1' }),
      policy('f.test.', { Failover: 'PRIMARY' }),
      policy('g.test.', { GeoLocation: { CountryCode: 'US', SubdivisionCode: 'CA' } }),
      policy('m.test.', { MultiValueAnswer: true }),
      { ...plain('h.test.', 'A', 60, '192.0.2.1'), HealthCheckId: 'h' },
      { ...plain('bad.test.', 'A', 60, 'not an address') },
      { ...plain('odd.test.', 'TXT', 60, '"\\8"') },
    ]);
    expect(rrsets).toEqual([]);
    const one = "a record set of Route 53's own kind: ";
    expect(unreadable.map(({ name, type, why }) => `${name} ${type} ${why}`)).toEqual([
      `alias.test. AAAA ${one}weighted 1 "x" alias of lb.test. in Z2 with its health`,
      `w.test. A 2 record sets of Route 53's own kind: weighted 10 "x", weighted 0 "y" health check h`,
      `l.test. A ${one}latency eu-west-1 "x"`,
      `f.test. A ${one}failover primary "x"`,
      `g.test. A ${one}geolocation US-CA "x"`,
      `m.test. A ${one}multivalue "x"`,
      `h.test. A ${one}health check h`,
      expect.stringMatching(/^bad\.test\. A "not" is not an IPv4 address/),
      expect.stringContaining('odd.test. TXT \\8 is no octal escape'),
    ]);
  });
});

describe('a batch', () => {
  it('deletes what is replaced as it is spelt there, and only if that is what the plan saw', () => {
    const { stored } = contentOf([plain('t.test.', 'TXT', 60, '"one" "two"')]);
    const replace = (before: string) => [change('t.test.', 'TXT', planned(60, [before]), planned(60, ['"x"']))];
    const deleted = (before: string) => batchOf('test.', replace(before), stored)[0]?.ResourceRecordSet;
    expect(deleted('"onetwo"')).toEqual(plain('t.test.', 'TXT', 60, '"one" "two"'));
    expect(deleted('"one"')).toEqual(plain('t.test.', 'TXT', 60, '"one"'));
  });

  it('has every DELETE first, and an UPSERT for what a zone cannot be without', () => {
    const batch = batchOf(
      'test.',
      [
        change('new.test.', 'A', null, planned(60, ['192.0.2.1'])),
        change('test.', 'NS', planned(60, ['a.test.']), planned(60, ['b.test.'])),
        change('old.test.', 'A', planned(60, ['192.0.2.1']), null),
      ],
      none,
    );
    expect(batch.map(({ Action, ResourceRecordSet }) => `${Action} ${ResourceRecordSet?.Name}`)).toEqual([
      'DELETE old.test.',
      'CREATE new.test.',
      'UPSERT test.',
    ]);
  });

  it('is cut within the records and characters that AWS takes, and no name is cut', () => {
    const changes = Array.from({ length: 400 }, (_, i) => {
      const values = (third: number) =>
        planned(
          60,
          [1, 2].map((last) => `10.${third}.${i}.${last}`),
        );
      return [
        change(`n${i}.test.`, 'A', values(1), values(2)),
        change(`n${i}.test.`, 'TXT', null, planned(60, [`"${'x'.repeat(i % 200)}"`])),
      ];
    }).flat();
    const writes = cutChanges('test.', changes, none);
    expect(writes.flat()).toEqual(changes);
    const sizes = writes.map((write) => sizeOf(batchOf('test.', write, none)));
    expect(sizes.every(({ characters, records }) => records <= mostRecords && characters <= mostCharacters)).toBe(true);
    expect(writes.length).toBeLessThan(5);
    const names = writes.flatMap((write) => [...new Set(write.map(({ name }) => name))]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a refusal', () => {
  const changes = [
    change('a.test.', 'A', planned(60, ['192.0.2.1']), planned(60, ['192.0.2.2'])),
    change('\\*.test.', 'TXT', null, planned(60, ['"bad"'])),
    change('*.test.', 'CNAME', null, planned(60, ['b.test.'])),
  ];
  const named = (...said: readonly string[]) => refusedBy(said, changes).map(({ name, type }) => `${name} ${type}`);

  it('is of the changes that its words name', () => {
    const gone = "Tried to delete resource record set [name='a.test.', type='A'] but it was not found";
    expect(named(`[${gone}]`)).toEqual(['a.test. A']);
    expect(
      named(gone, "Tried to create resource record set [name='\\052.test.', type='CNAME'] but it already exists"),
    ).toEqual(['a.test. A', '*.test. CNAME']);
    expect(
      named(
        'RRSet of type CNAME with DNS name \\052.test. is not permitted as it conflicts with other records with the same DNS name in zone test.',
      ),
    ).toEqual(['*.test. CNAME']);
    expect(named("Invalid Resource Record: 'FATAL problem: X encountered with '\"bad\"''")).toEqual([
      `${changes[1]?.name} TXT`,
    ]);
    expect(named('The request is not valid')).toEqual([]);
  });

  it('of a set is of that set as we send it', () => {
    expect(setOf({ name: '*.test.', type: 'A', ...planned(60, ['192.0.2.1']) })).toEqual(
      plain('*.test.', 'A', 60, '192.0.2.1'),
    );
  });
});
