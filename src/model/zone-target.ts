import type { ChangeRef, Changeset } from './plan.ts';
import type { RRsetKey } from './rrset-key.ts';
import { type ZoneId, zoneLabel } from './zone.ts';

/** A zone at a target, as changesets, results and references of a plan name it. */
export type ZoneTarget = Pick<Changeset, 'zone' | 'view' | 'target'>;

/** One string for a zone at a target, to index by. */
export const zoneTargetKey = ({ zone, view, target }: ZoneTarget): string => `${zone}@${view ?? ''}/${target}`;

export const zoneIdOf = ({ zone: name, view }: Pick<ZoneTarget, 'zone' | 'view'>): ZoneId => ({ name, view });

/** `example.com.@internal at pdns1`, for messages. */
export const zoneTargetLabel = (at: ZoneTarget): string => `${zoneLabel(zoneIdOf(at))} at ${at.target}`;

/** One string for a change by where it is, to index by. */
export const changeKey = (at: ZoneTarget, { name, type }: RRsetKey): string => `${zoneTargetKey(at)} ${name} ${type}`;

export const changeRefKey = (ref: ChangeRef): string => changeKey(ref, ref);
