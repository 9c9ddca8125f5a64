import type { Origin } from '../../model/origin.ts';
import { count } from '../../model/phrases.ts';
import type { Change, PlannedRRset } from '../../model/plan.ts';

/** Why a value is wanted: `zones/a.yaml:3`, or `web1 (lab), label mailserver, labels.yaml:8`. */
export const originInWords = (origin: Origin): string => {
  const location = `${origin.file}:${origin.line}`;
  if (origin.kind === 'zone_file') return location;
  const role =
    origin.label !== undefined
      ? [`label ${origin.label}`]
      : origin.group !== undefined
        ? [`group ${origin.group}`]
        : ['registration'];
  return [`${origin.server} (${origin.inventory})`, ...role, location].join(', ');
};

/** Why a change: where what comes by it is from, or, where nothing comes, all that stays. */
export const reasonsOf = ({ before, after }: Change): readonly string[] => {
  if (after === null) return [];
  const old = new Set(before?.values.map(({ rdata }) => rdata));
  const come = after.values.filter(({ rdata }) => !old.has(rdata));
  return originsInWords(come.length === 0 ? after.values : come);
};

const mostOrigins = 3;

/** The origins of values, each once; those beyond the third are counted. */
const originsInWords = (values: PlannedRRset['values']): readonly string[] => {
  const words = [...new Set(values.flatMap(({ origins }) => origins.map(originInWords)))];
  return words.length <= mostOrigins + 1
    ? words
    : [...words.slice(0, mostOrigins), `and ${count(words.length - mostOrigins, 'other')}`];
};
