import { writeFile } from 'node:fs/promises';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { closePass, planPass } from '../pass.ts';
import { planMarkdown } from '../report/markdown.ts';
import { planText } from '../report/text.ts';
import { exit, ofChanges, ofPlan, worst } from './exit.ts';
import type { Io } from './io.ts';
import type { PlanningOptions } from './options.ts';
import { json, passOptions, readOnlyStoreOpener } from './options.ts';
import { commandContext } from './run-context.ts';

export interface PlanOptions extends PlanningOptions {
  readonly out?: string;
  readonly exitCode?: boolean;
}

export const runPlan = async (options: PlanOptions, io: Io): Promise<number> => {
  const { context, clear } = commandContext(io, options);
  const pass = await planPass(passOptions(options), context, readOnlyStoreOpener(io)).finally(clear);
  await closePass(pass);
  if (options.out !== undefined) await keep(pass.plan, options.out);
  io.out(printPlan(pass.plan, options.format, io));
  return worst([ofPlan(pass.plan), options.exitCode === true ? ofChanges(pass.plan) : exit.done]);
};

export const printPlan = (plan: Plan, format: PlanOptions['format'], io: Io): string =>
  ({ text: () => planText(plan, io.paint), markdown: () => `${planMarkdown(plan)}\n`, json: () => json(plan) })[
    format
  ]();

const keep = async (plan: Plan, file: string): Promise<void> => {
  try {
    await writeFile(file, json(plan));
  } catch (error) {
    throw new HostmasterError('USAGE', `--out ${file}: it cannot be written (${messageOf(error)})`, {
      cause: error,
    });
  }
};
