import { parseAbsolute } from '../model/name.ts';
import type { PassThread } from './engine/link.ts';
import type { OpenFeed } from './event-feed.ts';
import type { SyncRequest } from './front.ts';
import type { Log } from './log.ts';
import type { ResumeRequest, SuspendRequest, Suspension } from './suspension.ts';
import { lastingSuspensions, withoutSuspended, withSuspension } from './suspensions.ts';
import { writtenTime } from './time.ts';

/** What people do by the HTTP interface: noted in the audit file before it is done, and kept in the state. */
export interface OperatorActions {
  /** What is suspended now. */
  readonly suspensions: () => readonly Suspension[];
  readonly suspend: (request: SuspendRequest, by: string) => Promise<Suspension>;
  readonly resume: (request: ResumeRequest, by: string) => Promise<void>;
  /** Notes what a sync lets through, where it does. */
  readonly noteSync: (request: SyncRequest, by: string) => Promise<void>;
}

export interface ActionWorld {
  readonly ask: PassThread['ask'];
  readonly events: Pick<OpenFeed, 'tell'>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Something is suspended, or no longer: `by` is who did it. */
  readonly onChange: (kind: 'suspended' | 'resumed', by: string) => void;
}

/** `before`: what the state has of it. */
export const operatorActions = (before: readonly Suspension[], world: ActionWorld): OperatorActions => {
  const { ask, events, log, now, onChange } = world;
  let suspensions = before;
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: each goes by what the one before it left. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const keep = async (next: readonly Suspension[], kind: 'suspended' | 'resumed', by: string, message: string) => {
    await ask({ kind: 'keep suspensions', suspensions: next });
    suspensions = next;
    log('warn', message);
    events.tell({ kind, message });
    onChange(kind, by);
  };
  return {
    suspensions: () => lastingSuspensions(suspensions, now()),
    suspend: (request, by) =>
      inTurn(async () => {
        const added = {
          ...canonical(request),
          reason: request.reason,
          until: request.until,
          by,
          at: writtenTime(now()),
        };
        const next = withSuspension(suspensions, added, now());
        await ask({ kind: 'note', entry: { kind: 'suspend', by, request: added } });
        await keep(next, 'suspended', by, `${by} suspended ${inWords(added)}: ${request.reason}`);
        return added;
      }),
    resume: (request, by) =>
      inTurn(async () => {
        const resumed = canonical(request);
        const next = withoutSuspended(lastingSuspensions(suspensions, now()), resumed);
        await ask({ kind: 'note', entry: { kind: 'resume', by, request: resumed } });
        await keep(next, 'resumed', by, `${by} resumed ${inWords(resumed)}`);
      }),
    noteSync: async (request, by) => {
      const { accept, allow, force, rewind } = request;
      if (allow.length === 0 && !force && accept === null && rewind === null) return;
      await ask({ kind: 'note', entry: { kind: 'sync', by, request } });
      log('warn', `${by} asked for a pass that lets something through, which is in the audit file`);
    },
  };
};

const canonical = ({ targets, zones }: ResumeRequest): ResumeRequest => ({
  zones: zones?.map((zone) => parseAbsolute(zone)) ?? null,
  targets,
});

const mostNamed = 20;

const inWords = ({ targets, zones }: ResumeRequest): string => {
  const parts = [zones === null ? null : namesOf(zones), targets === null ? null : `at ${namesOf(targets)}`];
  return parts.filter((part) => part !== null).join(' ') || 'everything';
};

const namesOf = (names: readonly string[]): string => {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};
