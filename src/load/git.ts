/** The commit that is checked out where `folder` is; null outside of Git. Never throws. */
export const configCommit = async (folder: string): Promise<string | null> => {
  try {
    const { simpleGit } = await import('simple-git');
    const commit = (await simpleGit({ baseDir: folder }).revparse(['--verify', 'HEAD'])).trim();
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
};
