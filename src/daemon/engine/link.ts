import { Worker } from 'node:worker_threads';
import type { OperatorsFile } from '../../model/daemon-settings.ts';
import type { HealthVerdict } from '../../model/daemon-store.ts';
import { type ErrorCode, errorCodes, HostmasterError } from '../../model/errors.ts';
import type { PassAbout } from '../audit/entry.ts';
import type { FromThread, PassEnd, Told, ToThread } from './messages.ts';
import type { PassInput } from './pass-input.ts';
import type { AnswerTo, ThreadQuestion } from './questions.ts';
import type { ThreadData } from './thread.ts';

/** The thread of the passes, as the main one sees it. */
export interface PassThread {
  /** One at a time. Never throws: where the thread died, the pass has failed. */
  run(input: PassInput, about: PassAbout): Promise<PassEnd>;
  ask<Asked extends ThreadQuestion>(question: Asked): Promise<AnswerTo<Asked>>;
  /** For the state; where no thread runs, it is lost, as nothing reads it then. */
  keepHealth(verdicts: readonly HealthVerdict[]): void;
  /** The operator's own file was read again. */
  takeOperatorsFile(file: OperatorsFile | null): void;
  giveUp(): void;
  stop(): void;
  cut(): void;
  /** Ends it: what is open is closed first. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** `program`: the file that calls `runThread`. A thread that dies is begun again with the next pass. */
export const passThread = (program: URL, data: ThreadData, onTold: (message: Told) => void): PassThread => {
  let worker: Worker | null = null;
  let { targetsFrom } = data;
  let isClosed = false;
  let onEnd: ((end: PassEnd) => void) | null = null;
  let nextId = 1;
  const waiting = new Map<number, Waiting>();
  /** Told to a thread that is begun later, too. */
  const signals: ToThread[] = [];

  const ended = (end: PassEnd): void => {
    onEnd?.(end);
    onEnd = null;
  };
  const died = (why: string): void => {
    worker = null;
    const message = `the thread of the passes ended: ${why}`;
    ended({ status: 'failed', code: 'INTERNAL', message });
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
  };
  const hear = (message: FromThread): void => {
    if (message.type === 'ended') ended(message.end);
    else if (message.type === 'answer') take(message.id)?.resolve(message.answer);
    else if (message.type === 'refused') take(message.id)?.reject(errorOf(message.code, message.message));
    else onTold(message);
  };
  const take = (id: number): Waiting | undefined => {
    const asked = waiting.get(id);
    waiting.delete(id);
    return asked;
  };
  const begin = (): Worker => {
    const begun = new Worker(program, { workerData: { ...data, targetsFrom } satisfies ThreadData });
    begun.on('message', hear);
    let fault: string | null = null;
    begun.on('error', (error: unknown) => {
      fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    begun.on('exit', (code) => died(fault ?? `exit code ${code}`));
    for (const signal of signals) begun.postMessage(signal);
    return begun;
  };
  const tell = (message: ToThread): void => {
    worker ??= begin();
    worker.postMessage(message);
  };
  const signal = (message: ToThread): void => {
    signals.push(message);
    worker?.postMessage(message);
  };
  return {
    run: (input, about) =>
      new Promise((resolve) => {
        onEnd = resolve;
        tell({ type: 'run', input, about });
      }),
    ask: <Asked extends ThreadQuestion>(question: Asked) =>
      new Promise<AnswerTo<Asked>>((resolve, reject) => {
        if (isClosed) return reject(new HostmasterError('INTERRUPTED', 'the daemon was told to stop'));
        const id = nextId++;
        waiting.set(id, { resolve: (answer) => resolve(answer as AnswerTo<Asked>), reject });
        tell({ type: 'ask', id, question });
      }),
    keepHealth: (verdicts) => worker?.postMessage({ type: 'keep health', verdicts } satisfies ToThread),
    takeOperatorsFile: (file) => {
      targetsFrom = file;
      worker?.postMessage({ type: 'operators file', file } satisfies ToThread);
    },
    giveUp: () => worker?.postMessage({ type: 'give up' } satisfies ToThread),
    stop: () => signal({ type: 'stop' }),
    cut: () => signal({ type: 'cut' }),
    close: async () => {
      isClosed = true;
      const running = worker;
      if (running === null) return;
      const exit = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      tell({ type: 'close' });
      await exit;
    },
  };
};

const errorOf = (code: string, message: string): Error =>
  isErrorCode(code) ? new HostmasterError(code, message) : new Error(message);

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);
