import { type Problem, problemOfTarget } from '../../model/problem.ts';
import type { VerifyReport } from '../../model/result.ts';
import type { ZoneSnapshot } from '../../model/zone.ts';
import { verifyGone } from '../../verify/gone.ts';
import { nameServersOf } from '../nameservers.ts';
import type { OpenTarget, Rim } from '../types.ts';
import { verifyOptions, withoutAddress } from '../verify.ts';

/** Proves that a target does not have a zone any more, and that none of its name servers answers for it. */
export const proveGone = async (
  { rrsets, zone }: ZoneSnapshot,
  target: OpenTarget,
  rim: Rim,
): Promise<{ readonly problems: readonly Problem[]; readonly verify: VerifyReport }> => {
  const { definition, provider } = target;
  const read = await provider.read(zone);
  const problems =
    read.status === 'missing'
      ? []
      : [problemOfTarget('zone-still-there', 'it was deleted, and is there again', definition.name, zone.name)];
  if (provider.supports.verify !== 'dns') return { problems, verify: { checked: 0, differences: [] } };
  const { nameservers, unknown } = await nameServersOf(zone, target, rrsets);
  const missing = nameservers.length + unknown.length === 0 ? ['(none)'] : unknown;
  const work = { zone, nameservers, wait: definition.verify_wait };
  const { checked, differences } = await verifyGone(work, verifyOptions(rim));
  return {
    problems,
    verify: { checked, differences: [...missing.map((label) => withoutAddress(label, zone)), ...differences] },
  };
};
