import { join } from 'node:path';
import type { GitSettings } from '../model/daemon-settings.ts';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { GitStatus } from './answers.ts';
import {
  type CommitInForce,
  type CommitSource,
  type CommitSourceOptions,
  type CommitView,
  commitSource,
  type KeptCommits,
  noCommits,
} from './commit-source.ts';
import type { FileSource, FilesInForce } from './file-source.ts';
import { openRepository, type RepositoryContext } from './git/index.ts';
import { afterPass, type BackOff } from './loop/back-off.ts';

/** A repository that is asked again and again what its ref leads to. */
export interface WatchedRepository extends FileSource {
  /** What the last look found; null: none has ended yet. */
  readonly view: () => CommitView | null;
}

interface WatchOptions {
  readonly commits: CommitSource;
  /** Between two looks that nobody asked for; milliseconds. */
  readonly interval: number;
  /** Keeps what must be there after a restart; until it is kept, no pass goes by a new commit. */
  readonly keep: (kept: KeptCommits) => Promise<void>;
  /** Another commit is in force. */
  readonly onChange: () => void;
  /** After each look. */
  readonly onView: (view: CommitView) => void;
  /** Ends a look that runs; told by `close`. */
  readonly stop: AbortController;
  /** At least so many milliseconds are between the beginnings of two looks. Default is 5,000. */
  readonly pause?: number;
}

const usualPause = 5_000;

/** Each time a little earlier or later, so that many daemons do not ask one server at once. */
const jitter = 0.1;

/** What a person has to see to at the server heals without a word to us: then it is asked this often. */
const untilMended = 300_000;

export type OpenWatchOptions = Omit<WatchOptions, 'commits' | 'interval' | 'stop'> &
  Omit<CommitSourceOptions, 'repository'> &
  Pick<RepositoryContext, 'onNotice'>;

/** Opens the repository of `git:` and watches it. Throws CONFIG, and GIT_UNAVAILABLE where its folder cannot be used. */
export const openWatchedRepository = async (
  settings: GitSettings,
  secret: string | null,
  options: OpenWatchOptions,
): Promise<WatchedRepository> => {
  const stop = new AbortController();
  const repository = await openRepository(settings, secret, { signal: stop.signal, onNotice: options.onNotice });
  const commits = commitSource({ ...options, repository });
  return watchRepository({ ...options, commits, interval: settings.interval, stop });
};

/** Begins with what is known from before, and then asks the server. */
const watchRepository = (options: WatchOptions): WatchedRepository => {
  const { commits, stop } = options;
  const known = keeper(options);
  let fetched: number | null = null;
  const looks = repeated(options, async () => {
    try {
      if (known.view() === null) await known.use(await commits.current());
      const found = await commits.look();
      if (found.failure === null) fetched = Date.now();
      await known.use(found);
    } catch (error) {
      if (!stop.signal.aborted) known.failed(asFailure(error));
    }
    return known.view()?.failure ?? null;
  });
  const asked =
    (ask: (sha: string) => void) =>
    (sha: string): void => {
      ask(sha);
      looks.soon();
    };
  return {
    files: () => filesOf(known.inForce()),
    why: () => (known.inForce() === null ? whyNothing(known.view()) : null),
    status: () => statusOf(known.view(), known.inForce()),
    fetched: () => fetched,
    view: known.view,
    look: looks.soon,
    accept: asked(commits.accept),
    rewind: asked(commits.rewind),
    force: looks.soon,
    wereRead: () => undefined,
    close: looks.close,
  };
};

/** Takes what looks find, once it is kept. */
const keeper = ({ keep, onChange, onView }: WatchOptions) => {
  let view: CommitView | null = null;
  let inForce: CommitInForce | null = null;
  let kept: string | null = null;
  return {
    view: (): CommitView | null => view,
    inForce: (): CommitInForce | null => inForce,
    failed: (failure: HostmasterError): void => {
      view = { ...(view ?? nothingSeen), failure };
    },
    use: async (found: CommitView): Promise<void> => {
      const text = JSON.stringify(found.kept);
      const failure = text === kept ? null : await failureOf(() => keep(found.kept));
      if (failure === null) kept = text;
      view = { ...found, failure: found.failure ?? failure };
      const next = failure === null ? found.inForce : inForce;
      const isOther = next !== null && next.sha !== inForce?.sha;
      inForce = next;
      onView(view);
      if (isOther) onChange();
    },
  };
};

const nothingSeen: Omit<CommitView, 'failure'> = {
  inForce: null,
  seen: null,
  held: null,
  problems: [],
  kept: noCommits,
};

/** Looks at each interval and when somebody says so, one after the other. `look` gives why it failed; null: it did not. */
const repeated = (
  { interval, pause = usualPause, stop }: WatchOptions,
  look: () => Promise<HostmasterError | null>,
): { readonly soon: () => void; readonly close: () => Promise<void> } => {
  let backOff: BackOff = new Map();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  let began = Number.NEGATIVE_INFINITY;
  const nextDelay = (failure: HostmasterError | null): number => {
    const now = Date.now();
    backOff = afterPass(backOff, failure === null ? [] : [{ key: 'git', code: failure.code }], now, Math.random);
    const failing = backOff.get('git');
    if (failing === undefined) return interval * (1 + jitter * (2 * Math.random() - 1));
    return failing.nextTry === null ? untilMended : failing.nextTry - now;
  };
  const run = async (): Promise<void> => {
    began = performance.now();
    again = false;
    const delay = nextDelay(await look());
    running = null;
    wait(again ? 0 : delay);
  };
  const wait = (delay: number): void => {
    clearTimeout(timer);
    if (stop.signal.aborted) return;
    const least = began + pause - performance.now();
    timer = setTimeout(() => (running = run()), Math.max(0, delay, least));
  };
  wait(0);
  return {
    soon: () => {
      again = true;
      if (running === null) wait(0);
    },
    close: async () => {
      stop.abort();
      clearTimeout(timer);
      await running;
    },
  };
};

const filesOf = (inForce: CommitInForce | null): FilesInForce | null =>
  inForce === null ? null : { config: join(inForce.folder, 'hostmaster.yaml'), commit: inForce.sha };

const failureOf = async (job: () => Promise<void>): Promise<HostmasterError | null> => {
  try {
    await job();
    return null;
  } catch (error) {
    return asFailure(error);
  }
};

const asFailure = (error: unknown): HostmasterError =>
  error instanceof HostmasterError ? error : new HostmasterError('GIT_UNAVAILABLE', messageOf(error), { cause: error });

const whyNothing = (view: CommitView | null): string =>
  view?.held?.because ?? view?.failure?.message ?? 'the repository has not been fetched yet';

const mostProblems = 100;

const statusOf = (view: CommitView | null, inForce: CommitInForce | null): GitStatus => ({
  in_force: inForce?.sha ?? null,
  seen: view?.seen ?? null,
  held_because: view?.held?.because ?? null,
  error: view?.failure ? { code: view.failure.code, message: view.failure.message } : null,
  problems: (view?.held?.problems ?? view?.problems ?? []).slice(0, mostProblems),
});
