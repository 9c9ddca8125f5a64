import type { Report } from './report.ts';
import { commandMark, unprintable } from './words/visible.ts';

/** A report for scripts: the contract's document, whole. A plan file is the same. */
export const renderJson = ({ document }: Report): string => `${harmlessJson(JSON.stringify(document, null, 2))}\n`;

/** The same JSON, in which strings have escapes for what a terminal or a CI's log would act on. */
const harmlessJson = (json: string): string => {
  const printable = plain.test(json) ? json : json.replaceAll(unprintableInLine, inUnits);
  return printable.includes('##') ? printable.replaceAll(commandMark, inUnits) : printable;
};

const plain = /^[\n -~]*$/;
/** JSON has the end of a line only between values. */
const unprintableInLine = new RegExp(`(?!\\n)${unprintable.source}`, 'gu');

const inUnits = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
