import { verifyPass } from '../pass.ts';
import { prepareVerified } from '../report/index.ts';
import { ofProblems, ofVerify, worst } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { passOptions, readOnlyStoreOpener, storeOpener } from './options.ts';
import { print } from './print.ts';
import { commandContext } from './run-context.ts';

export interface VerifyOptions extends CommonOptions {
  readonly sample?: number;
}

export const runVerify = async (options: VerifyOptions, io: Io): Promise<number> => {
  const { context, clear } = commandContext(io, options);
  const sample = options.sample === undefined ? {} : { sample: options.sample };
  const { definitions, checked, differences } = await verifyPass(
    { ...passOptions(options), ...sample },
    context,
    readOnlyStoreOpener(io),
    storeOpener(io),
  ).finally(clear);
  const report = { checked, differences };
  print(io, options.format, prepareVerified(report, definitions.problems));
  return worst([ofProblems(definitions.problems), ofVerify(report)]);
};
