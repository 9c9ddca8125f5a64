import type { OrphanedValue, WrittenValue } from './ports.ts';

/**
 * How much may be deleted of what a server once contributed and nobody wants now: `conclusive` (a complete snapshot accounts
 * for it, or its absence is proven), `incomplete` (it is there, but its inventory's answer is not complete, so that no RRset
 * goes), `unknown` (nobody knows what became of it).
 */
export type EvidenceStatus = 'conclusive' | 'incomplete' | 'unknown';

/**
 * Evidence for deciding deletions in this zone. Where it is null instead, no inventory owns anything in the zone, so unwanted
 * values may be deleted.
 */
export interface DeletionEvidence {
  /** By serverKey. A server that is not here is not known: `unknown`. */
  readonly servers: Pick<ReadonlyMap<string, EvidenceStatus>, 'get'>;
  /** The registration names of servers that their inventories have now, with the server's key. */
  readonly names: Pick<ReadonlyMap<string, string>, 'get'>;
  /** The canonical addresses of the same, with the key of each server that has it. */
  readonly addresses: Pick<ReadonlyMap<string, string>, 'get'>;
  /** The keys of the servers that their inventories have now. */
  readonly present: Pick<ReadonlySet<string>, 'has'>;
  /** Is this pass one more complete snapshot of every inventory? */
  readonly counts: boolean;
  /** What the state knows that we wrote in this zone at this target. */
  readonly written: readonly WrittenValue[];
  readonly orphans: readonly OrphanedValue[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Was it written for a server, and not because a zone file has it? */
export const isForServer = ({ sources }: Pick<WrittenValue, 'sources'>): boolean =>
  sources.some((source) => source !== 'git');
