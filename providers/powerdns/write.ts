import {
  type Change,
  HostmasterError,
  isSoa,
  keyOf,
  type RRsetKey,
  type Sending,
  type Write,
  type WriteResult,
  withSerialNumber,
  type ZoneId,
} from '../../src/provider.ts';
import { zoneIn } from './answers.ts';
import { type CallOptions, pause } from './api.ts';
import { type DisabledRecords, keptDisabled, toApi } from './convert.ts';
import { type Reply, rawMessageIn } from './failure.ts';
import { markKind, readMetadata, readOnlyIn, type Session, writeMetadata, zoneMissing, zonePath } from './read.ts';
import { notePendingRectify } from './rectify.ts';
import { changesNamedIn } from './refusal.ts';
import { racedBy } from './serial.ts';

/** Milliseconds more for each change of a write: twice what PostgreSQL was seen to take. */
const extraTimeEach = 1;
const tries = 5;

/** Milliseconds more than usual for a write of so many changes. */
export const extraTimeFor = (changes: number): number => changes * extraTimeEach;

/** One PATCH: one transaction, deletes before replaces in it. */
export const applyWrite = async (
  session: Session,
  write: Write,
  signal?: AbortSignal,
  sending?: Sending,
): Promise<WriteResult> => {
  const { changes, expect, zone } = write;
  if (changes.length === 0) return { status: 'applied', fingerprint: expect, raced: false };
  const metadata = session.metadata.get(zone.name);
  refuseReadOnly(session, zone, metadata?.kind ?? '');
  const withSoa = changes.some(writesSoa);
  const sent = withSoa ? withSerial(changes, await serialBefore(session, write, signal)) : changes;
  const disabled = metadata?.disabled ?? new Map();
  const body = toApi(sent, disabled);
  const path = zonePath(zone.name);
  session.listed = null;
  await notePendingRectify(session, write, signal);
  const reply = await patch(session, path, body, write, { signal, before: sending?.before });
  if (reply.status === 422) return { status: 'refused', refused: refusalsOf(session, write, reply, disabled) };
  // PowerDNS accepts a PATCH with 204; any other answer that is no error comes from something before it.
  if (reply.status < 400 && reply.status !== 204) throw session.api.outcomeUnknown('PATCH', path, reply);
  if (reply.status !== 204) throw writeError(session, zone, reply, body);
  // It does not tell the new serial where the write had a SOA.
  const now = withSoa
    ? await serialOf(session, zone, signal).catch(nullOf)
    : serialIn(reply.header('x-pdns-new-serial'));
  const known = metadata !== undefined && expect !== null && now !== null;
  const raced = known ? racedBy(metadata.scheme, Number(expect), Number(now)) : null;
  if (known && raced === false && metadata.serial === Number(expect))
    session.metadata.set(zone.name, { ...metadata, serial: Number(now) });
  // A SOA that was sent hides whether somebody else moved the serial meanwhile.
  return { status: 'applied', fingerprint: now, raced: withSoa && raced === false ? null : raced };
};

const serialIn = (header: string | null): string | null =>
  header !== null && /^[0-9]{1,10}$/.test(header) ? header : null;

const writesSoa = ({ after, type }: Change): boolean => isSoa(type) && after !== null;

/** PowerDNS counts on from the serial of the SOA that it is sent, even backwards: it is sent the one that it has. */
const withSerial = (changes: readonly Change[], serial: number): readonly Change[] =>
  changes.map((change) => {
    if (change.after === null || !writesSoa(change)) return change;
    const values = change.after.values.map((value) => ({ ...value, rdata: withSerialNumber(value.rdata, serial) }));
    return { ...change, after: { ...change.after, values } };
  });

/** The serial that a SOA is sent with; throws where somebody else moved it, as nothing after the write would tell. */
const serialBefore = async (
  session: Session,
  { expect, zone }: Write,
  signal: AbortSignal | undefined,
): Promise<number> => {
  const now = await serialOf(session, zone, signal);
  if (expect === null || now === expect) return Number(now);
  throw new HostmasterError(
    'LOST_RACE',
    `somebody else wrote to ${zone.name} on ${session.api.where} between our read and our write (serial ${expect}, now ${now}); nothing of this write was applied: plan again`,
  );
};

const nullOf = (error: unknown): null => {
  if (error instanceof HostmasterError) return null;
  throw error;
};

/**
 * A 500 of PowerDNS is a transaction rolled back, as when SQLite is locked: it is sent again while the serial says that
 * nothing else came in between. Other 5xx come from what stands before PowerDNS, and say nothing.
 */
const patch = async (
  session: Session,
  path: string,
  body: unknown,
  { changes, expect, zone }: Write,
  options: Pick<CallOptions, 'before' | 'signal'>,
): Promise<Reply> => {
  const { signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    const extraTime = extraTimeFor(changes.length);
    const reply = await session.api.once('PATCH', path, { body, extraTime, ...options });
    if (reply.status < 500) return reply;
    if (reply.status !== 500 || expect === null) throw session.api.outcomeUnknown('PATCH', path, reply);
    await pause(attempt, signal);
    if ((await serialOf(session, zone, signal)) !== expect) throw session.api.outcomeUnknown('PATCH', path, reply);
    if (attempt === tries) throw rolledBack(session, zone, reply);
  }
};

const serialOf = async (session: Session, zone: ZoneId, signal: AbortSignal | undefined): Promise<string> => {
  const path = `${zonePath(zone.name)}?rrsets=false`;
  const reply = await session.api.repeat('GET', path, { signal });
  if (reply.status === 404) throw zoneMissing(session, zone);
  if (reply.status !== 200) throw session.api.errorFor('GET', path, reply);
  const body = zoneIn(session.api.json('GET', path, reply), zone.name);
  if (typeof body === 'string') throw session.api.notPowerDns('GET', path, body);
  return String(body.serial);
};

const refuseReadOnly = (session: Session, zone: ZoneId, kind: string): void => {
  const { readOnly } = readOnlyIn(session, kind);
  if (readOnly !== undefined) throw new HostmasterError('WRITE_REFUSED', `${zone.name} is not written to: ${readOnly}`);
};

const rolledBack = ({ api }: Session, zone: ZoneId, reply: Reply): HostmasterError =>
  new HostmasterError(
    'WRITE_REFUSED',
    `${api.where} answered 500 (${api.messageIn(reply)}) to the write to ${zone.name}, ${tries} times; nothing of it was applied: see the name server's log`,
  );

const refusalsOf = ({ api }: Session, { changes, zone }: Write, reply: Reply, disabled: DisabledRecords) => {
  const message = api.messageIn(reply);
  const refused = changesNamedIn(rawMessageIn(reply), changes);
  if (refused.length > 0) {
    return refused.map((each) => ({ ...each, message: message + besideDisabled(each, changes, disabled) }));
  }
  throw new HostmasterError(
    'WRITE_REFUSED',
    `${api.where} rejected the write to ${zone.name} without naming a record: ${message}; nothing of it was applied`,
  );
};

/** Disabled records count in PowerDNS's rules as soon as they are sent: a second CNAME is one too many. */
const besideDisabled = (refused: RRsetKey, changes: readonly Change[], disabled: DisabledRecords): string => {
  const change = changes.find((each) => keyOf(each) === keyOf(refused));
  const kept = change === undefined ? [] : keptDisabled(change, disabled);
  return kept.length === 0
    ? ''
    : ` (it was sent with the disabled records that are there: ${kept.slice(0, 3).join(', ')}; delete or fix them in PowerDNS)`;
};

const writeError = (session: Session, zone: ZoneId, reply: Reply, body: unknown): HostmasterError => {
  if (reply.status === 404) return zoneMissing(session, zone);
  if (reply.status === 400) {
    return new HostmasterError(
      'WRITE_REFUSED',
      `${session.api.where} answered 400 (${session.api.messageIn(reply)}) to a write of ${JSON.stringify(body).length} bytes to ${zone.name}; nothing of it was applied: its webserver-max-bodysize, or that of a proxy before it, may be smaller`,
    );
  }
  return session.api.errorFor('PATCH', zonePath(zone.name), reply);
};

export const deleteZone = async (session: Session, zone: ZoneId, signal?: AbortSignal): Promise<void> => {
  session.listed = null;
  session.metadata.delete(zone.name);
  session.pendingRectify.delete(zone.name);
  const path = zonePath(zone.name);
  const reply = await session.api.repeat('DELETE', path, { signal });
  if (reply.status !== 204 && reply.status !== 404) throw session.api.errorFor('DELETE', path, reply);
};

/** A mark that is there stays: what it tells is that the zone is still the same one, and that is one write less. */
export const markZone = async (session: Session, zone: ZoneId, mark: string, signal?: AbortSignal): Promise<string> => {
  const known = (await readMetadata(session.api, zone, signal)).get(markKind)?.[0];
  if (known !== undefined) return known;
  await writeMetadata(session, zone, markKind, mark, signal);
  return mark;
};
