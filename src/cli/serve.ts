import { HostmasterError } from '../model/errors.ts';
import { type ServingTarget, servePass } from '../pass.ts';
import { prepareServing } from '../report/index.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { passOptions } from './options.ts';
import { print } from './print.ts';
import { providerLookup } from './providers.ts';
import { stopped } from './wait.ts';

/** Runs the embedded targets' name servers until it is stopped. */
export const runServe = async (options: CommonOptions, io: Io): Promise<number> => {
  const serving = await servePass(passOptions(options), providerLookup());
  if (serving.length === 0) {
    throw new HostmasterError(
      'CONFIG',
      `${options.config} has no target with "provider: embedded": there is nothing to serve`,
    );
  }
  try {
    print(io, options.format, prepareServing(serving.map(addressOf)));
    await stopped(io);
    return exit.done;
  } finally {
    await Promise.all(serving.map(({ server }) => server.stop()));
  }
};

const addressOf = ({ target, server: { address, port } }: ServingTarget) => ({ target, address, port });
