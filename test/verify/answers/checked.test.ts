import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/model/ports.ts';
import { zoneTreeOf } from '../../../src/model/zone-tree.ts';
import { compare, type LagEvidence } from '../../../src/verify/answers/compare.ts';
import { expectationsFor } from '../../../src/verify/answers/expectations.ts';
import type { ServedRRset } from '../../../src/verify/index.ts';

// What a health-checked name may answer.

const zone = 'example.com.';
const name = `www.${zone}`;
const four = ['192.0.2.1', '192.0.2.2'];
const six = ['2001:db8::1'];
const lua = (whenAllDown: readonly string[]): ServedRRset => ({
  name,
  type: 'LUA',
  ttl: 60,
  values: [{ rdata: 'A "one"' }, { rdata: 'AAAA "two"' }],
  checked: [
    { type: 'A', addresses: four, whenAllDown },
    { type: 'AAAA', addresses: six, whenAllDown: six },
  ],
});
const open = lua(four);
const closed = lua([]);
const backup = lua(['192.0.2.8', '192.0.2.9']);
const plain = (type: string, ...values: readonly string[]): ServedRRset => ({
  name,
  type,
  ttl: 60,
  values: values.map((rdata) => ({ rdata })),
});

const said = (rdata: readonly string[], parts: Partial<Answer> = {}, ttl = 60, type = 'A'): Answer => ({
  status: 'answered',
  rcode: 'NOERROR',
  authoritative: true,
  transport: 'udp',
  answers: rdata.map((each) => ({ name, type, ttl, rdata: each })),
  authority: [],
  additional: [],
  ...parts,
});

const judge = (rrset: ServedRRset, answer: Answer, lateness?: LagEvidence) => {
  const [expectation] = expectationsFor(zoneTreeOf(zone, [rrset]), { name, type: 'LUA' });
  const question = expectation?.questions[0];
  if (expectation === undefined || question === undefined) throw new Error('nothing to ask');
  return compare(expectation, question, answer, lateness);
};

it('asks for each type that it answers, once, so that the checks begin', () => {
  const expectations = expectationsFor(zoneTreeOf(zone, [open]), { name, type: 'LUA' });
  expect(expectations.map(({ questions }) => questions)).toEqual([[{ name, type: 'A' }], [{ name, type: 'AAAA' }]]);
});

describe('an A that is checked itself', () => {
  const ten = Array.from({ length: 10 }, (_, i) => `192.0.2.${i + 1}`);
  const own: ServedRRset = { ...plain('A', ...ten), checked: [{ type: 'A', addresses: ten, whenAllDown: ten }] };

  it.each([
    ['some of its addresses', said(ten.slice(2, 10)), 'ok'],
    ['all of them', said(ten), 'ok'],
    ['another', said(['192.0.2.99']), 'differs'],
    ['nothing', said([]), 'missing'],
  ])('answers with %s', (_, answer, kind) => {
    const [expectation] = expectationsFor(zoneTreeOf(zone, [own]), { name, type: 'A' });
    if (expectation === undefined) throw new Error('nothing to ask');
    expect(compare(expectation, { name, type: 'A' }, answer).kind).toBe(kind);
  });
});

it('expects it of the addresses that it has taken the place of', () => {
  expect(expectationsFor(zoneTreeOf(zone, [closed]), { name, type: 'A' }, plain('A', ...four))).toMatchObject([
    { match: 'checked', questions: [{ name, type: 'A' }], expected: { ttl: 60, values: four } },
  ]);
});

describe('an answer', () => {
  it.each([
    ['all of the addresses', open, said(four), 'ok'],
    ['one of the addresses', open, said(['192.0.2.2']), 'ok'],
    ['one of the addresses and another', open, said(['192.0.2.2', '192.0.2.3']), 'differs'],
    ['another address', open, said(['192.0.2.3']), 'differs'],
    ['another TTL', open, said(four, {}, 61), 'differs'],
    ['no authority', open, said(four, { authoritative: false }), 'differs'],
    ['nothing, while open', open, said([]), 'missing'],
    ['SERVFAIL', open, said([], { rcode: 'SERVFAIL' }), 'missing'],
    ['nothing, while closed', closed, said([]), 'ok'],
    ['nothing without authority, while closed', closed, said([], { authoritative: false }), 'missing'],
    ['NXDOMAIN, while closed', closed, said([], { rcode: 'NXDOMAIN' }), 'missing'],
    ['SERVFAIL, while closed', closed, said([], { rcode: 'SERVFAIL' }), 'missing'],
    ['one of the addresses, while closed', closed, said(['192.0.2.1']), 'ok'],
    ['the backup', backup, said(['192.0.2.9', '192.0.2.8']), 'ok'],
    ['half the backup', backup, said(['192.0.2.9']), 'differs'],
    ['the backup and one of the addresses', backup, said(['192.0.2.8', '192.0.2.9', '192.0.2.1']), 'differs'],
    ['nothing, with a backup', backup, said([]), 'missing'],
  ] as const)('%s', (_what, rrset, answer, kind) => {
    expect(judge(rrset, answer).kind).toBe(kind);
  });

  it('is shown beside what was expected', () => {
    const expected = ['some of 60 192.0.2.1', 'some of 60 192.0.2.2'];
    expect(judge(open, said([]))).toEqual({ kind: 'missing', expected, answered: 'NODATA' });
    expect(judge(closed, said(['192.0.2.3']))).toMatchObject({ expected: [...expected, 'or NODATA'] });
    expect(judge(backup, said([]))).toMatchObject({ expected: [...expected, 'or 60 192.0.2.8', 'or 60 192.0.2.9'] });
  });

  it.each([
    ['the plain addresses of before', [plain('A', '192.0.2.5')], said(['192.0.2.5']), 'lags'],
    ['neither', [plain('A', '192.0.2.5')], said(['192.0.2.6']), 'differs'],
    ['nothing where there was only the other type', [plain('AAAA', ...six)], said([]), 'lags'],
    ['one of the addresses that were checked before', [lua([])], said(['192.0.2.1'], {}, 60), 'ok'],
  ] as const)('of a name server that lags: %s', (_what, before, answer, kind) => {
    expect(judge(open, answer, { behind: true, before }).kind).toBe(kind);
  });

  it('lags where it was checked before and is not now', () => {
    const after = plain('A', '192.0.2.7');
    const [expectation] = expectationsFor(zoneTreeOf(zone, [after]), after);
    if (expectation === undefined) throw new Error('nothing to ask');
    const lag = { behind: true, before: [open] };
    expect(compare(expectation, { name, type: 'A' }, said(['192.0.2.2']), lag).kind).toBe('lags');
    expect(compare(expectation, { name, type: 'A' }, said(['192.0.2.3']), lag).kind).toBe('differs');
  });
});
