import { setTimeout as pause } from 'node:timers/promises';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Store } from '../../model/ports.ts';
import { applyPass, closePass, planPass } from '../../pass.ts';
import type { PassOptions, PlanPass } from '../../run.ts';
import { openStore } from '../../state/index.ts';
import type { ProviderLookup, RunContext } from '../../target.ts';
import { addressLookup, askByDns } from '../../verify/index.ts';
import type { FromThread, PassEnd, PassJob } from './job.ts';

// The passes, one at a time, over one state that stays open.

export interface Engine {
  /** One at a time. */
  run(job: PassJob): Promise<PassEnd>;
  /** The pass that runs is in the way: it ends unless it writes. */
  giveUp(): void;
  stop(): void;
  cut(): void;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** The operator's own file; null: hostmaster.yaml is that. */
  readonly targetsFrom: string | null;
  readonly tell: (message: FromThread) => void;
}

export const openEngine = ({ targetsFrom, tell }: EngineOptions, lookup: ProviderLookup): Engine => {
  const [stopping, cutting] = [new AbortController(), new AbortController()];
  const state = sharedStore((message) => tell({ type: 'notice', message }));
  let givingUp = new AbortController();
  /** What the last pass has open. */
  let last: PlanPass | null = null;
  const contextWith = (signal: AbortSignal): RunContext => runContext(lookup, tell, signal, cutting.signal);

  const run = async (job: PassJob): Promise<PassEnd> => {
    const started = Date.now();
    givingUp = new AbortController();
    const reading = contextWith(AbortSignal.any([stopping.signal, givingUp.signal]));
    const planned = await planPass(optionsOf(job, targetsFrom), reading, state.open);
    const before = last;
    last = planned;
    if (before !== null) await closePass(before);
    tell({ type: 'writes' });
    const { interrupted, ...applied } = await applyPass(planned, contextWith(stopping.signal));
    if (interrupted) return { status: 'stopped' };
    const problems = [...planned.plan.problems, ...applied.problems];
    return { status: 'ended', started, ended: Date.now(), plan: planned.plan, ...applied, problems };
  };
  return {
    run: (job) => run(job).catch((error: unknown) => failed(error, stopping.signal, givingUp.signal)),
    giveUp: () => givingUp.abort(),
    stop: () => stopping.abort(),
    cut: () => cutting.abort(),
    close: async () => {
      if (last !== null) await closePass(last);
      await state.close();
    },
  };
};

const optionsOf = ({ allow, commit, config, full, zones }: PassJob, targetsFrom: string | null) =>
  ({
    config,
    allow,
    full,
    serve: false,
    recover: true,
    keepComposed: zones === null,
    ...(zones === null ? {} : { zones }),
    ...(commit === null ? {} : { commit }),
    ...(targetsFrom === null ? {} : { targetsFrom }),
  }) satisfies PassOptions & { readonly recover: boolean };

const failed = (error: unknown, stopping: AbortSignal, givingUp: AbortSignal): PassEnd => {
  if (stopping.aborted) return { status: 'stopped' };
  if (error instanceof HostmasterError) {
    if (givingUp.aborted && error.code === 'INTERRUPTED') return { status: 'given up' };
    return { status: 'failed', code: error.code, message: error.message };
  }
  return { status: 'failed', code: 'INTERNAL', message: (error instanceof Error && error.stack) || messageOf(error) };
};

const runContext = (
  lookup: ProviderLookup,
  tell: (message: FromThread) => void,
  signal: AbortSignal,
  cut: AbortSignal,
): RunContext => {
  const ask = askByDns();
  return {
    ...lookup,
    ask: (nameserver, question, until = signal) => ask(nameserver, question, until),
    lookup: addressLookup(),
    clock: { now: () => Date.now() },
    sleep: (milliseconds) => pause(milliseconds, undefined, { signal }).catch(() => undefined),
    onStep: (step) => tell({ type: 'step', step }),
    onNotice: (message) => tell({ type: 'notice', message }),
    onDebug: (message) => tell({ type: 'debug', message }),
    onStopWithin: (milliseconds) => tell({ type: 'stop within', milliseconds }),
    signal,
    cut,
  };
};

interface SharedStore {
  /** The same for every pass, which does not close it. */
  readonly open: (file: string) => Promise<Store>;
  readonly close: () => Promise<void>;
}

const sharedStore = (say: (message: string) => void): SharedStore => {
  let opened: { readonly file: string; readonly store: Store } | null = null;
  return {
    open: async (file) => {
      if (opened !== null && opened.file !== file) {
        const message = `the state is ${opened.file} for as long as the daemon runs, and is ${file} now: start it again to use that one`;
        throw new HostmasterError('CONFIG', message);
      }
      opened ??= { file, store: await openStore(file, say) };
      return { ...opened.store, close: async () => undefined };
    },
    close: async () => opened?.store.close(),
  };
};
