import { HostmasterError } from '../model/errors.ts';
import type { RunContext } from '../target.ts';

/** Throws INTERRUPTED where somebody wants to stop: what was read so far may lack anything. */
export const refuseStopped = (context: Pick<RunContext, 'signal'>): void => {
  if (isStopped(context)) throw interruptedRead();
};

export const interruptedRead = (): HostmasterError =>
  new HostmasterError('INTERRUPTED', 'interrupted: nothing was applied; run it again');

export const isStopped = ({ signal }: Pick<RunContext, 'signal'>): boolean => signal?.aborted === true;

/** The signal as options of a read have it. */
export const signalIn = ({ signal }: Pick<RunContext, 'signal'>): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };
