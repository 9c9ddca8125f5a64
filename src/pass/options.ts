import { inventorySources } from '../inventory/index.ts';
import type { LoadOptions } from '../load/index.ts';
import { HostmasterError, SyntaxProblem } from '../model/errors.ts';
import { parseAbsolute } from '../model/name.ts';
import type { PassOptions } from '../run.ts';
import type { ProviderLookup } from '../target.ts';

/** The files that a pass reads, and the providers and kinds of inventory that they may name. */
export const sourcesOf = (
  { config, targetsFrom }: PassOptions,
  { registry, external }: ProviderLookup,
): LoadOptions => ({
  config,
  ...(targetsFrom === undefined ? {} : { targetsFrom }),
  providers: registry,
  inventories: inventorySources,
  ...(external === undefined ? {} : { external }),
});

/** A zone's name as --zone has it, canonical. Throws USAGE. */
export const zoneName = (text: string): string => {
  try {
    return parseAbsolute(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new HostmasterError('USAGE', `--zone ${text}: ${error.message}`, { cause: error });
  }
};

/** Throws USAGE for what hostmaster.yaml does not have. */
export const refuseUnknown = (option: string, names: readonly string[], known: readonly string[]): void => {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const some = known.slice(0, 10).join(', ');
  throw new HostmasterError(
    'USAGE',
    `${option} ${unknown.join(', ')}: hostmaster.yaml does not have it; it has ${some}`,
  );
};
