import { setTimeout as pause } from 'node:timers/promises';
import type { OperatorsFile } from '../../model/daemon-settings.ts';
import type { HealthVerdict } from '../../model/daemon-store.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { Store } from '../../model/ports.ts';
import type { ZoneTarget } from '../../model/zone-target.ts';
import {
  type ApplyPass,
  answersWithChanges,
  applyPass,
  askedName,
  closePass,
  explainPass,
  type LastPass,
  lastPassOf,
  planPass,
  type ServingTarget,
  servePass,
} from '../../pass.ts';
import { prepareExplained } from '../../report/index.ts';
import type { PassOptions, PlanPass, StoreOpener } from '../../run.ts';
import { openStore } from '../../state/index.ts';
import type { ProviderLookup, RunContext } from '../../target.ts';
import { addressLookup, askByDns } from '../../verify/index.ts';
import type { PassAbout } from '../audit/entry.ts';
import { fastPass } from './fast-pass.ts';
import { answerOfHooks, isOfHooks } from './hook-questions.ts';
import { healthKeeper } from './keep-health.ts';
import type { PassEnd, Told } from './messages.ts';
import type { PassInput } from './pass-input.ts';
import { answerTo, type ExplainQuestion, type ThreadQuestion } from './questions.ts';
import { openRecords } from './records.ts';
import { answerOfRepository } from './repository-questions.ts';
import { isOfState } from './state-questions.ts';
import { answerOfSuspensions, isOfSuspensions } from './suspension-questions.ts';

// The passes, one at a time, over one state that stays open.

export interface Engine {
  /** One at a time. */
  run(input: PassInput, about: PassAbout): Promise<PassEnd>;
  ask(question: ThreadQuestion): Promise<unknown>;
  /** Comes before what is run or asked after it. */
  keepHealth(verdicts: readonly HealthVerdict[]): Promise<void>;
  /** The pass that runs is in the way: it ends unless it writes. */
  /** What is run or asked after it goes by that file. */
  takeOperatorsFile(file: OperatorsFile | null): void;
  giveUp(): void;
  stop(): void;
  cut(): void;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** The operator's own file; null: hostmaster.yaml is that. */
  readonly targetsFrom: OperatorsFile | null;
  /** Absolute path of the state file. */
  readonly stateFile: string;
  /** Absolute path of the audit file. */
  readonly audit: string;
  readonly tell: (message: Told) => void;
}

export const openEngine = (options: EngineOptions, lookup: ProviderLookup): Engine => {
  const { audit, stateFile, tell } = options;
  let { targetsFrom } = options;
  const [stopping, cutting] = [new AbortController(), new AbortController()];
  const say = (message: string): void => tell({ type: 'notice', message });
  const state = sharedStore(say);
  const records = openRecords(audit, say);
  let givingUp = new AbortController();
  /** The targets' own name servers run for as long as the engine does. */
  let serving: readonly ServingTarget[] | null = null;
  /** What the last pass over everything has open. */
  let last: PlanPass | null = null;
  /** What it left in memory; null: the next pass has to be one over everything. */
  let lastPass: LastPass | null = null;
  /** What that pass went by. */
  let lastCommit: string | null = null;
  const health = healthKeeper(tell, Date.now);
  let keeping = Promise.resolve();
  const contextWith = (signal: AbortSignal): RunContext => runContext(lookup, tell, signal, cutting.signal);

  const openToRun: StoreOpener = async (file) => {
    const store = await state.open(file);
    await health.sayThatItRuns(store);
    return store;
  };
  const onWrites = (): void => tell({ type: 'writes' });
  const run = async (input: PassInput, about: PassAbout): Promise<PassEnd> => {
    givingUp = new AbortController();
    await keeping;
    serving ??= await servePass(optionsOf(input, targetsFrom), lookup);
    const before = lastPass;
    const fast = input.hooked.length === 0 ? null : await runFast(input, about);
    const end = fast ?? (await runFull(input, about, before));
    if (end.status === 'ended') {
      records.ended(about.id, { plan: end.plan, results: end.results, verify: end.verify });
    }
    return end;
  };
  /** null: it has to be a pass over everything. */
  const runFast = async (input: PassInput, about: PassAbout): Promise<PassEnd | null> => {
    const [before, open] = [lastPass, last];
    lastPass = null;
    // With another commit in force, what is known of the names is no longer what is wanted.
    if (before === null || open === null || input.commit !== lastCommit) return null;
    // What is known of the servers is another thing than when that pass was planned: there is no digest of it.
    const commit = input.commit ?? open.plan.config_commit;
    const onWrite = records.onWrite({ about, commit, planned: () => null });
    const options = { open, context: { ...contextWith(stopping.signal), onWrite }, onWrites };
    const fast = await fastPass(before, input.hooked, input, options);
    if (fast.status === 'needs_full_pass') {
      tell({ type: 'debug', message: `a pass over everything is needed: ${fast.reason}` });
      return null;
    }
    lastPass = fast.last;
    return fast.interrupted ? { status: 'stopped' } : fast.end;
  };
  /** `before`: where hooks named servers, no inventory is asked, as their words are newer than what it would say. */
  const runFull = async (input: PassInput, about: PassAbout, before: LastPass | null): Promise<PassEnd> => {
    const started = Date.now();
    let known: PlanPass | null = null;
    const onWrite = records.onWrite({ about, commit: input.commit, planned: () => known });
    const reading = { ...contextWith(AbortSignal.any([stopping.signal, givingUp.signal])), onWrite };
    const hooked =
      before === null || input.hooked.length === 0
        ? {}
        : { answers: answersWithChanges(before, input.hooked, started) };
    const planned = await planPass({ ...optionsOf(input, targetsFrom), ...hooked }, reading, openToRun);
    known = planned;
    const isAll = input.zones === null;
    const done = isAll ? last : planned;
    lastPass = null;
    if (isAll) last = planned;
    try {
      if (isAll) await health.tellWatched(planned);
      onWrites();
      const { interrupted, ...applied } = await applyPass(planned, { ...contextWith(stopping.signal), onWrite });
      if (interrupted) return { status: 'stopped' };
      if (isAll) [lastPass, lastCommit] = [lastPassOf(planned, applied.results), input.commit];
      return endOf(planned, applied, started, isAll);
    } finally {
      if (done !== null) await closePass(done);
    }
  };
  const explain = async ({ input, name, type }: ExplainQuestion): Promise<unknown> => {
    const context = contextWith(stopping.signal);
    const explained = await explainPass(askedName(name, type), optionsOf(input, targetsFrom), context, state.open);
    return prepareExplained(explained).document;
  };
  return {
    run: (input, about) => run(input, about).catch((error: unknown) => failed(error, stopping.signal, givingUp.signal)),
    ask: async (question) => {
      if (question.kind === 'explain') return explain(question);
      if (question.kind === 'rrsets' || question.kind === 'servers') return answerTo(question, last);
      const store = await state.open(stateFile);
      if (isOfHooks(question)) return answerOfHooks(question, store);
      if (isOfState(question)) return records.answer(question, store);
      if (isOfSuspensions(question)) return answerOfSuspensions(question, store);
      return answerOfRepository(question, { store, targetsFrom, context: contextWith(stopping.signal) });
    },
    keepHealth: (verdicts) => {
      const store = state.current();
      if (store !== null) keeping = keeping.then(() => health.keep(store, verdicts));
      return keeping;
    },
    takeOperatorsFile: (file) => {
      targetsFrom = file;
    },
    giveUp: () => givingUp.abort(),
    stop: () => stopping.abort(),
    cut: () => cutting.abort(),
    close: async () => {
      if (last !== null) await closePass(last);
      await Promise.allSettled((serving ?? []).map(({ server }) => server.stop()));
      await records.close();
      await state.close();
    },
  };
};

const optionsOf = (
  { allow, commit, config, full, resumed, suspended, zones }: PassInput,
  targetsFrom: OperatorsFile | null,
) =>
  ({
    ...{ config, allow, full, resumed, suspended },
    heedsDrift: true,
    serve: false,
    recover: true,
    keepComposed: zones === null,
    ...(zones === null ? {} : { zones }),
    ...(commit === null ? {} : { commit }),
    ...(targetsFrom === null ? {} : { targetsFrom }),
  }) satisfies PassOptions & { readonly recover: boolean };

const endOf = (
  planned: PlanPass,
  { problems, results, verify }: Omit<ApplyPass, 'interrupted'>,
  started: number,
  isAll: boolean,
): PassEnd => {
  const { desired, plan } = planned;
  const intervals = desired.definitions.roles.inventories.map(({ interval }) => interval);
  return {
    ...{ status: 'ended', scope: isAll ? 'all' : 'zones', started, ended: Date.now() },
    zoneTargets: zoneTargetsOf(planned),
    ...{ plan, results, verify },
    problems: [...plan.problems, ...problems],
    takenAt: Object.fromEntries(Object.entries(desired.next).map(([name, { takenAt }]) => [name, takenAt])),
    filesRead: desired.definitions.filesRead,
    inventoryInterval: intervals.length === 0 ? null : Math.min(...intervals),
  };
};

const zoneTargetsOf = ({ desired }: PlanPass): readonly ZoneTarget[] =>
  desired.definitions.zones.flatMap(({ id, settings }) =>
    settings.targets.map((target) => ({ zone: id.name, view: id.view, target })),
  );

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
  tell: (message: Told) => void,
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
  /** null: it is not open. */
  readonly current: () => Store | null;
  readonly close: () => Promise<void>;
}

const sharedStore = (say: (message: string) => void): SharedStore => {
  let opened: { readonly file: string; readonly store: Store } | null = null;
  let opening: Promise<Store> | null = null;
  const openOnce = async (file: string): Promise<Store> => {
    opening ??= openStore(file, say).finally(() => (opening = null));
    const store = await opening;
    opened ??= { file, store };
    return opened.store;
  };
  return {
    open: async (file) => {
      if (opened !== null && opened.file !== file) {
        const message = `the state is ${opened.file} for as long as the daemon runs, and is ${file} now: start it again to use that one`;
        throw new HostmasterError('CONFIG', message);
      }
      const store = opened?.store ?? (await openOnce(file));
      // The daemon keeps its passes itself, with more of each than this has.
      return { ...store, recordPass: async () => undefined, close: async () => undefined };
    },
    current: () => opened?.store ?? null,
    close: async () => opened?.store.close(),
  };
};
