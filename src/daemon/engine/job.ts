import type { Plan } from '../../model/plan.ts';
import type { Problem } from '../../model/problem.ts';
import type { VerifyReport, ZoneResult } from '../../model/result.ts';
import type { Step } from '../../target.ts';

// What goes between the daemon's main thread and the one that does its passes: plain data.

/** One pass over everything, or over some zones. */
export interface PassJob {
  /** The path of hostmaster.yaml. */
  readonly config: string;
  /** The commit that its folder is of; null: it is of none, or Git says it there. */
  readonly commit: string | null;
  readonly allow: readonly string[];
  /** null: all. */
  readonly zones: readonly string[] | null;
  readonly full: boolean;
}

/** How a pass ended. Times are milliseconds since 1970. */
export type PassEnd =
  | {
      readonly status: 'ended';
      readonly started: number;
      readonly ended: number;
      readonly plan: Plan;
      readonly results: readonly ZoneResult[];
      readonly verify: VerifyReport;
      /** Those of the plan, and those of applying it. */
      readonly problems: readonly Problem[];
    }
  /** It was in the way of something, and had written nothing. */
  | { readonly status: 'given up' }
  | { readonly status: 'stopped' }
  /** It could not be done at all. `code` is INTERNAL for a bug. */
  | { readonly status: 'failed'; readonly code: string; readonly message: string };

/** To the thread of the passes. */
export type ToThread =
  | { readonly type: 'run'; readonly job: PassJob }
  | { readonly type: 'give up' }
  /** Nothing new is written; what was sent is waited for. */
  | { readonly type: 'stop' }
  /** Nothing is waited for any more. */
  | { readonly type: 'cut' }
  | { readonly type: 'close' };

/** From it. */
export type FromThread =
  | { readonly type: 'step'; readonly step: Step }
  /** From here on the pass writes, and is not given up. */
  | { readonly type: 'writes' }
  | { readonly type: 'ended'; readonly end: PassEnd }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'debug'; readonly message: string }
  /** How long stopping may take, as the configuration says; milliseconds. */
  | { readonly type: 'stop within'; readonly milliseconds: number }
  | { readonly type: 'closed' };
