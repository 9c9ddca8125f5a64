import { HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import type { Driver } from './driver.ts';
import type { PassThread } from './engine/link.ts';
import type { OpenFeed } from './event-feed.ts';
import type { Log } from './log.ts';
import { type OpenSuspensions, openSuspensions, type SuspensionsOptions } from './open-suspensions.ts';
import type { Standing } from './standing.ts';
import type { SuspendRequest } from './suspension.ts';

interface Parts {
  readonly driver: Driver;
  readonly events: OpenFeed;
  readonly thread: PassThread;
}

/** Suspensions of a daemon that runs: each is told, and a pass follows at once. */
export const openSuspending = (
  { driver, events, thread }: Parts,
  start: SuspensionsOptions['start'],
  log: Log,
): Promise<OpenSuspensions> =>
  openSuspensions({
    ...{ thread, start },
    clock: Date.now,
    onSuspended: ({ by, reason, targets, zones }) => {
      const message = `${scopeInWords({ zones, targets })} suspended by ${by}: ${reason}`;
      log('warn', message);
      events.tell({ kind: 'suspended', message });
      // What has not begun to write goes by it already.
      if (driver.loop().running !== null) thread.giveUp();
      driver.ask({ cause: 'manual', by });
    },
    onResumed: (by) => {
      const message = by === null ? 'a suspension is over' : `resumed by ${by}`;
      log('info', message);
      events.tell({ kind: 'resumed', message });
      driver.ask({ cause: 'manual', by });
    },
  });

const scopeInWords = ({ targets, zones }: Pick<SuspendRequest, 'zones' | 'targets'>): string => {
  if (zones === null && targets === null) return 'everything is';
  const where = targets === null ? '' : ` at ${targets.join(', ')}`;
  return zones === null ? `all zones${where} are` : `${zones.join(', ')}${where} ${zones.length === 1 ? 'is' : 'are'}`;
};

/** The same with canonical names. Throws USAGE for one that is none, or that nothing is known of. */
export const checkedScope = <Scope extends Pick<SuspendRequest, 'zones' | 'targets'>>(
  scope: Scope,
  { targets, zoneTargets }: Standing,
): Scope => {
  const zones = scope.zones?.map(canonical) ?? null;
  const known = new Set([...zoneTargets.values()].map(({ zone }) => zone));
  refuseUnknown('zones', zones, known);
  refuseUnknown('targets', scope.targets, new Set(targets.map(({ name }) => name)));
  return { ...scope, zones };
};

const canonical = (text: string): string => {
  try {
    return parseAbsolute(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new HostmasterError('USAGE', `zones: ${text}: ${error.message}`, { cause: error });
  }
};

/** Before the first pass nothing is known, and everything can be suspended. */
const refuseUnknown = (key: string, names: readonly string[] | null, known: ReadonlySet<string>): void => {
  const unknown = known.size === 0 ? [] : (names ?? []).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new HostmasterError('USAGE', `${key}: ${unknown.join(', ')}: not configured in hostmaster.yaml`);
};
