import { normalize } from 'node:path';
import type { TargetDefinition } from '../model/definitions.ts';
import { pooled } from '../model/pool.ts';
import type { OpenTarget } from '../target.ts';

/**
 * Runs a job on every item: name servers side by side, a target's zones as many at once as it bears. Two targets that are
 * one server's take turns.
 */
export const byTurns = async <T extends { readonly target: OpenTarget }>(
  items: readonly T[],
  job: (item: T) => Promise<void>,
): Promise<void> => {
  const byServer = Map.groupBy(items, ({ target }) => serverOf(target.definition));
  await Promise.all(
    byServer.values().map(async (own) => {
      for (const [target, each] of Map.groupBy(own, (item) => item.target)) {
        await pooled(each, target.provider.supports.parallel_zones, job);
      }
    }),
  );
};

/** What tells one server from another in a target's own keys. */
const placeKeys = ['url', 'server', 'host', 'port', 'file'] as const;

/** One string for the server that a target is at. */
export const serverOf = ({ config, name, provider }: TargetDefinition): string => {
  const place = placeKeys.map((key) => spelt(key, config[key] ?? null));
  return JSON.stringify([provider, ...(place.every((each) => each === null) ? [name] : place)]);
};

/** One spelling of an address or a path that may be written in several ways. */
const spelt = (key: (typeof placeKeys)[number], value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  if (key === 'file') return normalize(value);
  if (key !== 'url' || !URL.canParse(value)) return value;
  const { host, pathname, protocol } = new URL(value);
  return `${protocol}//${host.replace(/^localhost(?=:|$)/, '127.0.0.1')}${pathname.replace(/\/+$/, '')}`;
};

/** So many zones in a row without an answer, and a target's other zones are not tried. */
export const maxFailuresInARow = 3;

/** Which targets gave no answer for too many zones in a row. */
export interface CircuitBreaker {
  readonly isOpen: (target: OpenTarget) => boolean;
  readonly record: (target: OpenTarget, answered: boolean) => void;
}

export const circuitBreaker = (): CircuitBreaker => {
  const inRow = new Map<OpenTarget, number>();
  return {
    isOpen: (target) => (inRow.get(target) ?? 0) >= maxFailuresInARow,
    record: (target, answered) => {
      inRow.set(target, answered ? 0 : (inRow.get(target) ?? 0) + 1);
    },
  };
};
