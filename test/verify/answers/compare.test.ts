import { describe, expect, it } from 'vitest';
import type { Answer, AnsweredRecord } from '../../../src/model/ports.ts';
import { zoneTreeOf } from '../../../src/model/zone-tree.ts';
import { compare, type LagEvidence } from '../../../src/verify/answers/compare.ts';
import { expectationsFor } from '../../../src/verify/answers/expectations.ts';
import type { ServedRRset } from '../../../src/verify/index.ts';

const zone = 'example.com.';
const full = (name: string): string => (name === '@' ? zone : `${name}.${zone}`);
const rrset = (name: string, type: string, ttl: number, ...values: string[]): ServedRRset => ({
  name: full(name),
  type,
  ttl,
  values: values.map((rdata) => ({ rdata })),
});

const content = zoneTreeOf(zone, [
  rrset('@', 'SOA', 60, 'ns1.example.com. h.example.com. 1 2 3 4 5'),
  rrset('@', 'NS', 60, 'ns1.example.com.'),
  rrset('www', 'A', 300, '192.0.2.1', '192.0.2.2'),
  rrset('alias', 'CNAME', 60, 'www.example.com.'),
  rrset('a.b', 'A', 60, '192.0.2.3'),
  rrset('*.wild', 'A', 60, '192.0.2.4'),
  rrset('*.wild', 'LUA', 60, 'AAAA "x"'),
  rrset('sub', 'NS', 60, 'ns.sub.example.com.', 'ns.example.net.'),
  rrset('sub', 'DS', 60, '1 8 2 00'),
  rrset('sub', 'TXT', 60, '"occluded"'),
  rrset('ns.sub', 'A', 60, '192.0.2.5'),
  rrset('ns.sub', 'TXT', 60, '"occluded"'),
  rrset('other.sub', 'A', 60, '192.0.2.6'),
  rrset('old', 'DNAME', 60, 'new.example.com.'),
  rrset('x.old', 'A', 60, '192.0.2.7'),
  rrset('lua', 'LUA', 60, 'A "one"', 'A "two"', 'TXT "three"'),
  rrset('lua', 'A', 60, '192.0.2.8'),
  rrset('made', 'ALIAS', 60, 'www.example.net.'),
  rrset('r53', 'Route53Provider/ALIAS', 0, 'A lb.example.net. false Z2'),
]);

const expected = (name: string, type: string, before?: ServedRRset) =>
  expectationsFor(content, { name: full(name), type }, before).map(
    ({ expected: rrsets, match, questions, section }) => [
      section,
      match,
      questions.map((question) => `${question.name.replace(`.${zone}`, '')} ${question.type}`).join(', '),
      rrsets === null ? null : `${rrsets.ttl} ${rrsets.values.join(' ')}`,
    ],
  );

describe('what is expected', () => {
  it.each([
    ['an RRset', 'www', 'A', [['answer', 'exact', 'www A', '300 192.0.2.1 192.0.2.2']]],
    ['a CNAME', 'alias', 'CNAME', [['answer', 'exact', 'alias CNAME', '60 www.example.com.']]],
    ['a wildcard, asked for by its own name', '*.wild', 'A', [['answer', 'exact', '*.wild A', '60 192.0.2.4']]],
    ['the apex NS', '@', 'NS', [['answer', 'exact', 'example.com. NS', '60 ns1.example.com.']]],
    ['a SOA', '@', 'SOA', [['answer', 'exact', 'example.com. SOA', '60 ns1.example.com. h.example.com. 1 2 3 4 5']]],
    ['no SOA that is left to the name server', 'www', 'SOA', []],
    ['a delegation', 'sub', 'NS', [['referral', 'exact', 'sub NS', '60 ns.sub.example.com. ns.example.net.']]],
    ['DS, by the parent', 'sub', 'DS', [['answer', 'exact', 'sub DS', '60 1 8 2 00']]],
    ['glue', 'ns.sub', 'A', [['glue', 'exact', 'ns.sub A', '60 192.0.2.5']]],
    ['nothing else at a zone cut', 'sub', 'TXT', []],
    ['nothing else below a zone cut', 'ns.sub', 'TXT', []],
    ['no addresses below a zone cut that are not glue', 'other.sub', 'A', []],
    ['a DNAME', 'old', 'DNAME', [['answer', 'exact', 'old DNAME', '60 new.example.com.']]],
    ['nothing below a DNAME', 'x.old', 'A', []],
    [
      'LUA, by the types that it answers',
      'lua',
      'LUA',
      [
        ['answer', 'some', 'lua A', null],
        ['answer', 'some', 'lua TXT', null],
      ],
    ],
    ['what stands beside LUA, among others', 'lua', 'A', [['answer', 'includes', 'lua A', '60 192.0.2.8']]],
    ['ALIAS, by A or AAAA', 'made', 'ALIAS', [['answer', 'some', 'made A, made AAAA', null]]],
    ['aliases of Route 53, by their types', 'r53', 'Route53Provider/ALIAS', [['answer', 'some', 'r53 A', null]]],
  ])('%s', (_what, name, type, expectations) => {
    expect(expected(name, type)).toEqual(expectations);
  });

  it.each([
    ['nothing', 'gone', 'A', [['answer', 'none', 'gone A', null]]],
    ['nothing at a name that has other types', 'www', 'TXT', [['answer', 'none', 'www TXT', null]]],
    ['nothing at an empty non-terminal', 'b', 'A', [['answer', 'none', 'b A', null]]],
    ['the wildcard’s values', 'x.wild', 'A', [['answer', 'exact', 'x.wild A', '60 192.0.2.4']]],
    [
      'the wildcard’s values, several parts below',
      'x.y.wild',
      'A',
      [['answer', 'exact', 'x.y.wild A', '60 192.0.2.4']],
    ],
    ['the wildcard’s LUA', 'x.wild', 'AAAA', [['answer', 'some', 'x.wild AAAA', null]]],
    ['no type that the wildcard has not', 'x.wild', 'MX', [['answer', 'none', 'x.wild MX', null]]],
    ['nothing that can be seen below a zone cut', 'gone.sub', 'A', []],
    ['nothing that can be seen below a DNAME', 'gone.old', 'A', []],
    ['nothing that can be told of addresses beside an ALIAS', 'made', 'A', []],
    ['nothing that can be told of what an alias of Route 53 answers', 'r53', 'A', []],
    ['nothing of what it does not answer', 'r53', 'AAAA', [['answer', 'none', 'r53 AAAA', null]]],
    ['nothing of a delegation', 'gone', 'NS', [['answer', 'none', 'gone NS', null]]],
  ])('after a delete: %s', (_what, name, type, expectations) => {
    expect(expected(name, type)).toEqual(expectations);
  });

  it('after a delete of LUA or ALIAS: none of the types that it answered, but for what is there now', () => {
    const lua = rrset('www', 'LUA', 60, 'A "x"', 'AAAA "y"');
    expect(expected('www', 'LUA', lua)).toEqual([
      ['answer', 'exact', 'www A', '300 192.0.2.1 192.0.2.2'],
      ['answer', 'none', 'www AAAA', null],
    ]);
    expect(expected('gone', 'ALIAS', rrset('gone', 'ALIAS', 60, 'x.'))).toHaveLength(2);
    expect(expected('gone', 'LUA')).toEqual([]);
  });
});

const record = (name: string, type: string, ttl: number, rdata: string): AnsweredRecord => ({
  name: full(name),
  type,
  ttl,
  rdata,
});
const answer = (parts: Partial<Answer>): Answer => ({
  status: 'answered',
  rcode: 'NOERROR',
  authoritative: true,
  transport: 'udp',
  answers: [],
  authority: [],
  additional: [],
  ...parts,
});
const soa = record('@', 'SOA', 5, 'ns1.example.com. h.example.com. 1 2 3 4 5');
const soaSaid = (numbers: string) => record('@', 'SOA', 60, `ns1.example.com. h.example.com. ${numbers}`);
const www = ['192.0.2.1', '192.0.2.2'].map((rdata) => record('www', 'A', 300, rdata));
const wwwExpected = ['300 192.0.2.1', '300 192.0.2.2'];

const judge = (name: string, type: string, said: Parameters<typeof compare>[2], lag?: LagEvidence) => {
  const [expectation] = expectationsFor(content, { name: full(name), type });
  const question = expectation?.questions[0];
  if (expectation === undefined || question === undefined) throw new Error('nothing to ask');
  return compare(expectation, question, said, lag);
};

describe('an answer', () => {
  const cutOff = { authoritative: false, authority: [record('sub', 'NS', 60, 'ns.sub.example.com.')] };
  const wholeCut = [...cutOff.authority, record('sub', 'NS', 60, 'ns.example.net.')];
  const wildcards = [record('x.wild', 'A', 60, '192.0.2.4')];
  it.each([
    ['as expected, in any order', 'www', 'A', answer({ answers: [...www].reverse() }), 'ok'],
    ['with one value missing', 'www', 'A', answer({ answers: www.slice(1) }), 'differs'],
    ['with one value more', 'www', 'A', answer({ answers: [...www, record('www', 'A', 300, '192.0.2.9')] }), 'differs'],
    ['with another TTL', 'www', 'A', answer({ answers: www.map((one) => ({ ...one, ttl: 60 })) }), 'differs'],
    ['without authority', 'www', 'A', answer({ answers: www, authoritative: false }), 'differs'],
    ['NODATA for what should be there', 'www', 'A', answer({ authority: [soa] }), 'missing'],
    ['NXDOMAIN for what should be there', 'www', 'A', answer({ rcode: 'NXDOMAIN', authority: [soa] }), 'missing'],
    ['REFUSED for what should be there', 'www', 'A', answer({ rcode: 'REFUSED' }), 'missing'],
    ['a CNAME in place of A', 'www', 'A', answer({ answers: [record('www', 'CNAME', 60, 'x.')] }), 'missing'],
    [
      'a CNAME with its chain',
      'alias',
      'CNAME',
      answer({ answers: [record('alias', 'CNAME', 60, 'www.example.com.'), ...www] }),
      'ok',
    ],
    ['NXDOMAIN for what is gone', 'gone', 'A', answer({ rcode: 'NXDOMAIN', authority: [soa] }), 'ok'],
    ['NODATA for what is gone', 'b', 'A', answer({ authority: [soa] }), 'ok'],
    [
      'a CNAME where A is gone',
      'alias',
      'A',
      answer({ answers: [record('alias', 'CNAME', 60, 'www.example.com.'), ...www] }),
      'ok',
    ],
    ['a SOA with a serial of its own', '@', 'SOA', answer({ answers: [soaSaid('9 2 3 4 5')] }), 'ok'],
    ['a SOA with another minimum', '@', 'SOA', answer({ answers: [soaSaid('1 2 3 4 6')] }), 'differs'],
    ['a SOA with another TTL', '@', 'SOA', answer({ answers: [{ ...soaSaid('1 2 3 4 5'), ttl: 61 }] }), 'differs'],
    ['no SOA', '@', 'SOA', answer({}), 'missing'],
    ['a value of what is gone', 'gone', 'A', answer({ answers: [record('gone', 'A', 60, '192.0.2.1')] }), 'unexpected'],
    ['SERVFAIL for what is gone', 'gone', 'A', answer({ rcode: 'SERVFAIL' }), 'no_answer'],
    [
      'a referral for a delegation that is gone',
      'gone',
      'NS',
      answer({ authoritative: false, authority: [record('gone', 'NS', 60, 'x.')] }),
      'unexpected',
    ],
    ['the wildcard’s for what is gone', 'x.wild', 'A', answer({ answers: wildcards }), 'ok'],
    ['nothing where the wildcard should answer', 'x.wild', 'A', answer({ rcode: 'NXDOMAIN' }), 'missing'],
    ['a whole referral', 'sub', 'NS', answer({ ...cutOff, authority: wholeCut }), 'ok'],
    ['half a referral', 'sub', 'NS', answer(cutOff), 'differs'],
    ['no referral', 'sub', 'NS', answer({ rcode: 'NXDOMAIN', authoritative: false }), 'missing'],
    ['the child zone’s own NS', 'sub', 'NS', answer({ answers: [record('sub', 'NS', 9, 'own.')] }), 'ok'],
    ['glue', 'ns.sub', 'A', answer({ ...cutOff, additional: [record('ns.sub', 'A', 60, '192.0.2.5')] }), 'ok'],
    ['no glue', 'ns.sub', 'A', answer(cutOff), 'missing'],
    ['any value of LUA', 'x.wild', 'AAAA', answer({ answers: [record('x.wild', 'AAAA', 1, '2001:db8::9')] }), 'ok'],
    ['no value of LUA', 'x.wild', 'AAAA', answer({}), 'missing'],
    [
      'more beside LUA',
      'lua',
      'A',
      answer({ answers: [record('lua', 'A', 60, '192.0.2.8'), record('lua', 'A', 5, '192.0.2.9')] }),
      'ok',
    ],
    ['none', 'www', 'A', { status: 'no_answer', reason: 'timed out' } as const, 'no_answer'],
  ])('%s', (_what, name, type, said, kind) => {
    expect(judge(name, type, said).kind).toBe(kind);
  });

  it('is shown beside what was expected', () => {
    expect(judge('www', 'A', answer({ answers: [record('www', 'A', 60, '192.0.2.1')] }))).toEqual({
      kind: 'differs',
      expected: wwwExpected,
      answered: ['60 192.0.2.1'],
    });
    expect(judge('www', 'A', answer({ rcode: 'NXDOMAIN' }))).toMatchObject({ answered: 'NXDOMAIN' });
    expect(judge('www', 'A', answer({}))).toMatchObject({ answered: 'NODATA' });
    expect(judge('www', 'A', answer({ authoritative: false }))).toMatchObject({
      answered: 'NOERROR, not authoritative',
    });
    expect(judge('x.wild', 'AAAA', answer({}))).toMatchObject({ expected: ['any AAAA'] });
    expect(judge('gone', 'A', answer({ answers: [record('gone', 'A', 1, '192.0.2.1')] }))).toMatchObject({
      expected: null,
      answered: ['1 192.0.2.1'],
    });
  });

  const old = rrset('www', 'A', 60, '192.0.2.9');
  const oldAnswer = answer({ answers: [record('www', 'A', 60, '192.0.2.9')] });
  it.each([
    ['the old value, and an older serial', oldAnswer, { behind: true, before: [old] }, 'lags'],
    ['the old value, and the same serial', oldAnswer, { behind: false, before: [old] }, 'differs'],
    [
      'a third value, and an older serial',
      answer({ answers: www.slice(1) }),
      { behind: true, before: [old] },
      'differs',
    ],
    ['nothing where there was nothing, and an older serial', answer({}), { behind: true, before: [null] }, 'lags'],
    ['nothing where there was something', answer({}), { behind: true, before: [old] }, 'missing'],
    ['anything, and an older serial, where nobody knows what was there', answer({}), { behind: true }, 'lags'],
  ] as const)('of a name server that lags: %s', (_what, said, lag, kind) => {
    expect(judge('www', 'A', said, lag).kind).toBe(kind);
  });
});

describe('a SOA', () => {
  const before: ServedRRset = rrset('@', 'SOA', 60, 'ns1.example.com. h.example.com. 1 2 3 4 9');
  it('lags where it is the one before, whatever its serial', () => {
    const said = answer({ answers: [soaSaid('7 2 3 4 9')] });
    expect(judge('@', 'SOA', said, { behind: true, before: [before] })).toEqual({
      kind: 'lags',
      expected: ['60 ns1.example.com. h.example.com. 7 2 3 4 5'],
      answered: ['60 ns1.example.com. h.example.com. 7 2 3 4 9'],
    });
    expect(
      judge('@', 'SOA', answer({ answers: [soaSaid('7 2 3 8 9')] }), { behind: true, before: [before] }).kind,
    ).toBe('differs');
  });
});
