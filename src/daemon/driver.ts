import type { Server } from '../model/server.ts';
import type { Cause } from './cause.ts';
import type { PassThread } from './engine/link.ts';
import type { PassEnd } from './engine/messages.ts';
import type { PassInput } from './engine/pass-input.ts';
import type { BackOff } from './loop/back-off.ts';
import {
  asked,
  began,
  decide,
  ended,
  type FullRequest,
  gaveUp,
  type Loop,
  newLoop,
  type Timer,
  ticked,
  type WaitingPass,
  writing,
} from './loop/loop.ts';
import { steadyNow } from './steady-now.ts';

// Does what the loop decides: begins passes, and waits for the clock. All that it knows is in one Loop, which is replaced whole.

export interface DriverOptions {
  readonly thread: Pick<PassThread, 'run' | 'giveUp' | 'stop'>;
  readonly interval: number;
  readonly newId: () => string;
  /** A commit is in force: until then no pass begins, and what was asked for waits. */
  readonly isReady: () => boolean;
  /** What a pass works on now; null: nothing may be done yet, as no commit is in force. */
  readonly inputOf: (pass: WaitingPass, hooked: readonly Server[]) => PassInput | null;
  readonly onBegan: (pass: WaitingPass) => void;
  readonly onEnded: (pass: WaitingPass, end: PassEnd) => void;
  readonly backOffAfter: (before: BackOff, end: PassEnd) => BackOff;
  /** Gives all servers of hooks that wait, which wait no longer. */
  readonly takeHooked: () => readonly Server[];
  /** After each pass: what became of those it took. null: it was not begun, as no commit is in force. */
  readonly onHooked: (servers: readonly Server[], end: PassEnd | null) => void;
}

export interface Driver {
  /** Gives the id of the pass that will do it. */
  readonly ask: (request: Partial<FullRequest> & { readonly cause: Cause }) => string;
  /** So many servers of hooks wait. */
  readonly hooked: (servers: number) => void;
  /** The pass that runs has begun to write. */
  readonly writes: () => void;
  /** When a timer comes next, in milliseconds from now; null: never. */
  readonly setTimer: (timer: Timer, after: number | null) => void;
  readonly loop: () => Loop;
  /** Begins nothing more, and waits for what runs. */
  readonly stop: () => Promise<void>;
}

const ofHooks = (id: string): WaitingPass => ({
  ...{ id, cause: 'hook', by: null, allow: [], zones: null, full: false },
  since: steadyNow(),
});

/** setTimeout takes no more. */
const longestWait = 2_000_000_000;

export const passDriver = (options: DriverOptions): Driver => {
  const { interval, newId, thread } = options;
  let loop: Loop = newLoop;
  let timer: NodeJS.Timeout | undefined;
  let onIdle: (() => void) | null = null;
  /** An end is told to all before what it leads to begins: a next pass that began in between would be taken for the one that ended. */
  let isTelling = false;

  const run = async (pass: WaitingPass, hooked: readonly Server[] = []): Promise<void> => {
    const input = options.inputOf(pass, hooked);
    if (input === null) {
      tellEnd(pass, hooked, null);
      change(ended(loop, false));
      return;
    }
    options.onBegan(pass);
    const { by, cause, id } = pass;
    const end = await thread.run(input, { by, cause, id });
    const isGivenUp = end.status === 'given up';
    const backOff = isGivenUp ? loop.backOff : options.backOffAfter(loop.backOff, end);
    loop = ended({ ...loop, backOff }, isGivenUp);
    tellEnd(pass, hooked, end);
    change(loop);
  };
  const tellEnd = (pass: WaitingPass, hooked: readonly Server[], end: PassEnd | null): void => {
    isTelling = true;
    try {
      if (end !== null) options.onEnded(pass, end);
      options.onHooked(hooked, end);
    } finally {
      isTelling = false;
    }
  };
  const change = (next: Loop): void => {
    loop = next;
    if (isTelling) return;
    clearTimeout(timer);
    const decision = decide(loop, { interval, isReady: options.isReady() }, steadyNow());
    if (decision.do === 'full') {
      loop = began(loop, decision.pass);
      void run(decision.pass);
    } else if (decision.do === 'fast') {
      loop = began({ ...loop, hooked: 0 }, null);
      void run(ofHooks(newId()), options.takeHooked());
    } else if (decision.do === 'give up') {
      loop = gaveUp(loop);
      thread.giveUp();
    } else if (decision.do === 'wait' && decision.until !== null) {
      timer = setTimeout(tick, Math.min(longestWait, Math.max(0, decision.until - steadyNow())));
    }
    if (loop.running === null) onIdle?.();
  };
  const nextOf = (name: Timer): number | null => (name === 'interval' ? steadyNow() + interval : null);
  const tick = (): void => change(ticked(loop, steadyNow(), nextOf, newId));
  return {
    ask: ({ cause, by = null, allow = [], zones = null, full = false }) => {
      const next = asked(loop, { cause, by, allow, zones, full }, newId(), steadyNow());
      change(next.loop);
      return next.id;
    },
    hooked: (servers) => change({ ...loop, hooked: servers }),
    writes: () => change(writing(loop)),
    setTimer: (name, after) => {
      const timers = new Map(loop.timers);
      if (after === null) timers.delete(name);
      else timers.set(name, steadyNow() + after);
      change({ ...loop, timers });
    },
    loop: () => loop,
    stop: async () => {
      change({ ...loop, stopping: true });
      thread.stop();
      if (loop.running !== null) await new Promise<void>((resolve) => (onIdle = resolve));
      clearTimeout(timer);
    },
  };
};
