import { compileGlob, hasStar } from '../../model/glob.ts';
import { isWithin, parseAbsolute, splitParts } from '../../model/name.ts';
import type { RolesConfig } from './index.ts';

/** Can the inventory write in this zone? `covers`: it is a classless reverse zone. */
export type CanWrite = (zone: string, covers: string | null) => boolean;

/** Makes the test: registration's zone, its reverse zones, and the zones of granted names. */
export const reachOf = (from: RolesConfig): CanWrite => {
  const { registration } = from.registration;
  const { zones } = from;
  const patterns = from.grants.grants.flatMap(({ names }) => names.map(patternOf));
  return (zone, covers) => {
    if (from.inventories.inventories.length === 0) return false;
    if (registration?.zone === zone || (registration?.reverse === true && isReverse(zone, covers))) return true;
    return patterns.some((pattern) => reaches(pattern, zone, zones));
  };
};

const isReverse = (zone: string, covers: string | null): boolean =>
  covers !== null || isWithin(zone, 'in-addr.arpa.') || isWithin(zone, 'ip6.arpa.');

interface Pattern {
  readonly parts: readonly { readonly any: boolean; readonly matches: (part: string) => boolean }[];
  /** What every name that it matches ends in, canonical. */
  readonly tail: string;
  readonly isName: boolean;
}

const patternOf = (text: string): Pattern => {
  const parts = splitParts(text);
  const fixed = parts.slice(parts.findLastIndex(hasStar) + 1);
  return {
    parts: parts.map((part) => ({ any: part === '**', matches: compileGlob(part) })),
    tail: fixed.length === 0 ? '.' : parseAbsolute(fixed.join('.').replaceAll('\\*', '*')),
    isName: fixed.length === parts.length,
  };
};

/** Can a name of this zone, and not of a zone below it, match? Of a glob, never the apex. */
const reaches = ({ parts, tail, isName }: Pattern, zone: string, zones: readonly string[]): boolean => {
  if (zones.some((other) => other !== zone && isWithin(other, zone) && isWithin(tail, other))) return false;
  if (isName) return isWithin(tail, zone);
  const wanted = splitParts(zone).toReversed();
  const given = parts.toReversed();
  for (const [i, part] of wanted.entries()) {
    const glob = given[i];
    if (glob === undefined) return false;
    if (glob.any) return true;
    if (!glob.matches(part)) return false;
  }
  return given.length > wanted.length;
};
