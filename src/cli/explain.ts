import { askedName, explainPass } from '../pass.ts';
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
  const explanations = await explainPass(
    askedName(name, type ?? null),
    passOptions(options),
    commandContext(io, options).context,
    readOnlyStoreOpener(io),
  );
  print(io, options.format, prepareExplained(explanations));
  return explanations.some(({ existing }) => existing.some(({ error }) => error !== null)) ? exit.error : exit.done;
};
