import { compileGlob, compileValueGlob } from './glob.ts';
import { relativeTo } from './name.ts';
import { typeByName } from './rdata.ts';
import type { IgnoreRule } from './zone.ts';

/** What an `ignore` entry looks at in an RRset. */
interface Ignorable {
  readonly name: string;
  readonly type: string;
  readonly values: readonly { readonly rdata: string }[];
}

/**
 * Makes the function that says which entry of a zone's `ignore` covers an RRset: name and type fit, and, where the entry
 * has a `value`, one of the RRset's values does. `zone` is the zone's canonical name.
 */
export const ignoreMatcher = (
  rules: readonly IgnoreRule[],
  zone: string,
): ((rrset: Ignorable) => IgnoreRule | null) => {
  const entries = rules.map((rule) => ({
    rule,
    types: rule.types === undefined ? null : new Set(rule.types.map((type) => typeByName(type)?.name ?? type)),
    name: compileGlob(rule.name),
    value: rule.value === undefined || rule.value === '*' ? null : compileValueGlob(rule.value),
  }));
  if (entries.length === 0) return () => null;
  return (rrset) => {
    const relative = relativeTo(rrset.name, zone);
    const entry = entries.find(
      ({ name, types, value }) =>
        (types === null || types.has(rrset.type)) &&
        name(relative) &&
        (value === null || rrset.values.some(({ rdata }) => value(rdata))),
    );
    return entry?.rule ?? null;
  };
};
