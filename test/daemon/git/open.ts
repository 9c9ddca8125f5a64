import { openRepository, type Repository } from '../../../src/daemon/git/index.ts';
import type { TreeLimits } from '../../../src/daemon/git/tree.ts';
import type { GitSettings } from '../../../src/model/daemon-settings.ts';

/** The daemon's repository, with what it says to a person. */
export const openDaemonRepository = async (
  settings: GitSettings,
  limits?: TreeLimits,
): Promise<{ readonly repository: Repository; readonly notices: readonly string[] }> => {
  const notices: string[] = [];
  const onNotice = (message: string): void => {
    notices.push(message);
  };
  const repository = await openRepository(settings, null, { onNotice, ...(limits === undefined ? {} : { limits }) });
  return { repository, notices };
};
