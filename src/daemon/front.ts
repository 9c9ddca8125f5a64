import type { DaemonPass, DaemonStatus, PassSummary, ServerStatus, ZoneDetail, ZoneStatus } from './answers.ts';
import type { EventFeed } from './events.ts';
import type { HookAnswer, InventoryHook } from './inventory-hook.ts';
import type { Listed, ListPage } from './list.ts';
import type { ResumeRequest, SuspendRequest, Suspension } from './suspension.ts';

export type * from './answers.ts';
export type * from './events.ts';
export type * from './inventory-hook.ts';
export type * from './list.ts';
export type * from './suspension.ts';

// What the HTTP interface asks of the daemon. The answers (answers.ts) are plain data, and their keys are those of the JSON that
// is sent: src/daemon/http/schema has the same in typebox, and does not compile where the two differ.

/**
 * The daemon as the HTTP interface sees it. A HostmasterError is answered by its code: USAGE is the
 * asker's fault; of the others the kind decides whether it is to be asked again.
 */
export interface Front {
  status(): Promise<DaemonStatus>;
  isReady(): Readiness;
  /** It has been told to stop: nothing more is begun. */
  isStopping(): boolean;
  zones(page: ListPage): Promise<Listed<ZoneStatus>>;
  /** `page` is of its RRsets. null: there is no such zone. `name` is as it was asked for, with or without the final dot. */
  zone(name: string, page: ListPage): Promise<ZoneDetail | null>;
  /** The newest first. */
  passes(page: ListPage): Promise<Listed<PassSummary>>;
  pass(id: string): Promise<DaemonPass | null>;
  servers(page: ListPage): Promise<Listed<ServerStatus>>;
  /** Lines of the audit file, the newest first. */
  audit(page: ListPage): Promise<Listed<unknown>>;
  /** What `hostmaster explain --format json` gives. */
  explain(name: string, type: string | null): Promise<unknown>;
  /** `by` is the token's name, here and below. */
  sync(request: SyncRequest, by: string): Promise<{ readonly pass: string }>;
  suspend(request: SuspendRequest, by: string): Promise<Suspension>;
  resume(request: ResumeRequest, by: string): Promise<void>;
  /** Fetch soon. */
  gitHook(): void;
  /** Resolves at once where `waitMs` is null; else once each server's fate is known, or the time is over. */
  inventoryHook(inventory: string, hook: InventoryHook, waitMs: number | null): Promise<HookAnswer>;
  readonly events: EventFeed;
}

/** `why` is null where it is ready. */
export interface Readiness {
  readonly ready: boolean;
  readonly why: string | null;
}

/** `POST /api/v1/sync`, whose body may leave out each key. */
export interface SyncRequest {
  /** null: all. */
  readonly zones: readonly string[] | null;
  /** Read every zone, whatever the state says. */
  readonly full: boolean;
  /** As `--allow` takes them. */
  readonly allow: readonly string[];
  /** The windows do not count. */
  readonly force: boolean;
  /** SHA of a commit that does not descend from the one in force, and comes into force all the same. */
  readonly rewind: string | null;
  /** SHA of a held or a first commit that comes into force with what is wrong in it. */
  readonly accept: string | null;
}
