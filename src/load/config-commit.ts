import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { messageOf } from '../model/errors.ts';

/**
 * A folder of a checkout may look like a bare repository, with a configuration that names programs (core.fsmonitor): Git would
 * run them for whoever wrote the checkout.
 */
const ownRepositories = 'safe.bareRepository=explicit';

export interface ConfigCommit {
  /** The commit that is checked out; null outside of Git, before the first commit, and where Git does not tell. */
  readonly commit: string | null;
  /** Is something that was read, or belongs to the folder, not in the commit as it is here? */
  readonly dirty: boolean;
  /** Why Git does not tell, for a person; null: it does, or there is nothing to tell. */
  readonly unknown: string | null;
}

const nothing: ConfigCommit = { commit: null, dirty: false, unknown: null };

/** The commit that is checked out where `folder` is, from which `files` (absolute) were read. Never throws. */
export const configCommit = async (folder: string, files: readonly string[]): Promise<ConfigCommit> => {
  let repository: string | null = null;
  try {
    const real = realpathSync.native(folder);
    repository = repositoryAbove(real);
    return repository === null ? nothing : await readCommit(real, files);
  } catch (error) {
    return repository === null ? nothing : { ...nothing, unknown: whyUnknown(repository, error) };
  }
};

/** Spares starting Git outside of a repository; a bare repository has its HEAD in the folder itself. */
const repositoryAbove = (folder: string): string | null =>
  process.env.GIT_DIR !== undefined || existsSync(join(folder, '.git')) || existsSync(join(folder, 'HEAD'))
    ? folder
    : dirname(folder) === folder
      ? null
      : repositoryAbove(dirname(folder));

const readCommit = async (folder: string, files: readonly string[]): Promise<ConfigCommit> => {
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({ baseDir: folder, config: [ownRepositories] });
  // Without the locks: who only plans writes nothing, and waits for nobody.
  const [status, tracked] = await Promise.all([
    git.raw('--no-optional-locks', 'status', '--porcelain=v2', '--branch', '-z', '--untracked-files=no', '--', '.'),
    git.raw('--no-optional-locks', 'ls-files', '-z', '--', '.'),
  ]);
  const entries = status.split('\0').filter((entry) => entry !== '');
  const commit = entries.map((entry) => /^# branch\.oid ([0-9a-f]{40,64})$/.exec(entry)?.[1]).find(Boolean) ?? null;
  if (commit === null) return nothing;
  const known = new Set(tracked.split('\0'));
  const isKnown = (file: string) => known.has(relative(folder, file).split(sep).join('/'));
  const isChanged = entries.some((entry) => !entry.startsWith('#'));
  return { commit, dirty: isChanged || !files.every(isKnown), unknown: null };
};

const whyUnknown = (repository: string, error: unknown): string => {
  const message = messageOf(error);
  if (/dubious ownership/.test(message) || isOfAnother(repository)) {
    return `Git does not read ${repository}, which belongs to another user; if you trust it, run: git config --global --add safe.directory ${repository}`;
  }
  return `Git does not read ${repository}: ${message.trim().split('\n')[0]}`;
};

const isOfAnother = (repository: string): boolean => {
  try {
    const user = process.geteuid?.();
    return user !== undefined && statSync(repository).uid !== user;
  } catch {
    return false;
  }
};
