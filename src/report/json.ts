import type { Report } from './report.ts';
import { commandMark, unprintable } from './words/visible.ts';

/** A report for scripts: the contract's document, whole. A plan file is the same. */
export const renderJson = ({ document }: Report): string => `${harmlessJson(JSON.stringify(document, null, 2))}\n`;

/** The same JSON, in which strings have escapes for what a terminal or a CI's log would act on. */
export const harmlessJson = (json: string): string =>
  json
    .replaceAll(unprintable, (character) => (character === '\n' ? character : inUnits(character)))
    .replaceAll(commandMark, inUnits);

const inUnits = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
