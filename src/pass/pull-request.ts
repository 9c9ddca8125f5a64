import type { Definitions, RefusedEntry } from '../model/definitions.ts';
import { HostmasterError } from '../model/errors.ts';
import { listed, quoted } from '../model/phrases.ts';

/** What a pass is about to use. */
export interface Wanted {
  /** Names of targets; without it, all. */
  readonly targets?: readonly string[] | undefined;
  readonly inventories: boolean;
  readonly state: boolean;
}

/**
 * Throws CONFIG where a run for a pull request would resolve a secret, load code or open a target because the pull request
 * says so: whoever writes a pull request would then be handed the secrets of whoever reviews it.
 */
export const refuseOfPullRequest = ({ pullRequest }: Definitions, wanted: Wanted): void => {
  if (pullRequest === null) return;
  const { event, refused, sharedWorkTree } = pullRequest;
  const due = refused.filter((entry) => isWanted(entry, wanted));
  if (due.length === 0) return;
  const why =
    sharedWorkTree === null
      ? ''
      : ` (the one of --targets-from does not count: it is in the same work tree, ${sharedWorkTree})`;
  throw new HostmasterError(
    'CONFIG',
    `this run is for a pull request (${event}), whose own hostmaster.yaml may not say that these are used: ${inWords(due)}; name targets, inventory and state in a file that it cannot change, with --targets-from FILE${why}; "hostmaster validate" needs none of them`,
  );
};

const isWanted = ({ kind, name }: RefusedEntry, { inventories, state, targets }: Wanted): boolean => {
  if (kind === 'target') return targets?.includes(name) ?? true;
  return kind === 'state' ? state : inventories;
};

const mostShown = 5;

const inWords = (due: readonly RefusedEntry[]): string => {
  const words = due.map(({ kind, name, why }) => `${kind} ${/^[\w-]+$/.test(name) ? name : quoted(name)} (${why})`);
  const more = words.length - mostShown;
  return more > 0 ? `${words.slice(0, mostShown).join(', ')} and ${more} more` : listed(words);
};
