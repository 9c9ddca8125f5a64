import type { Definitions } from '../model/definitions.ts';
import type { Store } from '../model/ports.ts';
import { type Problem, sortProblems } from '../model/problem.ts';
import type { PassOptions, StoreOpener } from '../run.ts';
import type { OpenTargets, ProviderLookup, RunContext } from '../target.ts';
import { type GivenAllow, parseAllows, refuseUnknownAllows, refuseUnknownShrinks } from './allows.ts';
import { readDefinitions } from './definitions.ts';
import { type IdentifiedState, identifyState } from './identities.ts';
import { refuseOfPullRequest } from './pull-request.ts';
import { type Selection, selectionOf } from './selection.ts';
import { refuseStopped } from './stopped.ts';
import { closeTargets, openTargets } from './targets.ts';

/** What a pass has open at the outside; whoever opened it closes it. */
export interface Resources {
  readonly targets: OpenTargets;
  readonly store: Store;
}

/** The repository as it was read, what of it is asked for, and the state and targets opened for it. */
export interface OpenPass extends Resources {
  readonly options: PassOptions;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly definitions: Definitions;
  readonly allows: readonly GivenAllow[];
  readonly selection: Selection;
}

/** Reads the repository, refuses options that name what it does not have, and opens the state and the targets. */
export const openPass = async (
  options: PassOptions,
  context: RunContext,
  openStore: StoreOpener,
): Promise<OpenPass> => {
  const started = context.clock.now();
  const allows = parseAllows(options.allow);
  const definitions = await readDefinitions(options, context);
  refuseUnknownAllows(allows, definitions);
  refuseUnknownShrinks(options.allow, definitions);
  const selection = selectionOf(definitions, options);
  refuseOfPullRequest(definitions, { ...selection.toOpen, inventories: true, state: true });
  const { problems, ...resources } = await openResources(
    definitions,
    { ...options, ...selection.toOpen },
    context,
    openStore,
  );
  return { ...resources, options, started, definitions: withProblems(definitions, problems), allows, selection };
};

/** Opens the state, then the targets. What is open is closed where the rest cannot be. */
export const openResources = async (
  definitions: Definitions,
  which: Pick<PassOptions, 'targets' | 'serve'>,
  context: RunContext,
  openStore: StoreOpener,
): Promise<Resources & Pick<IdentifiedState, 'problems'>> => {
  const store = await openStore(definitions.state);
  return orClose({ targets: noTargets, store }, async () => {
    const { problems, storeFor } = await identifyState(store, definitions, context);
    const targets = await openTargets(definitions, which, context);
    return { targets, store: storeFor(targets), problems };
  });
};

export const withProblems = (definitions: Definitions, more: readonly Problem[]): Definitions =>
  more.length === 0 ? definitions : { ...definitions, problems: sortProblems([...definitions.problems, ...more]) };

const noTargets: OpenTargets = { open: new Map(), statuses: [], problems: [] };

/** Never throws: what was done is told, whatever does not close. */
export const closeResources = async ({ targets, store }: Resources): Promise<void> => {
  await Promise.all([closeTargets(targets), store.close().catch(() => undefined)]);
};

/** Does a job with what is open, which stays open for the caller; closes it where the job throws. */
export const orClose = async <T>(resources: Resources, job: () => Promise<T>): Promise<T> => {
  try {
    return await job();
  } catch (error) {
    await closeResources(resources);
    throw error;
  }
};

/** Does a job with the state open, and closes it whatever comes of it. */
export const withStore = async <T>(
  definitions: Definitions,
  openStore: StoreOpener,
  context: ProviderLookup,
  job: (state: IdentifiedState) => Promise<T>,
): Promise<T> => {
  refuseOfPullRequest(definitions, { targets: [], inventories: false, state: true });
  const store = await openStore(definitions.state);
  try {
    return await job(await identifyState(store, definitions, context));
  } finally {
    await closeResources({ targets: noTargets, store });
  }
};

/** The same with targets. */
export const withTargets = async <T>(
  definitions: Definitions,
  which: Pick<PassOptions, 'targets' | 'serve'>,
  context: ProviderLookup & Pick<RunContext, 'signal' | 'onDebug'>,
  job: (targets: OpenTargets) => Promise<T>,
): Promise<T> => {
  const targets = await openTargets(definitions, which, context);
  try {
    // One that is not open, as somebody wants to stop, is no target that failed.
    refuseStopped(context);
    return await job(targets);
  } finally {
    await closeTargets(targets);
  }
};
