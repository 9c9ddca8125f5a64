import type { CheckedAnswer } from '../../model/health.ts';
import type { Answer, AnsweredRecord, NoAnswer, Question } from '../../model/ports.ts';
import type { Difference } from '../../model/result.ts';
import { isAddressType, isNameServers, isSoa } from '../../model/rr-types.ts';
import { withSerialOf } from '../../model/soa.ts';
import type { Expectation } from './expectations.ts';
import type { ServedRRset } from './served-rrset.ts';

/** What one answer is worth. */
export type Verdict =
  | { readonly kind: 'ok' }
  | {
      readonly kind: Difference['kind'];
      readonly expected: Difference['expected'];
      readonly answered: Difference['answered'];
    };

/** What tells a name server that lags from one that is wrong. */
export interface LagEvidence {
  /** Is the name server's SOA serial older than one that was seen or written? */
  readonly behind: boolean;
  /** What may have been answered before the write; null: no value. undefined: not known, so that any answer counts as lagging. */
  readonly before?: readonly (ServedRRset | null)[] | undefined;
}

const notLagging: LagEvidence = { behind: false };

/** Compares one answer with what is expected of it. */
export const compare = (
  wanted: Expectation,
  question: Question,
  answer: Answer | NoAnswer,
  lag: LagEvidence = notLagging,
): Verdict => {
  const expectation = answer.status === 'no_answer' ? wanted : withSerialAnswered(wanted, answer.answers);
  const expected = describeExpected(expectation, question);
  if (answer.status === 'no_answer') return { kind: 'no_answer', expected, answered: answer.reason };
  const usable = answer.rcode === 'NOERROR' || answer.rcode === 'NXDOMAIN';
  if (!usable && expectation.match === 'none') return { kind: 'no_answer', expected, answered: answer.rcode };
  // A name server that holds the child zone too answers with the child's own records.
  if (usable && expectation.section !== 'answer' && answer.authoritative) return { kind: 'ok' };
  const records = recordsOf(expectation, question, answer);
  const wrong = kindOfDifference(expectation, answer, records);
  if (wrong === null) return { kind: 'ok' };
  const lags = lag.behind && wasRightBefore(records, question.type, lag.before);
  return { kind: lags ? 'lags' : wrong, expected, answered: describeAnswer(expectation, answer, records) };
};

/** A SOA's serial is the name server's own: whatever it answers is expected. */
const withSerialAnswered = (expectation: Expectation, records: readonly AnsweredRecord[]): Expectation => {
  const { expected, key } = expectation;
  if (!isSoa(key.type) || expected === null) return expectation;
  return { ...expectation, expected: { ...expected, values: withSerials(expected.values, records) } };
};

const withSerials = (soas: readonly string[], records: readonly AnsweredRecord[]): readonly string[] => {
  const answered = records.find(({ type }) => isSoa(type))?.rdata;
  return answered === undefined ? soas : soas.map((rdata) => withSerialOf(rdata, answered));
};

const recordsOf = (expectation: Expectation, question: Question, answer: Answer): readonly AnsweredRecord[] => {
  const sections = {
    // A delegation that should be gone shows in the authority section.
    answer: isNameServers(question.type) ? [answer.answers, answer.authority] : [answer.answers],
    referral: [answer.answers, answer.authority],
    glue: [answer.additional],
  }[expectation.section];
  return sections.flat().filter((record) => record.name === question.name && record.type === question.type);
};

const kindOfDifference = (
  expectation: Expectation,
  answer: Answer,
  records: readonly AnsweredRecord[],
): 'differs' | 'missing' | 'unexpected' | null => {
  if (expectation.match === 'none') return records.length === 0 ? null : 'unexpected';
  if (records.length === 0) return isAllDown(expectation, answer) ? null : 'missing';
  if (expectation.section === 'answer' && !answer.authoritative) return 'differs';
  if (expectation.match === 'some' || expectation.expected === null) return null;
  const { ttl, values } = expectation.expected;
  if (expectation.checked !== undefined) return isOfChecked(records, ttl, expectation.checked) ? null : 'differs';
  const answered = new Set(records.filter((record) => record.ttl === ttl).map((record) => record.rdata));
  const all = values.every((rdata) => answered.has(rdata));
  const only =
    expectation.match === 'includes' ||
    (answered.size === values.length && records.every((record) => record.ttl === ttl));
  return all && only ? null : 'differs';
};

/** No address is up, and nothing stands for them: NODATA, with authority. */
const isAllDown = ({ checked }: Expectation, { authoritative, rcode }: Answer): boolean =>
  checked?.whenAllDown.length === 0 && authoritative && rcode === 'NOERROR';

/** Those of the addresses that are up, or all that stands for them. */
const isOfChecked = (records: readonly AnsweredRecord[], ttl: number, checked: CheckedAnswer): boolean => {
  const answered = [...new Set(records.map(({ rdata }) => rdata))];
  const { addresses, whenAllDown } = checked;
  const instead = answered.length === whenAllDown.length && answered.every((rdata) => whenAllDown.includes(rdata));
  const some = instead || answered.every((rdata) => addresses.includes(rdata));
  return some && records.every((record) => record.ttl === ttl);
};

const wasRightBefore = (records: readonly AnsweredRecord[], type: string, before: LagEvidence['before']): boolean =>
  before === undefined || before.some((rrset) => isAnsweredWith(records, type, rrset));

const isAnsweredWith = (records: readonly AnsweredRecord[], type: string, rrset: ServedRRset | null): boolean => {
  if (rrset === null || isOtherAddress(rrset.type, type)) return records.length === 0;
  const checked = rrset.checked?.find((each) => each.type === type);
  if (checked !== undefined) return records.length > 0 && isOfChecked(records, rrset.ttl, checked);
  const texts = rrset.values.map((value) => value.rdata);
  const values = new Set(isSoa(rrset.type) ? withSerials(texts, records) : texts);
  return (
    new Set(records.map((record) => record.rdata)).size === values.size &&
    records.every((record) => record.ttl === rrset.ttl && values.has(record.rdata))
  );
};

const isOtherAddress = (type: string, asked: string): boolean => type !== asked && isAddressType(type);

const describeExpected = (expectation: Expectation, question: Question): readonly string[] | null => {
  if (expectation.match === 'none') return null;
  if (expectation.expected === null) return [`any ${question.type}`];
  const { ttl, values } = expectation.expected;
  const texts = values.map((rdata) => `${ttl} ${rdata}`);
  if (expectation.checked === undefined) return texts;
  const down = expectation.checked.whenAllDown.filter((address) => !values.includes(address));
  const instead =
    expectation.checked.whenAllDown.length === 0 ? ['or NODATA'] : down.map((each) => `or ${ttl} ${each}`);
  return [...texts.map((each) => `some of ${each}`), ...instead];
};

const describeAnswer = (
  expectation: Expectation,
  answer: Answer,
  records: readonly AnsweredRecord[],
): readonly string[] | string => {
  if (records.length === 0) {
    const lame = answer.rcode === 'NOERROR' && expectation.section === 'answer' && !answer.authoritative;
    return lame ? 'NOERROR, not authoritative' : answer.rcode === 'NOERROR' ? 'NODATA' : answer.rcode;
  }
  const texts = [...new Set(records.map((record) => `${record.ttl} ${record.rdata}`))].sort();
  return expectation.section === 'answer' && !answer.authoritative ? `not authoritative: ${texts.join(', ')}` : texts;
};
