import { parseAbsolute } from '../model/name.ts';
import type { PassThread } from './engine/link.ts';
import type { Front, SyncRequest } from './front.ts';
import type { Log } from './log.ts';
import type { OpenSuspensions } from './open-suspensions.ts';
import type { ResumeRequest } from './suspension.ts';

/** What people do by the HTTP interface. It is noted in the audit file before it is done. */
export interface OperatorActions extends Pick<Front, 'suspend' | 'resume'> {
  /** Notes what a sync lets through, where it does. */
  readonly noteSync: (request: SyncRequest, by: string) => Promise<void>;
}

export interface ActionWorld {
  readonly ask: PassThread['ask'];
  readonly log: Log;
  readonly suspensions: Pick<OpenSuspensions, 'suspend' | 'resume'>;
}

export const operatorActions = ({ ask, log, suspensions }: ActionWorld): OperatorActions => ({
  suspend: (request, by) => suspensions.suspend({ ...request, ...canonical(request) }, by),
  resume: (request, by) => suspensions.resume(canonical(request), by),
  noteSync: async (request, by) => {
    const { accept, allow, force, rewind } = request;
    if (allow.length === 0 && !force && accept === null && rewind === null) return;
    await ask({ kind: 'note', entry: { kind: 'sync', by, request } });
    log('warn', `${by} asked for a pass that lets something through, which is in the audit file`);
  },
});

const canonical = ({ targets, zones }: ResumeRequest): ResumeRequest => ({
  zones: zones?.map((zone) => parseAbsolute(zone)) ?? null,
  targets,
});

const mostNamed = 20;

/** Which zones and targets it is about, for people. */
export const scopeInWords = ({ targets, zones }: ResumeRequest): string => {
  const parts = [zones === null ? null : namesOf(zones), targets === null ? null : `at ${namesOf(targets)}`];
  return parts.filter((part) => part !== null).join(' ') || 'everything';
};

const namesOf = (names: readonly string[]): string => {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};
