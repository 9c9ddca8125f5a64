import type { DeletionEvidence, EvidenceStatus } from '../model/deletion-evidence.ts';
import { listed } from '../model/phrases.ts';
import { isAddressType, reverseType } from '../model/rr-types.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { AbsenceLimits, MissingSince } from '../model/server.ts';
import { countMissing, isProven } from '../model/server.ts';

/** One value that exists at a name and type. */
export interface ValueAt extends RRsetKey {
  readonly rdata: string;
}

/** A value that exists, that nobody wants, and that stays until its absence is proven. */
export interface RetainedValue extends ValueAt {
  readonly reason: string;
  /** Each `--allow` that is needed to let it go. */
  readonly allows: readonly string[];
}

/** Whether a value that nobody wants may be deleted. */
export interface DeletionVerdict {
  readonly status: EvidenceStatus;
  /** `unknown` for so many complete snapshots and so long that it may be deleted. */
  readonly isProven: boolean;
  /** Why it may not be deleted yet. */
  readonly reason: string;
  /** Whose it is, by serverKey, as far as they keep it from being deleted. */
  readonly servers: readonly string[];
  /** Of an `unknown` one: since when that has been so, counted with this pass. */
  readonly missing: MissingSince | null;
}

const conclusive: DeletionVerdict = {
  status: 'conclusive',
  isProven: false,
  reason: '',
  servers: [],
  missing: null,
};

/** Judges values by what the state knows that we wrote, and by the servers that the inventories have now. */
export const deletionJudge = (
  evidence: DeletionEvidence,
  limits: AbsenceLimits,
): ((value: ValueAt) => DeletionVerdict) => {
  let index: EvidenceIndex | null = null;
  return (value) => {
    index ??= indexOf(evidence);
    const sources = index.sources.get(textOf(value)) ?? [];
    const { status, servers } =
      sources.length > 0 ? worstOf(sources, evidence) : bestOf(presentServers(value, evidence), evidence);
    if (status === 'conclusive') return conclusive;
    if (status === 'incomplete') {
      return {
        status,
        isProven: false,
        reason: `the last answer that listed ${listed(servers)} was incomplete, so nothing is deleted because of it`,
        servers,
        missing: null,
      };
    }
    const missing = countMissing(index.orphans.get(textOf(value)) ?? null, evidence.counts, evidence.now);
    return {
      status,
      isProven: isProven(missing, limits, evidence.now),
      reason: `${whose(servers)}: ${countOf(missing, limits)}`,
      servers,
      missing,
    };
  };
};

const whose = (servers: readonly string[]): string =>
  servers.length === 0
    ? 'belongs to no known server'
    : `written for ${listed(servers)}, ${servers.length === 1 ? "and that server's fate is" : 'whose fate is'} unknown`;

interface EvidenceIndex {
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly orphans: ReadonlyMap<string, MissingSince>;
}

/** By value; made when the first value is judged, for mostly none is. */
const indexOf = ({ orphans, written }: DeletionEvidence): EvidenceIndex => ({
  sources: new Map(written.map((value) => [textOf(value), value.sources])),
  orphans: new Map(orphans.map((value) => [textOf(value), value.missing])),
});

/** What the evidence is, and the servers that it is of. */
interface ServersEvidence {
  readonly status: EvidenceStatus;
  readonly servers: readonly string[];
}

const textOf = ({ name, type, rdata }: ValueAt): string => `${name} ${type} ${rdata}`;

/** Where a zone file no longer has a value, it is certain that Git does not want it. */
const statusOf = (source: string, { servers }: DeletionEvidence): EvidenceStatus =>
  source === 'git' ? 'conclusive' : (servers.get(source) ?? 'unknown');

const ranks = { conclusive: 0, incomplete: 1, unknown: 2 } as const;

const worstOf = (sources: readonly string[], evidence: DeletionEvidence): ServersEvidence => {
  const statuses = sources.map((server) => ({ server, status: statusOf(server, evidence) }));
  const status = statuses.reduce<EvidenceStatus>(
    (worst, each) => (ranks[each.status] > ranks[worst] ? each.status : worst),
    'conclusive',
  );
  return { status, servers: statuses.filter((each) => each.status === status).map(({ server }) => server) };
};

const bestOf = (servers: readonly string[], evidence: DeletionEvidence): ServersEvidence =>
  servers
    .map((server) => ({ status: statusOf(server, evidence), servers: [server] }))
    .reduce<ServersEvidence>((best, each) => (ranks[each.status] < ranks[best.status] ? each : best), {
      status: 'unknown',
      servers: [],
    });

/** The present servers that a value may belong to, where nobody is known to have written it: by its name, PTR or address. */
const presentServers = ({ name, type, rdata }: ValueAt, { addresses, names }: DeletionEvidence): readonly string[] =>
  [
    names.get(name),
    type === reverseType ? names.get(rdata) : undefined,
    isAddressType(type) ? addresses.get(rdata) : undefined,
  ].filter((key) => key !== undefined);

const countOf = ({ since, snapshots: seen }: MissingSince, { snapshots }: AbsenceLimits): string => {
  const counted = `unaccounted for in ${Math.min(seen, snapshots)} of ${snapshots} complete snapshots`;
  return seen === 0 ? counted : `${counted}, since ${new Date(since).toISOString()}`;
};
