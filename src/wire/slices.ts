import { SyntaxProblem } from '../model/errors.ts';
import { isWithin, nameToWire } from '../model/name.ts';
import { headerBytes, maxMessageBytes } from './message.ts';
import { encodeUpdate, type Prerequisite, type Update, type UpdateStep, updateMessage } from './update.ts';
import { rdataOctets } from './writer.ts';

/** What must stand in one message: what must hold for an RRset or a name, and what is done to it. */
export interface UpdateUnit {
  readonly prerequisites: readonly Prerequisite[];
  readonly steps: readonly UpdateStep[];
}

/**
 * As few UPDATEs as hold all units in their order, each with the `common` prerequisites in front and none longer than
 * `limit` octets. Throws SyntaxProblem (rule `rrset-size`) for a unit that is too long by itself.
 */
export const sliceUpdates = (
  zone: string,
  units: readonly UpdateUnit[],
  options: { readonly limit?: number; readonly common?: readonly Prerequisite[] } = {},
): readonly Update[] => {
  const { common = [], limit = maxMessageBytes } = options;
  const whole = join(zone, common, units);
  if (units.length === 0 || fits(whole, limit)) return units.length === 0 ? [] : [whole];
  const base = headerBytes + nameToWire(zone).length + 4 + unitBytes(zone, { prerequisites: common, steps: [] });
  const slices: UpdateUnit[][] = [];
  let room = 0;
  for (const unit of units) {
    const bytes = unitBytes(zone, unit);
    if (bytes > room || slices.length === 0) {
      slices.push([]);
      room = limit - base;
    }
    if (bytes > room && !fits(join(zone, common, [unit]), limit)) throw tooLong(unit, limit);
    slices.at(-1)?.push(unit);
    room = Math.max(room - bytes, 0);
  }
  return slices.map((slice) => join(zone, common, slice));
};

const join = (zone: string, common: readonly Prerequisite[], units: readonly UpdateUnit[]): Update => ({
  zone,
  prerequisites: [...common, ...units.flatMap(({ prerequisites }) => prerequisites)],
  steps: units.flatMap(({ steps }) => steps),
});

const fits = (update: Update, limit: number): boolean => {
  try {
    return encodeUpdate(0, update, limit).length <= limit;
  } catch (error) {
    if (error instanceof SyntaxProblem && error.rule === 'rrset-size') return false;
    throw error;
  }
};

const recordFixedBytes = 10;
const pointerBytes = 2;

/** The most octets that a unit can take: as if no name were repeated but the zone's. */
const unitBytes = (zone: string, unit: UpdateUnit): number => {
  const { answers, authority } = updateMessage(0, { zone, ...unit });
  return [...answers, ...authority].reduce(
    (sum, { name, rdata, type }) => sum + ownerBytes(zone, name) + recordFixedBytes + rdataOctets(type, rdata).length,
    0,
  );
};

const ownerBytes = (zone: string, name: string): number => {
  const octets = nameToWire(name).length;
  return isWithin(name, zone) && zone !== '.' ? octets - nameToWire(zone).length + pointerBytes : octets;
};

const tooLong = ({ steps }: UpdateUnit, limit: number): SyntaxProblem =>
  new SyntaxProblem(
    `the changes of ${steps[0]?.name ?? 'a name'} do not fit one UPDATE of ${limit} octets`,
    'rrset-size',
  );
