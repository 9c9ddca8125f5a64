import { count } from '../../model/phrases.ts';
import type { Difference } from '../../model/result.ts';
import { isNameServers, isSoa } from '../../model/rr-types.ts';
import { textOf } from '../values/parts.ts';
import { inOnePiece } from '../values/strings.ts';
import { type ValueChanges, valueChanges } from '../values/value-changes.ts';
import { codeInWords } from './check.ts';
import { messageInWords } from './problem.ts';

/** One difference as a sentence: which name server, which name, what it should say and what it says. */
export const differenceInWords = (difference: Difference): string =>
  isOfZone(difference) ? ofZone(difference) : ofRRset(difference);

/** A SOA of which nothing is expected stands for the whole zone, and so does a NS that nobody has an address for. */
const isOfZone = ({ type, kind, expected }: Difference): boolean =>
  expected === null && (isSoa(type) || (isNameServers(type) && kind === 'no_answer'));

const ofZone = ({ zone, nameserver, type, kind, answered }: Difference): string => {
  const reason = said(answered);
  if (isNameServers(type))
    return nameserver === '(none)' ? `${zone}: ${reason}` : `${nameserver} cannot be asked for ${zone}: ${reason}`;
  if (kind === 'unexpected')
    return `${nameserver} still serves the zone ${zone}; where it is a secondary, take the zone out of its own configuration`;
  return kind === 'no_answer'
    ? `${nameserver} gave no answer for the zone ${zone}: ${reason}`
    : `${nameserver} does not serve the zone ${zone}: ${reason}`;
};

const ofRRset = ({ nameserver, name, type, kind, expected, answered, serial, zone_serial }: Difference): string => {
  const what = `${nameserver}: ${name} ${type}`;
  const { answers, wanted } = sidesOf(type, expected, answered);
  const words = {
    differs: `${what} differs: expected ${wanted}; answered ${answers}`,
    missing: `${what} is missing: expected ${wanted}; answered ${answers}`,
    unexpected: `${what} should not be there; answered ${answers}`,
    lags: `${what} is late: ${expected === null ? 'it should be gone' : `expected ${wanted}`}; still answered ${answers}`,
    no_answer: `${nameserver} gave no answer to ${name} ${type}: ${answers}`,
  }[kind];
  if (serial === null || zone_serial === undefined) return words;
  const beside = kind === 'lags' ? `not yet ${zone_serial}` : `newer than the zone's ${zone_serial}`;
  return `${words} (its serial is ${serial}, ${beside})`;
};

/** What was expected and what was answered, without the values that are as they should be: those are counted. */
const sidesOf = (type: string, expected: Difference['expected'], answered: Difference['answered']) => {
  const wanted = (expected ?? []).map((text) => valueInWords(type, text));
  if (answered === null || typeof answered === 'string') {
    return { wanted: listOf(valueChanges([], wanted), '+'), answers: said(answered) };
  }
  const changes = valueChanges(
    wanted,
    answered.map((text) => valueInWords(type, text)),
  );
  const stay = changes.stay === 0 ? '' : `; ${changes.stay} as expected`;
  return { wanted: listOf(changes, '-') || 'no other', answers: `${listOf(changes, '+') || 'no other'}${stay}` };
};

const listOf = ({ lines, moreCome, moreGone }: ValueChanges, sign: '-' | '+'): string => {
  const more = sign === '+' ? moreCome : moreGone;
  return [
    ...lines.filter((line) => line.sign === sign).map(({ parts }) => textOf(parts)),
    ...(more === 0 ? [] : [`… and ${count(more, 'more', 'more')}`]),
  ].join(', ');
};

/** `60 A "…"` as the addresses that it answers with, and long text in one piece. */
const valueInWords = (type: string, text: string): string => {
  const [ttl = '', ...words] = text.split(' ');
  const rdata = words.join(' ');
  return `${ttl} ${codeInWords(type, rdata) ?? inOnePiece(type, rdata)}`;
};

const said = (answered: Difference['answered']): string => {
  if (answered === null) return 'nothing';
  return typeof answered === 'string' ? messageInWords(answered) : listOf(valueChanges([], answered), '+');
};
