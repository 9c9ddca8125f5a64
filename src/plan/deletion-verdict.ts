import type { DeletionEvidence, EvidenceStatus } from '../model/deletion-evidence.ts';
import type { RRsetKey } from '../model/rrset.ts';
import type { AbsenceLimits, Missing } from '../model/server.ts';
import { isProven } from '../model/server.ts';

/** One value that exists at a name and type. */
export interface ValueAt extends RRsetKey {
  readonly rdata: string;
}

/** A value that exists and would go, if its absence were proven. */
export interface RetainedValue extends ValueAt {
  readonly reason: string;
}

/** Whether a value that nobody wants may go. */
export interface Verdict {
  readonly standing: EvidenceStatus;
  /** Nobody accounts for it, but it has been so for long enough. */
  readonly proven: boolean;
  /** Why it is not settled. */
  readonly reason: string;
}

const conclusive: Verdict = { standing: 'conclusive', proven: false, reason: '' };

/** Judges values by what the state knows that we wrote, and by the servers that are there. */
export const deletionJudge = (evidence: DeletionEvidence, limits: AbsenceLimits): ((value: ValueAt) => Verdict) => {
  let known: Known | null = null;
  return (value) => {
    known ??= knownOf(evidence);
    const written = known.sources.get(textOf(value)) ?? [];
    const [standing, who] =
      written.length > 0 ? worstOf(written, evidence) : bestOf(presentAt(value, evidence), evidence);
    if (standing === 'conclusive') return conclusive;
    if (standing === 'incomplete') {
      return {
        standing,
        proven: false,
        reason: `the answer that ${who} was last in is not complete, so that no RRset goes by it`,
      };
    }
    const missing = known.orphans.get(textOf(value)) ?? null;
    const proven = missing !== null && isProven(missing, limits, evidence.now);
    const whose =
      who === null ? 'it is of no server that is known' : `nobody knows what became of ${who}, which it is of`;
    return { standing, proven, reason: `${whose}: ${countOf(missing, limits)}` };
  };
};

interface Known {
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly orphans: ReadonlyMap<string, Missing>;
}

/** By value; made when the first is asked about, for mostly none is. */
const knownOf = ({ orphans, written }: DeletionEvidence): Known => ({
  sources: new Map(written.map((value) => [textOf(value), value.sources])),
  orphans: new Map(orphans.map((value) => [textOf(value), value.missing])),
});

type Standing = readonly [EvidenceStatus, string | null];

const textOf = ({ name, type, rdata }: ValueAt): string => `${name} ${type} ${rdata}`;

/** What a zone file wrote is Git's: that it wants it no more is certain. */
const standingOf = (source: string, { servers }: DeletionEvidence): EvidenceStatus =>
  source === 'git' ? 'conclusive' : (servers.get(source) ?? 'unknown');

const ranks = { conclusive: 0, incomplete: 1, unknown: 2 } as const;

const worstOf = (sources: readonly string[], evidence: DeletionEvidence): Standing =>
  sources
    .map((source): Standing => [standingOf(source, evidence), source])
    .reduce((worst, each) => (ranks[each[0]] > ranks[worst[0]] ? each : worst));

const bestOf = (sources: readonly string[], evidence: DeletionEvidence): Standing =>
  sources
    .map((source): Standing => [standingOf(source, evidence), source])
    .reduce((best, each) => (ranks[each[0]] < ranks[best[0]] ? each : best), ['unknown', null]);

/** The servers that account for what nobody is known to have written: by their name, by a PTR to it, by an address. */
const presentAt = ({ name, type, rdata }: ValueAt, { addresses, names }: DeletionEvidence): readonly string[] =>
  [
    names.get(name),
    type === 'PTR' ? names.get(rdata) : undefined,
    type === 'A' || type === 'AAAA' ? addresses.get(rdata) : undefined,
  ].filter((key) => key !== undefined);

const countOf = (missing: Missing | null, { snapshots }: AbsenceLimits): string =>
  missing === null
    ? `unaccounted for in 0 of ${snapshots} complete snapshots`
    : `unaccounted for in ${missing.snapshots} of ${snapshots} complete snapshots, since ${new Date(missing.since).toISOString()}`;
