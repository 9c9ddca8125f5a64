import type { DeletionEvidence, EvidenceStatus } from '../model/deletion-evidence.ts';
import type { RosterServer } from '../model/server.ts';
import type { Composition } from './composition.ts';
import type { ServerContributions } from './contribution.ts';
import type { Contends } from './roster.ts';
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
export const evidenceFrom = ({ input, ruleset, entries, byServer }: Composition): RosterEvidence =>
  evidenceOfSome(
    ruleset,
    input.roster.now,
    [...entries].map(([key, entry]) => ({
      key,
      entry,
      outcome: byServer.get(key)?.allocation.outcome ?? 'whole',
    })),
  );

/** A server with what it got. */
export interface ServerOutcome {
  readonly key: string;
  readonly entry: RosterServer;
  readonly outcome: ServerContributions['allocation']['outcome'];
}

/** The same of some servers alone. */
export const evidenceOfSome = (
  { registration, contends }: Pick<Ruleset, 'registration' | 'contends'>,
  now: number,
  outcomes: readonly ServerOutcome[],
): RosterEvidence => {
  const servers = new Map<string, EvidenceStatus>();
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  const vouching: [string, RosterServer][] = [];
  for (const { key, entry, outcome } of outcomes) {
    servers.set(key, evidenceStatusOf(entry, outcome, contends));
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

const evidenceStatusOf = (
  entry: RosterServer,
  outcome: ServerContributions['allocation']['outcome'],
  contends: Contends,
): EvidenceStatus => {
  if (outcome === 'tied') return 'unknown';
  if (outcome === 'lost') return 'incomplete';
  if (entry.standing === 'present') return entry.complete ? 'conclusive' : 'incomplete';
  return entry.known.partial === true && contends(entry) ? 'incomplete' : 'conclusive';
};
