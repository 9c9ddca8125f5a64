import { HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import { typeByName } from '../model/rdata.ts';
import { explainPass } from '../pass.ts';
import { prepareExplained } from '../report/index.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { passOptions, readOnlyStoreOpener } from './options.ts';
import { print } from './print.ts';
import { commandContext } from './run-context.ts';

export const runExplain = async (
  name: string,
  type: string | undefined,
  options: CommonOptions,
  io: Io,
): Promise<number> => {
  const known = type === undefined ? null : (typeByName(type)?.name ?? null);
  if (type !== undefined && known === null) throw new HostmasterError('USAGE', `${type} is no RR type`);
  const explanations = await explainPass(
    canonical(name),
    known,
    passOptions(options),
    commandContext(io, options).context,
    readOnlyStoreOpener(io),
  );
  print(io, options.format, prepareExplained(explanations));
  return explanations.some(({ existing }) => existing.some(({ error }) => error !== null)) ? exit.error : exit.done;
};

const canonical = (name: string): string => {
  try {
    return parseAbsolute(name);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new HostmasterError('USAGE', error.message, { cause: error });
  }
};
