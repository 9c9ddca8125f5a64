import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitSettings } from '../../model/daemon-settings.ts';
import { forEachPooled } from '../../model/pool.ts';
import { type BareRepository, isReachable, onDisk } from './bare-repository.ts';
import type { Tree } from './tree.ts';

// Each commit's files are in a folder of their own, which has its name once all of it is on the disk. What has another name is
// unfinished.

export interface CommitFolders {
  /** The folder of a commit, where it is whole; else null. */
  find(sha: string): Promise<string | null>;
  /** Writes the files of a commit, as they were committed. */
  write(sha: string, tree: Tree): Promise<string>;
  /** Removes those of all other commits. */
  retain(shas: readonly string[]): Promise<void>;
  /** Removes what a killed process left unfinished. */
  removeUnfinished(): Promise<void>;
}

export const commitFolders = (settings: GitSettings, path: string, bare: BareRepository): CommitFolders => {
  const top = join(settings.folder, 'commits');
  const nameOf = (sha: string): string => (path === '' ? sha : `${sha}-${digestOf(path)}`);
  const removeUnless = async (isKept: (name: string) => boolean): Promise<void> => {
    const names = await readdir(top).catch(() => []);
    for (const name of names) if (!isKept(name)) await removeWhole(top, name);
  };
  return {
    find: async (sha) => {
      const folder = join(top, nameOf(sha));
      return (await isReachable(folder)) ? folder : null;
    },
    write: (sha, tree) => onDisk(settings, () => writeFolder(bare, top, nameOf(sha), tree)),
    retain: (shas) => {
      const names = new Set(shas.map(nameOf));
      return onDisk(settings, () => removeUnless((name) => names.has(name)));
    },
    removeUnfinished: () => onDisk(settings, () => removeUnless((name) => whole.test(name))),
  };
};

const whole = /^[0-9a-f]{40}(?:[0-9a-f]{24})?(?:-[0-9a-f]{16})?$/;

const digestOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 16);

/** First the name that says that it is whole, so that a removal that is cut short leaves nothing that looks so. */
const removeWhole = async (top: string, name: string): Promise<void> => {
  const unfinished = name.startsWith('.') ? name : `.${name}.removed`;
  if (unfinished !== name) {
    await rm(join(top, unfinished), { recursive: true, force: true });
    await rename(join(top, name), join(top, unfinished));
  }
  // The Git of a killed daemon may still write to it; what stays for that goes the next time.
  await rm(join(top, unfinished), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
};

const writeFolder = async (bare: BareRepository, top: string, name: string, tree: Tree): Promise<string> => {
  await mkdir(top, { recursive: true, mode: 0o700 });
  const making = await mkdtemp(join(top, '.new-'));
  try {
    await checkOut(bare, making, tree);
    await syncAll(join(making, 'files'));
    await rename(join(making, 'files'), join(top, name));
    await syncOne(top);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return join(top, name);
};

/**
 * All files are ordinary ones for Git: nothing is made executable, and a symlink's text becomes a file. Git itself refuses
 * paths that lead out of the folder, or into a .git.
 */
const checkOut = async (bare: BareRepository, making: string, { files }: Tree): Promise<void> => {
  const workTree = join(making, 'files');
  await mkdir(workTree, { mode: 0o700 });
  const environment = { GIT_INDEX_FILE: join(making, 'index'), GIT_WORK_TREE: workTree };
  const input = Buffer.from(files.map(({ blob, path }) => `100644 ${blob}\t${path}\0`).join(''), 'latin1');
  const what = `the files of a commit cannot be written to ${workTree}`;
  if (files.length === 0) return;
  await bare.read(what, ['update-index', '-z', '--index-info'], { environment, input });
  await bare.read(what, ['checkout-index', '--all', '--force', '--quiet'], { environment });
};

/** So many files are written out at once. */
const atOnce = 16;

const syncAll = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map(({ name, parentPath }) => join(parentPath, name));
  await forEachPooled([...paths, folder], atOnce, syncOne);
};

const syncOne = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
