import type { DeletionEvidence, EvidenceStatus } from '../model/deletion-evidence.ts';
import type { RosterServer } from '../model/server.ts';
import type { Composition } from './composition.ts';
import type { ServerContributions } from './contribution.ts';
import type { Counts } from './roster.ts';
import type { Ruleset } from './ruleset.ts';

export interface RosterEvidence extends Omit<DeletionEvidence, 'written' | 'orphans'> {
  readonly servers: ReadonlyMap<string, EvidenceStatus>;
  readonly names: ReadonlyMap<string, string>;
  readonly addresses: ReadonlyMap<string, string>;
}

/**
 * What the roster accounts for. A server that is remembered or missing counts as last known, so that what nobody wants of
 * it is unwanted because Git changed or another has its address; but what was last said of it in an answer that was not
 * complete settles nothing. Servers that quarrel vouch for nothing.
 */
export const evidenceFrom = ({ input, ruleset, entries, contributions }: Composition): RosterEvidence =>
  evidenceOfSome(
    ruleset,
    input.roster.now,
    [...entries].map(([key, entry]) => ({ key, entry, outcome: contributions.get(key)?.share.outcome ?? 'whole' })),
  );

/** A server with what it got. */
export interface Accounted {
  readonly key: string;
  readonly entry: RosterServer;
  readonly outcome: ServerContributions['share']['outcome'];
}

/** The same of some servers alone. */
export const evidenceOfSome = (
  { registration, counts }: Pick<Ruleset, 'registration' | 'counts'>,
  now: number,
  accounted: readonly Accounted[],
): RosterEvidence => {
  const servers = new Map<string, EvidenceStatus>();
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  const vouching: [string, RosterServer][] = [];
  for (const { key, entry, outcome } of accounted) {
    servers.set(key, accountableOf(entry, outcome, counts));
    if (entry.standing === 'present' && entry.complete && outcome === 'whole') vouching.push([key, entry]);
  }
  // One that is decommissioned accounts for its names as well, unless another has them now.
  const isLeaving = ([, { server }]: [string, RosterServer]): number => (server.state === 'decommissioned' ? 0 : 1);
  for (const [key, { server }] of vouching.sort((a, b) => isLeaving(a) - isLeaving(b))) {
    if (registration !== null) names.set(`${server.name}.${registration.definition.zone}`, key);
    for (const ip of server.ips) addresses.set(ip, key);
  }
  return { servers, names, addresses, now };
};

const accountableOf = (
  entry: RosterServer,
  outcome: ServerContributions['share']['outcome'],
  counts: Counts,
): EvidenceStatus => {
  if (outcome === 'tied') return 'unknown';
  if (outcome === 'lost') return 'incomplete';
  if (entry.standing === 'present') return entry.complete ? 'conclusive' : 'incomplete';
  return entry.known.partial === true && counts(entry) ? 'incomplete' : 'conclusive';
};
