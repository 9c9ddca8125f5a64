import type * as Sdk from '@aws-sdk/client-route-53';

/** What is asked of Route 53: each operation with its input and its output. */
export interface Operations {
  readonly ChangeResourceRecordSets: Call<
    Sdk.ChangeResourceRecordSetsCommandInput,
    Sdk.ChangeResourceRecordSetsCommandOutput
  >;
  readonly ChangeTagsForResource: Call<Sdk.ChangeTagsForResourceCommandInput, Sdk.ChangeTagsForResourceCommandOutput>;
  readonly CreateHealthCheck: Call<Sdk.CreateHealthCheckCommandInput, Sdk.CreateHealthCheckCommandOutput>;
  readonly CreateHostedZone: Call<Sdk.CreateHostedZoneCommandInput, Sdk.CreateHostedZoneCommandOutput>;
  readonly DeleteHealthCheck: Call<Sdk.DeleteHealthCheckCommandInput, Sdk.DeleteHealthCheckCommandOutput>;
  readonly DeleteHostedZone: Call<Sdk.DeleteHostedZoneCommandInput, Sdk.DeleteHostedZoneCommandOutput>;
  readonly GetChange: Call<Sdk.GetChangeCommandInput, Sdk.GetChangeCommandOutput>;
  readonly GetDNSSEC: Call<Sdk.GetDNSSECCommandInput, Sdk.GetDNSSECCommandOutput>;
  readonly GetHostedZone: Call<Sdk.GetHostedZoneCommandInput, Sdk.GetHostedZoneCommandOutput>;
  readonly ListHealthChecks: Call<Sdk.ListHealthChecksCommandInput, Sdk.ListHealthChecksCommandOutput>;
  readonly ListHostedZones: Call<Sdk.ListHostedZonesCommandInput, Sdk.ListHostedZonesCommandOutput>;
  readonly ListHostedZonesByName: Call<Sdk.ListHostedZonesByNameCommandInput, Sdk.ListHostedZonesByNameCommandOutput>;
  readonly ListResourceRecordSetProtections: Call<
    Sdk.ListResourceRecordSetProtectionsCommandInput,
    Sdk.ListResourceRecordSetProtectionsCommandOutput
  >;
  readonly ListResourceRecordSets: Call<
    Sdk.ListResourceRecordSetsCommandInput,
    Sdk.ListResourceRecordSetsCommandOutput
  >;
}

interface Call<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

export type Operation = keyof Operations;
export type Input<O extends Operation> = Operations[O]['input'];
export type Output<O extends Operation> = Operations[O]['output'];

/** Does it change nothing, so that it can be asked again without harm? */
export const isRead = (operation: Operation): boolean => /^(?:Get|List)/.test(operation);
