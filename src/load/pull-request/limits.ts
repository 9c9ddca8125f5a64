import { resolve, sep } from 'node:path';
import type { PullRequestLimits, RefusedEntry } from '../../model/definitions.ts';
import type { Providers } from '../../model/external-providers.ts';
import type { InventoryTypes } from '../../model/inventory-keys.ts';
import { asRecord } from '../../validation/index.ts';
import type { Config } from '../config/config.ts';
import { isInside } from '../repository-files.ts';
import { pullRequestEvent } from './event.ts';
import { realPath, sharedWorkTree } from './work-tree.ts';

/** A run for a pull request that takes targets, inventories and state from what the pull request may have written. */
export type PullRequestRun = Omit<PullRequestLimits, 'refused'>;

/** null: this is no such run. A file of --targets-from does not count where it is in the same work tree. */
export const pullRequestRun = (
  config: string,
  targetsFrom: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): PullRequestRun | null => {
  const event = pullRequestEvent(environment);
  if (event === null) return null;
  if (targetsFrom === undefined) return { event, sharedWorkTree: null };
  const shared = sharedWorkTree(targetsFrom, config, environment);
  return shared === null ? null : { event, sharedWorkTree: shared };
};

/** What of the configuration such a run may not use: all but files of the repository's own folder, and what needs neither a network, a secret nor code. */
export const limitsOf = (
  run: PullRequestRun,
  { folder, top }: Config,
  state: string,
  { inventories = {}, providers = {} }: { readonly inventories?: InventoryTypes; readonly providers?: Providers },
): PullRequestLimits => {
  const targets = Object.entries(asRecord(top.targets)).flatMap(([name, entry]): readonly RefusedEntry[] => {
    const why = whyNoTarget(asRecord(entry), providers, folder);
    return why === null ? [] : [{ kind: 'target', name, why }];
  });
  const others = Object.entries(asRecord(top.inventory)).flatMap(([name, entry]): readonly RefusedEntry[] => {
    const { type } = asRecord(entry);
    const isOffline = typeof type === 'string' && Object.hasOwn(inventories, type) && inventories[type]?.isOffline;
    return isOffline ? [] : [{ kind: 'inventory', name, why: 'it needs a network' }];
  });
  const own: readonly RefusedEntry[] = isOwnFile(folder, state) ? [] : [{ kind: 'state', name: state, why: outside }];
  return { ...run, refused: [...targets, ...others, ...own] };
};

const outside = 'it is not in the folder of hostmaster.yaml, or under a name with a dot in front';

const whyNoTarget = (
  { file, provider, verify_at }: Readonly<Record<string, unknown>>,
  providers: Providers,
  folder: string,
): string | null => {
  const name = typeof provider === 'string' ? provider : '';
  if (!Object.hasOwn(providers, name)) return 'its provider is code';
  if (providers[name]?.isOffline !== true) return 'it needs a network';
  const asked: readonly unknown[] = Array.isArray(verify_at) ? verify_at : [];
  if (!asked.every((at) => ofThisMachine.test(String(at)))) return 'its verify_at is of other machines';
  const path = resolve(folder, typeof file === 'string' ? file : `${ownFolder}/embedded.sqlite`);
  return isOwnFile(folder, path) ? null : `its file: ${outside}`;
};

const ofThisMachine = /^(?:127(?:\.[0-9]{1,3}){3}|\[::1\]):[0-9]+$/;
const ownFolder = '.hostmaster';

/** May a database of ours be there: in the folder, and in no hidden folder (.git) but our own? Symlinks are followed. */
const isOwnFile = (folder: string, path: string): boolean =>
  ['', '-wal', '-shm', '-journal'].every((part) => isVisibleIn(folder, `${path}${part}`));

const isVisibleIn = (folder: string, path: string): boolean => {
  const root = realPath(folder);
  const real = realPath(path);
  if (!isInside(root, real)) return false;
  const [first = '', ...rest] = real.slice(root.length).split(sep).filter(Boolean);
  return [...(first === ownFolder ? [] : [first]), ...rest].every((step) => !step.startsWith('.'));
};
