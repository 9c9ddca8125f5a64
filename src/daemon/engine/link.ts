import { Worker } from 'node:worker_threads';
import type { FromThread, PassEnd, PassJob, ToThread } from './job.ts';
import type { ThreadData } from './thread.ts';

/** The thread of the passes, as the main one sees it. */
export interface PassThread {
  /** One at a time. Never throws: a thread that died has failed the pass. */
  run(job: PassJob): Promise<PassEnd>;
  giveUp(): void;
  stop(): void;
  cut(): void;
  /** Ends it: what is open is closed first. */
  close(): Promise<void>;
}

type Told = Exclude<FromThread, { type: 'ended' } | { type: 'closed' }>;

/** `program`: the file that calls `runThread`. A thread that dies is begun again with the next pass. */
export const passThread = (program: URL, data: ThreadData, onTold: (message: Told) => void): PassThread => {
  let worker: Worker | null = null;
  let onEnd: ((end: PassEnd) => void) | null = null;
  let stopped: ToThread[] = [];
  const end = (how: PassEnd): void => {
    onEnd?.(how);
    onEnd = null;
  };
  const died = (why: string): void => {
    worker = null;
    end({ status: 'failed', code: 'INTERNAL', message: `the thread of the passes ended: ${why}` });
  };
  const begin = (): Worker => {
    const begun = new Worker(program, { workerData: data });
    begun.on('message', (message: FromThread) => {
      if (message.type === 'ended') end(message.end);
      else if (message.type !== 'closed') onTold(message);
    });
    begun.on('error', (error) => died(error.stack ?? error.message));
    begun.on('exit', (code) => died(`exit ${code}`));
    for (const message of stopped) begun.postMessage(message);
    return begun;
  };
  const tell = (message: ToThread): void => {
    worker?.postMessage(message);
  };
  const tellAll = (message: ToThread): void => {
    stopped = [...stopped, message];
    tell(message);
  };
  return {
    run: (job) =>
      new Promise((resolve) => {
        onEnd = resolve;
        worker ??= begin();
        tell({ type: 'run', job });
      }),
    giveUp: () => tell({ type: 'give up' }),
    stop: () => tellAll({ type: 'stop' }),
    cut: () => tellAll({ type: 'cut' }),
    close: async () => {
      if (worker === null) return;
      const exit = new Promise<void>((resolve) => worker?.once('exit', () => resolve()));
      tell({ type: 'close' });
      await exit;
    },
  };
};
