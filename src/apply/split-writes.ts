import type { Change } from '../model/plan.ts';
import type { ZoneId } from '../model/zone.ts';
import type { Provider } from '../provider.ts';
import { order } from './order.ts';

/** Puts changes of a zone into the order and the writes in which they go out to a provider. */
export const portionsOf =
  (provider: Provider, zone: ZoneId) =>
  (changes: readonly Change[]): readonly (readonly Change[])[] =>
    order(changes, provider.supports).flatMap((write) => provider.cut?.(zone, write) ?? [write]);
