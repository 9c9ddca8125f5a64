import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';

const api = 'hostmaster/provider';

/**
 * While `load` runs, a module for which hostmaster is not installed gets this one's `hostmaster/provider`: a file beside
 * hostmaster.yaml needs no package.json then.
 */
export const withResolvedApi = async <T>(load: () => Promise<T>): Promise<T> => {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context);
      } catch (error) {
        const own = specifier === api ? ownApi() : undefined;
        if (own === undefined) throw error;
        return { url: own, shortCircuit: true };
      }
    },
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
};

/** From source it is one folder up from here; from the built command in dist/bin, beside that. */
const ownApi = (): string | undefined =>
  ['../provider.ts', '../src/provider.js'].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url))
    ?.href;
