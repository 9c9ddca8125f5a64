import { type Refusal, refusal } from './limits.ts';

/** A name as Route53 shows it: lower case, a final dot, and all but a-z, 0-9, `-` and `_` as `\ddd` in octal. */
export const canonicalName = (text: string): string | Refusal => {
  const bad = (why: string): Refusal => refusal('InvalidDomainNameException', `${text} ${why}`);
  const parts: string[] = [''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '.') {
      parts.push('');
      continue;
    }
    const octal = char === '\\' ? /^\\([0-3][0-7]{2})/.exec(text.slice(at))?.[1] : undefined;
    if (char === '\\' && octal === undefined) return bad('has a backslash that no three octal digits follow');
    if (octal !== undefined) at += 3;
    const code = octal === undefined ? char.charCodeAt(0) : Number.parseInt(octal, 8);
    if (code > 255) return bad('has a character that is no octet');
    parts[parts.length - 1] += shown(code);
  }
  if (parts.at(-1) === '') parts.pop();
  if (parts.some((part) => part === '')) return bad('has an empty label');
  if (parts.some((part) => lengthOf(part) > 63)) return bad('has a label of more than 63 octets');
  if (parts.reduce((sum, part) => sum + 1 + lengthOf(part), 1) > 255) return bad('is longer than 255 octets');
  return `${parts.join('.')}.`;
};

const shown = (code: number): string => {
  const char = String.fromCharCode(code).toLowerCase();
  return /[a-z0-9_-]/.test(char) && code < 128 ? char : `\\${code.toString(8).padStart(3, '0')}`;
};

const lengthOf = (part: string): number => part.replace(/\\[0-7]{3}/g, '?').length;

/** The order of lists: by name, its labels turned round, then by type, then by identifier. */
export const compareNames = (a: string, b: string): number => compareText(turned(a), turned(b));

const turnedNames = new Map<string, string>();

const turned = (name: string): string => {
  const known = turnedNames.get(name);
  if (known !== undefined) return known;
  const made = name.split('.').reverse().join('\u0000');
  turnedNames.set(name, made);
  return made;
};

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
