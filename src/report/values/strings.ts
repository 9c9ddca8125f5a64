import { traitsOf } from '../../model/rr-types.ts';

/** Octets of one string (RFC 1035 section 3.3). */
const mostOctets = 255;

/**
 * Text in one piece. A text longer than a string is several, and a word put in front would move each border after it, as if
 * all of that had changed. Strings of other lengths than a text of that length has stay apart.
 */
export const inOnePiece = (type: string, rdata: string): string => {
  if (rdata.length <= mostOctets || traitsOf(type).text !== true) return rdata;
  const strings = rdata.match(quoted) ?? [];
  const [last = '""', ...full] = strings.toReversed();
  const isUsual = octetsOf(last) > 0 && full.every((string) => octetsOf(string) === mostOctets);
  return isUsual && strings.join(' ') === rdata ? `"${strings.map((string) => string.slice(1, -1)).join('')}"` : rdata;
};

const quoted = /"(?:[^"\\]|\\[\s\S])*"/g;
const octetsOf = (string: string): number => string.slice(1, -1).replaceAll(/\\(?:[0-9]{3}|[\s\S])/g, '.').length;
