import type { SuspensionScope } from '../model/guard-context.ts';
import type { PassThread } from './engine/link.ts';
import type { ResumeRequest, SuspendRequest, Suspension } from './suspension.ts';
import { atStart, firstEnd, lasting, resume, type Suspensions, suspend } from './suspensions.ts';

/** What is suspended, kept in the state. */
export interface OpenSuspensions {
  readonly now: () => Suspensions;
  readonly suspend: (request: SuspendRequest, by: string) => Promise<Suspension>;
  readonly resume: (request: ResumeRequest, by: string) => Promise<void>;
  /** What was resumed and no pass has been told of yet: what is contested there is corrected again. */
  readonly takeResumed: () => readonly SuspensionScope[];
  /** The pass that took it has ended; `isDone`: it came to its end. */
  readonly passEnded: (isDone: boolean) => void;
  readonly close: () => void;
}

export interface SuspensionsOptions {
  readonly thread: Pick<PassThread, 'ask'>;
  readonly start: 'running' | 'suspended';
  readonly clock: () => number;
  readonly onSuspended: (made: Suspension) => void;
  /** `by` is null where it ended by itself. */
  readonly onResumed: (by: string | null) => void;
}

/** A clock that is set meanwhile is noticed so soon. */
const longestWait = 60_000;

export const openSuspensions = async (options: SuspensionsOptions): Promise<OpenSuspensions> => {
  const { clock, onResumed, onSuspended, start, thread } = options;
  let all = lasting(await thread.ask({ kind: 'suspensions' }), clock());
  let resumed: readonly SuspensionScope[] = [];
  let taken: readonly SuspensionScope[] = [];
  let timer: NodeJS.Timeout | undefined;
  const keep = async (next: Suspensions): Promise<void> => {
    await thread.ask({ kind: 'keep suspensions', suspensions: next });
    all = next;
    wait();
  };
  const endThoseOver = (): void => {
    const next = lasting(all, clock());
    const isOver = next.length < all.length;
    all = next;
    wait();
    if (!isOver) return;
    onResumed(null);
    // One that is over is not looked at again, whether it is forgotten or not.
    void keep(next).catch(() => undefined);
  };
  const wait = (): void => {
    clearTimeout(timer);
    const end = firstEnd(all);
    if (end === null) return;
    timer = setTimeout(endThoseOver, Math.min(longestWait, Math.max(0, end - clock())));
  };
  if (start === 'suspended') await keep(suspend(all, atStart(clock()), atStart(clock()).by, clock()).all);
  wait();
  return {
    now: () => all,
    suspend: async (request, by) => {
      const next = suspend(all, request, by, clock());
      await keep(next.all);
      onSuspended(next.made);
      return next.made;
    },
    resume: async (scope, by) => {
      await keep(resume(all, scope));
      resumed = [...resumed, scope];
      onResumed(by);
    },
    takeResumed: () => {
      taken = resumed;
      resumed = [];
      return taken;
    },
    passEnded: (isDone) => {
      if (!isDone) resumed = [...taken, ...resumed];
      taken = [];
    },
    close: () => clearTimeout(timer),
  };
};
