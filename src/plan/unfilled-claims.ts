import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import { compileGlob } from '../model/glob.ts';
import type { DesiredZone, Protection } from '../model/zone.ts';

/**
 * The names that a claim came to by a server that has another name for it now, or is gone: while the claim is in Git they
 * keep their last answer. What we wrote says which these are, for a name that nobody wants says nothing of itself.
 */
export const unfilledClaims = (
  { claimed = [], rrsets }: DesiredZone,
  evidence: DeletionEvidence | null,
): readonly Protection[] => {
  if (evidence === null || claimed.length === 0) return [];
  const patterns = claimed.map(({ role, type, names }) => ({ role, type, matches: compileGlob(names) }));
  const wanted = new Set(rrsets.map(({ name, type }) => `${name} ${type}`));
  const left = new Map<string, Protection>();
  for (const { name, type, claims = [] } of evidence.written) {
    const key = `${name} ${type}`;
    if (claims.length === 0 || left.has(key) || wanted.has(key)) continue;
    const claim = patterns.find(
      (each) => each.type === type && claims.includes(each.role) && each.matches(name.slice(0, -1)),
    );
    if (claim === undefined) continue;
    left.set(key, { name, types: [type], reason: `${claim.role} claims it, and no server contributes to it now` });
  }
  return [...left.values()];
};
