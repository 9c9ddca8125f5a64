import {
  rememberCorrections,
  rememberVerifiedRRsets,
  type SeenZone,
  type VerifiedZone,
  type ZoneToWrite,
} from '../memory/index.ts';
import { messageOf } from '../model/errors.ts';
import type { Store } from '../model/ports.ts';
import type { ZoneId, ZoneSnapshot } from '../model/zone.ts';
import type { PlannedWork } from '../run.ts';
import type { RunContext } from '../target.ts';

/** A planned or reviewed changeset, as the guards of the next pass have to know it. */
export const zoneToWrite = ({
  changeset,
  target,
  zone,
}: Pick<PlannedWork, 'changeset' | 'target' | 'zone'>): ZoneToWrite => ({
  zone,
  target: target.definition.name,
  changes: changeset.changes,
});

export interface SeenPass {
  readonly work: readonly PlannedWork[];
  readonly store: Store;
  readonly heedsDrift: boolean;
}

/** Saves what is as it is wanted now, and which drift was corrected. `verified` is one for each of the pass's work. */
export const rememberSeen = async (
  { heedsDrift, store, work }: SeenPass,
  verified: readonly VerifiedZone[],
  context: Pick<RunContext, 'clock' | 'onNotice'>,
): Promise<void> => {
  const seen = work.flatMap((each, i): readonly SeenZone[] => {
    const zone = verified[i];
    return zone === undefined ? [] : [{ ...zone, desiredDigest: each.desiredDigest, snapshot: wholeZone(each, zone) }];
  });
  await rememberVerifiedRRsets(seen, store, context);
  if (!heedsDrift) return;
  const corrected = work.map((each, i) => ({ ...zoneToWrite(each), changes: verified[i]?.changes ?? [] }));
  try {
    await rememberCorrections(corrected, store, context.clock.now());
  } catch (error) {
    context.onNotice?.(`could not save which drift was corrected: ${messageOf(error)}`);
  }
};

/** The zone as it was read in full; one that was made now was empty. */
const wholeZone = ({ part, snapshot }: PlannedWork, { isRead, zone }: VerifiedZone): ZoneSnapshot | null => {
  if (part !== undefined) return null;
  return snapshot ?? (isRead ? emptyZone(zone) : null);
};

const emptyZone = (zone: ZoneId): ZoneSnapshot => ({
  ...{ status: 'read', zone, fingerprint: null },
  rrsets: [],
  unreadable: [],
});
