import {
  type Change,
  isNameServersOf,
  isSoa,
  sameAnswer,
  serialOf,
  soaAt,
  withSerialNumber,
  withSerialOf,
} from '../../src/provider.ts';
import type { UpdateUnit } from '../../src/wire/slices.ts';
import type { Prerequisite, UpdateStep } from '../../src/wire/update.ts';
import type { Content } from './content.ts';

// From changes to UPDATE's prerequisites and steps; pure.

/** The changes whose RRset is not what `side` of them says; a SOA's serial does not count. */
export const differing = (
  changes: readonly Change[],
  { byKey }: Content,
  side: 'before' | 'after',
): readonly Change[] =>
  changes.filter((change) => {
    const found = byKey().get(change);
    const expected = change[side];
    if (expected === null || found === undefined) return expected !== null || found !== undefined;
    const [{ rdata: current } = { rdata: '' }] = found.values;
    const values = expected.values.map(({ rdata }) => ({
      rdata: isSoa(change.type) ? withSerialOf(rdata, current) : rdata,
    }));
    return !sameAnswer({ ttl: expected.ttl, values }, found);
  });

/** The prerequisite that the zone still has the version that was read. */
export const soaPrerequisite = ({ soa }: Content): Prerequisite => ({
  kind: 'equals',
  ...soaAt(soa.name),
  rdata: [soa.rdata],
});

/** All changes of one name, which travel together: what must hold, and what is done. */
export const unitsOf = (zone: string, changes: readonly Change[], serial: number): readonly UpdateUnit[] =>
  Map.groupBy(changes, ({ name }) => name)
    .values()
    .map((same) => ({
      prerequisites: same.flatMap(prerequisitesOf),
      steps: same.flatMap((change) => stepsOf(zone, change, serial)),
    }))
    .toArray();

const prerequisitesOf = ({ before, name, type }: Change): readonly Prerequisite[] => {
  if (isSoa(type)) return [];
  if (before === null) return [{ kind: 'absent', name, type }];
  return [{ kind: 'equals', name, type, rdata: before.values.map(({ rdata }) => rdata) }];
};

const stepsOf = (zone: string, change: Change, serial: number): readonly UpdateStep[] => {
  const { after, name, type } = change;
  if (isSoa(type)) return addsOf(change).map((step) => ({ ...step, rdata: withSerialNumber(step.rdata, serial) }));
  if (isNameServersOf(change, zone)) return apexSteps(change);
  const adds = addsOf(change);
  if (change.before === null) return adds;
  return after === null ? [{ kind: 'delete-rrset', name, type }] : [{ kind: 'delete-rrset', name, type }, ...adds];
};

type Add = Extract<UpdateStep, { readonly kind: 'add' }>;

const addsOf = ({ after, name, type }: Change): readonly Add[] =>
  (after?.values ?? []).map(({ rdata }) => ({ kind: 'add', name, type, ttl: after?.ttl ?? 0, rdata }));

/**
 * At the apex, NS cannot be deleted as a whole, and the last one not at all (RFC 2136 section 3.4.2.3 and 3.4.2.4). Knot
 * ignores another TTL of values that are there, but takes that of a new one for all: so the same UPDATE adds a temporary one
 * and deletes it, which nobody sees.
 */
const apexSteps = (change: Change): readonly UpdateStep[] => {
  const { after, before, name, type } = change;
  const had = new Set(before?.values.map(({ rdata }) => rdata));
  const wanted = new Set(after?.values.map(({ rdata }) => rdata));
  const adds = addsOf(change);
  const retimed = adds.filter(({ rdata, ttl }) => had.has(rdata) && ttl !== before?.ttl).slice(0, 1);
  const temporary = retimed.map((step): Add => ({ ...step, rdata: temporaryServer }));
  const gone = [...temporary.map(({ rdata }) => rdata), ...had].filter((rdata) => !wanted.has(rdata));
  return [...temporary, ...adds, ...gone.map((rdata): UpdateStep => ({ kind: 'delete-value', name, type, rdata }))];
};

/** RFC 2606 section 2. */
const temporaryServer = 'hostmaster.invalid.';

/** The serial that a SOA of ours has to have to be taken (RFC 2136 section 3.4.2.2); 0 stands for none elsewhere. */
export const nextSerial = ({ soa }: Content): number => {
  const serial = serialOf(soa.rdata);
  return serial >= 0xffff_ffff ? 1 : serial + 1;
};
