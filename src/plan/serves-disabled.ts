import type { Change } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { RRset } from '../model/rrset.ts';
import { keyOf } from '../model/rrset.ts';
import type { DesiredZone, ExistingRRset } from '../model/zone.ts';
import { zoneLabel } from '../model/zone.ts';

/** A warning for each change that serves what somebody disabled at the target, who may have meant it to stay so. */
export const servesDisabled = (
  changes: readonly Change[],
  existing: readonly ExistingRRset[],
  zone: DesiredZone,
  target: string,
): readonly Problem[] => {
  const disabled = new Map(
    existing.flatMap((rrset) =>
      rrset.disabled === undefined ? [] : [[keyOf(rrset), new Set(rrset.disabled)] as const],
    ),
  );
  if (disabled.size === 0) return [];
  return changes.flatMap((change) => {
    const off = disabled.get(keyOf(change));
    const served = (change.after?.values ?? []).filter(({ rdata }) => off?.has(rdata) === true);
    return served.length === 0 ? [] : [problemOf(change, served, zone, target)];
  });
};

const problemOf = ({ name, type }: Change, served: RRset['values'], { id }: DesiredZone, target: string): Problem => {
  const origin = served[0]?.origins[0];
  const values = served.map(({ rdata }) => rdata).join(', ');
  return {
    rule: 'serves-disabled',
    severity: 'warning',
    message: `${name} ${type}: ${values} is there and disabled, and is served from now on; take it out of the file if it is to stay disabled`,
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    column: origin?.column ?? null,
    target,
    zone: zoneLabel(id),
  };
};
