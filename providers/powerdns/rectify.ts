import type { Write, ZoneId } from '../../src/provider.ts';
import { readMetadata, type Session, writeMetadata, zoneMissing, zonePath } from './read.ts';

// With `rectify: deferred` a zone is not rectified by each write, but once after the last one of an apply: until then, new
// empty non-terminals answer NXDOMAIN, and names that were there before answer as they did. As a process may be killed
// between its write and the rectify, metadata of the zone says that one is pending.

/** The metadata of a zone that needs a rectify. */
const pendingKind = 'X-HOSTMASTER-RECTIFY';
/** A rectify of 100,000 names takes half a second, on a busy machine several. */
const extraTime = 20_000;

/** Marks the zone, before the first write that adds or removes names. */
export const notePendingRectify = async (
  session: Session,
  { changes, zone }: Write,
  signal: AbortSignal | undefined,
): Promise<void> => {
  if (!session.deferred || session.pendingRectify.get(zone.name) === true) return;
  if (changes.every((change) => change.action === 'replace')) return;
  await writeMetadata(session, zone, pendingKind, 'pending', signal);
  session.pendingRectify.set(zone.name, true);
};

/** Rectifies a zone that needs it, after this process's writes or those of one that was ended before it could. */
export const finishRectify = async (session: Session, zone: ZoneId, signal?: AbortSignal): Promise<void> => {
  if (!session.deferred || !(await isPending(session, zone, signal))) return;
  await send(session, zone, { method: 'PUT', path: '/rectify', extraTime }, signal);
  await send(session, zone, { method: 'DELETE', path: `/metadata/${pendingKind}`, extraTime: 0 }, signal);
  session.pendingRectify.set(zone.name, false);
};

const isPending = async (session: Session, zone: ZoneId, signal: AbortSignal | undefined): Promise<boolean> => {
  const known = session.pendingRectify.get(zone.name);
  return known ?? (await readMetadata(session.api, zone, signal)).has(pendingKind);
};

const send = async (
  session: Session,
  zone: ZoneId,
  request: { readonly method: string; readonly path: string; readonly extraTime: number },
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { extraTime, method } = request;
  const path = `${zonePath(zone.name)}${request.path}`;
  const reply = await session.api.repeat(method, path, { signal, extraTime });
  if (reply.status === 404) throw zoneMissing(session, zone);
  if (reply.status !== 200 && reply.status !== 204) throw session.api.errorFor(method, path, reply);
};
