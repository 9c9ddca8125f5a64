import { Worker } from 'node:worker_threads';
import type { HealthVerdict } from '../../model/daemon-store.ts';
import type { WatchedProbe } from '../../model/probe.ts';
import type { CheckerReport } from './checker.ts';
import type { ToChecker } from './thread.ts';

/** The thread of the health checker, as the main one sees it: there is none before there is something to look at. */
export interface CheckerThread {
  watch(watched: readonly WatchedProbe[], kept: readonly HealthVerdict[]): void;
  close(): Promise<void>;
}

export interface CheckerThreadOptions {
  /** The file that calls `runCheckerThread`. */
  readonly program: URL;
  readonly onReport: (report: CheckerReport) => void;
  /** It died, and is begun again with what it was told to look at. */
  readonly onDied: (why: string) => void;
}

/** Milliseconds until one that died is begun again. */
const beginAgainAfter = 5_000;

export const checkerThread = ({ onDied, onReport, program }: CheckerThreadOptions): CheckerThread => {
  let worker: Worker | null = null;
  let isClosing = false;
  let watch: ToChecker | null = null;
  let kept: readonly HealthVerdict[] = [];
  let again: NodeJS.Timeout | undefined;

  const died = (why: string): void => {
    worker = null;
    if (isClosing) return;
    onDied(why);
    again = setTimeout(() => {
      if (watch !== null) tell({ ...watch, kept });
    }, beginAgainAfter);
  };
  const begin = (): Worker => {
    const begun = new Worker(program);
    let fault: string | null = null;
    begun.on('message', (report: CheckerReport) => {
      kept = report.keep;
      onReport(report);
    });
    begun.on('error', (error: unknown) => {
      fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    begun.on('exit', (code) => died(fault ?? `exit code ${code}`));
    return begun;
  };
  const tell = (message: ToChecker): void => {
    worker ??= begin();
    worker.postMessage(message);
  };
  return {
    watch: (watched, known) => {
      watch = { watched, kept: known };
      clearTimeout(again);
      tell(watch);
    },
    close: async () => {
      isClosing = true;
      clearTimeout(again);
      await worker?.terminate();
    },
  };
};
