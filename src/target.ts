import type { TargetDefinition } from './model/definitions.ts';
import type { ExternalProviders } from './model/external-providers.ts';
import type { Change, TargetStatus } from './model/plan.ts';
import type { AddressLookup, Asker, Clock } from './model/ports.ts';
import type { Problem } from './model/problem.ts';
import type { Provider, ProviderFactory, Serving } from './provider.ts';

// An open target, and what the outside hands to whatever works with one.

/** The built-in providers by the name that `provider:` gives them. */
export type Registry = Readonly<Record<string, ProviderFactory>>;

/** What a pass finds the targets' providers with; without `external`, there are the built-in ones alone. */
export interface ProviderLookup {
  readonly registry: Registry;
  readonly external?: ExternalProviders<ProviderFactory>;
}

/** What a pass is doing, for a progress line. `total` counts what `done` counts. */
export interface Step {
  readonly stage: 'read' | 'apply' | 'verify';
  readonly done: number;
  readonly total: number;
}

/** One write to a zone, as it is about to be sent. */
export interface WriteToSend {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
  /** The zone is made with it. */
  readonly createsZone: boolean;
  readonly changes: readonly Change[];
}

/** What became of a write. `unknown`: it may or may not have been applied. */
export interface WriteEnd {
  readonly status: 'applied' | 'refused' | 'stale' | 'raced' | 'failed' | 'unknown';
  /** The error's documented code; null where there is none. */
  readonly code: string | null;
  readonly message: string | null;
}

/** Told of a write before it is sent; a write is not sent where this throws. What it gives is told of its end, once. */
export type OnWrite = (write: WriteToSend) => Promise<(end: WriteEnd) => void>;

/** What every pass is handed from outside: providers, questions to name servers, time, and whoever is told of its steps. */
export interface RunContext extends ProviderLookup {
  readonly ask: Asker;
  /** Where name servers have their addresses from. Default is the system's resolver, found anew by each step. */
  readonly lookup?: AddressLookup;
  readonly clock: Clock;
  /** Ends early, without a word, where somebody wants to stop. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly onStep?: (step: Step) => void;
  readonly onNotice?: (message: string) => void;
  /** Told what nobody has to do anything about. */
  readonly onDebug?: (message: string) => void;
  /** Default is that nobody notes what is written. */
  readonly onWrite?: OnWrite;
  /** Somebody wants to stop: reads are given up and nothing new is written, but what was sent is waited for. */
  readonly signal?: AbortSignal;
  /** Comes after `signal`: nothing is waited for any more. Default is never. */
  readonly cut?: AbortSignal;
  /** Takes how long stopping may take, once that was read; milliseconds. */
  readonly onStopWithin?: (milliseconds: number) => void;
}

export interface OpenTarget {
  readonly definition: TargetDefinition;
  /** The same for targets that write to the same server: these take turns. */
  readonly serverId: string;
  readonly provider: Provider;
  /** The target's own name server, where it has one and the pass asks name servers. */
  readonly serving: Serving | null;
}

export interface OpenTargets {
  readonly open: ReadonlyMap<string, OpenTarget>;
  readonly statuses: readonly TargetStatus[];
  readonly problems: readonly Problem[];
}

/** A name that nothing may write, as an earlier apply left an atomic set half done there. */
export interface UnwritableName {
  readonly zone: string;
  readonly view: string | null;
  readonly target: string;
  readonly name: string;
  readonly reason: string;
}
