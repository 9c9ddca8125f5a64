import { load, resolveSecrets } from '../load/index.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Serving } from '../provider.ts';
import type { PassOptions } from '../run.ts';
import type { ProviderLookup } from '../target.ts';
import { sourcesOf } from './options.ts';
import { refuseOfPullRequest } from './pull-request.ts';
import { factoryOf } from './targets.ts';

export interface ServingTarget {
  readonly target: string;
  readonly server: Serving;
}

/** Starts the name servers of the targets that are one themselves; the caller stops them. */
export const servePass = async (options: PassOptions, context: ProviderLookup): Promise<readonly ServingTarget[]> =>
  startServing(await load({ ...sourcesOf(options, context), only: 'config' }), options, context);

const startServing = async (
  definitions: Definitions,
  options: PassOptions,
  context: ProviderLookup,
): Promise<readonly ServingTarget[]> => {
  const started: ServingTarget[] = [];
  try {
    for (const target of definitions.targets) {
      const factory = await factoryOf(target, definitions, context);
      if (factory.serve === undefined || options.targets?.includes(target.name) === false) continue;
      refuseOfPullRequest(definitions, { targets: [target.name], inventories: false, state: false });
      const { secrets } = await resolveSecrets(target, definitions.targetsFolder);
      const server = await factory.serve({ config: target.config, secrets, folder: definitions.targetsFolder });
      started.push({ target: target.name, server });
    }
    return started;
  } catch (error) {
    await Promise.all(started.map(({ server }) => server.stop().catch(() => undefined)));
    throw error;
  }
};
