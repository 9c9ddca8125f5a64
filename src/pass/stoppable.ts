import { HostmasterError } from '../model/errors.ts';
import { unlessAborted } from '../model/unless-aborted.ts';
import type { Provider } from '../provider.ts';
import { interruptedRead } from './stopped.ts';

/**
 * The provider, of which every call ends with its signal, whether or not the provider heeds it: one that reads with
 * INTERRUPTED, so that nobody takes it for a failure of the target, and one that writes with WRITE_UNKNOWN.
 */
export const stoppable = (provider: Provider, target: string): Provider => {
  const read = <T>(job: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    unlessAborted(job, signal, interruptedRead);
  const write = <T>(job: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    unlessAborted(job, signal, () => new HostmasterError('WRITE_UNKNOWN', `${target} was not waited for any longer`));
  const own: Partial<Provider> = {
    listZones: (signal) => read(() => provider.listZones(signal), signal),
    read: (zone, options = {}) => read(() => provider.read(zone, options), options.signal),
    apply: (change, signal, sending) => write(() => provider.apply(change, signal, sending), signal),
    createZone: (zone, settings, signal) => write(() => provider.createZone(zone, settings, signal), signal),
    deleteZone: (zone, signal) => write(() => provider.deleteZone(zone, signal), signal),
    ...(provider.expect && {
      expect: (zones, signal) => read(async () => provider.expect?.(zones, signal), signal),
    }),
    ...(provider.mark && {
      mark: (zone, mark, signal) => read(async () => (await provider.mark?.(zone, mark, signal)) ?? mark, signal),
    }),
    ...(provider.delegation && {
      delegation: (zone, signal) => read(async () => (await provider.delegation?.(zone, signal)) ?? null, signal),
    }),
    ...(provider.finish && {
      finish: (zone, changes, signal, stopping) =>
        write(async () => provider.finish?.(zone, changes, signal, stopping), signal),
    }),
  };
  return Object.assign(Object.create(provider), { ...provider }, own);
};
