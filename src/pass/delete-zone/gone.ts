import { messageOf } from '../../model/errors.ts';
import { type Problem, problemOfTarget } from '../../model/problem.ts';
import type { VerifyReport } from '../../model/result.ts';
import type { ZoneId } from '../../model/zone.ts';
import type { Provider } from '../../provider.ts';
import type { OpenTarget, RunContext } from '../../target.ts';
import { type FoundNameServers, verifyGone } from '../../verify/index.ts';
import { verifyOptions, withoutAddress } from '../verify.ts';

export interface Proof {
  readonly problems: readonly Problem[];
  readonly verify: VerifyReport;
}

/**
 * Proves that a target does not have a zone any more, and that none of the name servers that answered for it does so
 * now.
 */
export const proveGone = async (
  zone: ZoneId,
  { nameservers, unknown, unreachable }: FoundNameServers,
  { definition, provider }: OpenTarget,
  context: RunContext,
): Promise<Proof> => {
  const problems = (await whyNotGone(zone, provider)).map((why) =>
    problemOfTarget('zone-not-gone', `it was deleted, and ${why}`, definition.name, zone.name),
  );
  if (unreachable === true) return { problems, verify: { checked: 0, differences: [] } };
  const missing = nameservers.length + unknown.length === 0 ? ['(none)'] : unknown;
  const work = { zone, nameservers, wait: definition.verify_wait };
  const { checked, differences } = await verifyGone(work, verifyOptions(context));
  return {
    problems,
    verify: { checked, differences: [...missing.map((label) => withoutAddress(label, zone)), ...differences] },
  };
};

const whyNotGone = (zone: ZoneId, provider: Provider): Promise<readonly string[]> =>
  provider.read(zone).then(
    ({ status }) => (status === 'missing' ? [] : ['is there again']),
    (error: unknown) => [`nobody can look whether it is gone: ${messageOf(error)}`],
  );
