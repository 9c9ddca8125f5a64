import { HostmasterError, type ZoneId } from '../../src/provider.ts';
import { nameFromAws } from './escapes.ts';
import { findZone, type Session } from './hosted-zones.ts';
import { zoneMissing } from './write.ts';

/** The name servers of a zone's delegation set. A private zone has none that answer outside its VPCs. */
export const delegationOf = async (
  session: Session,
  zone: ZoneId,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | null> => {
  const hosted = await findZone(session, zone.name, signal);
  if (hosted === null) throw zoneMissing(session, zone);
  if (hosted.isPrivate) return null;
  const { DelegationSet } = await session.api.call('GetHostedZone', { Id: hosted.id }, { signal });
  const names = DelegationSet?.NameServers ?? [];
  if (names.length === 0) {
    throw new HostmasterError('ZONE_UNREADABLE', `${session.api.where} gives no name servers of ${zone.name}`);
  }
  return names.map(nameFromAws);
};
