import { SyntaxProblem } from '../model/errors.ts';
import type { Provider, ProviderContext } from '../provider.ts';
import { whyInvalidResult } from './check-results.ts';
import { whyUnsoundSnapshot } from './check-snapshot.ts';
import { withDefaults } from './defaults.ts';
import { builtInSource, externalSource, InvalidResult, reportedError, type Source } from './reported-error.ts';

/** The methods that return no promise. */
const synchronous: ReadonlySet<string> = new Set(['cut', 'nameServers', 'writeTimeout']);

/** What is done to a provider's arguments and results. */
interface Handling {
  /** An argument as the provider gets it. */
  readonly argument: (value: unknown) => unknown;
  /** A result as we get it. */
  readonly result: <T>(value: T) => T;
  /** Why a result cannot be used, or null. */
  readonly whyInvalid: (method: string, value: unknown, args: readonly unknown[]) => string | null;
}

/**
 * Somebody else's provider, isolated: an error that is not a HostmasterError is reported as its bug, each result is checked
 * before it is used, and each argument is a copy.
 */
export const isolated = (provider: Provider, name: string, context: ProviderContext): Provider =>
  handled(provider, externalSource(name), context, {
    argument: copyOf,
    result: plainCopy,
    whyInvalid: whyInvalidResult,
  });

/**
 * A built-in provider: an error of it is reported in the same way. What it made itself is not checked again; what it read is, as
 * far as that is the target's word.
 */
export const guarded = (provider: Provider, name: string, context: ProviderContext): Provider =>
  handled({ ...provider, read: soundRead(provider) }, builtInSource(name), context, {
    argument: same,
    result: same,
    whyInvalid: () => null,
  });

const same = <T>(value: T): T => value;

const soundRead =
  (provider: Provider): Provider['read'] =>
  async (zone, options) => {
    const read = await provider.read(zone, options);
    const problem = read.status === 'read' ? whyUnsoundSnapshot(read, zone, options) : null;
    if (problem !== null) throw new InvalidResult(problem, zone);
    return read;
  };

const handled = (provider: Provider, source: Source, context: ProviderContext, handling: Handling): Provider => {
  const checked = <T>(method: string, value: T, args: readonly unknown[]): T => {
    const problem = handling.whyInvalid(method, value, args);
    if (problem !== null) throw new InvalidResult(problem, args[0]);
    return value;
  };
  const report = (method: string, error: unknown): unknown => reportedError(source, method, error, context);
  const callNow = (method: string, work: () => unknown, args: readonly unknown[]): unknown => {
    try {
      return checked(method, work(), args);
    } catch (error) {
      // The person's own mistake: a health check that is none.
      if (method === 'nativeChecks.fitted' && error instanceof SyntaxProblem) throw error;
      throw report(method, error);
    }
  };
  // It may return no promise, or one of another kind.
  const callLater = async (method: string, work: () => unknown, args: readonly unknown[]): Promise<unknown> => {
    try {
      return checked(method, handling.result(await work()), args);
    } catch (error) {
      throw report(method, error);
    }
  };
  const checks = <T extends object>(key: string, own: T): T =>
    proxied(own, (method, work, args) => callNow(`${key}.${method}`, () => work(args), args), report);
  const { healthChecks, nativeChecks } = provider;
  const parts = Object.entries({ healthChecks, nativeChecks }).flatMap(([key, own]) =>
    own ? [[key, checks(key, own)] as const] : [],
  );
  const call: Call = (method, work, args) =>
    synchronous.has(method)
      ? callNow(method, () => work(args), args)
      : callLater(method, () => work(args.map(handling.argument)), args);
  const supports = withDefaults(handling.result(provider.supports));
  return proxied(provider, call, report, new Map<string | symbol, object>([...parts, ['supports', supports]]));
};

type Call = (method: string, work: (args: readonly unknown[]) => unknown, args: readonly unknown[]) => unknown;

/** The same object with its methods called through `call`. They keep their own `this`, as it may be of a class, or frozen. */
const proxied = <T extends object>(
  own: T,
  call: Call,
  report: (member: string, error: unknown) => unknown,
  parts: ReadonlyMap<string | symbol, object> = new Map(),
): T =>
  new Proxy<T>(Object.create(own), {
    get: (_, key) => {
      const member = parts.get(key) ?? memberOf(own, key, report);
      if (typeof member !== 'function') return member;
      const work = (args: readonly unknown[]): unknown => Reflect.apply(member, own, args);
      return (...args: readonly unknown[]) => call(String(key), work, args);
    },
  });

const memberOf = (own: object, key: string | symbol, report: (member: string, error: unknown) => unknown): unknown => {
  try {
    return Reflect.get(own, key);
  } catch (error) {
    throw report(String(key), error);
  }
};

/** A plan that a provider changed, or sorted in place, would no longer be the one that is verified. */
const copyOf = (arg: unknown): unknown => {
  if (cannotBeCopied(arg) || typeof arg !== 'object' || arg === null) return arg;
  if (Array.isArray(arg) || !Object.values(arg).some(cannotBeCopied)) return structuredClone(arg);
  return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, copyOf(value)]));
};

const cannotBeCopied = (value: unknown): boolean => value instanceof AbortSignal || typeof value === 'function';

/** Plain data, so that no getter can answer otherwise later, or throw; what has functions in it stays as it is. */
const plainCopy = <T>(value: T): T => {
  try {
    return structuredClone(value);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'DataCloneError') return value;
    throw error;
  }
};
