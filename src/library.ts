// The library: what the commands validate, plan, apply and verify do, for a program. Each gives the plain data that the command
// prints with --format json (docs/commands.md), and throws HostmasterError where the command would end with a line
// on stderr. Nothing is printed, nobody is asked, and the process goes on.
import { setTimeout as pause } from 'node:timers/promises';
import { providerLookup } from './cli/providers.ts';
import type { Plan } from './model/plan.ts';
import type { Problem } from './model/problem.ts';
import type { VerifyReport, ZoneResult } from './model/result.ts';
import * as pass from './pass.ts';
import type { PassOptions } from './run.ts';
import { openStore, readStore } from './state/index.ts';
import type { RunContext } from './target.ts';
import { addressLookup, askByDns } from './verify/index.ts';

export { type ErrorCode, type ErrorKind, errorCodes, HostmasterError, kindOf } from './model/errors.ts';
export type * from './model/plan.ts';
export type { Problem } from './model/problem.ts';
export type { ChangeResult, Difference, VerifyReport, ZoneResult } from './model/result.ts';

export interface Options {
  /** The path of hostmaster.yaml. */
  readonly config: string;
  /** Another file that targets, inventories and state are taken from. Default is none. */
  readonly targetsFrom?: string;
  /** Zone names. Default is all. */
  readonly zones?: readonly string[];
  /** Target names. Default is all. */
  readonly targets?: readonly string[];
  /** Refused changes that this run lets through, as --allow has them. Default is none. */
  readonly allow?: readonly string[];
  /** Read every zone, whatever the state says. Default is false. */
  readonly full?: boolean;
  /** Stops it: reads are given up, and what was sent is waited for. What was not reached has the code INTERRUPTED. */
  readonly signal?: AbortSignal;
  /** What a person should know, a line each. */
  readonly onNotice?: (message: string) => void;
}

/** The plan, with what became of it. */
export interface ApplyResult extends Plan {
  readonly results: readonly ZoneResult[];
  readonly verify: VerifyReport;
}

/** Checks everything that needs no network. */
export const validate = async (options: Options): Promise<{ readonly problems: readonly Problem[] }> => {
  const { problems } = await pass.validate(passOptions(options), providerLookup());
  return { problems };
};

/** What would change, and why. Writes nothing, not even the state. */
export const plan = async (options: Options): Promise<Plan> => {
  const planned = await pass.planPass(passOptions(options), contextOf(options), openedBy(readStore, options));
  await pass.closePass(planned);
  return planned.plan;
};

/** Plans, applies, and asks the name servers for what was written. */
export const apply = async (options: Options): Promise<ApplyResult> => {
  const context = contextOf(options);
  const settings = { ...passOptions(options), serve: true, recover: true };
  const planned = await pass.planPass(settings, context, openedBy(openStore, options));
  try {
    const { problems, results, verify: proof } = await pass.applyPass(planned, context);
    return { ...planned.plan, problems: [...planned.plan.problems, ...problems], results, verify: proof };
  } finally {
    await pass.closePass(planned);
  }
};

/**
 * Applies a plan that was reviewed, or nothing: what would choose a part of it, or change it, is no option here. What was
 * allowed as it was planned is allowed here once more.
 */
export const applyPlan = async (
  reviewed: Plan,
  options: Omit<Options, 'zones' | 'targets' | 'full'>,
): Promise<ApplyResult> => {
  const plan = pass.checkPlan(reviewed);
  const open = openedBy(openStore, options);
  const applied = await pass.applyPlanPass(plan, passOptions(options), contextOf(options), open);
  const { results, verify: proof, problems } = applied;
  return { ...plan, problems: [...plan.problems, ...problems], results, verify: proof };
};

/** Asks every authoritative name server for every desired RRset. */
export const verify = async (options: Options): Promise<VerifyReport & { readonly problems: readonly Problem[] }> => {
  const [open, openToSave] = [openedBy(readStore, options), openedBy(openStore, options)];
  const { definitions, ...report } = await pass.verifyPass(passOptions(options), contextOf(options), open, openToSave);
  return { ...report, problems: definitions.problems };
};

const passOptions = ({ signal: _, onNotice: __, ...options }: Options): PassOptions => ({
  ...options,
  allow: options.allow ?? [],
  full: options.full === true,
  serve: false,
});

const contextOf = ({ signal, onNotice }: Options): RunContext => ({
  ...providerLookup(),
  ask: (nameserver, question, until = signal) => askByDns()(nameserver, question, until),
  lookup: addressLookup(),
  clock: { now: () => Date.now() },
  sleep: (milliseconds) =>
    pause(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  ...(signal === undefined ? {} : { signal }),
  ...(onNotice === undefined ? {} : { onNotice }),
});

const openedBy =
  (open: typeof readStore, { onNotice }: Options): pass.StoreOpener =>
  (state) =>
    open(state, onNotice);
