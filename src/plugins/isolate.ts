import { inspect } from 'node:util';
import { errorCodes, HostmasterError, SyntaxProblem } from '../model/errors.ts';
import type { Provider, ProviderContext } from '../provider.ts';
import { faultOf } from './check-results.ts';
import { withDefaults } from './defaults.ts';
import { placeIn } from './failure.ts';

/** Those that are not waited for. */
const immediate: ReadonlySet<string> = new Set(['cut', 'nameServers']);

/**
 * A provider of somebody else: what it throws that is no error of ours is told as its own, what it gives is looked at
 * before it is compared with anything, and what it is handed is a copy.
 */
export const guarded = (provider: Provider, name: string, context: ProviderContext): Provider => {
  const checked = <T>(method: string, value: T, args: readonly unknown[]): T => {
    const fault = faultOf(method, value, args);
    if (fault !== null) throw new Error(fault);
    return value;
  };
  const now = (method: string, work: () => unknown, args: readonly unknown[]): unknown => {
    try {
      return checked(method, work(), args);
    } catch (error) {
      // What a health check is, is the person's own.
      if (method === 'nativeChecks.fitted' && error instanceof SyntaxProblem) throw error;
      throw told(name, method, error, context);
    }
  };
  // It may give what is no promise, or one of another kind.
  const later = async (method: string, work: () => unknown, args: readonly unknown[]): Promise<unknown> => {
    try {
      return checked(method, await work(), args);
    } catch (error) {
      throw told(name, method, error, context);
    }
  };
  const checks = <T extends object>(key: string, own: T): T =>
    proxied(own, (method, work, args) => now(`${key}.${method}`, () => work(args), args));
  const { healthChecks, nativeChecks } = provider;
  const parts = Object.entries({ healthChecks, nativeChecks }).flatMap(([key, own]) =>
    own ? [[key, checks(key, own)] as const] : [],
  );
  const call: Call = (method, work, args) =>
    immediate.has(method) ? now(method, () => work(args), args) : later(method, () => work(args.map(copied)), args);
  return proxied(
    provider,
    call,
    new Map<string | symbol, object>([...parts, ['supports', withDefaults(provider.supports)]]),
  );
};

type Call = (method: string, work: (args: readonly unknown[]) => unknown, args: readonly unknown[]) => unknown;

/** The same, with its methods called by `call`. Its own members are reached by this only, so that it may be of a class, or frozen. */
const proxied = <T extends object>(own: T, call: Call, parts: ReadonlyMap<string | symbol, object> = new Map()): T =>
  new Proxy<T>(Object.create(own), {
    get: (_, key) => {
      const member: unknown = parts.get(key) ?? Reflect.get(own, key);
      if (typeof member !== 'function') return member;
      const work = (args: readonly unknown[]): unknown => Reflect.apply(member, own, args);
      return (...args: readonly unknown[]) => call(String(key), work, args);
    },
  });

/** A plan that a provider sorts in place, or changes, would no longer be what is verified. */
const copied = (arg: unknown): unknown => {
  if (arg instanceof AbortSignal || typeof arg !== 'object' || arg === null) return arg;
  if (!('signal' in arg)) return structuredClone(arg);
  const { signal, ...rest } = arg;
  return { ...structuredClone(rest), signal };
};

/** An error as a person may see it: without a secret, and told as the provider's own where it is none of ours. */
export const told = (name: string, method: string, error: unknown, context: ProviderContext): unknown => {
  if (context.signal?.aborted === true) return error;
  if (!isOurs(error)) return bugOf(name, method, error, context);
  const message = withoutSecrets(error.message, context);
  return message === error.message ? error : new HostmasterError(error.code, message);
};

const isOurs = (error: unknown): error is HostmasterError =>
  error instanceof HostmasterError && Object.hasOwn(errorCodes, error.code);

/** Nobody knows what a write had done by then. */
const bugOf = (name: string, method: string, error: unknown, context: ProviderContext): HostmasterError => {
  const place = placeIn(error, context.folder);
  const what = `${place === null ? '' : `${place}: `}${wordsOf(error).split('\n')[0]}`;
  const message = withoutSecrets(
    `the provider ${name} has a bug, in ${method}: ${what}; tell whoever wrote it`,
    context,
  );
  const code = method === 'apply' ? 'WRITE_UNKNOWN' : 'TARGET_UNREACHABLE';
  return new HostmasterError(code, message, { cause: error });
};

const wordsOf = (thrown: unknown): string => {
  const said = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown;
  return typeof said === 'string' ? said : inspect(said, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
};

/** So short a text would be found where it is none. */
const shortest = 4;

const withoutSecrets = (text: string, { secrets }: ProviderContext): string =>
  Object.values(secrets)
    .filter((secret) => secret.length >= shortest)
    .reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), text);
