import type { Plan, PlannedRRset, TargetStatus, Withheld } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { VerifyReport, ZoneResult } from '../model/result.ts';
import type { MissingSince, Server } from '../model/server.ts';
import type { Cause } from './cause.ts';
import type { Listed } from './list.ts';
import type { Suspension } from './suspension.ts';

// What the daemon says of itself, as the JSON of its HTTP interface has it. Times are RFC 3339 in UTC, but where it is said
// otherwise.

export const daemonStates = ['converged', 'working', 'waiting', 'refused', 'failed', 'suspended', 'held'] as const;
export type DaemonState = (typeof daemonStates)[number];

export interface DaemonStatus {
  readonly state: DaemonState;
  readonly version: string;
  readonly started: string;
  /** null: no repository is watched. */
  readonly git: GitStatus | null;
  readonly zones: Readonly<Record<ZoneState, number>>;
  readonly targets: readonly DaemonTarget[];
  readonly inventory: Readonly<Record<string, DaemonInventory>>;
  /** null: none has ended yet. */
  readonly last_pass: PassSummary | null;
  readonly hooks: { readonly waiting: number };
  /** null: nothing is suspended. */
  readonly suspended: {
    readonly suspensions: readonly Suspension[];
    /** How many changes wait for the end of it. */
    readonly changes: number;
  } | null;
}

export interface GitStatus {
  /** Full SHAs; null: none yet. */
  readonly in_force: string | null;
  readonly seen: string | null;
  /** Why the commit that was seen is not in force; null: it is. */
  readonly held_because: string | null;
  /** Why the last look at the repository did not do all that it should; null: it did. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What is wrong with the commit that was seen, at most 100 of it. */
  readonly problems: readonly Problem[];
}

export interface DaemonTarget extends TargetStatus {
  /** When it is tried again after a failure; null: it has none, or waits for a person. */
  readonly next_try: string | null;
}

export interface DaemonInventory {
  readonly servers: number;
  readonly complete: boolean;
  /** Since the last complete answer; null: none came yet. */
  readonly age_seconds: number | null;
  readonly message: string | null;
}

export const zoneStates = ['converged', 'waiting', 'drifted', 'refused', 'failed', 'suspended'] as const;
/** `waiting`: it has not been looked at since the start, or has changes that are still to be made. */
export type ZoneState = (typeof zoneStates)[number];

export interface ZoneStatus {
  readonly zone: string;
  readonly view: string | null;
  /** The worst of its targets'. */
  readonly state: ZoneState;
  readonly targets: readonly DaemonZoneTarget[];
}

/** One zone at one target. */
export interface DaemonZoneTarget {
  readonly target: string;
  readonly state: ZoneState;
  /** Changes that are still to be made. */
  readonly changes: number;
  readonly withheld: number;
  /** Of the error that keeps it from being in order; null: none does. */
  readonly code: string | null;
  readonly message: string | null;
  /** When it was last known to be in order; null: never. */
  readonly converged: string | null;
}

export interface ZoneDetail extends ZoneStatus {
  /** At most 1,000. */
  readonly withheld: readonly WithheldAt[];
  /** What is wanted, by name and type. */
  readonly rrsets: Listed<ZoneRRset>;
}

export interface WithheldAt extends Withheld {
  readonly target: string;
}

export interface ZoneRRset extends PlannedRRset {
  readonly name: string;
  readonly type: string;
}

export const passOutcomes = ['done', 'failed', 'refused', 'differs', 'stopped'] as const;
export type PassOutcome = (typeof passOutcomes)[number];

export interface PassSummary {
  readonly id: string;
  readonly cause: Cause;
  /** The token's name where a person asked for it; else null. */
  readonly by: string | null;
  readonly started: string;
  /** null: it runs. */
  readonly ended: string | null;
  /** In force when it began; null: no repository is watched, or none is in force. */
  readonly commit: string | null;
  /** null: it runs. */
  readonly outcome: PassOutcome | null;
  readonly counts: PassCounts;
  /** How many more passes without changes ended the same way after it. */
  readonly repeated: number;
}

export interface PassCounts {
  readonly create: number;
  readonly replace: number;
  readonly delete: number;
  readonly withheld: number;
  /** Of the changes, those that were made. */
  readonly applied: number;
  readonly problems: number;
  /** What name servers answered otherwise. */
  readonly differences: number;
}

/** A pass with all that is kept of it. */
export interface DaemonPass extends PassSummary {
  /** null: it was not planned, or its plan was too large to be kept. */
  readonly plan: Plan | null;
  readonly results: readonly ZoneResult[];
  /** null: nothing was verified. */
  readonly verify: VerifyReport | null;
}

export interface ServerStatus extends Pick<Server, 'inventory' | 'name' | 'ips' | 'labels' | 'state'> {
  readonly standing: 'present' | 'remembered' | 'missing';
  /** Why nothing newer is known of it; null where it is present or missing. */
  readonly reason: string | null;
  /** Since when complete answers have lacked it (`since` in milliseconds since 1970); null: they do not. */
  readonly missing: MissingSince | null;
  /** `at` of the last hook that was taken for it; null: none was. */
  readonly hook_at: string | null;
}
