import type { Definitions, TargetDefinition } from '../model/definitions.ts';
import type { Changeset, Plan, TargetStatus } from '../model/plan.ts';
import type { Asker, Clock, Store } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import type { Provider, ProviderFactory, Serving } from '../provider.ts';

/** The providers by the name that `provider:` gives them. */
export type Registry = Readonly<Record<string, ProviderFactory>>;

/** What a pass is doing, for a progress line. `total` counts what `done` counts. */
export interface Step {
  readonly stage: 'read' | 'apply' | 'verify';
  readonly done: number;
  readonly total: number;
}

/** What the rim hands in. */
export interface Rim {
  readonly registry: Registry;
  readonly ask: Asker;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly onStep?: (step: Step) => void;
  readonly onNotice?: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface PassOptions {
  readonly config: string;
  /** Zone names; without it, all. */
  readonly zones?: readonly string[];
  /** Another file that targets and state are taken from. */
  readonly targetsFrom?: string;
  /** Target names; without it, all. */
  readonly targets?: readonly string[];
  readonly allow: readonly string[];
  /** Read every zone, whatever the state says. */
  readonly full: boolean;
  /** Run the targets' own name servers for the length of the pass, where nobody runs them yet. */
  readonly serve: boolean;
}

export interface OpenTarget {
  readonly definition: TargetDefinition;
  readonly provider: Provider;
  /** The target's own name server, where it has one and the pass asks name servers. */
  readonly serving: Serving | null;
}

export interface OpenTargets {
  readonly open: ReadonlyMap<string, OpenTarget>;
  readonly statuses: readonly TargetStatus[];
  readonly problems: readonly Problem[];
}

/** One zone at one target, planned. */
export interface PlannedWork {
  readonly zone: DesiredZone;
  readonly target: OpenTarget;
  readonly changeset: Changeset;
  /** null: missing at the target, or known to be unchanged. */
  readonly snapshot: ZoneSnapshot | null;
  readonly desiredDigest: () => string;
}

export interface PlanPass {
  readonly definitions: Definitions;
  readonly plan: Plan;
  readonly work: readonly PlannedWork[];
  readonly targets: OpenTargets;
  readonly store: Store;
}
