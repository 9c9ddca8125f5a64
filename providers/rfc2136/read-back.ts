import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Change,
  HostmasterError,
  listKeys,
  messageOf,
  sameAnswer,
  type Write,
  type WriteResult,
} from '../../src/provider.ts';
import type { Content } from './content.ts';
import { differing } from './convert.ts';
import { contentNow, fingerprintOf, pauseBetween, type Session } from './read.ts';
import type { PrerequisiteLevel } from './split-update.ts';

/** The zone as it was read before an UPDATE, and how strictly the UPDATE's prerequisites hold it to that. */
export interface UpdateBasis {
  readonly content: Content;
  readonly level: PrerequisiteLevel;
}

/**
 * Reads back what an UPDATE did, just after write.ts sent it: it asks until the target's timeout, and never sends or repairs
 * anything. NOERROR says that it was well formed, not what became of each record (RFC 2136 section
 * 3.4.2).
 */
export const readBack = async (
  session: Session,
  { changes, zone }: Write,
  before: UpdateBasis,
  signal: AbortSignal | undefined,
): Promise<WriteResult> => {
  const now = await contentAfterUpdate(session, { changes, zone }, before, signal);
  const missing = differing(changes, now, 'after');
  if (missing.length === 0) return { status: 'applied', fingerprint: fingerprintOf(now), raced: false };
  const neitherBeforeNorAfter = differing(missing, now, 'before');
  if (neitherBeforeNorAfter.length > 0 && neitherBeforeNorAfter.every((change) => hasSmallerTtl(change, now))) {
    throw partlyIgnored(
      session,
      `gave another TTL than the one that was sent (BIND: max-zone-ttl) to ${listKeys(neitherBeforeNorAfter)}`,
      zone.name,
    );
  }
  // What is neither as before nor as after was written by somebody else since; the caller looks again.
  if (neitherBeforeNorAfter.length > 0) return { status: 'applied', fingerprint: fingerprintOf(now), raced: null };
  if (missing.length === changes.length) {
    const message = `${session.api.where} answered NOERROR but ignored it`;
    return { status: 'refused', refused: missing.map(({ name, type }) => ({ name, type, message })) };
  }
  throw partlyIgnored(session, `ignored ${listKeys(missing)}`, zone.name);
};

const partlyIgnored = ({ api }: Session, what: string, zone: string): HostmasterError => {
  const message = `${api.where} answered NOERROR but ${what} of ${zone}; the rest of that write was applied`;
  return new HostmasterError('WRITE_REFUSED', message);
};

/** The values that were asked for, under a smaller TTL. */
const hasSmallerTtl = (change: Change, { byKey }: Content): boolean => {
  const found = byKey().get(change);
  const { after } = change;
  return (
    after !== null && found !== undefined && found.ttl < after.ttl && sameAnswer({ ...after, ttl: found.ttl }, found)
  );
};

/** The zone after an UPDATE that the server took; where the server signs the zone first, waits for that. */
const contentAfterUpdate = async (
  session: Session,
  { changes, zone }: Pick<Write, 'changes' | 'zone'>,
  before: UpdateBasis,
  signal: AbortSignal | undefined,
): Promise<Content> => {
  const unknown = (why: string, cause?: unknown): HostmasterError => {
    const message = `${session.api.where} took the update of ${zone.name}, but ${why}`;
    return new HostmasterError('WRITE_UNKNOWN', message, { cause });
  };
  for (const since = Date.now(); ; await sleep(pauseBetween)) {
    const now = await contentNow(session, zone, signal).catch((error: unknown) => {
      throw unknown(`it could not be read back: ${messageOf(error)}`, error);
    });
    const isAsBefore = differing(changes, now, 'before').length === 0 && differing(changes, now, 'after').length > 0;
    if (!isAsBefore || !isSignedLater(zone.name, before)) return now;
    if (Date.now() - since > session.settings.timeout) throw unknown('still transfers the zone as it was before');
  }
};

/**
 * BIND's inline-signing: an update changes a version of the zone that has a serial of its own and is signed afterwards, and
 * transfers give the signed one.
 */
const isSignedLater = (zone: string, { content, level }: UpdateBasis): boolean =>
  level === 'values' || content.byKey().has({ name: zone, type: 'RRSIG' });
