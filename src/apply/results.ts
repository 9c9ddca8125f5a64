import type { ZoneResult } from '../model/result.ts';
import type { ZoneId } from '../model/zone.ts';
import type { ZoneTarget } from './phases.ts';

export const idOf = ({ zone: name, view }: Pick<ZoneTarget, 'zone' | 'view'>): ZoneId => ({ name, view });

/** What became of a changeset; undefined where there was nothing to do. */
export const resultOf = (results: readonly ZoneResult[], changeset: ZoneTarget): ZoneResult | undefined =>
  results.find(
    ({ zone, view, target }) => zone === changeset.zone && view === changeset.view && target === changeset.target,
  );
