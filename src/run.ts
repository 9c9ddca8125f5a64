import type { Composed, Composition } from './compose/index.ts';
import type { OperatorsFile } from './model/daemon-settings.ts';
import type { Definitions } from './model/definitions.ts';
import type { DeletionEvidence } from './model/deletion-evidence.ts';
import type { PassSuspension, SuspensionScope } from './model/guard-context.ts';
import type { Changeset, Plan } from './model/plan.ts';
import type { OrphanedValue, Store } from './model/ports.ts';
import type { KnownHealth } from './model/probe.ts';
import type { RRset } from './model/rrset.ts';
import type { KnownInventory, Roster } from './model/server.ts';
import type { DesiredZone, ZoneSnapshot } from './model/zone.ts';
import type { Allow, PlanTarget } from './plan/index.ts';
import type { OpenTarget, OpenTargets, UnwritableName } from './target.ts';

/** Opens the state where the configuration says that it is. */
export type StoreOpener = (state: string) => Promise<Store>;

export interface PassOptions {
  readonly config: string;
  /** Zone names; without it, all. */
  readonly zones?: readonly string[];
  /** Another file that targets, inventories and state are taken from. */
  readonly targetsFrom?: string | OperatorsFile;
  /** Target names; without it, all. */
  readonly targets?: readonly string[];
  readonly allow: readonly string[];
  /** Read every zone, whatever the state says. */
  readonly full: boolean;
  /** Keep what the servers contribute, for passes of single servers. Default is no. */
  readonly keepComposed?: boolean;
  /** Taken for what the inventories say: none is asked then. */
  readonly answers?: GivenAnswers;
  /** Run the targets' own name servers for the length of the pass, where nobody runs them yet. */
  readonly serve: boolean;
  /** The commit that the files are of. Default is that which is checked out where they are. */
  readonly commit?: string;
  /** It will be applied: what an earlier apply left half done is ended first, and guards count over their window. Default is no. */
  readonly recover?: boolean;
  /** Where nothing is written. Default is nowhere. */
  readonly suspended?: readonly PassSuspension[];
  /** Withhold drift where the zone says to tell it, and what is contested. Default is to correct it. */
  readonly heedsDrift?: boolean;
  /** A person resumed what was contested there. */
  readonly resumed?: readonly SuspensionScope[];
}

/** The evidence for deletions that is the same for all zones; null where there is no inventory. */
export type SharedEvidence = Omit<DeletionEvidence, 'written' | 'orphans'> | null;

/** What inventories said before, with what was said of some servers since. */
export type GivenAnswers = Pick<Desired, 'roster' | 'next' | 'counts'>;

/** What the repository and the inventories want together. */
export interface Desired {
  /** What the repository alone says. */
  readonly repository: Definitions;
  /** `zones` are composed and checked; all problems so far are in `problems`. */
  readonly definitions: Definitions;
  readonly roster: Roster;
  /** What is known of each inventory after its answer; kept by whoever applies. */
  readonly next: Readonly<Record<string, KnownInventory>>;
  /** Are the answers one more complete snapshot of every inventory? */
  readonly counts: boolean;
  /** Who registers a name. */
  readonly registered: Composed['registered'];
  readonly evidence: SharedEvidence;
  /** What the daemon's health checker found. */
  readonly health: KnownHealth;
  /** Only where `keepComposed` was asked for. */
  readonly composed?: ComposedServers;
}

/** What servers contribute, with the zones as they were before the rules looked at them. */
export interface ComposedServers {
  readonly composition: Composition;
  readonly zones: readonly DesiredZone[];
}

/** One zone at one target, planned. */
export interface PlannedWork {
  readonly zone: DesiredZone;
  readonly target: OpenTarget;
  readonly changeset: Changeset;
  /** null: missing at the target, or known to be unchanged. */
  readonly snapshot: ZoneSnapshot | null;
  readonly desiredDigest: () => string;
  /** Values that exist where the inventory could have written them, and that nobody wants or accounts for, counted with this pass. */
  readonly orphans: readonly OrphanedValue[];
  /** The target as the zone was planned for it. */
  readonly fitFor: PlanTarget;
  /** What the zone was planned with; null where nothing in it can be an inventory's. */
  readonly evidence: DeletionEvidence | null;
  /** Nothing at all is written there. Missing: it may be. */
  readonly isSuspended?: true;
  /** Missing: all of the zone was planned. */
  readonly part?: PlannedPart;
}

/** Of a zone some names alone were planned: what is known of its others stays. */
export interface PlannedPart {
  readonly names: ReadonlySet<string>;
  /** What was wanted at these names until now. */
  readonly before: readonly RRset[];
  /** Has the plan no problem there? */
  readonly isClean: boolean;
}

/** What all of a pass shares that waits for other Hostmasters. */
export interface WriterWait {
  /** Milliseconds that one which writes is waited for from now on. */
  remaining: number;
  /** What a person was told of already. */
  readonly told: Set<string>;
}

export interface PlanPass {
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly desired: Desired;
  readonly plan: Plan;
  readonly work: readonly PlannedWork[];
  readonly allows: readonly Allow[];
  readonly targets: OpenTargets;
  readonly store: Store;
  /** Names that nothing may write: recovery found an atomic set half done there. */
  readonly unwritable: readonly UnwritableName[];
  /** Was drift heeded, so that what is corrected is counted? Default is no. */
  readonly heedsDrift?: boolean;
  /** What is left of the wait for other Hostmasters. Default is all of it. */
  readonly wait?: WriterWait;
}
