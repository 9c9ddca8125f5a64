import { deletionEvidenceAt } from '../memory/index.ts';
import { HostmasterError } from '../model/errors.ts';
import type { Store } from '../model/ports.ts';
import type { DesiredZone, ZoneSnapshot } from '../model/zone.ts';
import { retain } from '../plan/retain.ts';
import type { SharedEvidence } from '../run.ts';
import type { OpenTarget, RunContext } from '../target.ts';

/** What retaining is decided with. */
export interface RetainContext {
  readonly evidence: SharedEvidence;
  readonly context: RunContext;
  readonly store: Store;
}

/**
 * The zone with the values that an apply retains though nobody wants them, because it is not proven that their server is
 * gone. Where the target does not show what it has, the zone as it is wanted.
 */
export const withRetained = async (
  zone: DesiredZone,
  target: OpenTarget,
  { evidence: shared, context, store }: RetainContext,
): Promise<DesiredZone> => {
  const { name } = target.definition;
  const evidence = await deletionEvidenceAt(zone, name, shared, store, context.clock.now());
  const found = evidence === null ? null : await readOrNull(zone, target, context);
  if (evidence === null || found === null) return zone;
  const { supports, healthChecks = null, nativeChecks = null } = target.provider;
  return retain({
    zone,
    target: { name, supports, healthChecks, nativeChecks, unanswerable: new Map(), unready: new Map() },
    existing: found.rrsets,
    evidence,
    written: evidence.written,
    allows: [],
  }).zone;
};

const readOrNull = async (
  { id }: DesiredZone,
  { provider }: OpenTarget,
  { signal }: RunContext,
): Promise<ZoneSnapshot | null> => {
  try {
    const found = await provider.read(id, signal === undefined ? {} : { signal });
    return found.status === 'read' ? found : null;
  } catch (error) {
    if (error instanceof HostmasterError) return null;
    throw error;
  }
};
