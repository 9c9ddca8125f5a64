import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { motoCredentials } from '../../servers/moto.ts';

/** Somebody else in the same account, by the SDK alone. */
export interface Outsider {
  readonly client: Route53Client;
  /** The id of the first zone of this name. */
  zoneId(zone: string): Promise<string>;
  change(zone: string, ...changes: readonly Change[]): Promise<void>;
  sets(zone: string): Promise<readonly ResourceRecordSet[]>;
}

export const outsiderAt = (endpoint: string): Outsider => {
  Object.assign(process.env, motoCredentials);
  const client = new Route53Client({ endpoint, region: 'us-east-1' });
  const zoneId = async (zone: string): Promise<string> => {
    const { HostedZones = [] } = await client.send(new ListHostedZonesByNameCommand({ DNSName: zone }));
    const id = HostedZones.find(({ Name }) => Name === zone)?.Id;
    if (id === undefined) throw new Error(`there is no ${zone}`);
    return id;
  };
  return {
    client,
    zoneId,
    change: async (zone, ...Changes) => {
      const HostedZoneId = await zoneId(zone);
      await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes: [...Changes] } }));
    },
    sets: async (zone) => {
      const HostedZoneId = await zoneId(zone);
      const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
      return ResourceRecordSets;
    },
  };
};

/** A plain record set. */
export const plain = (
  Name: string,
  Type: NonNullable<ResourceRecordSet['Type']>,
  TTL: number,
  ...values: readonly string[]
): ResourceRecordSet => ({ Name, Type, TTL, ResourceRecords: values.map((Value) => ({ Value })) });

export const create = (set: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet: set });
export const upsert = (set: ResourceRecordSet): Change => ({ Action: 'UPSERT', ResourceRecordSet: set });
export const remove = (set: ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet: set });
