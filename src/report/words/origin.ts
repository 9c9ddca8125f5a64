import type { Origin } from '../../model/origin.ts';
import { count } from '../../model/phrases.ts';
import { shortened } from '../values/parts.ts';

/** Why a value is wanted: `zones/a.yaml:3`, or `web1 (lab), label mailserver, labels.yaml:8`. */
export const originInWords = (origin: Origin): string => {
  const location = `${short(origin.file)}:${origin.line}`;
  if (origin.kind === 'zone_file') return location;
  const role =
    origin.label !== undefined
      ? [`label ${short(origin.label)}`]
      : origin.group !== undefined
        ? [`group ${short(origin.group)}`]
        : ['registration'];
  return [`${short(origin.server)} (${short(origin.inventory)})`, ...role, location].join(', ');
};

const short = (text: string): string => shortened(text, 200);

const mostOrigins = 3;

/** Origins, each once; those beyond the third are counted. */
export const originsInWords = (origins: readonly Origin[]): readonly string[] => {
  const words = [...new Set(origins.map(originInWords))];
  return words.length <= mostOrigins + 1
    ? words
    : [...words.slice(0, mostOrigins), `and ${count(words.length - mostOrigins, 'other')}`];
};
