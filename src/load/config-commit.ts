import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A folder of a checkout may look like a bare repository, with a configuration that names programs (core.fsmonitor): Git would
 * run them for whoever wrote the checkout.
 */
const ownRepositories = 'safe.bareRepository=explicit';

/** The commit that is checked out where `folder` is; null outside of Git. Never throws. */
export const configCommit = async (folder: string): Promise<string | null> => {
  try {
    if (!mayBeInGit(realpathSync.native(folder))) return null;
    const { simpleGit } = await import('simple-git');
    const commit = (
      await simpleGit({ baseDir: folder, config: [ownRepositories] }).revparse(['--verify', 'HEAD'])
    ).trim();
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
};

/** Spares starting Git outside of a repository; a bare repository has its HEAD in the folder itself. */
const mayBeInGit = (folder: string): boolean =>
  process.env.GIT_DIR !== undefined ||
  existsSync(join(folder, '.git')) ||
  existsSync(join(folder, 'HEAD')) ||
  (dirname(folder) !== folder && mayBeInGit(dirname(folder)));
