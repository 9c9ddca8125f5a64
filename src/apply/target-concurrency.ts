import { pooled } from '../model/pool.ts';
import type { OpenTarget } from '../target.ts';

/**
 * Runs a job on every item: servers side by side, the zones of a target as many at once as its `parallel_zones` says.
 * Targets that write to the same server take turns.
 */
export const runPerServer = async <T extends { readonly target: OpenTarget }>(
  items: readonly T[],
  job: (item: T) => Promise<void>,
): Promise<void> => {
  const byServer = Map.groupBy(items, ({ target }) => target.serverId);
  await Promise.all(
    byServer.values().map(async (ofServer) => {
      for (const [target, ofTarget] of Map.groupBy(ofServer, (item) => item.target)) {
        await pooled(ofTarget, target.provider.supports.parallel_zones, job);
      }
    }),
  );
};
