import type { DeletionEvidence } from '../model/deletion-evidence.ts';
import { compileGlob } from '../model/glob.ts';
import type { DesiredZone, Protection } from '../model/zone.ts';

/**
 * The names that a claim had by a server which now gives it another name, or is gone: while the claim is in Git, they keep
 * their last answer. Which these are is only known from what we wrote.
 */
export const unfilledClaims = (
  { claimedNames: claimed = [], rrsets }: DesiredZone,
  evidence: DeletionEvidence | null,
): readonly Protection[] => {
  if (evidence === null || claimed.length === 0) return [];
  const patterns = claimed.map(({ role, type, names }) => ({ role, type, matches: compileGlob(names) }));
  const wanted = new Set(rrsets.map(({ name, type }) => `${name} ${type}`));
  const unfilled = new Map<string, Protection>();
  for (const { name, type, claims = [] } of evidence.written) {
    const key = `${name} ${type}`;
    if (claims.length === 0 || unfilled.has(key) || wanted.has(key)) continue;
    const claim = patterns.find(
      (each) => each.type === type && claims.includes(each.role) && each.matches(name.slice(0, -1)),
    );
    if (claim === undefined) continue;
    unfilled.set(key, { name, types: [type], reason: `${claim.role} claims it, and no server contributes to it now` });
  }
  return [...unfilled.values()];
};
