import { validate } from '../pass.ts';
import { prepareValidated, render } from '../report/index.ts';
import { ofProblems } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { passOptions } from './options.ts';
import { providerLookup } from './providers.ts';

export const runValidate = async (options: CommonOptions, io: Io): Promise<number> => {
  const { problems, zones } = await validate(passOptions(options), { ...providerLookup(), signal: io.signal });
  io.out(render(options.format, prepareValidated(problems, zones.length), io.colours));
  return ofProblems(problems);
};
