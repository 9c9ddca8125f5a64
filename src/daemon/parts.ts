import { HostmasterError } from '../model/errors.ts';
import { isWithinScope } from '../model/guard-context.ts';
import type { DaemonStatus } from './answers.ts';
import { newestLines } from './audit/newest.ts';
import type { Daemon } from './daemon.ts';
import type { Readiness } from './front.ts';
import type { FrontParts } from './front-of.ts';
import type { Standing } from './standing.ts';
import { daemonStatus } from './status.ts';
import type { Suspension } from './suspension.ts';

// What the HTTP interface asks, from the parts of the daemon.

export const frontParts = (daemon: Daemon, audit: string, version: string): FrontParts => {
  const { actions, driver, events, knowledge, source, thread } = daemon;
  return {
    ...{ actions, driver, events, source, thread },
    status: () => statusOfDaemon(daemon, version),
    readiness: () => readinessOf(daemon),
    isStopping: daemon.isStopping,
    standing: knowledge.standing,
    passes: knowledge.passes,
    lastPass: knowledge.last,
    withheldOf: knowledge.withheldOf,
    audit: (page) => newestLines(audit, page),
    explain: async (name, type) => {
      const files = source.files();
      if (files === null) throw new HostmasterError('CONFIG', `nothing is in force yet: ${source.why()}`);
      const input = { ...files, allow: [], full: false, zones: null, suspended: [], resumed: [] };
      return thread.ask({ kind: 'explain', input, name, type });
    },
    gitHook: source.look,
    inventoryHook: async () => {
      driver.ask({ cause: 'hook' });
      return { kind: 'accepted', accepted: 0, servers: null };
    },
    hookAt: () => null,
  };
};

const statusOfDaemon = ({ driver, knowledge, source, started, suspensions }: Daemon, version: string): DaemonStatus => {
  const { backOff, hooked, running, waiting } = driver.loop();
  const [last] = knowledge.passes();
  return daemonStatus({
    ...{ version, started, backOff },
    now: Date.now(),
    git: source.status(),
    standing: knowledge.standing(),
    lastPass: last ?? null,
    isWorking: running !== null || waiting.length > 0,
    hooksWaiting: hooked,
    suspended: suspendedIn(suspensions.now(), knowledge.standing()),
  });
};

/** What waits for the end of it: withheld by then, or still to be made. */
const suspendedIn = (suspensions: readonly Suspension[], { zoneTargets }: Standing): DaemonStatus['suspended'] => {
  if (suspensions.length === 0) return null;
  const about = [...zoneTargets.values()].filter(({ target, zone }) =>
    suspensions.some((each) => isWithinScope(each, { zone, target })),
  );
  return { suspensions, changes: about.reduce((sum, { changes, withheld }) => sum + changes + withheld, 0) };
};

const readinessOf = ({ knowledge, source }: Daemon): Readiness => {
  if (source.files() === null) return { ready: false, why: source.why() };
  const isThrough = knowledge.last() !== null;
  return { ready: isThrough, why: isThrough ? null : 'the first pass has not ended yet' };
};
