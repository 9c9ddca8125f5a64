import type { ZoneId } from '../model/zone.ts';

/** The columns of a zone at a target, as three tables have them. */
export const zoneTargetCells = (zone: ZoneId, target: string) => [zone.name, zone.view ?? '', target] as const;

/** The condition that those columns are these. */
export const isZoneTarget = 'zone = ? AND view = ? AND target = ?';
