import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

/** Why the record sets of one name and type are no plain RRset, in Route 53's words; null: they are one. */
export const whyNotPlain = (sets: readonly ResourceRecordSet[]): string | null => {
  const described = sets.flatMap((set) => describe(set) ?? []);
  if (described.length === 0) return null;
  const named = described.slice(0, mostNamed).join(', ');
  const more = described.length - mostNamed;
  return `${sets.length > 1 ? `${sets.length} record sets` : 'a record set'} of Route 53's own kind: ${named}${more > 0 ? ` and ${more} more` : ''}`;
};

const mostNamed = 4;

const describe = (set: ResourceRecordSet): string | null => {
  const { SetIdentifier, HealthCheckId } = set;
  const parts = [policyOf(set), aliasOf(set)].filter((part) => part !== null);
  if (parts.length === 0 && SetIdentifier === undefined && HealthCheckId === undefined) return null;
  const check = HealthCheckId === undefined ? [] : [`health check ${HealthCheckId}`];
  const identified = SetIdentifier === undefined ? '' : ` "${SetIdentifier}"`;
  const [first = 'set', ...rest] = [...parts, ...check];
  return [`${first}${identified}`, ...rest].join(' ');
};

const policyOf = (set: ResourceRecordSet): string | null => {
  const { CidrRoutingConfig, Failover, GeoLocation, GeoProximityLocation, MultiValueAnswer, Region, Weight } = set;
  if (Weight !== undefined) return `weighted ${Weight}`;
  if (Region !== undefined) return `latency ${Region}`;
  if (Failover !== undefined) return `failover ${Failover.toLowerCase()}`;
  if (GeoLocation !== undefined) return `geolocation ${Object.values(GeoLocation).join('-')}`;
  if (GeoProximityLocation !== undefined) return 'geoproximity';
  if (CidrRoutingConfig !== undefined) return `by CIDR ${CidrRoutingConfig.LocationName ?? ''}`.trim();
  if (MultiValueAnswer === true) return 'multivalue';
  return set.TrafficPolicyInstanceId === undefined ? null : `traffic policy ${set.TrafficPolicyInstanceId}`;
};

const aliasOf = ({ AliasTarget }: ResourceRecordSet): string | null =>
  AliasTarget === undefined
    ? null
    : `alias of ${AliasTarget.DNSName} in ${AliasTarget.HostedZoneId}${AliasTarget.EvaluateTargetHealth === true ? ' with its health' : ''}`;
