import type { Change, Changeset } from '../../model/plan.ts';
import type { ChangeResult } from '../../model/result.ts';
import type { RRsetKey } from '../../model/rrset.ts';
import { keyOf } from '../../model/rrset.ts';
import type { CreateSettings, ZoneSnapshot } from '../../model/zone.ts';
import type { Provider } from '../../provider.ts';
import type { Sender } from './send.ts';

export interface ApplyZoneInput {
  readonly provider: Provider;
  readonly changeset: Changeset;
  /** Puts changes into the order and portions in which they go out. */
  readonly portions: (changes: readonly Change[]) => readonly (readonly Change[])[];
  readonly create: CreateSettings | null;
  /** True: a reviewed plan, where one refused change fails the whole zone. */
  readonly reviewed: boolean;
  readonly signal?: AbortSignal;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Called just before each write. Throws where the zone may not be written any more. */
  readonly beforeWrite?: () => Promise<void>;
  /** Called after each write with the number of changes that it carried. */
  readonly onWritten?: (changes: number) => void;
  /** Does the change belong to an atomic set, so that it fails with that one and not with its zone? */
  readonly belongsToSet?: (change: RRsetKey) => boolean;
}

/** By keyOf: what became of a change. What is not here was not reached. */
export type Outcome = Map<string, Omit<ChangeResult, 'action' | 'name' | 'type'>>;

/** One changeset on its way out, in one phase or several. */
export interface ZoneRun {
  readonly input: ApplyZoneInput;
  readonly sender: Sender;
  readonly outcome: Outcome;
  /** By keyOf: what was sent, as it was sent, and was not refused. Without an outcome nobody knows whether it stands. */
  readonly sent: Map<string, Change>;
  /** By keyOf: what was sent and taken back. */
  readonly undone: Set<string>;
  /** Claims that went out in place of the planned ones. */
  readonly substitutes: Map<string, Change>;
  readonly state: RunState;
}

interface RunState {
  /** What ended the run. */
  error: unknown;
  /** Did it end because its target had not answered for other zones? */
  notTried: boolean;
  /** What went wrong after a write that stands. */
  finish: unknown;
  /** Why changes of it went the way of an atomic set that failed elsewhere. */
  elsewhere: unknown;
  /** Why an atomic set that failed was not rolled back here. */
  stuck: unknown;
  /** The first read of all that it touches. */
  opened: ZoneSnapshot | null;
  fingerprint: string | null;
  /** Is what the zone holds known to be what the plan saw and what we wrote? */
  ours: boolean;
  /** Written, and `finish` has not been called for it. */
  owed: readonly Change[];
}

/** A run of which nothing has happened yet. */
export const openRun = (input: ApplyZoneInput): ZoneRun => ({
  input,
  sender: senderOf(input),
  outcome: new Map(),
  sent: new Map(),
  undone: new Set(),
  substitutes: new Map(),
  state: {
    error: null,
    notTried: false,
    finish: null,
    elsewhere: null,
    stuck: null,
    opened: null,
    fingerprint: null,
    ours: true,
    owed: [],
  },
});

const senderOf = ({ provider, changeset, signal, sleep, beforeWrite }: ApplyZoneInput): Sender => ({
  provider,
  zone: { name: changeset.zone, view: changeset.view },
  target: changeset.target,
  signal,
  sleep,
  beforeWrite,
});

/** Those of the changes of which nothing is decided yet. */
export const undecided = ({ outcome }: ZoneRun, changes: readonly Change[]): readonly Change[] =>
  changes.filter((change) => !outcome.has(keyOf(change)));

/** Does this change stand at the target, as far as we know? */
export const stands = ({ outcome }: ZoneRun, key: RRsetKey): boolean => outcome.get(keyOf(key))?.status === 'applied';
