import { validate } from '../pass.ts';
import { validateMarkdown } from '../report/markdown.ts';
import { validateText } from '../report/text.ts';
import { ofProblems } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { json, passOptions } from './options.ts';
import { providerLookup } from './providers.ts';

export const runValidate = async (options: CommonOptions, io: Io): Promise<number> => {
  const { problems, zones } = await validate(passOptions(options), providerLookup());
  const print = {
    text: () => validateText(problems, zones.length, io.paint),
    markdown: () => `${validateMarkdown(problems, zones.length)}\n`,
    json: () => json({ problems }),
  }[options.format];
  io.out(print());
  return ofProblems(problems);
};
