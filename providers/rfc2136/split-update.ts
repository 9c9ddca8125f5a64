import { type Change, rrTypes, SyntaxProblem } from '../../src/provider.ts';
import { sliceUpdates, type UpdateUnit } from '../../src/wire/slices.ts';
import type { Prerequisite, Update, UpdateStep } from '../../src/wire/update.ts';
import type { Content } from './content.ts';
import { nextSerial, soaPrerequisite, unitsOf } from './convert.ts';
import { withCname } from './silently-ignored.ts';

// How many changes one UPDATE carries; pure.

/** What of the zone as it was read an UPDATE has as prerequisites: its SOA, the values that it replaces, or both. */
export type PrerequisiteLevel = 'all' | 'soa' | 'values';

/** The longest SOA as a prerequisite: two names of 255 octets, five numbers, and what stands before them. */
const longestSoaPrerequisite = 12 + 255 + 255 + 20;

/** Changes, in their order, as writes that each fit one UPDATE; a name that fits none has a write of its own. */
export const cutChanges = (zone: string, changes: readonly Change[], limit: number): readonly (readonly Change[])[] => {
  const room = limit - longestSoaPrerequisite;
  const names = [...Map.groupBy(changes, ({ name }) => name).values()];
  const writes: (readonly Change[])[] = [];
  let run: { readonly changes: readonly Change[]; readonly unit: UpdateUnit }[] = [];
  const endRun = (): void => {
    const units = run.map(({ unit }) => unit);
    for (const [from, to] of bounds(zone, units, room)) {
      writes.push(run.slice(from, to).flatMap((each) => each.changes));
    }
    run = [];
  };
  for (const same of names) {
    const [unit] = unitsOf(zone, same, 1).map((each) => shortened(zone, each, room));
    if (unit !== undefined && isOne(zone, [unit], room)) run.push({ changes: same, unit });
    else {
      endRun();
      writes.push(same);
    }
  }
  endRun();
  return writes;
};

/** Where each message begins and ends among the units that it carries. */
const bounds = (zone: string, units: readonly UpdateUnit[], limit: number): readonly (readonly [number, number])[] => {
  let to = 0;
  return sliceUpdates(zone, units, { limit }).map(({ steps }) => {
    const from = to;
    for (let left = steps.length; left > 0 && to < units.length; to += 1) left -= units[to]?.steps.length ?? 0;
    return [from, to];
  });
};

/** The one UPDATE that carries the changes out; null: they are too many for one. */
export const updateFor = (
  zone: string,
  changes: readonly Change[],
  content: Content,
  { level, limit }: { readonly level: PrerequisiteLevel; readonly limit: number },
): Update | null => {
  const common = level === 'values' ? [] : [soaPrerequisite(content)];
  const units = unitsOf(zone, changes, nextSerial(content)).map((unit) => {
    if (level === 'soa') return withoutPrerequisites(unit);
    return level === 'values' ? withoutOtherTypes(unit) : shortened(zone, unit, limit - longestSoaPrerequisite);
  });
  if (!isOne(zone, units, limit, common)) return null;
  return {
    zone,
    prerequisites: [...common, ...units.flatMap(({ prerequisites }) => prerequisites)],
    steps: deletesFirst(units.flatMap(({ steps }) => steps)),
  };
};

/** Knot adds nothing below a DNAME that the same message deletes, unless it is deleted first. */
const deletesFirst = (steps: readonly UpdateStep[]): readonly UpdateStep[] => [
  ...steps.filter(({ kind }) => kind === 'delete-rrset'),
  ...steps.filter(({ kind }) => kind !== 'delete-rrset'),
];

/** A name that would be too long with its own prerequisites goes without them: the zone's SOA covers it. */
const shortened = (zone: string, unit: UpdateUnit, limit: number): UpdateUnit =>
  isOne(zone, [unit], limit) ? unit : withoutPrerequisites(unit);

/**
 * Where a name's type is swapped for CNAME, the name must have no other type: beside one that came since, a server would
 * delete what is there and silently ignore the CNAME (RFC 2136 section 3.4.2.2). With the SOA as a prerequisite there can be
 * none.
 */
const withoutOtherTypes = (unit: UpdateUnit): UpdateUnit => {
  const { prerequisites, steps } = unit;
  const added = steps.find((step) => step.kind === 'add' && step.type === 'CNAME');
  if (added === undefined || !steps.some(({ kind }) => kind === 'delete-rrset')) return unit;
  const { name } = added;
  const asked = new Set(prerequisites.map((each) => ('type' in each ? each.type : '')));
  const others = rrTypes.map((type) => type.name).filter((type) => !withCname.has(type) && !asked.has(type));
  const absent = others.map((type): Prerequisite => ({ kind: 'absent', name, type }));
  return { steps, prerequisites: [...prerequisites, ...absent] };
};

const withoutPrerequisites = (unit: UpdateUnit): UpdateUnit => ({ ...unit, prerequisites: [] });

/** No record is longer than its name's 255 octets, ten more, and three for each character of its rdata (`0.0.0.0`, 4). */
const isShort = (units: readonly UpdateUnit[], limit: number): boolean => {
  let bound = 12 + 255 + 4;
  for (const { prerequisites, steps } of units) {
    for (const step of steps) bound += boundOf('rdata' in step ? [step.rdata] : ['']);
    for (const each of prerequisites) bound += boundOf('rdata' in each ? each.rdata : ['']);
    if (bound > limit) return false;
  }
  return true;
};

const boundOf = (values: readonly string[]): number =>
  values.reduce((sum, { length }) => sum + 255 + 10 + 16 + 3 * length, 0);

const isOne = (
  zone: string,
  units: readonly UpdateUnit[],
  limit: number,
  common: readonly Prerequisite[] = [],
): boolean => {
  if (common.length === 0 && isShort(units, limit)) return true;
  try {
    return sliceUpdates(zone, units, { limit, common }).length <= 1;
  } catch (error) {
    if (error instanceof SyntaxProblem && error.rule === 'rrset-size') return false;
    throw error;
  }
};
