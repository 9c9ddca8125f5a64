import { compileGlob, hasStar } from '../../model/glob.ts';
import { exactPattern, grantHint, notGranted } from '../../model/grant-line.ts';
import { isWildcard, parseAbsolute } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { type Problem, problemAt } from '../../model/problem.ts';
import type { Grant, Role } from '../../model/roles.ts';
import { didYouMean } from '../../model/suggest.ts';
import { isTemplate } from '../../model/template.ts';
import { loadSeverity } from '../load-rules.ts';

/** Claims of a literal name that no grant allows: they are refused as soon as a server has the label or group. */
export const missingGrants = (
  roles: readonly Role[],
  grants: readonly Grant[],
  zones: readonly string[],
): readonly Problem[] => {
  const granted = grants.map((grant) => ({ grant, matches: matcherOf(grant, new Set(zones)) }));
  return roles.flatMap((role) =>
    role.claims
      .filter(({ name }) => !isTemplate(name))
      .filter(({ name, type }) => {
        const canonical = parseAbsolute(name);
        return !granted.some(
          ({ grant, matches }) => isOf(grant, role) && grant.types.includes(type) && matches(canonical),
        );
      })
      .map(({ name, type, at }) => {
        const canonical = parseAbsolute(name);
        const hint = grantHint(role.kind, role.name, exactPattern(canonical), type);
        const message = `${notGranted(role.kind, role.name, 'claim', `${canonical} ${type}`)}; ${hint}`;
        return problemAt('grant-missing', loadSeverity('grant-missing'), message, at);
      }),
  );
};

/** Grants to labels, groups and inventories that do not exist. `known` null: it cannot be said which exist. */
export const idleGrants = (
  grants: readonly Grant[],
  known: Readonly<Record<Grant['to'], ReadonlySet<string> | null>>,
): readonly Problem[] =>
  grants.flatMap(({ to, role, at }) => {
    const names = known[to];
    if (names === null || names.has(role)) return [];
    const message = `there is no ${to} ${quoted(role)}${didYouMean(role, names)}; this grant has no effect`;
    return [problemAt('unknown-role', loadSeverity('unknown-role'), message, at)];
  });

/** A grant to an inventory allows whatever labels and groups its servers have. */
const isOf = (grant: Grant, role: Role): boolean =>
  grant.to === 'inventory' || (grant.to === role.kind && grant.role === role.name);

const matcherOf = ({ names }: Grant, zones: ReadonlySet<string>): ((name: string) => boolean) => {
  const globs = names.map((name) => ({ matches: compileGlob(name), isGlob: hasStar(name) }));
  return (name) => {
    const isSpecial = zones.has(name) || isWildcard(name);
    return globs.some(({ matches, isGlob }) => !(isGlob && isSpecial) && matches(name.slice(0, -1)));
  };
};
