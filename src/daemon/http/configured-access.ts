import type { DaemonDefinitions, DaemonSecrets } from '../../load/index.ts';
import type { Access, ApiToken } from './options.ts';

/** Who may speak to a daemon that is configured so; `own` is the token that it made where none is, else null. */
export const configuredAccess = (
  { git, settings }: Pick<DaemonDefinitions, 'git' | 'settings'>,
  { gitHook, inventoryHooks, tokens }: DaemonSecrets,
  own: ApiToken | null,
): Access => ({
  url: settings.url,
  tokens: own === null ? tokens : [...tokens, own],
  metrics: settings.metrics,
  gitHook: gitHook === null || git === null ? null : { secret: gitHook, ref: git.ref },
  inventoryHooks,
});
