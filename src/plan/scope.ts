import type { Glob } from '../model/glob.ts';
import { compileGlob } from '../model/glob.ts';
import { isApexSet, reverseType } from '../model/rr-types.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { InventoryScope } from '../model/zone.ts';

/** Could the inventory have written this? */
export type InScope = (key: RRsetKey) => boolean;

/** Compiles the scope of a zone. The inventory never writes SOA and apex NS. */
export const scopeOf = (scope: InventoryScope, zone: string): InScope => {
  const grants = scope.grants.map(({ names, types }) => ({ globs: names.map(compileGlob), types: new Set(types) }));
  return ({ name, type }) => {
    if (isApexSet({ name, type }, zone)) return false;
    if (scope.all || (scope.ptr && type === reverseType)) return true;
    const text = name.slice(0, -1);
    return grants.some(({ globs, types }) => types.has(type) && globs.some((glob: Glob) => glob(text)));
  };
};
