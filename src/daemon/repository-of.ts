import { type DaemonDefinitions, resolveSecret } from '../load/index.ts';
import type { GitSettings } from '../model/daemon-settings.ts';
import { type CommitInForce, type CommitView, noCommits } from './commit-source.ts';
import type { PassThread } from './engine/link.ts';
import type { Log } from './log.ts';
import { openWatchedRepository, type WatchedRepository } from './watched-repository.ts';

export interface RepositoryWorld {
  readonly thread: Pick<PassThread, 'ask'>;
  readonly log: Log;
  /** Commits that passes under way go by. */
  readonly inUse: () => readonly string[];
  /** Another commit is in force; `waited`: for a window. */
  readonly onChange: (waited: boolean) => void;
  readonly onView: (view: CommitView) => void;
}

/**
 * The repository of `git:`, watched: what it must not forget is in the state, and its windows are looked at again when they
 * change. Throws CONFIG, and GIT_UNAVAILABLE where its folder cannot be used.
 */
export const repositoryOf = async (
  definitions: DaemonDefinitions,
  git: GitSettings,
  { inUse, log, onChange, onView, thread }: RepositoryWorld,
): Promise<WatchedRepository> => {
  const { ref, url: repository } = git;
  const secret = await secretOf(definitions, git);
  const known = await thread.ask({ kind: 'known commits', repository, ref });
  const windows = windowWaits(thread, () => watched.look());
  const watched = await openWatchedRepository(git, secret, {
    onNotice: (message) => log('warn', message),
    kept: known ?? noCommits,
    validate: (folder) => thread.ask({ kind: 'validate', folder }),
    delay: windows.delay,
    keep: (kept) => thread.ask({ kind: 'keep commits', commits: { repository, ref, ...kept } }).then(() => undefined),
    onChange: () => onChange(windows.passed()),
    ...{ inUse, onView },
  });
  return {
    ...watched,
    force: () => {
      windows.force();
      watched.look();
    },
    close: async () => {
      await watched.close();
      windows.close();
    },
  };
};

const secretOf = async ({ file, folder }: DaemonDefinitions, { credentials }: GitSettings): Promise<string | null> =>
  credentials.kind === 'token' ? resolveSecret(credentials.token, `${file}: git: token`, folder) : null;

/** setTimeout takes no more. */
const longestWait = 2_000_000_000;

const windowWaits = (thread: Pick<PassThread, 'ask'>, look: () => void) => {
  let timer: NodeJS.Timeout | undefined;
  let waited = false;
  let isForced = false;
  return {
    /** Why the next commit has to wait; null: it has not. */
    delay: async (inForce: CommitInForce, next: CommitInForce): Promise<string | null> => {
      clearTimeout(timer);
      if (isForced) return null;
      const now = Date.now();
      const wait = await thread.ask({ kind: 'window', inForce: inForce.folder, next: next.folder, now });
      waited ||= wait.because !== null;
      if (wait.until !== null) timer = setTimeout(look, Math.min(longestWait, Math.max(0, wait.until - now)));
      return wait.because;
    },
    /** Of what waits now: a later commit has windows of its own. */
    force: (): void => {
      isForced = waited;
    },
    /** A commit came into force: did it wait? */
    passed: (): boolean => {
      const did = waited;
      [waited, isForced] = [false, false];
      return did;
    },
    close: (): void => clearTimeout(timer),
  };
};
