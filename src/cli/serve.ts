import { HostmasterError } from '../model/errors.ts';
import { type ServingTarget, servePass } from '../pass.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { json, passOptions } from './options.ts';
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
    io.out(options.format === 'json' ? json({ serving: serving.map(addressOf) }) : serving.map(line).join(''));
    await stopped(io);
    return exit.done;
  } finally {
    await Promise.all(serving.map(({ server }) => server.stop()));
  }
};

const addressOf = ({ target, server: { address, port } }: ServingTarget) => ({ target, address, port });

const line = ({ target, server }: ServingTarget): string =>
  `${target} answers at ${server.address} port ${server.port} (UDP and TCP); Ctrl-C stops it\n`;
