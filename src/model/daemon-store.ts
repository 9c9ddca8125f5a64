import type { PassSuspension } from './guard-context.ts';
import type { Action } from './plan.ts';
import type { RRsetKey } from './rrset.ts';
import type { ZoneId } from './zone.ts';

// What the state keeps for the daemon: part of `Store` (ports.ts). Times are milliseconds since 1970, but those of passes and
// suspensions, which are RFC 3339 as the HTTP interface shows them.

/** A pass of the daemon, as people look back at it. `cause`, `outcome` and `counts` are the daemon's own words. */
export interface KeptPass {
  readonly id: string;
  readonly cause: string;
  readonly by: string | null;
  readonly started: string;
  readonly ended: string | null;
  readonly commit: string | null;
  readonly outcome: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly repeated: number;
}

/** A pass to keep; one that is kept already by its id is replaced. */
export interface PassToKeep {
  readonly pass: KeptPass;
  /** Nothing was to be done in it: such passes are kept by themselves, and never push out the others. */
  readonly isIdle: boolean;
  /** All else that is kept of it, compressed by whoever reads it again; null: nothing, or what is kept already. */
  readonly details: string | null;
}

/** Which commit passes go by, so that a restart without a network goes on with it. Full SHAs. */
export interface KnownCommits {
  /** Which repository they are of: its URL, without a secret. Those of another one count for nothing. */
  readonly repository: string;
  readonly ref: string;
  /** null: none yet. */
  readonly inForce: string | null;
  /** The one before it: its files stay for the pass that is under way. */
  readonly previous: string | null;
  /** What a person let through, until something comes into force. */
  readonly accepted: string | null;
  readonly rewound: string | null;
}

/** What the health checker last found; `check` tells a check from every other. */
export interface HealthVerdict {
  readonly check: string;
  readonly isUp: boolean;
  readonly since: number;
  readonly checkedAt: number;
}

/** A hash of an RRset as it was wanted when it was last verified; null: it is no longer known. */
export interface VerifiedRRset extends RRsetKey {
  readonly hash: string | null;
}

/** A change that was written, for guards that look back. */
export interface RecentChange extends RRsetKey {
  readonly at: number;
  readonly action: Action;
  /** Hashes of the RRset before and after it; null: there is none. */
  readonly before: string | null;
  readonly after: string | null;
  /** A person let it through. */
  readonly allowed: boolean;
}

/** Both are kept too. */
export interface KeptTimes {
  readonly since: number;
  readonly until: number;
}

/** When an RRset that others had changed was put back, the oldest first. */
export interface RevertedDrift extends RRsetKey {
  readonly at: readonly number[];
}

/** What the daemon remembers besides what every pass does. */
export interface DaemonStore {
  keepPass(pass: PassToKeep): Promise<void>;
  /** The newest first; `after` is the id of the last one of the part before, null: from the newest. */
  keptPasses(after: string | null, limit: number): Promise<readonly KeptPass[]>;
  keptPass(id: string): Promise<KeptPass | null>;
  /** What `details` was; null: nothing was kept, or it is too old. */
  passDetails(id: string): Promise<string | null>;
  /** null: none were kept, or they are of another repository or ref. */
  knownCommits(repository: string, ref: string): Promise<KnownCommits | null>;
  keepCommits(commits: KnownCommits): Promise<void>;
  suspensions(): Promise<readonly PassSuspension[]>;
  /** In place of all that were kept. */
  keepSuspensions(suspensions: readonly PassSuspension[]): Promise<void>;
  /** By server: `at` of the last hook that was taken for it. */
  hookWords(inventory: string): Promise<ReadonlyMap<string, number>>;
  /** Adds these, and forgets those of servers that no hook has named for 90 days. */
  keepHookWords(inventory: string, words: ReadonlyMap<string, number>): Promise<void>;
  healthVerdicts(): Promise<readonly HealthVerdict[]>;
  keepHealthVerdicts(verdicts: readonly HealthVerdict[]): Promise<void>;
  forgetHealthVerdicts(checks: readonly string[]): Promise<void>;
  /** `names`: at these. */
  verified(zone: ZoneId, target: string, names?: readonly string[]): Promise<readonly VerifiedRRset[]>;
  /** Of RRsets that are not among these, what is known stays. */
  keepVerified(zone: ZoneId, target: string, changed: readonly VerifiedRRset[]): Promise<void>;
  /** Since then, the oldest first. */
  recentChanges(zone: ZoneId, target: string, since: number): Promise<readonly RecentChange[]>;
  /** Adds these, and forgets what is not between these times: a clock that was set back leaves changes that are still to come. */
  keepRecentChanges(zone: ZoneId, target: string, changes: readonly RecentChange[], kept: KeptTimes): Promise<void>;
  revertedDrift(zone: ZoneId, target: string): Promise<readonly RevertedDrift[]>;
  /** In place of what was kept for these RRsets; one without a time is forgotten. */
  keepRevertedDrift(zone: ZoneId, target: string, reverted: readonly RevertedDrift[]): Promise<void>;
  /** Has another process written to the state since this was last asked, or since it was opened? */
  changedByOthers(): Promise<boolean>;
}
