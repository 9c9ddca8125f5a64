import type { DeletionEvidence, EvidenceStatus } from '../model/deletion-evidence.ts';
import { isAddressType, reverseType } from '../model/rr-types.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { AbsenceLimits, MissingSince } from '../model/server.ts';
import { isProven } from '../model/server.ts';

/** One value that exists at a name and type. */
export interface ValueAt extends RRsetKey {
  readonly rdata: string;
}

/** A value that exists, that nobody wants, and that stays until its absence is proven. */
export interface RetainedValue extends ValueAt {
  readonly reason: string;
}

/** Whether a value that nobody wants may be deleted. */
export interface DeletionVerdict {
  readonly status: EvidenceStatus;
  /** `unknown` for so many complete snapshots and so long that it may be deleted. */
  readonly isProven: boolean;
  /** Why it may not be deleted yet. */
  readonly reason: string;
}

const conclusive: DeletionVerdict = { status: 'conclusive', isProven: false, reason: '' };

/** Judges values by what the state knows that we wrote, and by the servers that the inventories have now. */
export const deletionJudge = (
  evidence: DeletionEvidence,
  limits: AbsenceLimits,
): ((value: ValueAt) => DeletionVerdict) => {
  let index: EvidenceIndex | null = null;
  return (value) => {
    index ??= indexOf(evidence);
    const sources = index.sources.get(textOf(value)) ?? [];
    const { status, server } =
      sources.length > 0 ? worstOf(sources, evidence) : bestOf(presentServers(value, evidence), evidence);
    if (status === 'conclusive') return conclusive;
    if (status === 'incomplete') {
      return {
        status,
        isProven: false,
        reason: `the last answer that listed ${server} was incomplete, so nothing is deleted because of it`,
      };
    }
    const missing = index.orphans.get(textOf(value)) ?? null;
    const isLongAbsent = missing !== null && isProven(missing, limits, evidence.now);
    const whose =
      server === null ? 'belongs to no known server' : `written for ${server}, and that server's fate is unknown`;
    return { status, isProven: isLongAbsent, reason: `${whose}: ${countOf(missing, limits)}` };
  };
};

interface EvidenceIndex {
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly orphans: ReadonlyMap<string, MissingSince>;
}

/** By value; made when the first value is judged, for mostly none is. */
const indexOf = ({ orphans, written }: DeletionEvidence): EvidenceIndex => ({
  sources: new Map(written.map((value) => [textOf(value), value.sources])),
  orphans: new Map(orphans.map((value) => [textOf(value), value.missing])),
});

/** What a server's evidence is; null: of no server. */
interface ServerEvidence {
  readonly status: EvidenceStatus;
  readonly server: string | null;
}

const textOf = ({ name, type, rdata }: ValueAt): string => `${name} ${type} ${rdata}`;

/** Where a zone file no longer has a value, it is certain that Git does not want it. */
const statusOf = (source: string, { servers }: DeletionEvidence): EvidenceStatus =>
  source === 'git' ? 'conclusive' : (servers.get(source) ?? 'unknown');

const ranks = { conclusive: 0, incomplete: 1, unknown: 2 } as const;

const evidenceOf = (sources: readonly string[], evidence: DeletionEvidence): readonly ServerEvidence[] =>
  sources.map((server) => ({ status: statusOf(server, evidence), server }));

const worstOf = (sources: readonly string[], evidence: DeletionEvidence): ServerEvidence =>
  evidenceOf(sources, evidence).reduce((worst, each) => (ranks[each.status] > ranks[worst.status] ? each : worst));

const bestOf = (servers: readonly string[], evidence: DeletionEvidence): ServerEvidence =>
  evidenceOf(servers, evidence).reduce((best, each) => (ranks[each.status] < ranks[best.status] ? each : best), {
    status: 'unknown',
    server: null,
  });

/** The present servers that a value may belong to, where nobody is known to have written it: by its name, PTR or address. */
const presentServers = ({ name, type, rdata }: ValueAt, { addresses, names }: DeletionEvidence): readonly string[] =>
  [
    names.get(name),
    type === reverseType ? names.get(rdata) : undefined,
    isAddressType(type) ? addresses.get(rdata) : undefined,
  ].filter((key) => key !== undefined);

const countOf = (missing: MissingSince | null, { snapshots }: AbsenceLimits): string =>
  missing === null
    ? `unaccounted for in 0 of ${snapshots} complete snapshots`
    : `unaccounted for in ${missing.snapshots} of ${snapshots} complete snapshots, since ${new Date(missing.since).toISOString()}`;
