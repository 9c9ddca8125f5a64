import type { Difference } from '../../model/result.ts';
import { isNameServers, isSoa } from '../../model/rr-types.ts';

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
  const wanted = `expected ${limited(expected ?? [])}`;
  const words = {
    differs: `${what} differs: ${wanted}; answered ${said(answered)}`,
    missing: `${what} is missing: ${wanted}; answered ${said(answered)}`,
    unexpected: `${what} should not be there; answered ${said(answered)}`,
    lags: `${what} is late: ${expected === null ? 'it should be gone' : wanted}; still answered ${said(answered)}`,
    no_answer: `${nameserver} gave no answer to ${name} ${type}: ${said(answered)}`,
  }[kind];
  if (serial === null || zone_serial === undefined) return words;
  const beside = kind === 'lags' ? `not yet ${zone_serial}` : `newer than the zone's ${zone_serial}`;
  return `${words} (its serial is ${serial}, ${beside})`;
};

const said = (answered: Difference['answered']): string =>
  typeof answered === 'string' ? answered : answered === null ? 'nothing' : limited(answered);

const mostValues = 12;
const limited = (values: readonly string[]): string =>
  values.length <= mostValues
    ? values.join(', ')
    : `${values.slice(0, mostValues).join(', ')}, … ${values.length} values in all`;
