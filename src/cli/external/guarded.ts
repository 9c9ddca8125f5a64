import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Provider, ProviderContext } from '../../provider.ts';
import { placeIn } from './failure.ts';
import { faultOfRead } from './read.ts';

/**
 * A provider of somebody else: what it throws that is no error of ours is told as its own, and what it gives is looked at
 * before it is compared with anything.
 */
export const guarded = (provider: Provider, name: string, context: ProviderContext): Provider => {
  const told = (method: string, error: unknown): unknown =>
    error instanceof HostmasterError || context.signal?.aborted === true
      ? error
      : bugOf(name, method, error, context.folder);
  const call = (method: string, work: () => unknown, args: readonly unknown[]): unknown => {
    try {
      const result = work();
      return result instanceof Promise ? checkedLater(method, result, args) : result;
    } catch (error) {
      throw told(method, error);
    }
  };
  const checkedLater = async (method: string, result: Promise<unknown>, args: readonly unknown[]): Promise<unknown> => {
    try {
      const value = await result;
      const fault = faultOf(method, value, args);
      if (fault !== null) throw new Error(fault);
      return value;
    } catch (error) {
      throw told(method, error);
    }
  };
  // Its own members are reached by this only, so that it may be of a class, or frozen.
  return new Proxy<Provider>(Object.create(provider), {
    get: (_, key) => {
      const member: unknown = Reflect.get(provider, key);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => call(String(key), () => Reflect.apply(member, provider, args), args);
    },
  });
};

const faultOf = (method: string, value: unknown, args: readonly unknown[]): string | null => {
  if (method === 'read') return faultOfRead(value, args[0]);
  if (method === 'apply') return isWriteResult(value) ? null : 'it gave neither "applied" nor "refused"';
  return method === 'listZones' && !Array.isArray(value) ? 'it gave no list' : null;
};

const isWriteResult = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'status' in value &&
  (value.status === 'applied' || (value.status === 'refused' && 'refused' in value && Array.isArray(value.refused)));

/** Nobody knows what a write had done by then. */
const bugOf = (name: string, method: string, error: unknown, folder: string): HostmasterError => {
  const place = placeIn(error, folder);
  const what = `${place === null ? '' : `${place}: `}${messageOf(error).split('\n')[0]}`;
  const message = `the provider ${name} has a bug, in ${method}: ${what}; tell whoever wrote it`;
  const code = method === 'apply' ? 'WRITE_UNKNOWN' : 'TARGET_UNREACHABLE';
  return new HostmasterError(code, 'wait', message, { cause: error });
};
