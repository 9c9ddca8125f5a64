import { HostmasterError } from '../model/errors.ts';
import { count } from '../model/phrases.ts';
import type { Plan } from '../model/plan.ts';
import { appliedCount } from '../model/result.ts';
import type { ApplyPass } from '../pass.ts';
import { applyPass, applyPlanPass, closePass, planPass, readPlan } from '../pass.ts';
import { prepareApplied, prepareFailed, preparePlanned } from '../report/index.ts';
import { exit, ofChanges, ofPlan, ofProblems, ofResults, ofVerify, ofWrites, worst } from './exit.ts';
import type { Io } from './io.ts';
import type { PlanningOptions } from './options.ts';
import { passOptions, storeOpener } from './options.ts';
import { print } from './print.ts';
import { commandContext } from './run-context.ts';

export interface ApplyOptions extends PlanningOptions {
  readonly plan?: string;
  readonly yes?: boolean;
}

/** `serve`: run the embedded targets' name servers where nobody does. Default is true. */
export const runApply = (options: ApplyOptions, io: Io, serve = true): Promise<number> =>
  options.plan === undefined ? applyFresh(options, io, serve) : applyReviewed(options.plan, options, io);

const applyFresh = async (options: ApplyOptions, io: Io, serve: boolean): Promise<number> => {
  const { context, clear } = commandContext(io, options);
  const pass = await planPass({ ...passOptions(options), serve, recover: true }, context, storeOpener(io)).finally(
    clear,
  );
  try {
    const { plan } = pass;
    const changes = ofChanges(plan) === exit.changes;
    showBeforeAsking(plan, options, io);
    if (changes && !(await agreed(options, io))) return exit.error;
    const applied = await applyPass(pass, context).finally(clear);
    if (applied.interrupted) throw interrupted(plan, applied, options, io);
    report(plan, changes || applied.problems.length > 0 ? applied : null, options, io);
    return worst([ofPlan(plan), changes ? exit.done : ofWrites(plan), ofApplied(applied)]);
  } finally {
    await closePass(pass);
  }
};

const applyReviewed = async (file: string, options: ApplyOptions, io: Io): Promise<number> => {
  refuseBeside(options);
  const { context, clear } = commandContext(io, options);
  const plan = await readPlan(file, passOptions(options), context);
  showBeforeAsking(plan, options, io);
  if (ofChanges(plan) !== exit.changes) {
    report(plan, null, options, io);
    return exit.done;
  }
  if (!(await agreed(options, io))) return exit.error;
  const applied = await applyPlanPass(plan, passOptions(options), context, storeOpener(io)).finally(clear);
  if (applied.interrupted) throw interrupted(plan, applied, options, io);
  report(plan, applied, options, io);
  return ofApplied(applied);
};

const ofApplied = ({ problems, results, verify }: ApplyPass): number =>
  worst([ofProblems(problems), ofResults(results), ofVerify(verify)]);

/** A plan was reviewed as a whole: what would change it is not to be taken for something that it does. */
const refuseBeside = (options: ApplyOptions): void => {
  const idle = (['zone', 'target', 'full'] as const).filter((name) => options[name] !== undefined);
  if (idle.length === 0) return;
  const names = idle.map((name) => `--${name}`).join(', ');
  const message = `--plan applies that plan or nothing; leave out ${names}, or plan again with it`;
  throw new HostmasterError('USAGE', message);
};

/**
 * Shows what became of an apply that was stopped; gives the error that says how much it did. What was only not reached is no
 * failure of its zone.
 */
const interrupted = (plan: Plan, applied: ApplyPass, { format }: ApplyOptions, io: Io): HostmasterError => {
  const failed = applied.results.filter(({ status, code }) => status !== 'applied' && code !== 'INTERRUPTED');
  if (format === 'json') print(io, format, prepareApplied(plan, applied));
  else if (failed.length > 0) print(io, format, prepareFailed(plan, { ...applied, results: failed }));
  const { create, replace, delete: deletes } = plan.summary;
  const planned = create + replace + deletes;
  const written = appliedCount(applied.results);
  const proof = written === 0 ? '' : ', and not verified';
  return new HostmasterError(
    'INTERRUPTED',
    `interrupted: ${written} of ${count(planned, 'change')} written${proof}; run it again to go on`,
  );
};

const agreed = async (options: ApplyOptions, io: Io): Promise<boolean> => {
  if (options.yes === true) return true;
  if (!io.interactive) {
    io.err('hostmaster: nothing was applied: there is no terminal to ask on; add --yes to apply without a question\n');
    return false;
  }
  if ((await io.ask('Apply this? [yes/no] ')) === 'yes') return true;
  if (io.signal.aborted) throw new HostmasterError('INTERRUPTED', 'interrupted: nothing was applied');
  io.err('hostmaster: nothing was applied\n');
  return false;
};

/** Text is read as it comes: first the plan, then what became of it. Every other format is one document, at the end. */
const showBeforeAsking = (plan: Plan, { format }: ApplyOptions, io: Io): void => {
  if (format === 'text') print(io, format, preparePlanned(plan));
};

const report = (plan: Plan, applied: ApplyPass | null, { format }: ApplyOptions, io: Io): void => {
  if (applied === null && format === 'text') return;
  const nothing = { results: [], verify: { checked: 0, differences: [] }, problems: [] };
  print(io, format, prepareApplied(plan, applied ?? nothing));
};
