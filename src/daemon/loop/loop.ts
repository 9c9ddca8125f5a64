import type { Cause } from '../cause.ts';
import { type BackOff, firstTry } from './back-off.ts';

// What the daemon does next, as plain data: what waits, what runs, and when the clock asks for a pass. `decide` says what to do
// now; the other functions give the loop as it is after an event. Nothing here reads a clock. Times are milliseconds.
//
// Servers of hooks go first, as their changes take a fraction of a second; a pass over everything that only reads or plans is
// given up for them. So that a stream of hooks does not keep it from ever ending, one that has waited for `patience` is not:
// then it goes first, and runs to its end.

/** A pass over everything, or over some zones, that somebody or something asked for. */
export interface FullRequest {
  readonly cause: Cause;
  /** The token's name, where a person asked. */
  readonly by: string | null;
  readonly allow: readonly string[];
  /** null: all. */
  readonly zones: readonly string[] | null;
  /** Read every zone, whatever the state says. */
  readonly full: boolean;
}

/** Requests of one or more causes that one pass will do. */
export interface WaitingPass extends FullRequest {
  readonly id: string;
  readonly since: number;
}

export interface RunningPass {
  readonly kind: 'full' | 'fast';
  readonly pass: WaitingPass | null;
  /** It has begun to write, so that nothing interrupts it. */
  readonly writes: boolean;
  /** It was asked to give up. */
  readonly givenUp: boolean;
}

/** What the clock asks for. */
export type Timer = 'interval' | 'inventory' | 'window';

export interface Loop {
  /** The next first. At most one of all zones that no person asked for. */
  readonly waiting: readonly WaitingPass[];
  /** How many servers of hooks wait. */
  readonly hooked: number;
  readonly running: RunningPass | null;
  readonly timers: ReadonlyMap<Timer, number>;
  readonly backOff: BackOff;
  readonly stopping: boolean;
}

export interface LoopSettings {
  /** Of a pass over everything. */
  readonly interval: number;
  /** A commit is in force. Until then what was asked for waits, and hooks are told so. */
  readonly isReady: boolean;
}

export const newLoop: Loop = {
  waiting: [],
  hooked: 0,
  running: null,
  timers: new Map(),
  backOff: new Map(),
  stopping: false,
};

export type Decision =
  | { readonly do: 'full'; readonly pass: WaitingPass }
  /** A pass of the servers of hooks alone. */
  | { readonly do: 'fast' }
  /** The pass that runs begins again after the hooks. */
  | { readonly do: 'give up' }
  /** Nothing until then, unless something comes; null: until something comes. */
  | { readonly do: 'wait'; readonly until: number | null };

const mostPatience = 30_000;

/** How long a pass may be put off by hooks: half its interval at most, so that it has begun within twice the interval. */
const patience = ({ interval }: LoopSettings): number => Math.min(mostPatience, interval / 2);

const hasWaitedEnough = ({ since }: WaitingPass, settings: LoopSettings, now: number): boolean =>
  now - since >= patience(settings);

export const decide = (loop: Loop, settings: LoopSettings, now: number): Decision => {
  const { hooked, running, stopping, waiting } = loop;
  if (running !== null) {
    const isInTheWay = hooked > 0 && running.kind === 'full' && !running.writes && !running.givenUp && !stopping;
    const mayEnd = running.pass !== null && hasWaitedEnough(running.pass, settings, now);
    return isInTheWay && !mayEnd ? { do: 'give up' } : wait(null);
  }
  if (stopping) return wait(null);
  const [pass] = settings.isReady ? waiting : [];
  if (hooked > 0 && (pass === undefined || !hasWaitedEnough(pass, settings, now))) return { do: 'fast' };
  if (pass !== undefined) return { do: 'full', pass };
  const times = [...loop.timers.values(), firstTry(loop.backOff)].filter((time) => time !== null);
  return wait(times.length === 0 ? null : Math.min(...times));
};

const wait = (until: number | null): Decision => ({ do: 'wait', until });

/** Which cause a pass is told by that several asked for: what people did before what the clock did. */
const order: readonly Cause[] = [
  'manual',
  'git',
  'reload',
  'window',
  'hook',
  'inventory',
  'drift',
  'health',
  'start',
  'interval',
];

/** Somebody or something asks for a pass; `id` is that of a new one. What nobody asked for by name is one with what waits. */
export const asked = (loop: Loop, request: FullRequest, id: string, now: number): { loop: Loop; id: string } => {
  const joins = (each: WaitingPass) =>
    (isAnonymous(request) && isAnonymous(each)) || scopeText(request) === scopeText(each);
  const found = loop.waiting.find(joins);
  if (found === undefined) {
    const pass = { ...request, id, since: now };
    return { loop: { ...loop, waiting: [...loop.waiting, pass] }, id };
  }
  const cause = order.indexOf(request.cause) < order.indexOf(found.cause) ? request.cause : found.cause;
  const joined = { ...found, cause, full: found.full || request.full };
  return {
    loop: { ...loop, waiting: loop.waiting.map((each) => (each === found ? joined : each)) },
    id: found.id,
  };
};

/** What a person asked for is a pass of its own: what it let through is told with the person's name. */
const isAnonymous = ({ by, zones, allow }: FullRequest): boolean => by === null && zones === null && allow.length === 0;

/** The same asked by the same person while it waits is one pass, or a first commit that comes late would meet a thousand. */
const scopeText = ({ allow, by, full, zones }: FullRequest): string => JSON.stringify([by, zones, allow, full]);

/** The clock: what is due is asked for. `next` gives when a timer comes again, null for never. */
export const ticked = (loop: Loop, now: number, next: (timer: Timer) => number | null, newId: () => string): Loop => {
  const timers = new Map(loop.timers);
  let after: Loop = loop;
  for (const [timer, at] of loop.timers) {
    if (at > now) continue;
    const again = next(timer);
    if (again === null) timers.delete(timer);
    else timers.set(timer, again);
    after = asked(after, ofClock(timer), newId(), now).loop;
  }
  const tryAt = firstTry(loop.backOff);
  if (tryAt !== null && tryAt <= now) {
    after = asked({ ...after, backOff: tried(after.backOff, now) }, ofClock('interval'), newId(), now).loop;
  }
  return { ...after, timers };
};

/** What is tried now is not due again until the pass has ended. */
const tried = (backOff: BackOff, now: number): BackOff =>
  new Map(
    [...backOff].map(([key, each]) => [
      key,
      each.nextTry !== null && each.nextTry <= now ? { ...each, nextTry: null } : each,
    ]),
  );

const ofClock = (cause: Cause): FullRequest => ({ cause, by: null, allow: [], zones: null, full: false });

export const began = (loop: Loop, pass: WaitingPass | null): Loop => ({
  ...loop,
  waiting: loop.waiting.filter((each) => each !== pass),
  running: { kind: pass === null ? 'fast' : 'full', pass, writes: false, givenUp: false },
});

const withRunning = (loop: Loop, change: Partial<RunningPass>): Loop =>
  loop.running === null ? loop : { ...loop, running: { ...loop.running, ...change } };

export const writing = (loop: Loop): Loop => withRunning(loop, { writes: true });

export const gaveUp = (loop: Loop): Loop => withRunning(loop, { givenUp: true });

/** The pass has ended; `again`: it was given up, and begins again with all that was asked of it. */
export const ended = (loop: Loop, again: boolean): Loop => {
  const pass = loop.running?.pass ?? null;
  return {
    ...loop,
    running: null,
    waiting: again && pass !== null ? [pass, ...loop.waiting] : loop.waiting,
  };
};
