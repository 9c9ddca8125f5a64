import { compileGlobs, compileValueGlob } from './glob.ts';
import { relativeTo } from './name.ts';
import { typeByName } from './rdata.ts';
import type { IgnoreRule } from './zone.ts';

/** What an `ignore` entry looks at in an RRset. */
interface Ignorable {
  readonly name: string;
  readonly type: string;
  readonly values: readonly { readonly rdata: string }[];
}

/** Says which entry of an `ignore` covers an RRset of a zone: name and type fit, and, where the entry has a `value`, one of the RRset's does. */
export type IgnoreMatcher = (rrset: Ignorable, zone: string) => IgnoreRule | null;

/** Compiles an `ignore`, for all zones that have it. */
export const compileIgnore = (rules: readonly IgnoreRule[]): IgnoreMatcher => {
  const entries = rules.map((rule) => ({
    rule,
    types: rule.types === undefined ? null : new Set(rule.types.map((type) => typeByName(type)?.name ?? type)),
    value: rule.value === undefined || rule.value === '*' ? null : compileValueGlob(rule.value),
  }));
  if (entries.length === 0) return () => null;
  const matching = compileGlobs(rules.map(({ name }) => name));
  return (rrset, zone) => {
    for (const index of matching(relativeTo(rrset.name, zone))) {
      const { rule, types = null, value = null } = entries[index] ?? {};
      const isOfType = types === null || types.has(rrset.type);
      const isMeant = isOfType && (value === null || rrset.values.some(({ rdata }) => value(rdata)));
      if (isMeant && rule !== undefined) return rule;
    }
    return null;
  };
};

/** The same for the zone of this canonical name alone. */
export const ignoreMatcher = (
  rules: readonly IgnoreRule[],
  zone: string,
): ((rrset: Ignorable) => IgnoreRule | null) => {
  const ignored = compileIgnore(rules);
  return (rrset) => ignored(rrset, zone);
};
