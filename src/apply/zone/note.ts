import { HostmasterError } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import type { ZoneId } from '../../model/zone.ts';
import type { OnWrite, WriteEnd } from '../../target.ts';

/** A write that somebody keeps a note of. */
export interface NotedWrite {
  readonly end: (end: WriteEnd) => void;
  /** It ended with this error. */
  readonly failed: (error: unknown) => void;
}

interface Noted {
  readonly zone: ZoneId;
  readonly target: string;
  readonly onWrite: OnWrite | undefined;
}

/** Has a write noted before it is sent. Throws where it cannot be: then it must not be sent. */
export const noteWrite = async (
  { onWrite, target, zone }: Noted,
  { changes, createsZone }: { readonly changes: readonly Change[]; readonly createsZone: boolean },
): Promise<NotedWrite> => {
  const end = await onWrite?.({ zone: zone.name, view: zone.view, target, changes, createsZone });
  return {
    end: (known) => end?.(known),
    failed: (error) => end?.(endOfError(error)),
  };
};

export const applied: WriteEnd = { status: 'applied', code: null, message: null };

const endOfError = (error: unknown): WriteEnd => {
  if (!(error instanceof HostmasterError)) return { status: 'unknown', code: null, message: null };
  const { code, message } = error;
  return { status: statuses.get(code) ?? 'failed', code, message };
};

const statuses: ReadonlyMap<string, WriteEnd['status']> = new Map([
  ['WRITE_UNKNOWN', 'unknown'],
  ['WRITE_REFUSED', 'refused'],
  ['STALE_PLAN', 'stale'],
  ['LOST_RACE', 'stale'],
]);
