import { quoted } from '../../model/phrases.ts';
import { sizeLimits } from '../size-limits.ts';

/** BIND's `$GENERATE` range: `start-stop` or `start-stop/step`. */
export interface GenerateRange {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** The range, or what is wrong with it. */
export const parseRange = (text: string): GenerateRange | string => {
  const [, start = '', stop = '', step = '1'] = /^([0-9]{1,9})-([0-9]{1,9})(?:\/([0-9]{1,9}))?$/.exec(text) ?? [];
  if (start === '') return `${quoted(text)} is not a range; write one like 1-20 or 0-100/2`;
  const range = { start: Number(start), stop: Number(stop), step: Number(step) };
  if (range.step === 0) return 'its step is 0; write 1 or more';
  if (range.start > range.stop) return `its range ${quoted(text)} runs backwards; write the smaller number first`;
  return range;
};

export const generatedCount = ({ start, stop, step }: GenerateRange): number => Math.floor((stop - start) / step) + 1;

export const tooMany = (count: number): string | null =>
  count > sizeLimits.generated
    ? `the $GENERATE lines of this zone make more than ${sizeLimits.generated} records; make fewer, or use a wildcard`
    : null;

const placeholder = /\\\$|\\[\s\S]|\$\$|\$\{([^}]*)\}|\$/g;

/** Puts `value` in place of `$` and `${offset,width,base}`; a problem is returned as `{ message }`. */
export const substitute = (template: string, value: number): string | { readonly message: string } => {
  let message: string | null = null;
  const text = template.replace(placeholder, (found: string, modifier: string | undefined) => {
    if (found === '\\$' || found === '$$') return '$';
    if (found.startsWith('\\')) return found;
    const shown = modifier === undefined ? String(value) : modified(modifier, value);
    if (shown !== null) return shown;
    message = `${quoted(found)} cannot be used for ${value}; write \${offset,width,base} with a base of d, o, x, X, n or N`;
    return '';
  });
  return message === null ? text : { message };
};

const modified = (modifier: string, value: number): string | null => {
  const [, offset = '', width = '0', base = 'd'] =
    /^(-?[0-9]{1,9})(?:,([0-9]{1,3})(?:,([doxXnN]))?)?$/.exec(modifier) ?? [];
  const number = value + Number(offset);
  if (offset === '' || number < 0 || Number(width) > 255) return null;
  if (base === 'n' || base === 'N') return nibbles(number, Number(width), base === 'N');
  const digits = number.toString(base === 'd' ? 10 : base === 'o' ? 8 : 16).padStart(Number(width), '0');
  return base === 'X' ? digits.toUpperCase() : digits;
};

/** Hexadecimal digits from the last, each a name part; the width counts the dots too, as BIND does. */
const nibbles = (value: number, width: number, upper: boolean): string => {
  const digits = value.toString(16).split('').reverse();
  while (digits.length < Math.ceil(width / 2)) digits.push('0');
  const text = digits.join('.') + (width === digits.length * 2 ? '.' : '');
  return upper ? text.toUpperCase() : text;
};
