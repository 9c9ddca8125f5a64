import { verifyPass } from '../pass.ts';
import { verifyMarkdown } from '../report/markdown.ts';
import { besidePlan, problemLines } from '../report/problems.ts';
import { verifyText } from '../report/text.ts';
import { ofProblems, ofVerify, worst } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { json, passOptions, readOnlyStoreOpener } from './options.ts';
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
  ).finally(clear);
  const report = { checked, differences };
  const errors = definitions.problems.filter(({ severity }) => severity === 'error');
  const print = {
    text: () => [...problemLines(errors, besidePlan, io.paint), verifyText(report, io.paint)].join('\n'),
    markdown: () => `${verifyMarkdown(report, errors)}\n`,
    json: () => json({ ...report, problems: definitions.problems }),
  }[options.format];
  io.out(print());
  return worst([ofProblems(definitions.problems), ofVerify(report)]);
};
