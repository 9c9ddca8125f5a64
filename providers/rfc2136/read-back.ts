import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Change,
  HostmasterError,
  keyOf,
  messageOf,
  sameAnswer,
  type Write,
  type WriteResult,
} from '../../src/provider.ts';
import type { Content } from './content.ts';
import { differing } from './convert.ts';
import { nameAll } from './failure.ts';
import { contentNow, fingerprintOf, pauseBetween, type Session } from './read.ts';
import type { Insist } from './split-update.ts';

/** What an UPDATE is sent on: the zone as it was read, and what of it has to hold. */
export interface Basis {
  readonly content: Content;
  readonly insist: Insist;
}

/** NOERROR says that an UPDATE was well formed, not what became of each record (RFC 2136 section 3.4.2): it is read back. */
export const proven = async (
  session: Session,
  { changes, zone }: Write,
  before: Basis,
  signal: AbortSignal | undefined,
): Promise<WriteResult> => {
  const now = await settled(session, { changes, zone }, before, signal);
  const lacking = differing(changes, now, 'after');
  if (lacking.length === 0) return { status: 'applied', fingerprint: fingerprintOf(now), raced: false };
  const moved = differing(lacking, now, 'before');
  if (moved.length > 0 && moved.every((change) => isCut(change, now))) {
    throw leftOff(
      session,
      `gave another TTL than the one that was sent (BIND: max-zone-ttl) to ${nameAll(moved)}`,
      zone.name,
    );
  }
  // Something else than before and after is another's, who came later; whoever called looks again.
  if (moved.length > 0) return { status: 'applied', fingerprint: fingerprintOf(now), raced: null };
  if (lacking.length === changes.length) {
    const message = `${session.api.where} answered NOERROR and left it out`;
    return { status: 'refused', refused: lacking.map(({ name, type }) => ({ name, type, message })) };
  }
  throw leftOff(session, `left it out: ${nameAll(lacking)}`, zone.name);
};

const leftOff = ({ api }: Session, what: string, zone: string): HostmasterError => {
  const message = `${api.where} answered NOERROR and ${what} of ${zone}; the rest of that write was applied`;
  return new HostmasterError('WRITE_REFUSED', message);
};

/** The values that were asked for, under a smaller TTL. */
const isCut = (change: Change, { byKey }: Content): boolean => {
  const found = byKey.get(keyOf(change));
  const { after } = change;
  return (
    after !== null && found !== undefined && found.ttl < after.ttl && sameAnswer({ ...after, ttl: found.ttl }, found)
  );
};

/** The zone after an UPDATE that was taken; one that is signed later is waited for. */
const settled = async (
  session: Session,
  { changes, zone }: Pick<Write, 'changes' | 'zone'>,
  before: Basis,
  signal: AbortSignal | undefined,
): Promise<Content> => {
  const unknown = (why: string, cause?: unknown): HostmasterError => {
    const message = `${session.api.where} took the update of ${zone.name}, and ${why}`;
    return new HostmasterError('WRITE_UNKNOWN', message, { cause });
  };
  for (const since = Date.now(); ; await sleep(pauseBetween)) {
    const now = await contentNow(session, zone, signal).catch((error: unknown) => {
      throw unknown(`it could not be read back: ${messageOf(error)}`, error);
    });
    const isAsBefore = differing(changes, now, 'before').length === 0 && differing(changes, now, 'after').length > 0;
    if (!isAsBefore || !isSignedLater(zone.name, before)) return now;
    if (Date.now() - since > session.settings.timeout)
      throw unknown('still gives the zone by transfer as it was before');
  }
};

/**
 * BIND's inline-signing: an update changes a version of the zone that has a serial of its own and is signed afterwards, and
 * transfers give the signed one.
 */
const isSignedLater = (zone: string, { content, insist }: Basis): boolean =>
  insist === 'values' || content.byKey.has(keyOf({ name: zone, type: 'RRSIG' }));
