import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FoundProvider } from '../../load/index.ts';
import { messageOf } from '../../model/errors.ts';
import type { ProviderFactory } from '../../provider.ts';
import { asFactory } from './factory.ts';
import { whyNotLoaded } from './failure.ts';
import { withOwnDoor } from './own-door.ts';

type Found = FoundProvider<ProviderFactory>;

/** Finds a provider by a package's name or a path as Node does for an import in `folder`, and loads it. */
export const findProvider = async (name: string, folder: string): Promise<Found> => {
  const resolved = resolveModule(name, folder);
  return 'status' in resolved ? resolved : loadProvider(resolved.url, folder);
};

const loadProvider = async (url: string, folder: string): Promise<Found> => {
  try {
    const module: object = await withOwnDoor(() => inTime(import(/* @vite-ignore */ url)));
    return await asFactory(module);
  } catch (error) {
    return { status: 'unusable', message: whyNotLoaded(error, url, folder) };
  }
};

/** With an import's conditions, so that a package need not be loadable by require. */
const resolveModule = (name: string, folder: string): Found | { readonly url: string } => {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(specifier, { ...context, conditions: ['node', 'import'] }),
  });
  try {
    return { url: pathToFileURL(createRequire(join(folder, 'hostmaster.yaml')).resolve(name)).href };
  } catch (error) {
    const [message = ''] = messageOf(error).split('\n');
    if (message === `Cannot find module '${name}'`) return { status: 'missing' };
    return { status: 'unusable', message: `cannot be loaded: ${message}; mend or reinstall the package` };
  } finally {
    hooks.deregister();
  }
};

const patience = 10_000;

/** A module that waits for ever would end the command without a word. */
const inTime = async <T>(loading: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(`it still waits after ${patience / 1000} s`), patience);
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
};
