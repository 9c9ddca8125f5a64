import type { SourceLocation } from '../model/origin.ts';
import { standsAlone } from '../model/rr-types.ts';
import type { Composition } from './composition.ts';
import type { ClasslessPtr, ServerContributions, WriteRule } from './contribution.ts';
import type { Finding } from './findings-to-problems.ts';
import { isIPv6 } from './networks.ts';

/** Warnings that need all servers at once. `found` are the findings so far. */
export const warningsOf = (
  from: Composition,
  byServer: readonly ServerContributions[],
  found: readonly Finding[],
): readonly Finding[] => [
  ...emptyClaims(from, byServer, found),
  ...withoutReverseZone(from, byServer),
  ...missingCnames(from, byServer),
];

/** Claims of a fixed name that no server contributes to, unless a finding at the claim already says why. */
const emptyClaims = (
  { ruleset }: Composition,
  byServer: readonly ServerContributions[],
  found: readonly Finding[],
): readonly Finding[] => {
  const rules = [...ruleset.claims.values()].flat();
  if (rules.length === 0) return [];
  const used = new Set<WriteRule>();
  for (const { contributions } of byServer)
    for (const contribution of contributions) if (contribution.kind === 'value') used.add(contribution.rule);
  const faulty = new Set<SourceLocation | null>(found.map(({ at }) => at));
  return rules.flatMap((rule) => {
    if (
      used.has(rule) ||
      faulty.has(rule.at) ||
      rule.fixedName === null ||
      ruleset.zones.of(rule.fixedName)?.zone === null
    )
      return [];
    const message = `${rule.title} claims ${rule.fixedName} ${rule.type}, but no server contributes to it; what exists there stays`;
    return [{ rule: 'claim-empty', message, about: null, at: rule.at }];
  });
};

/** One warning for IPv4 and one for IPv6. */
const withoutReverseZone = ({ ruleset }: Composition, byServer: readonly ServerContributions[]): readonly Finding[] => {
  const addresses = byServer.flatMap((contributed) => contributed.withoutReverseZone);
  return [addresses.filter((ip) => !isIPv6(ip)), addresses.filter(isIPv6)].flatMap((all) => {
    if (all.length === 0) return [];
    const shown = `${all.slice(0, 3).join(', ')}${all.length > 3 ? ', …' : ''}`;
    const family = isIPv6(all[0] ?? '') ? 'IPv6' : 'IPv4';
    const message = `${all.length} ${family} ${all.length === 1 ? 'address gets' : 'addresses get'} no PTR, because no configured zone has ${all.length === 1 ? 'it' : 'them'}: ${shown}`;
    const hint = 'add the reverse zone to zones:, or set "reverse: false"';
    return [
      { rule: 'no-reverse-zone', message, hint, about: null, kind: family, at: ruleset.registration?.rule.at ?? null },
    ];
  });
};

/** RFC 2317 section 4: resolvers reach a name of a classless zone only by a CNAME in its parent zone. */
const missingCnames = (
  { ruleset, input }: Composition,
  byServer: readonly ServerContributions[],
): readonly Finding[] => {
  const wanted = byServer.flatMap((contributed) => contributed.classlessPtrs);
  if (wanted.length === 0) return [];
  const plains = new Set(wanted.map(({ parentName }) => parentName));
  const targets = new Map<string, string>();
  for (const { rrsets } of input.zones) {
    for (const { name, type, values } of rrsets) {
      if (standsAlone(type) && plains.has(name)) targets.set(name, values[0]?.rdata ?? '');
    }
  }
  return wanted.flatMap((each: ClasslessPtr): readonly Finding[] => {
    const parent = ruleset.zones.of(each.parentName)?.zone ?? null;
    if (parent === null || parent.id.name === each.zone || targets.get(each.parentName) === each.name) return [];
    const message = `${parent.id.name} has no CNAME at ${each.parentName} to ${each.name}: without it the PTR there is never found (RFC 2317)`;
    const [file] = parent.files;
    const at = file === undefined ? null : { file, line: 1, column: 1 };
    return [{ rule: 'classless-cname-missing', message, about: each.parentName, kind: each.zone, at }];
  });
};
