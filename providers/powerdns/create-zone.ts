import { type CreateSettings, HostmasterError, messageOf, type ZoneId } from '../../src/provider.ts';
import { zoneIn } from './answers.ts';
import { pause } from './api.ts';
import { type Session, zonePath } from './read.ts';

const tries = 5;

/**
 * Makes the zone; a creation without an answer is looked for before it is sent again. One that was answered and is not there
 * afterwards is taken back: what the server shows is not what it has.
 */
export const createZone = async (
  session: Session,
  zone: ZoneId,
  settings: CreateSettings,
  signal?: AbortSignal,
): Promise<void> => {
  const { kind, ns, soa_edit_api } = settings;
  const body = {
    name: zone.name,
    kind,
    nameservers: ns,
    soa_edit_api,
    ...(session.deferred ? { api_rectify: false } : {}),
  };
  session.listed = null;
  for (let attempt = 1; ; attempt += 1) {
    const made = await postZone(session, body, signal);
    if (made === 'made') return takeBackUnlessThere(session, zone, signal);
    if (made === 'exists') {
      const isThere = await isZoneThere(session, zone, signal);
      if (isThere && attempt > 1) return;
      throw isThere ? madeMeanwhile(session, zone) : bothThereAndNot(session, zone);
    }
    await pause(attempt, signal);
    if (await isZoneThere(session, zone, signal)) return;
    if (attempt === tries) throw made;
  }
};

/** An error: the request may have made the zone or not. */
const postZone = async (
  session: Session,
  body: unknown,
  signal: AbortSignal | undefined,
): Promise<'made' | 'exists' | HostmasterError> => {
  const path = '/zones?rrsets=false';
  try {
    const reply = await session.api.once('POST', path, { body, signal });
    if (reply.status === 201) return 'made';
    if (reply.status === 409) return 'exists';
    // PowerDNS accepts it with 201; any other answer that is no error comes from something before it.
    if (reply.status < 400) return session.api.outcomeUnknown('POST', path, reply);
    const error = session.api.errorFor('POST', path, reply);
    if (reply.status >= 500) return error;
    throw error;
  } catch (error) {
    if (error instanceof HostmasterError && error.code === 'WRITE_UNKNOWN') return error;
    throw error;
  }
};

const isZoneThere = async (session: Session, zone: ZoneId, signal: AbortSignal | undefined): Promise<boolean> => {
  const { api } = session;
  const path = `${zonePath(zone.name)}?rrsets=false`;
  const reply = await api.repeat('GET', path, { signal });
  if (reply.status === 404) return false;
  if (reply.status !== 200) throw api.errorFor('GET', path, reply);
  const body = zoneIn(api.json('GET', path, reply), zone.name);
  if (typeof body === 'string') throw api.notPowerDns('GET', path, body);
  return true;
};

/** The zone was made by us a moment ago, and nothing is in it. */
const takeBackUnlessThere = async (session: Session, zone: ZoneId, signal: AbortSignal | undefined): Promise<void> => {
  const { api } = session;
  const isThere = await isZoneThere(session, zone, signal).catch((error: unknown) => {
    if (!(error instanceof HostmasterError)) throw error;
    throw new HostmasterError(error.code, `${zone.name} was made, and then: ${error.message}`, { cause: error });
  });
  if (isThere) return;
  const path = zonePath(zone.name);
  const taken = await api.repeat('DELETE', path, { signal }).then(
    ({ status }) => (status === 204 || status === 404 ? null : `answered ${status}`),
    (error: unknown) => messageOf(error),
  );
  const rest =
    taken === null
      ? 'so the new, empty zone was deleted again'
      : `and the new, empty zone may still be there (DELETE: ${taken}); delete it by hand`;
  throw new HostmasterError(
    'ZONE_UNREADABLE',
    `${api.where} answered that it made ${zone.name} (id ${zone.name}) and does not show it, ${rest}: see what answers in its place`,
  );
};

const bothThereAndNot = ({ api }: Session, zone: ZoneId): HostmasterError =>
  new HostmasterError(
    'ZONE_UNREADABLE',
    `${api.where} answers 409 (it is there) where ${zone.name} is to be made, and 404 (it is not there) where it is read: see what answers in its place`,
  );

const madeMeanwhile = ({ api }: Session, zone: ZoneId): HostmasterError =>
  new HostmasterError(
    'STALE_PLAN',
    `somebody else made the zone ${zone.name} on ${api.where} since the plan: plan again`,
  );
