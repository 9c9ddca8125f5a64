import { listed } from '../../model/phrases.ts';
import type { OpenDeny } from '../../model/plan.ts';

/** What a deny of `windows:` that is open means for whoever reads a plan. */
export const denyInWords = ({ file, line, until, zones }: OpenDeny): string => {
  const end = until === null ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`;
  const which = zones === null ? 'no new commit' : `no new commit that changes ${listed(zones, 'or')}`;
  return `A deny is open${end} (${file}:${line}): the daemon takes ${which} into force; plan and apply do not wait for it.`;
};
