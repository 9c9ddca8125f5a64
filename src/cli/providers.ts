import type { ProviderLookup } from '../target.ts';
import { registry } from './registry.ts';

/** The built-in providers, and the way to others, whose loader is read only where a target names one. */
export const providers: ProviderLookup = {
  registry,
  external: async (name, folder) => (await import('../plugins/index.ts')).findProvider(name, folder),
};
