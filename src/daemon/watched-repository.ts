import { join } from 'node:path';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { GitStatus } from './answers.ts';
import type { CommitInForce, CommitSource, CommitView, KeptCommits } from './commit-source.ts';
import type { FileSource } from './file-source.ts';
import { afterPass, type BackOff } from './loop/back-off.ts';

/** A repository that is asked again and again what its ref leads to. */
export interface WatchedRepository extends FileSource {
  /** What the last look found; null: none has ended yet. */
  readonly view: () => CommitView | null;
}

export interface WatchOptions {
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

/** Begins with what is known from before, and then asks the server. */
export const watchRepository = (options: WatchOptions): WatchedRepository => {
  const { commits, interval, keep, onChange, onView, pause = usualPause, stop } = options;
  let view: CommitView | null = null;
  let inForce: CommitInForce | null = null;
  let kept: string | null = null;
  let backOff: BackOff = new Map();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  let began = Number.NEGATIVE_INFINITY;

  const use = async (found: CommitView): Promise<void> => {
    const text = JSON.stringify(found.kept);
    const failure = text === kept ? null : await failureOf(() => keep(found.kept));
    if (failure === null) kept = text;
    view = { ...found, failure: found.failure ?? failure };
    const next = failure === null ? found.inForce : inForce;
    const isOther = next?.sha !== inForce?.sha;
    inForce = next;
    onView(view);
    if (isOther && next !== null) onChange();
  };
  const nextDelay = (): number => {
    const failure = view?.failure ?? null;
    const now = Date.now();
    backOff = afterPass(backOff, failure === null ? [] : [{ key: 'git', code: failure.code }], now, Math.random);
    const failing = backOff.get('git');
    if (failing === undefined) return interval * (1 + jitter * (2 * Math.random() - 1));
    return failing.nextTry === null ? untilMended : failing.nextTry - now;
  };
  const run = async (): Promise<void> => {
    began = performance.now();
    again = false;
    try {
      if (view === null) await use(await commits.current());
      await use(await commits.look());
    } catch (error) {
      if (stop.signal.aborted) return;
      view = view === null ? null : { ...view, failure: asFailure(error) };
    }
    running = null;
    wait(again ? 0 : nextDelay());
  };
  const wait = (delay: number): void => {
    clearTimeout(timer);
    if (stop.signal.aborted) return;
    const least = began + pause - performance.now();
    timer = setTimeout(() => (running = run()), Math.max(0, delay, least));
  };
  const look = (): void => {
    again = true;
    if (running === null) wait(0);
  };
  const asked =
    (ask: (sha: string) => void) =>
    (sha: string): void => {
      ask(sha);
      look();
    };
  wait(0);
  return {
    files: () => (inForce === null ? null : { config: join(inForce.folder, 'hostmaster.yaml'), commit: inForce.sha }),
    why: () => (inForce === null ? whyNothing(view) : null),
    status: () => statusOf(view, inForce),
    view: () => view,
    look,
    accept: asked(commits.accept),
    rewind: asked(commits.rewind),
    force: look,
    wereRead: () => undefined,
    close: async () => {
      stop.abort();
      clearTimeout(timer);
      await running;
    },
  };
};

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
  problems: (view?.held?.problems ?? view?.problems ?? []).slice(0, mostProblems),
});
