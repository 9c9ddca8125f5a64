import { compileGlob, hasStar } from '../model/glob.ts';
import { isWithin, parseAbsolute, splitParts, withoutFinalDot } from '../model/name.ts';
import type { Roles } from '../model/roles.ts';
import type { DesiredZone, InventoryScope } from '../model/zone.ts';

/** Which names of a zone the inventory could have written; null: none. */
export const inventoryScopeOf = (zone: DesiredZone, { registration, grants }: Roles): InventoryScope | null => {
  const name = zone.id.name;
  const all = registration?.zone === name;
  const ptr = registration?.reverse === true && isReverse(zone);
  const reaching = grants.flatMap(({ names, types }) => {
    const here = names.map(withoutFinalDot).filter((pattern) => mayReach(pattern, name));
    return here.length === 0 ? [] : [{ names: here, types }];
  });
  return all || ptr || reaching.length > 0 ? { all, ptr, grants: reaching } : null;
};

const isReverse = ({ id: { name }, settings }: DesiredZone): boolean =>
  isWithin(name, 'in-addr.arpa.') || isWithin(name, 'ip6.arpa.') || settings.covers !== null;

/** Can a name of the zone match? Compared from the right, part by part, as far as the zone's name goes. */
const mayReach = (pattern: string, zone: string): boolean => {
  if (!hasStar(pattern)) return isWithin(parseAbsolute(pattern.replace(/^\\\*/, '*')), zone);
  const globs = splitParts(pattern).toReversed();
  const parts = splitParts(zone).toReversed();
  const open = globs.indexOf('**');
  const bound = open === -1 ? parts.length : Math.min(open, parts.length);
  const isLongEnough = open !== -1 || globs.length > parts.length;
  return isLongEnough && parts.slice(0, bound).every((part, i) => compileGlob(globs[i] ?? '')(part));
};
