import type { Problem } from './problem.ts';

export type ServerState = 'active' | 'maintenance' | 'decommissioned';

export type Scalar = string | number | boolean;

/** A server as an inventory describes it, every part of it checked. */
export interface Server {
  /** One or more name parts in canonical text, without a final dot. */
  readonly name: string;
  readonly inventory: string;
  /** Canonical addresses in the inventory's order, each once. */
  readonly ips: readonly string[];
  /** Sorted, each once. */
  readonly labels: readonly string[];
  readonly state: ServerState;
  readonly attributes: Readonly<Record<string, Scalar>>;
}

/** One text for a server's identity: `lab/web1`. The name of an inventory has no slash. */
export const serverKey = ({ inventory, name }: { readonly inventory: string; readonly name: string }): string =>
  `${inventory}/${name}`;

/** Since when, and from how many complete snapshots, something has been missing. `since` is milliseconds since 1970. */
export interface MissingSince {
  readonly since: number;
  readonly snapshots: number;
  /** A person said that it is gone (`--allow absent`): nothing more has to be proven. Default is no. */
  readonly allowed?: boolean;
}

/** When something that is missing is gone. `grace` is milliseconds. */
export interface AbsenceLimits {
  readonly snapshots: number;
  readonly grace: number;
}

/** Is it proven that what is missing is gone? */
export const isProven = (missing: MissingSince, limits: AbsenceLimits, now: number): boolean =>
  missing.allowed === true || (missing.snapshots >= limits.snapshots && now - missing.since >= limits.grace);

/**
 * One pass more in which it is missing, of a server as of a value: `counts` says whether this pass is one more complete
 * snapshot. `since` is never later than now, whatever the clock said before.
 */
export const countMissing = (before: MissingSince | null, counts: boolean, now: number): MissingSince => ({
  ...before,
  since: Math.min(before?.since ?? now, now),
  snapshots: (before?.snapshots ?? 0) + (counts ? 1 : 0),
});

/**
 * One server that counts in a pass.
 *
 * - `present`: the answer of its inventory has it; `complete` says whether that answer was proven complete, so that what
 *   it lost by it may be deleted.
 * - `remembered`: nothing usable was said of it (no answer, an incomplete one without it, an entry that cannot be used):
 *   it counts as it was last known, and loses nothing. `reason` says why.
 * - `missing`: complete snapshots lack it; it counts as it was last known until its absence is proven.
 */
export type RosterServer =
  | { readonly standing: 'present'; readonly server: Server; readonly complete: boolean; readonly known: Known | null }
  | { readonly standing: 'remembered'; readonly server: Server; readonly reason: string; readonly known: Known }
  | { readonly standing: 'missing'; readonly server: Server; readonly missing: MissingSince; readonly known: Known };

/** A server as the last pass knew it, and when it was first seen; milliseconds since 1970. */
export interface Known {
  readonly server: Server;
  readonly since: number;
  /** The answer that it was last in was not complete, so that nothing goes by what it lost with that. Default is no. */
  readonly partial?: boolean;
  /** Of the complete answers that were too small to be believed, those that lacked it until now. Default is none. */
  readonly lacking?: MissingSince;
}

/** How one inventory was found; part of the plan's JSON. `allow` is the `--allow` that takes a refused snapshot. */
export interface InventoryStatus {
  readonly servers: number;
  readonly complete: boolean;
  readonly message: string | null;
  readonly allow: string | null;
}

/** All servers of all inventories that count in a pass. */
export interface Roster {
  readonly servers: readonly RosterServer[];
  readonly inventories: Readonly<Record<string, InventoryStatus>>;
  readonly problems: readonly Problem[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export const emptyRoster: Roster = { servers: [], inventories: {}, problems: [], now: 0 };

/** A server in the state: as last seen, and how long it has been missing. */
export interface KnownServer extends Known {
  readonly missing: MissingSince | null;
}

/** What the state keeps of one inventory: its last good snapshot, with what went missing since. */
export interface KnownInventory {
  /** Of the last complete answer, to ask whether it changed. */
  readonly etag: string | null;
  /** A digest of the definition that `etag` was got by: another source's answer has nothing to do with it. */
  readonly source?: string;
  /** Of the last complete answer with a body (a 304 has none), 0 where none came yet; milliseconds since 1970. */
  readonly takenAt: number;
  /** When absences were last counted: at most once an interval. */
  readonly countedAt: number;
  readonly servers: readonly KnownServer[];
  /** Since when complete answers have been too small to be believed. */
  readonly shrunk: MissingSince | null;
}
