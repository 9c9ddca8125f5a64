import type { Write, ZoneId } from '../../src/provider.ts';
import { readMetadata, type Session, writeMetadata, zoneMissing, zonePath } from './read.ts';

// With `rectify: deferred` a zone is not rectified by each write: until somebody does, empty non-terminals that came new
// answer NXDOMAIN. Whoever writes may be killed before the rectify, so that the zone itself says what it is owed.

/** The metadata of a zone that is owed a rectify. */
const debtKind = 'X-HOSTMASTER-RECTIFY';
/** A rectify of 100,000 names takes half a second, on a busy machine several. */
const patience = 20_000;

/** Leaves word at the zone, before the first write that names come or go with. */
export const notePendingRectify = async (
  session: Session,
  { changes, zone }: Write,
  signal: AbortSignal | undefined,
): Promise<void> => {
  if (!session.deferred || session.owed.get(zone.name) === true) return;
  if (changes.every((change) => change.action === 'replace')) return;
  await writeMetadata(session, zone, debtKind, 'owed', signal);
  session.owed.set(zone.name, true);
};

/** Rectifies a zone that is owed it, by this process or by one that was ended before it could. */
export const finishRectify = async (session: Session, zone: ZoneId, signal?: AbortSignal): Promise<void> => {
  if (!session.deferred || !(await isOwed(session, zone, signal))) return;
  await send(session, zone, { method: 'PUT', path: '/rectify', patience }, signal);
  await send(session, zone, { method: 'DELETE', path: `/metadata/${debtKind}`, patience: 0 }, signal);
  session.owed.set(zone.name, false);
};

const isOwed = async (session: Session, zone: ZoneId, signal: AbortSignal | undefined): Promise<boolean> => {
  const known = session.owed.get(zone.name);
  return known ?? (await readMetadata(session.api, zone, signal)).has(debtKind);
};

const send = async (
  session: Session,
  zone: ZoneId,
  request: { readonly method: string; readonly path: string; readonly patience: number },
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { method, patience: extra } = request;
  const path = `${zonePath(zone.name)}${request.path}`;
  const reply = await session.api.repeat(method, path, { signal, patience: extra });
  if (reply.status === 404) throw zoneMissing(session, zone);
  if (reply.status !== 200 && reply.status !== 204) throw session.api.refusal(method, path, reply);
};
