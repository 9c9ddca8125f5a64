import type { Server } from '../model/server.ts';
import type { Cause } from './cause.ts';
import type { PassThread } from './engine/link.ts';
import type { PassEnd } from './engine/messages.ts';
import type { PassInput } from './engine/pass-input.ts';
import { afterPass, type Failure } from './loop/back-off.ts';
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

// Does what the loop decides: begins passes, and waits for the clock. All that it knows is in one Loop, which is replaced whole.

export interface DriverOptions {
  readonly thread: Pick<PassThread, 'run' | 'giveUp' | 'stop'>;
  readonly interval: number;
  readonly newId: () => string;
  /** What a pass works on now; null: nothing may be done yet, as no commit is in force. */
  readonly inputOf: (pass: WaitingPass, hooked: readonly Server[]) => PassInput | null;
  readonly onBegan: (pass: WaitingPass) => void;
  readonly onEnded: (pass: WaitingPass, end: PassEnd) => void;
  readonly failuresIn: (end: PassEnd) => readonly Failure[];
  /** Gives all servers of hooks that wait, which wait no longer. */
  readonly takeHooked: () => readonly Server[];
  /** What became of them. */
  readonly onHooked: (servers: readonly Server[], end: PassEnd) => void;
}

export interface Driver {
  /** Gives the id of the pass that will do it. */
  readonly ask: (request: Partial<FullRequest> & { readonly cause: Cause }) => string;
  /** So many servers of hooks wait. */
  readonly hooked: (servers: number) => void;
  /** The pass that runs has begun to write. */
  readonly writes: () => void;
  /** When a timer comes next; milliseconds since 1970, null: never. */
  readonly setTimer: (timer: Timer, at: number | null) => void;
  readonly loop: () => Loop;
  /** Begins nothing more, and waits for what runs. */
  readonly stop: () => Promise<void>;
}

const ofHooks = (id: string): WaitingPass => ({
  ...{ id, cause: 'hook', by: null, allow: [], zones: null, full: false },
  since: Date.now(),
});

/** setTimeout takes no more. */
const longestWait = 2_000_000_000;

export const passDriver = (options: DriverOptions): Driver => {
  const { interval, newId, thread } = options;
  let loop: Loop = newLoop;
  let timer: NodeJS.Timeout | undefined;
  let onIdle: (() => void) | null = null;

  const run = async (pass: WaitingPass, hooked: readonly Server[] = []): Promise<void> => {
    const input = options.inputOf(pass, hooked);
    if (input === null) {
      if (hooked.length > 0) options.onHooked(hooked, { status: 'stopped' });
      change(ended(loop, false));
      return;
    }
    options.onBegan(pass);
    const end = await thread.run(input);
    const isGivenUp = end.status === 'given up';
    const backOff = isGivenUp
      ? loop.backOff
      : afterPass(loop.backOff, options.failuresIn(end), Date.now(), Math.random);
    loop = ended({ ...loop, backOff }, isGivenUp);
    options.onEnded(pass, end);
    if (hooked.length > 0) options.onHooked(hooked, end);
    change(loop);
  };
  const change = (next: Loop): void => {
    loop = next;
    clearTimeout(timer);
    const decision = decide(loop, { interval }, Date.now());
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
      timer = setTimeout(tick, Math.min(longestWait, Math.max(0, decision.until - Date.now())));
    }
    if (loop.running === null) onIdle?.();
  };
  const nextOf = (name: Timer): number | null => (name === 'interval' ? Date.now() + interval : null);
  const tick = (): void => change(ticked(loop, Date.now(), nextOf, newId));
  return {
    ask: ({ cause, by = null, allow = [], zones = null, full = false }) => {
      const next = asked(loop, { cause, by, allow, zones, full }, newId(), Date.now());
      change(next.loop);
      return next.id;
    },
    hooked: (servers) => change({ ...loop, hooked: servers }),
    writes: () => change(writing(loop)),
    setTimer: (name, at) => {
      const timers = new Map(loop.timers);
      if (at === null) timers.delete(name);
      else timers.set(name, at);
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
