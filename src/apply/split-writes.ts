import type { Change } from '../model/plan.ts';
import type { ZoneId } from '../model/zone.ts';
import type { Provider } from '../provider.ts';
import { order } from './order.ts';

/** Puts changes of a zone into order, and into writes that the provider can take. */
export type SplitIntoWrites = (changes: readonly Change[]) => readonly (readonly Change[])[];

export const writesOf =
  (provider: Provider, zone: ZoneId): SplitIntoWrites =>
  (changes) =>
    order(changes, provider.supports).flatMap((write) => provider.cut?.(zone, write) ?? [write]);
