import type { TokenScope } from '../model/daemon-settings.ts';
import { HostmasterError } from '../model/errors.ts';
import type { SecretRef } from '../model/secret.ts';
import type { DaemonDefinitions } from './daemon.ts';
import { resolveSecret } from './resolve-secrets.ts';

/** What the daemon keeps secret, itself. */
export interface DaemonSecrets {
  readonly tokens: readonly { readonly name: string; readonly value: string; readonly scope: TokenScope }[];
  /** What the Git server signs its hook with; null: it has none. */
  readonly gitHook: string | null;
  /** What inventories sign theirs with, by inventory. */
  readonly inventoryHooks: ReadonlyMap<string, string>;
}

/** Throws CONFIG where one is not to be had, or where two tokens are one; no message has a secret in it. */
export const resolveDaemonSecrets = async (definitions: DaemonDefinitions): Promise<DaemonSecrets> => {
  const { file, folder, settings } = definitions;
  const resolve = (ref: SecretRef, what: string): Promise<string> =>
    resolveSecret(ref, `${file}: daemon: ${what}`, folder);
  const { hooks } = settings;
  const tokens = await Promise.all(
    settings.tokens.map(async ({ name, scope, token }) => ({
      name,
      value: await resolve(token, `token ${name}`),
      scope,
    })),
  );
  refuseSame(file, tokens);
  const inventoryHooks = await Promise.all(
    Object.entries(hooks.inventory).map(
      async ([name, ref]) => [name, await resolve(ref, `secret of the hook of inventory ${name}`)] as const,
    ),
  );
  return {
    tokens,
    gitHook: hooks.git === null ? null : await resolve(hooks.git, 'secret of the Git hook'),
    inventoryHooks: new Map(inventoryHooks),
  };
};

const refuseSame = (file: string, tokens: DaemonSecrets['tokens']): void => {
  const owners = new Map<string, string>();
  for (const { name, value } of tokens) {
    const other = owners.get(value);
    if (other !== undefined) {
      const message = `${file}: daemon: the tokens ${other} and ${name} are the same secret; give each one of its own`;
      throw new HostmasterError('CONFIG', message);
    }
    owners.set(value, name);
  }
};
