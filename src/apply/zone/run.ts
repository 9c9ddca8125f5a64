import { HostmasterError } from '../../model/errors.ts';
import type { Change, Changeset } from '../../model/plan.ts';
import type { ChangeResult } from '../../model/result.ts';
import type { RRsetKey } from '../../model/rrset.ts';
import { keyOf } from '../../model/rrset.ts';
import type { CreateSettings, ZoneSnapshot } from '../../model/zone.ts';
import { zoneIdOf } from '../../model/zone-target.ts';
import type { Provider } from '../../provider.ts';
import type { OnWrite } from '../../target.ts';
import type { LeaseHandle } from '../lease.ts';
import type { StopSignals } from '../stopping.ts';
import type { Sender } from './send.ts';

export interface ApplyZoneInput extends StopSignals {
  readonly provider: Provider;
  readonly changeset: Changeset;
  /** Puts changes into order, and into writes that the provider can take. */
  readonly splitIntoWrites: (changes: readonly Change[]) => readonly (readonly Change[])[];
  readonly create: CreateSettings | null;
  /** True: a reviewed plan, where one refused change fails the whole zone. */
  readonly reviewed: boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Each write asks it. Default is that nobody else writes. */
  readonly lease?: LeaseHandle;
  /** Each write is noted before it is sent. Default is that nobody does. */
  readonly onWrite?: OnWrite | undefined;
  /** Called after each write with the number of changes that it carried. */
  readonly onWritten?: (changes: number) => void;
  /** Does the change belong to an atomic set, so that it fails with the set and not with its zone? */
  readonly belongsToSet?: (change: RRsetKey) => boolean;
}

/** By keyOf: what became of a change. One that is not in it was not reached. */
export type ChangeOutcomes = Map<string, Omit<ChangeResult, 'action' | 'name' | 'type'>>;

/** The writing of one changeset, in one phase or several. */
export interface ZoneRun {
  readonly input: ApplyZoneInput;
  readonly sender: Sender;
  readonly outcome: ChangeOutcomes;
  /** By keyOf: what was sent, as it was sent, and was not refused. One without an outcome may or may not be applied. */
  readonly sent: Map<string, Change>;
  /** By keyOf: what was sent and rolled back. */
  readonly undone: Set<string>;
  /** By keyOf: claims that are written in place of the planned ones. */
  readonly substitutes: Map<string, Change>;
  readonly state: RunState;
}

interface RunState {
  /** The error that ended the run. */
  error: unknown;
  /** Did it end before anything was sent, as its target had not answered for other zones, or somebody wants to stop? */
  notTried: boolean;
  /** The error of the provider's `finish`, after writes that are applied. */
  finishFailure: unknown;
  /** Why an atomic set failed that has changes here; these were skipped or rolled back with it. */
  setFailure: unknown;
  /** Why an atomic set that failed could not be rolled back here. */
  rollBackFailure: unknown;
  /** The first read of all that the run touches. */
  firstRead: ZoneSnapshot | null;
  fingerprint: string | null;
  /** Does the zone hold nothing but what the plan saw and what we wrote, as far as we know? */
  onlyOurWrites: boolean;
  /** Written, and the provider's `finish` has not been called for it. */
  pendingFinish: readonly Change[];
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
    finishFailure: null,
    setFailure: null,
    rollBackFailure: null,
    firstRead: null,
    fingerprint: null,
    onlyOurWrites: true,
    pendingFinish: [],
  },
});

const senderOf = ({ provider, changeset, cut, lease, onWrite, sleep, stopping }: ApplyZoneInput): Sender => ({
  provider,
  zone: zoneIdOf(changeset),
  target: changeset.target,
  stopping,
  cut,
  endsWork: false,
  sleep,
  lease,
  onWrite,
});

/** Ends a run with an error, unless it has ended already. */
export const endRun = ({ sent, state }: ZoneRun, error: unknown): void => {
  if (state.error !== null) return;
  state.error = error;
  const isOwn =
    error instanceof HostmasterError && (error.code === 'INTERRUPTED' || error.code === 'STATE_UNAVAILABLE');
  if (isOwn && sent.size === 0) state.notTried = true;
};

/** The same run, whose writes go out though somebody wants to stop. */
export const endingRun = (run: ZoneRun): ZoneRun => ({ ...run, sender: { ...run.sender, endsWork: true } });

/** Those of the changes that have no outcome yet. */
export const undecided = ({ outcome }: ZoneRun, changes: readonly Change[]): readonly Change[] =>
  changes.filter((change) => !outcome.has(keyOf(change)));

/** Is this change applied at the target, as far as we know? */
export const isApplied = ({ outcome }: ZoneRun, key: RRsetKey): boolean =>
  outcome.get(keyOf(key))?.status === 'applied';
