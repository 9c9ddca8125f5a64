import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { isDenied, isRefusal } from './failure.ts';
import type { HostedZone, Session } from './hosted-zones.ts';

/** Why AWS would not delete a zone whose record sets are gone, or would go on charging for one of them; null: it would. */
export const whyUndeletable = async (
  session: Session,
  hosted: HostedZone,
  sets: readonly ResourceRecordSet[],
  signal: AbortSignal | undefined,
): Promise<string | null> =>
  whyPolicy(sets) ?? (await whySigned(session, hosted, signal)) ?? (await whyProtected(session, hosted, signal));

const whyPolicy = (sets: readonly ResourceRecordSet[]): string | null => {
  const {
    Name,
    Type,
    TrafficPolicyInstanceId: id,
  } = sets.find((set) => set.TrafficPolicyInstanceId !== undefined) ?? {};
  return id === undefined
    ? null
    : `its ${Name} ${Type} is of the traffic policy instance ${id}, which would stay and cost: delete that instance first`;
};

/** A signed zone would be emptied and stay, with its names bogus. */
const whySigned = async (
  { api }: Session,
  { id, isPrivate }: HostedZone,
  signal: AbortSignal | undefined,
): Promise<string | null> => {
  if (isPrivate) return null;
  const { KeySigningKeys: keys = [], Status } = await api.call('GetDNSSEC', { HostedZoneId: id }, { signal });
  const { ServeSignature: serves = 'NOT_SIGNING' } = Status ?? {};
  if (serves !== 'NOT_SIGNING') {
    return `it is signed (${serves}): take the DS out of its parent zone and end the signing there first`;
  }
  const names = keys.map(({ Name }) => Name).join(', ');
  return keys.length === 0 ? null : `it has key-signing keys (${names}): deactivate and delete them there first`;
};

const whyProtected = async (
  { api }: Session,
  { id }: HostedZone,
  signal: AbortSignal | undefined,
): Promise<string | null> => {
  try {
    const page = await api.call('ListResourceRecordSetProtections', { HostedZoneId: id }, { signal });
    const [first] = page.ResourceRecordSetProtections ?? [];
    return first === undefined
      ? null
      : `its ${first.RecordName} ${first.RecordType} is protected: take the protections of its record sets away first`;
  } catch (error) {
    // Other servers of this API have no such operation, and refuse it.
    if (!isRefusal(error) || isDenied(error)) throw error;
    return null;
  }
};
