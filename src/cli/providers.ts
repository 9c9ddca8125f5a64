import type { ProviderRim } from '../target.ts';
import { registry } from './registry.ts';

/** The built-in providers, and the way to others, whose loader is read only where a target names one. */
export const providers: ProviderRim = {
  registry,
  external: async (name, folder) => (await import('../plugins/index.ts')).findProvider(name, folder),
};
