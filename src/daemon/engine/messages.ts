import type { OperatorsFile } from '../../model/daemon-settings.ts';
import type { HealthVerdict } from '../../model/daemon-store.ts';
import type { Plan } from '../../model/plan.ts';
import type { WatchedProbe } from '../../model/probe.ts';
import type { Problem } from '../../model/problem.ts';
import type { VerifyReport, ZoneResult } from '../../model/result.ts';
import type { ZoneTarget } from '../../model/zone-target.ts';
import type { Step } from '../../target.ts';
import type { PassAbout } from '../audit/entry.ts';
import type { PassInput } from './pass-input.ts';
import type { ThreadQuestion } from './questions.ts';

// What goes between the daemon's main thread and the one that does its passes: plain data.

/** A pass that ran to its end. Times are milliseconds since 1970. */
export interface EndedPass {
  readonly status: 'ended';
  /** What it was over. Of what it was not, it says nothing. */
  readonly scope: 'all' | 'zones' | 'names';
  readonly started: number;
  readonly ended: number;
  /** Every zone at every target that it was about, also those that could not be read. */
  readonly zoneTargets: readonly ZoneTarget[];
  readonly plan: Plan;
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
  /** Those of the plan, and those of applying it. */
  readonly problems: readonly Problem[];
  /** When each inventory last gave a complete answer. */
  readonly takenAt: Readonly<Record<string, number>>;
  /** Absolute paths of the files of the repository that were read. */
  readonly filesRead: readonly string[];
  /** How often the inventories are asked, in milliseconds; null: there is none. */
  readonly inventoryInterval: number | null;
}

export type PassEnd =
  | EndedPass
  /** It was in the way of something, and had written nothing. */
  | { readonly status: 'given up' }
  | { readonly status: 'stopped' }
  /** It could not be done at all. `code` is INTERNAL for a bug. */
  | { readonly status: 'failed'; readonly code: string; readonly message: string };

/** To the thread of the passes. */
export type ToThread =
  | { readonly type: 'run'; readonly input: PassInput; readonly about: PassAbout }
  | { readonly type: 'ask'; readonly id: number; readonly question: ThreadQuestion }
  | { readonly type: 'give up' }
  /** Nothing new is written; what was sent is waited for. */
  | { readonly type: 'stop' }
  /** Nothing is waited for any more. */
  | { readonly type: 'cut' }
  /** It was read again: what is run or asked from here on goes by it. */
  | { readonly type: 'operators file'; readonly file: OperatorsFile | null }
  /** What the health checker found, for the state. */
  | { readonly type: 'keep health'; readonly verdicts: readonly HealthVerdict[] }
  | { readonly type: 'close' };

/** What it tells without being asked. */
export type Told =
  | { readonly type: 'step'; readonly step: Step }
  /** From here on the pass writes, and is not given up. */
  | { readonly type: 'writes' }
  /** What the health checker has to look at from now on, and what the state has of it. */
  | {
      readonly type: 'watched';
      readonly watched: readonly WatchedProbe[];
      readonly kept: readonly HealthVerdict[];
    }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'debug'; readonly message: string }
  /** How long stopping may take, as the configuration says; milliseconds. */
  | { readonly type: 'stop within'; readonly milliseconds: number };

/** From it. */
export type FromThread =
  | Told
  | { readonly type: 'ended'; readonly end: PassEnd }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly code: string; readonly message: string };
