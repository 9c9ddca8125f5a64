import { writtenBefore } from '../memory/index.ts';
import type { Changeset } from '../model/plan.ts';
import type { Store, UnprovenChange } from '../model/ports.ts';
import { type Problem, warningOfTarget } from '../model/problem.ts';
import { type ZoneId, zoneLabel } from '../model/zone.ts';
import { zoneIdOf } from '../model/zone-target.ts';

/** A warning for each planned change that an apply wrote already: the target took it, and is as it was before. */
export const changesWithoutEffect = async (
  changeset: Changeset,
  store: Pick<Store, 'unproven'>,
): Promise<readonly Problem[]> => {
  if (changeset.changes.length + changeset.withheld.length === 0) return [];
  const { target } = changeset;
  const zone = zoneIdOf(changeset);
  return writtenBefore(changeset, await store.unproven(zone, target)).map((change) =>
    writeWithoutEffect(change, zone, target),
  );
};

export const writeWithoutEffect = (
  { name, type, after }: Pick<UnprovenChange, 'name' | 'type'> & { readonly after: unknown },
  zone: ZoneId,
  target: string,
): Problem =>
  warningOfTarget(
    'write-without-effect',
    `${name} ${type}: the last ${after === null ? 'delete' : 'write'} of it had no effect, though ${target} took it, or something undid it since; see what ${target} stores there`,
    target,
    zoneLabel(zone),
  );
