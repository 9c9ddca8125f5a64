import { writeFile } from 'node:fs/promises';
import { HostmasterError, messageOf } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { closePass, planPass } from '../pass.ts';
import { preparePlanned, render } from '../report/index.ts';
import { exit, ofChanges, ofPlan, ofWrites, worst } from './exit.ts';
import type { Io } from './io.ts';
import type { PlanningOptions } from './options.ts';
import { passOptions, readOnlyStoreOpener } from './options.ts';
import { print } from './print.ts';
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
  print(io, options.format, preparePlanned(pass.plan));
  return worst([ofPlan(pass.plan), ofWrites(pass.plan), options.exitCode === true ? ofChanges(pass.plan) : exit.done]);
};

const keep = async (plan: Plan, file: string): Promise<void> => {
  try {
    await writeFile(file, render('json', preparePlanned(plan)));
  } catch (error) {
    throw new HostmasterError('USAGE', `--out ${file}: it cannot be written (${messageOf(error)})`, {
      cause: error,
    });
  }
};
