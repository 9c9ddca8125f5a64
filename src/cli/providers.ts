import type { ExternalProviders } from '../model/external-providers.ts';
import type { ProviderFactory } from '../provider.ts';
import type { ProviderLookup } from '../target.ts';
import { registry } from './registry.ts';

/** The built-in providers, and the way to others, for one command. */
export const providerLookup = (): ProviderLookup => ({ registry, external: lateFinder() });

/** Its loader is read only where a target names a provider that is not built in. */
const lateFinder = (): ExternalProviders<ProviderFactory> => {
  let finder: Promise<ExternalProviders<ProviderFactory>> | null = null;
  return async (name, folder) => {
    finder ??= import('../plugins/index.ts').then(({ providerFinder }) => providerFinder());
    return (await finder)(name, folder);
  };
};
