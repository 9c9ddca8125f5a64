import type { DaemonDefinitions } from '../load/index.ts';
import { messageOf } from '../model/errors.ts';
import { count } from '../model/phrases.ts';
import type { DaemonPass } from './answers.ts';
import { type DriftEvent, driftEvents } from './drift-events.ts';
import { type Driver, passDriver } from './driver.ts';
import { type PassThread, passThread } from './engine/link.ts';
import type { EndedPass, PassEnd, Told } from './engine/messages.ts';
import { eventFeed, type OpenFeed } from './event-feed.ts';
import { backOffAfter } from './failures.ts';
import type { FileSource } from './file-source.ts';
import { type DaemonHealth, daemonHealth } from './health.ts';
import { type HookedServers, hookedServers } from './hooked-servers.ts';
import { type Knowledge, newKnowledge } from './knowledge.ts';
import type { Log } from './log.ts';
import type { WaitingPass } from './loop/loop.ts';
import { measurePass } from './measure.ts';
import type { Metrics } from './metrics.ts';
import type { OpenSuspensions } from './open-suspensions.ts';
import { newPassId } from './pass-id.ts';
import { type PassKeeper, passKeeper } from './pass-keeper.ts';
import { passesBefore } from './passes-before.ts';
import { sayProblems } from './say-problems.ts';
import { steadyNow } from './steady-now.ts';
import { openSuspending } from './suspending.ts';

// The daemon itself: a source of files, a thread of passes, and a driver that says when. What comes from outside (signals,
// hooks, the clock) becomes a request of the driver, and what a pass finds becomes knowledge, events and lines of the log.

export interface Daemon {
  readonly driver: Driver;
  readonly thread: PassThread;
  readonly knowledge: Knowledge;
  readonly events: OpenFeed;
  readonly source: FileSource;
  readonly hooks: HookedServers;
  readonly suspensions: OpenSuspensions;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly health: DaemonHealth;
  readonly isStopping: () => boolean;
  /** Begins nothing more, ends what runs, and closes what is open. */
  readonly stop: () => Promise<void>;
  /** Nothing is waited for any more. */
  readonly cut: () => void;
}

export interface DaemonWorld {
  readonly log: Log;
  readonly metrics: Metrics;
  /** The file that calls `runThread`. */
  readonly program: URL;
  /** The file that calls `runCheckerThread`. */
  readonly checkerProgram: URL;
  /** How long stopping may take, once that was read; milliseconds. */
  readonly onStopWithin: (milliseconds: number) => void;
  readonly openSource: (parts: SourceParts) => Promise<FileSource>;
}

/** What a source of files is opened with. */
export interface SourceParts {
  readonly thread: PassThread;
  /** There is something else to go by; `waited`: it waited for a window. */
  readonly onChange: (waited: boolean) => void;
  /** Commits that passes under way go by. */
  readonly inUse: () => readonly string[];
}

/** Begins all of it: the first pass is asked for at once. */
export const beginDaemon = async (
  { settings, state, targetsFrom }: DaemonDefinitions,
  world: DaemonWorld,
): Promise<Daemon> => {
  const { log } = world;
  const started = Date.now();
  const knowledge = newKnowledge(Date.now);
  const events = eventFeed(Date.now);
  const data = { stateFile: state, audit: settings.audit, targetsFrom };
  const thread = passThread(world.program, data, (message) =>
    onTold(message, { driver, events, health, knowledge }, world),
  );
  const keeper = passKeeper(thread.ask, (error) => log('error', `passes cannot be kept now: ${messageOf(error)}`));
  let source: FileSource | typeof notOpenYet = notOpenYet;
  const parts = { events, keeper, knowledge, metrics: world.metrics, source: () => source };
  const driver = passDriver({
    thread,
    interval: settings.interval,
    newId: newPassId,
    backOffAfter: (before, end) => backOffAfter(before, end, steadyNow(), Math.random),
    takeHooked: () => hooks.take(),
    onHooked: (servers, end) => hooks.ended(servers, end),
    isReady: () => source.files() !== null,
    inputOf: ({ allow, full, zones }, hooked) => {
      const files = source.files();
      if (files === null) return null;
      return { ...files, allow, full, zones, hooked, suspended: suspensions.now(), resumed: suspensions.takeResumed() };
    },
    onBegan: (pass) => onBegan(pass, parts, log),
    onEnded: (pass, end) => onEnded(pass, end, { ...parts, driver, suspensions }, log),
  });
  const health = daemonHealth({ program: world.checkerProgram, thread, ask: driver.ask, events, log });
  const inventories = Object.keys(settings.hooks.inventory);
  const hooks = hookedServers({
    known: await orElse(thread.ask({ kind: 'hook words', inventories }), thread.close),
    keep: (words) => void thread.ask({ kind: 'keep hook words', words }).catch(() => undefined),
    onWaiting: (servers) => driver.hooked(servers),
    onVerified: (seconds) => world.metrics.observe('hook_verified_seconds', {}, seconds),
  });
  const suspensions = await orElse(openSuspending({ driver, events, thread }, settings.start, log), thread.close);
  knowledge.knewBefore(await passesBefore(thread.ask, log));
  const opening = world.openSource({
    thread,
    onChange: (waited) => void driver.ask({ cause: waited ? 'window' : 'git' }),
    inUse: () => [knowledge.running()?.commit ?? null].filter((sha) => sha !== null),
  });
  const opened = await orElse(opening, () => {
    suspensions.close();
    return thread.close();
  });
  source = opened;
  driver.setTimer('interval', settings.interval);
  driver.ask({ cause: 'start' });
  return {
    ...{ driver, events, health, hooks, knowledge, source: opened, started, suspensions, thread },
    ...ending({ driver, health, hooks, source: opened, suspensions, thread }, keeper),
  };
};

/** A thread or a timer that is left open would keep a daemon that cannot begin from ending. */
const orElse = async <T>(job: Promise<T>, close: () => Promise<void>): Promise<T> => {
  try {
    return await job;
  } catch (error) {
    await close();
    throw error;
  }
};

/** Until the source is open, nothing is in force. */
const notOpenYet: Pick<FileSource, 'files' | 'wereRead'> = { files: () => null, wereRead: () => undefined };

const ending = (
  {
    driver,
    health,
    hooks,
    source,
    suspensions,
    thread,
  }: Pick<Daemon, 'driver' | 'health' | 'hooks' | 'source' | 'suspensions' | 'thread'>,
  keeper: PassKeeper,
): Pick<Daemon, 'isStopping' | 'stop' | 'cut'> => {
  let ended: Promise<void> | null = null;
  const endAll = async (): Promise<void> => {
    suspensions.close();
    hooks.close();
    await Promise.all([source.close(), health.close(), driver.stop()]);
    await keeper.done();
    await thread.close();
  };
  return {
    isStopping: () => ended !== null,
    stop: () => {
      ended ??= endAll();
      return ended;
    },
    cut: thread.cut,
  };
};

interface Parts extends Pick<Daemon, 'events' | 'knowledge'> {
  readonly keeper: PassKeeper;
  readonly metrics: Metrics;
  readonly source: () => Pick<FileSource, 'files' | 'wereRead'>;
}

const onTold = (
  message: Told,
  { driver, events, health, knowledge }: Pick<Daemon, 'driver' | 'events' | 'health' | 'knowledge'>,
  { log, onStopWithin }: DaemonWorld,
): void => {
  const pass = knowledge.running()?.id ?? null;
  if (message.type === 'writes') driver.writes();
  else if (message.type === 'stop within') onStopWithin(message.milliseconds);
  else if (message.type === 'watched') health.watch(message);
  else if (message.type === 'step') {
    const { done, stage, total } = message.step;
    events.tell({ kind: 'step', pass, message: `${stage} ${done} of ${total}` });
  } else log(message.type === 'notice' ? 'warn' : 'debug', message.message, pass === null ? {} : { pass });
};

const onBegan = (pass: WaitingPass, { events, knowledge, source }: Parts, log: Log): void => {
  const commit = source().files()?.commit ?? null;
  knowledge.began(pass, commit);
  log('debug', 'a pass began', { pass: pass.id, cause: pass.cause, commit });
  events.tell({ kind: 'pass_began', pass: pass.id, message: `a pass began: ${pass.cause}` });
};

const onEnded = (
  pass: WaitingPass,
  end: PassEnd,
  parts: Parts & Pick<Daemon, 'driver' | 'suspensions'>,
  log: Log,
): void => {
  const { events, knowledge, suspensions } = parts;
  const before = knowledge.standing();
  const ended = knowledge.ended(pass, end);
  suspensions.passEnded(end.status === 'ended');
  if (end.status === 'ended') {
    if (end.scope === 'all') onAllRead(end, parts);
    sayProblems(end, pass.id, log);
    tellDrift(driftEvents(before, knowledge.standing()), pass.id, events, log);
  }
  if (ended === null) return;
  measurePass(ended, knowledge, parts.metrics);
  const [newest] = knowledge.passes();
  if (newest !== undefined) parts.keeper.keep(newest);
  tellEnd(ended, end, events, log);
};

const onAllRead = (
  { filesRead, inventoryInterval }: EndedPass,
  { driver, source }: Pick<Parts, 'source'> & Pick<Daemon, 'driver'>,
): void => {
  source().wereRead(filesRead);
  driver.setTimer('inventory', inventoryInterval);
};

const tellEnd = (ended: DaemonPass, end: PassEnd, events: OpenFeed, log: Log): void => {
  const { cause, commit, counts, id: pass, outcome } = ended;
  const words = end.status === 'failed' ? end.message : endInWords(ended);
  const isQuiet = counts.applied === 0 && outcome === 'done';
  const level = outcome === 'failed' || outcome === 'differs' ? 'error' : isQuiet ? 'debug' : 'info';
  const code = end.status === 'failed' ? { code: end.code } : {};
  log(level, words, { pass, cause, commit, ...code });
  events.tell({ kind: 'pass_ended', pass, message: words });
};

const tellDrift = (all: readonly DriftEvent[], pass: string, events: OpenFeed, log: Log): void => {
  for (const { isGone, message, target, zone } of all) {
    log(isGone ? 'info' : 'warn', message, { pass, zone, target });
    events.tell({ kind: 'drift', pass, zone, target, message });
  }
};

const endInWords = ({ counts, outcome }: DaemonPass): string => {
  const parts = [
    `${count(counts.applied, 'change')} written`,
    ...(counts.withheld > 0 ? [`${counts.withheld} withheld`] : []),
    ...(counts.problems > 0 ? [count(counts.problems, 'problem')] : []),
    ...(counts.differences > 0 ? [`${count(counts.differences, 'answer')} not as it should be`] : []),
  ];
  return `the pass ended (${outcome}): ${parts.join(', ')}`;
};
