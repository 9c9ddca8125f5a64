import { inspect } from 'node:util';
import { errorCodes, HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { masked } from '../model/mask.ts';
import type { Provider, ProviderContext } from '../provider.ts';
import { whyInvalidResult } from './check-results.ts';
import { withDefaults } from './defaults.ts';
import { locationIn } from './failure.ts';

/** The methods that return no promise. */
const synchronous: ReadonlySet<string> = new Set(['cut', 'nameServers']);

/**
 * Somebody else's provider, isolated: an error that is not a HostmasterError is reported as its bug, each result is checked
 * before it is used, and each argument is a copy.
 */
export const isolated = (provider: Provider, name: string, context: ProviderContext): Provider => {
  const checked = <T>(method: string, value: T, args: readonly unknown[]): T => {
    const problem = whyInvalidResult(method, value, args);
    if (problem !== null) throw new Error(problem);
    return value;
  };
  const callNow = (method: string, work: () => unknown, args: readonly unknown[]): unknown => {
    try {
      return checked(method, work(), args);
    } catch (error) {
      // The person's own mistake: a health check that is none.
      if (method === 'nativeChecks.fitted' && error instanceof SyntaxProblem) throw error;
      throw reportedError(name, method, error, context);
    }
  };
  // It may return no promise, or one of another kind.
  const callLater = async (method: string, work: () => unknown, args: readonly unknown[]): Promise<unknown> => {
    try {
      return checked(method, await work(), args);
    } catch (error) {
      throw reportedError(name, method, error, context);
    }
  };
  const checks = <T extends object>(key: string, own: T): T =>
    proxied(own, (method, work, args) => callNow(`${key}.${method}`, () => work(args), args));
  const { healthChecks, nativeChecks } = provider;
  const parts = Object.entries({ healthChecks, nativeChecks }).flatMap(([key, own]) =>
    own ? [[key, checks(key, own)] as const] : [],
  );
  const call: Call = (method, work, args) =>
    synchronous.has(method)
      ? callNow(method, () => work(args), args)
      : callLater(method, () => work(args.map(copyOf)), args);
  const supports = withDefaults(provider.supports);
  return proxied(provider, call, new Map<string | symbol, object>([...parts, ['supports', supports]]));
};

type Call = (method: string, work: (args: readonly unknown[]) => unknown, args: readonly unknown[]) => unknown;

/** The same object with its methods called through `call`. They keep their own `this`, as it may be of a class, or frozen. */
const proxied = <T extends object>(own: T, call: Call, parts: ReadonlyMap<string | symbol, object> = new Map()): T =>
  new Proxy<T>(Object.create(own), {
    get: (_, key) => {
      const member: unknown = parts.get(key) ?? Reflect.get(own, key);
      if (typeof member !== 'function') return member;
      const work = (args: readonly unknown[]): unknown => Reflect.apply(member, own, args);
      return (...args: readonly unknown[]) => call(String(key), work, args);
    },
  });

/** A plan that a provider changed, or sorted in place, would no longer be the one that is verified. */
const copyOf = (arg: unknown): unknown => {
  if (arg instanceof AbortSignal || typeof arg !== 'object' || arg === null) return arg;
  if (!('signal' in arg)) return structuredClone(arg);
  const { signal, ...rest } = arg;
  return { ...structuredClone(rest), signal };
};

/** An error as a person may see it: without a secret, and reported as the provider's bug where it is no HostmasterError. */
export const reportedError = (name: string, method: string, error: unknown, context: ProviderContext): unknown => {
  if (context.signal?.aborted === true) return error;
  if (!isHostmasterError(error)) return providerBug(name, method, error, context);
  const message = withoutSecrets(error.message, context);
  return message === error.message ? error : new HostmasterError(error.code, message);
};

const isHostmasterError = (error: unknown): error is HostmasterError =>
  error instanceof HostmasterError && Object.hasOwn(errorCodes, error.code);

/** Of a write it is not known what it had done by then. */
const providerBug = (name: string, method: string, error: unknown, context: ProviderContext): HostmasterError => {
  const place = locationIn(error, context.folder);
  const said = withoutSecrets(textOf(error).split('\n')[0] ?? '', context);
  const what = `${place === null ? '' : `${place}: `}${said}`;
  const message = `the provider ${name} has a bug in ${method}: ${what}; report it to its author`;
  const code = method === 'apply' ? 'WRITE_UNKNOWN' : 'TARGET_UNREACHABLE';
  return new HostmasterError(code, message, { cause: error });
};

const textOf = (thrown: unknown): string => {
  const said = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown;
  return typeof said === 'string' ? said : inspect(said, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
};

const withoutSecrets = (text: string, { secrets }: ProviderContext): string => masked(text, Object.values(secrets));
