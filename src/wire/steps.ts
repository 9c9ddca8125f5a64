import type { MessageRecord } from './message.ts';
import type { ZoneStep } from './transfer-reader.ts';

/**
 * The zone after the steps of IXFR; `records` is the zone before, its SOA first, as transferZone gives it. Null: the
 * steps do not fit it (RFC 1995 section 4), so that all of it has to be read again.
 */
export const applySteps = (
  records: readonly MessageRecord[],
  steps: readonly ZoneStep[],
): readonly MessageRecord[] | null => {
  const [first, ...rest] = records;
  let soa = first;
  const content = new Map(rest.map((record) => [valueKey(record), record]));
  for (const { added, deleted, from, to } of steps) {
    if (soa?.rdata !== from.rdata) return null;
    if (!deleted.every((record) => content.delete(valueKey(record)))) return null;
    for (const record of added) content.set(valueKey(record), record);
    soa = to;
  }
  return soa === undefined ? null : [soa, ...content.values()];
};

const valueKey = ({ name, rdata, type }: MessageRecord): string => `${name} ${type} ${rdata}`;
