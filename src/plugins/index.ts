import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../model/errors.ts';
import type { ExternalProviders, FoundProvider } from '../model/external-providers.ts';
import { isProviderPath } from '../model/external-providers.ts';
import type { ProviderFactory } from '../provider.ts';
import { asFactory } from './factory.ts';
import { whyNotLoaded } from './failure.ts';
import { withResolvedApi } from './resolve-api.ts';

type Found = FoundProvider<ProviderFactory>;

type Check = (module: object) => Promise<Found>;

/**
 * Finds a provider by a package's name or a path as Node does for an import in `folder`, and loads it. A module that is found
 * again is the same one, and is checked once: compiling its schema costs more than all else that finding it does.
 */
export const providerFinder = (): ExternalProviders<ProviderFactory> => {
  const check = oncePerModule(asFactory);
  return async (name, folder) => {
    const resolved = isProviderPath(name) ? resolveFile(name, folder) : resolvePackage(name, folder);
    return 'status' in resolved ? resolved : loadProvider(resolved.url, folder, check);
  };
};

const oncePerModule = (check: Check): Check => {
  const checked = new WeakMap<object, Promise<Found>>();
  return (module) => {
    const found = checked.get(module) ?? check(module);
    checked.set(module, found);
    return found;
  };
};

const loadProvider = async (url: string, folder: string, check: Check): Promise<Found> => {
  try {
    const module: object = await withResolvedApi(() => withTimeout(import(/* @vite-ignore */ url)));
    return await check(module);
  } catch (error) {
    return { status: 'unusable', message: whyNotLoaded(error, url, folder) };
  }
};

type Resolved = Found | { readonly url: string };

const resolveFile = (name: string, folder: string): Resolved => {
  const file = resolve(folder, name);
  return existsSync(file) ? { url: pathToFileURL(file).href } : { status: 'missing' };
};

/** Stands for the package's name while a hook says from which folder it is resolved: Node has no other stable way. */
const placeholder = 'hostmaster-provider:';

const resolvePackage = (name: string, folder: string): Resolved => {
  const parentURL = pathToFileURL(join(folder, 'hostmaster.yaml')).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === placeholder ? next(name, { ...context, parentURL }) : next(specifier, context),
  });
  try {
    return { url: import.meta.resolve(placeholder) };
  } catch (error) {
    const [message = ''] = messageOf(error).split('\n');
    if (/^Cannot find package '(?!\/)[^']*' imported from /.test(message)) return { status: 'missing' };
    return { status: 'unusable', message: `cannot be loaded: ${message}; fix or reinstall the package` };
  } finally {
    hooks.deregister();
  }
};

const loadTimeout = 10_000;

/** A module that waits for ever would end the command without a message. */
const withTimeout = async <T>(loading: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(`it did not finish within ${loadTimeout / 1000} s`), loadTimeout);
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
};
