import { describe, expect, it } from 'vitest';
import { fromApi, parseContent, toApi, toContent } from '../../../providers/powerdns/convert.ts';
import { changesNamedIn } from '../../../providers/powerdns/refusal.ts';
import { racedBy, serialMoves } from '../../../providers/powerdns/serial.ts';
import { parseRdata } from '../../../src/provider.ts';
import { creating, deleting, replacing } from './harness.ts';

const rrset = (name: string, type: string, contents: readonly (string | [string])[], ttl: unknown = 60) => ({
  name,
  type,
  ttl,
  comments: [],
  records: contents.map((content) =>
    typeof content === 'string' ? { content, disabled: false } : { content: content[0], disabled: true },
  ),
});

describe('what PowerDNS spells in its own way', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '::ffff:192.0.2.1', '::ffff:c000:201'],
    ['AAAA', '::1.2.3.4', '::102:304'],
    ['AAAA', '2001:db8::1', '2001:db8::1'],
    [
      'LOC',
      '0 0 0.000 N 0 0 0.000 E 0.00m 1.00m 10000.00m 10.00m',
      '0 0 0.000 S 0 0 0.000 W 0.00m 1.00m 10000.00m 10.00m',
    ],
    [
      'LOC',
      '10 0 0.000 N 0 0 0.000 E 0.00m 1.00m 10000.00m 10.00m',
      '10 0 0.000 N 0 0 0.000 W 0.00m 1.00m 10000.00m 10.00m',
    ],
    [
      'LOC',
      '10 0 0.000 N 20 0 0.000 E 0.00m 1.00m 10000.00m 10.00m',
      '10 0 0.000 N 20 0 0.000 E 0.00m 1.00m 10000.00m 10.00m',
    ],
    ['CNAME', 'x\\@y\\$z.test.', 'x@y$z.test.'],
    ['RP', 'a\\.b.test. a\\"\\\\.test.', 'a\\.b.test. a"\\\\.test.'],
    ['TXT', '"x\\"y\\\\" "\\200\\@"', '"x\\"y\\\\" "\\200\\@"'],
    ['NAPTR', '1 2 "S" "" "!\\"!\\"!" x\\@y.', '1 2 "S" "" "!\\"!\\"!" x@y.'],
    ['HTTPS', '1 . alpn=h2 ech="AAAA"', '1 . alpn=h2 ech="AAAA"'],
    ['HTTPS', '1 . port=1 dohpath=/q{?dns} ohttp', '1 . port=1 key7="/q{?dns}" key8=""'],
    ['HTTPS', '1 a.test. tls-supported-groups=29,23 key9999="a"', '1 a.test. key9="\\000\\029\\000\\023" key9999="a"'],
    ['TYPE65280', '\\# 0', '\\# 0 '],
    ['TYPE65280', '\\# 2 abcd', '\\# 2 abcd'],
    ['WALLET', '"ab"', '\\# 3 026162'],
  ];
  it.each(cases)('%s %s is %s', (type, rdata, content) => {
    expect(toContent(type, rdata)).toBe(content);
    expect(parseContent(type, content)).toBe(parseRdata(type, rdata));
  });

  it('names a type that it knows by number only as TYPEnnn', () => {
    const { rrsets } = toApi([creating('x.', 'RT', ['1 a.']), creating('x.', 'ADDR', ['\\# 1 00'])], new Map());
    expect(rrsets.map((each) => each.type)).toEqual(['TYPE21', 'TYPE65400']);
  });
});

describe('reading', () => {
  it('keeps what is disabled apart from what is served', () => {
    const { disabled, rrsets } = fromApi([
      rrset('x.test.', 'A', ['192.0.2.2', ['192.0.2.9'], '192.0.2.1']),
      rrset('y.test.', 'AAAA', [['2001:DB8::1']]),
      rrset('ghost.test.', 'A', []),
    ]);
    expect(rrsets).toMatchObject([
      { name: 'x.test.', values: [{ rdata: '192.0.2.1' }, { rdata: '192.0.2.2' }], disabled: ['192.0.2.9'] },
      { name: 'y.test.', values: [], disabled: ['2001:db8::1'] },
    ]);
    expect(rrsets).toHaveLength(2);
    expect([...disabled]).toEqual([
      ['x.test. A', ['192.0.2.9']],
      ['y.test. AAAA', ['2001:DB8::1']],
    ]);
  });

  it('never loses what it cannot read', () => {
    const { rrsets, unreadable } = fromApi([
      rrset('a.test.', 'TKEY', ['\\# 1 00']),
      rrset('b.test.', 'KEY', ['256 3 5 AAAA']),
      rrset('c.test.', 'A', ['192.0.2.1', 'nonsense']),
      rrset('d..test.', 'A', ['192.0.2.1']),
      rrset('e.test.', 'A', ['192.0.2.1'], -5),
      rrset('g.test.', 'ADDR', ['\\# 4 C0000201']),
      rrset('h.test.', 'CNAME', ['x;(y)"z.test.']),
    ]);
    expect(rrsets).toMatchObject([
      { name: 'e.test.', ttl: -5 },
      { name: 'g.test.', type: 'ADDR', values: [{ rdata: '\\# 4 c0000201' }] },
      { name: 'h.test.', type: 'CNAME', values: [{ rdata: 'x\\;\\(y\\)\\"z.test.' }] },
    ]);
    expect(unreadable.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'a.test. TKEY',
      'b.test. KEY',
      'c.test. A',
      'd..test. A',
    ]);
    expect(unreadable.every(({ why }) => why !== '')).toBe(true);
  });

  it.each([[null], [{ odd: true }], [[]], [rrset('f.test.', 'A', ['192.0.2.1'], '60')]])(
    'says what is no RRset at all: %j',
    (member) => {
      expect(() => fromApi([rrset('a.test.', 'A', ['192.0.2.1']), member])).toThrow(/^has what is no RRset/);
    },
  );
});

describe('writing', () => {
  it('puts deletes first and keeps disabled records that are not wanted now', () => {
    const disabled = new Map([['b.test. A', ['192.0.2.8', '192.0.2.9']]]);
    const changes = [
      creating('b.test.', 'A', ['192.0.2.9', '192.0.2.1']),
      deleting('c.test.', 'CNAME'),
      replacing('d.test.', 'MX', ['1 a.'], ['1 b.']),
    ];
    expect(toApi(changes, disabled)).toEqual({
      rrsets: [
        { name: 'c.test.', type: 'CNAME', changetype: 'DELETE' },
        {
          name: 'b.test.',
          type: 'A',
          ttl: 60,
          changetype: 'REPLACE',
          records: [{ content: '192.0.2.9' }, { content: '192.0.2.1' }, { content: '192.0.2.8', disabled: true }],
        },
        { name: 'd.test.', type: 'MX', ttl: 60, changetype: 'REPLACE', records: [{ content: '1 b.' }] },
      ],
    });
  });
});

describe('deleting', () => {
  it('keeps what is disabled, before everything that comes to the name', () => {
    const changes = [creating('b.test.', 'CNAME', ['x.test.']), deleting('b.test.', 'A', ['192.0.2.1'])];
    expect(toApi(changes, new Map([['b.test. A', ['192.0.2.9']]])).rrsets).toEqual([
      {
        name: 'b.test.',
        type: 'A',
        ttl: 60,
        changetype: 'REPLACE',
        records: [{ content: '192.0.2.9', disabled: true }],
      },
      { name: 'b.test.', type: 'CNAME', ttl: 60, changetype: 'REPLACE', records: [{ content: 'x.test.' }] },
    ]);
  });
});

describe('what a 422 names', () => {
  const changes = [
    creating('x.a.test.', 'A', ['192.0.2.1']),
    creating('x.a.test.', 'TXT', ['"a"']),
    creating('x.a.test.', 'CSYNC', ['0 0']),
    creating('x\\@y.a.test.', 'A', ['192.0.2.1']),
    creating('*.w.a.test.', 'MX', ['1 a.']),
    creating('*.*.w.a.test.', 'SRV', ['1 2 3 a.']),
  ];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["Record x.a.test./A '1.2.3.400': Parsing record content (try 'pdnsutil check-zone'): x", ['A']],
    ["Record x.a.test./TXT 'abc': Not in expected format (parsed as '\"abc\"')", ['TXT']],
    ['RRset x.a.test. IN A: Conflicts with pre-existing RRset', ['A']],
    ['RRset x.a.test. IN A has more than one record', ['A']],
    ['RRset X.A.test. IN TYPE62: unknown type given', ['CSYNC']],
    ['Record x.a.test. IN A is not allowed at apex', ['A']],
    ['Duplicate record in RRset x.a.test. IN TXT with content ""a""', ['TXT']],
    ['Duplicate RRset x.a.test. IN TXT with changetype: REPLACE', ['TXT']],
    ["Name 'x.a.test.' contains unsupported characters", ['A', 'TXT', 'CSYNC']],
    ["Name 'x@y.a.test.' contains unsupported characters", ['A']],
    ["Name 'w.a.test.' contains unsupported characters", ['MX']],
    ["Name '*.w.a.test.' contains unsupported characters", ['SRV']],
    ['RRset z.a.test. IN A: Conflicts with pre-existing RRset', []],
    ['something else', []],
  ];
  it.each(cases)('%s', (message, types) => {
    const refused = changesNamedIn(message, changes);
    expect(refused.map((each) => each.type)).toEqual(types);
    expect(refused.every((each) => each.message === message)).toBe(true);
  });
});

describe('what the serial tells', () => {
  it.each([
    ['INCREASE', '', 5, 6, false],
    ['INCREASE', '', 5, 7, true],
    ['INCREASE', '', 2 ** 32 - 1, 0, false],
    ['INCREASE', '', 5, 4, true],
    ['INCREASE', '', 5, 5, true],
    ['DEFAULT', '', 2026112205, 2026112201, true],
    ['DEFAULT', '', 2026112205, 2026112205, true],
    ['DEFAULT', '', 2026112205, 2026112101, true],
    ['DEFAULT', '', 2026112205, 2026112206, false],
    ['DEFAULT', '', 2026112205, 2026112207, true],
    ['DEFAULT', '', 2026112205, 2026112301, null],
    ['DEFAULT', '', 2026112205, 2026112302, true],
    ['SOA-EDIT-INCREASE', '', 5, 7, true],
    ['SOA-EDIT-INCREASE', 'INCEPTION-INCREMENT', 5, 7, null],
    ['EPOCH', '', 5, 6, null],
    ['OFF', '', 5, 5, null],
    ['', '', 5, 5, null],
  ] as const)('%s %s from %i to %i: %s', (soa_edit_api, soa_edit, before, after, raced) => {
    expect(racedBy({ soa_edit_api, soa_edit }, before, after)).toBe(raced);
  });

  it('can be believed for three schemes', () => {
    expect(['DEFAULT', 'Increase', 'SOA-EDIT-INCREASE'].every(serialMoves)).toBe(true);
    expect(['EPOCH', 'OFF', 'SOA-EDIT', ''].some(serialMoves)).toBe(false);
  });
});
