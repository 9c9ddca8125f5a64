import { validate } from '../pass.ts';
import { prepareValidated } from '../report/index.ts';
import { ofProblems } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { passOptions } from './options.ts';
import { print } from './print.ts';
import { providerLookup } from './providers.ts';

export const runValidate = async (options: CommonOptions, io: Io): Promise<number> => {
  const { problems, zones } = await validate(passOptions(options), { ...providerLookup(), signal: io.signal });
  print(io, options.format, prepareValidated(problems, zones.length));
  return ofProblems(problems);
};
