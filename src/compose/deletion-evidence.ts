import type { DeletionEvidence, EvidenceStatus } from '../model/deletion-evidence.ts';
import type { RosterServer } from '../model/server.ts';
import type { Composition } from './composition.ts';
import type { Contends } from './contenders.ts';
import type { AllocationOutcome } from './roster.ts';
import type { Ruleset } from './ruleset.ts';

export interface RosterEvidence extends Omit<DeletionEvidence, 'written' | 'orphans' | 'counts'> {
  readonly servers: Map<string, EvidenceStatus>;
  readonly names: Map<string, string>;
  readonly addresses: Map<string, string>;
  readonly present: Set<string>;
}

/**
 * What the servers prove about values that nothing wants any more: only a conclusive server's values may be deleted. One
 * that is remembered or missing counts as last known, so what is unwanted of it is unwanted because Git changed or another
 * server has its address; that proves nothing if it was last known from an incomplete answer. Servers in a conflict prove
 * nothing about the name and addresses that they contend for.
 */
export const evidenceFrom = ({ input, ruleset, entries, byServer }: Composition): RosterEvidence =>
  evidenceOfSome(
    ruleset,
    input.roster.now,
    [...entries].map(([key, entry]) => ({
      key,
      entry,
      outcome: byServer.get(key)?.allocation.outcome ?? 'won',
    })),
  );

/** A server, and whether it got what it wants. */
export interface ServerOutcome {
  readonly key: string;
  readonly entry: RosterServer;
  readonly outcome: AllocationOutcome;
}

/** The evidence of some servers alone. */
export const evidenceOfSome = (
  { registration, contends }: Pick<Ruleset, 'registration' | 'contends'>,
  now: number,
  outcomes: readonly ServerOutcome[],
): RosterEvidence => {
  const servers = new Map<string, EvidenceStatus>();
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  const present = new Set<string>();
  const vouching: [string, RosterServer][] = [];
  for (const { key, entry, outcome } of outcomes) {
    servers.set(key, evidenceStatusOf(entry, outcome, contends));
    if (entry.standing === 'present') present.add(key);
    if (entry.standing === 'present' && entry.complete && outcome === 'won') vouching.push([key, entry]);
  }
  // A decommissioned server proves its names as well, unless another server has them now: that one is set later, and wins.
  const isLeaving = ([, { server }]: [string, RosterServer]): number => (server.state === 'decommissioned' ? 0 : 1);
  for (const [key, { server }] of vouching.sort((a, b) => isLeaving(a) - isLeaving(b))) {
    if (registration !== null) names.set(`${server.name}.${registration.definition.zone}`, key);
    for (const ip of server.ips) addresses.set(ip, key);
  }
  return { servers, names, addresses, present, now };
};

const evidenceStatusOf = (entry: RosterServer, outcome: AllocationOutcome, contends: Contends): EvidenceStatus => {
  if (outcome === 'tied') return 'unknown';
  if (outcome === 'lost') return 'incomplete';
  if (entry.standing === 'present') return entry.complete ? 'conclusive' : 'incomplete';
  return entry.known.partial === true && contends(entry) ? 'incomplete' : 'conclusive';
};
