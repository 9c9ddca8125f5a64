import { type DigAnswer, type DigRecord, digAll } from '../servers/dig.ts';
import type { DnsAddress } from '../servers/ports.ts';
import { heldDifferences, type ZoneReader } from './contents.ts';
import { comparable, type Normaliser } from './normalise.ts';
import { type Expectation, ownerOf, underWildcard, type Wanted } from './suite.ts';

// Reads a zone back, with dig where a name server answers for it, and compares it with what the data says. Nothing of
// src/ takes part.

interface Check {
  readonly name: string;
  readonly type: string;
  /** What is wrong with the answer, one line each. */
  readonly judge: (answer: DigAnswer) => readonly string[];
}

/** Every difference between a zone as it is read back and what is expected, one line each. */
export const differences = async (
  from: DnsAddress | ZoneReader,
  expectation: Expectation,
  normalise: Normaliser,
): Promise<readonly string[]> =>
  typeof from === 'function'
    ? heldDifferences(from, expectation, normalise)
    : answerDifferences(from, expectation, normalise);

const answerDifferences = async (
  server: DnsAddress,
  expectation: Expectation,
  normalise: Normaliser,
): Promise<readonly string[]> => {
  const checks = [...presence(expectation, normalise), ...absence(expectation), ...questions(expectation, normalise)];
  const answers = await digAll(server, checks);
  return checks.flatMap(({ judge, name, type }, i) => {
    const answer = answers[i];
    const wrong = answer === undefined ? ['no answer'] : judge(answer);
    return wrong.map((line) => `${name} ${type}: ${line}`);
  });
};

const linesOf = ({ name, ttl, type, values }: Wanted, zone: string, normalise: Normaliser): readonly string[] =>
  values.map(({ answer }) => `${ownerOf(name, zone).toLowerCase()} ${ttl} ${type} ${normalise(type, answer)}`);

const answeredLines = (records: readonly DigRecord[]): readonly string[] =>
  records.map(({ name, rdata, ttl, type }) => `${name.toLowerCase()} ${ttl} ${type} ${comparable(type, rdata)}`);

const compare = (expected: readonly string[], answered: readonly DigRecord[]): readonly string[] => {
  const found = new Set(answeredLines(answered));
  const wanted = new Set(expected);
  return [
    ...[...wanted].filter((line) => !found.has(line)).map((line) => `missing ${line}`),
    ...[...found].filter((line) => !wanted.has(line)).map((line) => `unexpected ${line}`),
    ...(found.size === answered.length ? [] : ['a record is answered twice']),
  ];
};

const authoritative = ({ flags, rcode }: DigAnswer, expected = 'NOERROR'): readonly string[] => [
  ...(rcode === expected ? [] : [`${rcode} instead of ${expected}`]),
  ...(flags.includes('aa') ? [] : ['not authoritative']),
];

/** Every RRset that must be there. At and below a zone cut, the referral shows NS and glue. */
const presence = ({ now, zone }: Expectation, normalise: Normaliser): readonly Check[] => {
  const asked = now.flatMap((wanted) => wanted.answeredAs ?? [wanted]);
  const cuts = asked.filter(({ name, type }) => type === 'NS' && name !== '').map(({ name }) => name);
  return asked.map((wanted): Check => {
    const expected = linesOf(wanted, zone, normalise);
    const owner = ownerOf(wanted.name, zone);
    const cut = cuts.find((name) => wanted.name === name || wanted.name.endsWith(`.${name}`));
    if (cut === undefined || (wanted.type === 'DS' && wanted.name === cut)) {
      const judge = (answer: DigAnswer) => [...authoritative(answer), ...compare(expected, answer.answers)];
      return { name: owner, type: wanted.type, judge };
    }
    const judge = (answer: DigAnswer): readonly string[] =>
      wanted.name === cut && wanted.type === 'NS'
        ? compare(expected, answer.authority)
        : compare(
            expected,
            answer.additional.filter(({ name, type }) => type === wanted.type && sameName(name, owner)),
          );
    return { name: ownerOf(cut, zone), type: 'NS', judge };
  });
};

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Every RRset that must be gone, unless the step itself asks for it. */
const absence = ({ asks, before, now, zone }: Expectation): readonly Check[] => {
  const held = new Set(now.flatMap(answeredKeys));
  const asked = new Set(asks.map(({ name, type }) => `${name} ${type}`));
  const gone = before
    .flatMap((wanted) => wanted.answeredAs ?? [wanted])
    .filter((wanted) => !held.has(keyOf(wanted)) && !asked.has(keyOf(wanted)) && !underWildcard(wanted.name, now));
  return gone.map(({ name, type }) => {
    const owner = ownerOf(name, zone);
    const rcode = expectedRcode(name, now);
    return {
      name: owner,
      type,
      judge: (answer) => [
        ...(rcode === null ? [] : authoritative(answer, rcode)),
        ...answer.answers.filter((record) => record.type === type && sameName(record.name, owner)).map(stillThere),
      ],
    };
  });
};

const keyOf = ({ name, type }: { readonly name: string; readonly type: string }): string => `${name} ${type}`;

const answeredKeys = (wanted: Wanted): readonly string[] => (wanted.answeredAs ?? [wanted]).map(keyOf);

const stillThere = ({ rdata, ttl }: DigRecord): string => `still there: ${ttl} ${rdata}`;

/** Null where a CNAME, a DNAME or a referral answers. */
const expectedRcode = (name: string, now: readonly Wanted[]): string | null => {
  const above = now.filter((wanted) => name === wanted.name || name.endsWith(`.${wanted.name}`));
  if (above.some(({ type }) => type === 'CNAME' || type === 'DNAME' || type === 'NS')) return null;
  const exists = name === '' || now.some((wanted) => wanted.name === name || wanted.name.endsWith(`.${name}`));
  return exists ? 'NOERROR' : 'NXDOMAIN';
};

const questions = ({ asks, zone }: Expectation, normalise: Normaliser): readonly Check[] =>
  asks.map(({ answer: expected, name, rcode, type }) => ({
    name: ownerOf(name, zone),
    type,
    judge: (answer) => [
      ...authoritative(answer, rcode),
      ...compare(
        expected.flatMap((wanted) => linesOf(wanted, zone, normalise)),
        answer.answers,
      ),
    ],
  }));
