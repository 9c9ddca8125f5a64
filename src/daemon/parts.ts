import { HostmasterError } from '../model/errors.ts';
import type { DaemonStatus } from './answers.ts';
import { newestLines } from './audit/newest.ts';
import type { Daemon } from './daemon.ts';
import type { Readiness } from './front.ts';
import type { FrontParts } from './front-of.ts';
import { nothingKnown, type Standing } from './standing.ts';
import { daemonStatus } from './status.ts';
import { checkedScope } from './suspending.ts';
import type { Suspensions } from './suspensions.ts';

// What the HTTP interface asks, from the parts of the daemon.

export const frontParts = (daemon: Daemon, audit: string, version: string): FrontParts => {
  const { driver, events, hooks, knowledge, source, suspensions, thread } = daemon;
  return {
    ...{ driver, events, source, thread },
    status: () => statusOfDaemon(daemon, version),
    readiness: () => readinessOf(daemon),
    isStopping: daemon.isStopping,
    standing: knowledge.standing,
    passes: knowledge.passes,
    lastPass: knowledge.last,
    audit: (page) => newestLines(audit, page),
    withheldOf: knowledge.withheldOf,
    explain: async (name, type) => {
      const files = source.files();
      if (files === null) throw new HostmasterError('CONFIG', `nothing is in force yet: ${source.why()}`);
      const input = { ...files, allow: [], full: false, zones: null, hooked: [], suspended: [], resumed: [] };
      return thread.ask({ kind: 'explain', input, name, type });
    },
    suspend: (request, by) => suspensions.suspend(checkedScope(request, knowledge.standing()), by),
    resume: (request, by) => suspensions.resume(checkedScope(request, knowledge.standing()), by),
    gitHook: source.look,
    inventoryHook: (inventory, hook, waitMs) => {
      // What a hook says of servers that are gone, and of what it does not have whole, is asked for and not believed.
      if (hook.kind !== 'servers' || hook.distrusted.length > 0) driver.ask({ cause: 'inventory' });
      return hook.kind === 'servers'
        ? hooks.accept(inventory, hook, waitMs)
        : Promise.resolve({ kind: 'accepted', accepted: 0, servers: null });
    },
    hookAt: hooks.at,
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
    isWorking: running !== null || (waiting.length > 0 && source.files() !== null),
    hooksWaiting: hooked,
    suspended: suspendedNow(suspensions.now(), knowledge.standing()),
  });
};

const suspendedNow = (suspensions: Suspensions, { zoneTargets }: Standing): DaemonStatus['suspended'] =>
  suspensions.length === 0
    ? null
    : { suspensions, changes: [...zoneTargets.values()].reduce((sum, { suspended }) => sum + suspended, 0) };

const readinessOf = ({ knowledge, source }: Daemon): Readiness => {
  if (source.files() === null) return { ready: false, why: source.why() };
  if (knowledge.standing() !== nothingKnown) return { ready: true, why: null };
  return {
    ready: false,
    why: knowledge.last() === null ? 'the first pass has not ended yet' : 'no pass could be done yet',
  };
};
