import type { Change as AwsChange, ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import {
  aliasSetType,
  type Change,
  type ExistingRRset,
  isWithin,
  makeRRset,
  type PlannedRRset,
  parseRdata,
  type RRsetKey,
  rdataFields,
} from '../../src/provider.ts';
import { nameFromAws, nameToAws } from './escapes.ts';

// Between the alias record sets of a name and the one RRset that they are for us; they have no TTL, and it has 0. Pure.

const noOrigins = Object.freeze([]);

/** Is it an alias and nothing more: of no routing policy, without a health check? */
export const isPlainAlias = (set: ResourceRecordSet): boolean => {
  const { AliasTarget, Name: _name, Type: _type, ...more } = set;
  return AliasTarget !== undefined && Object.values(more).every((value) => value === undefined || isEmpty(value));
};

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** `zoneId` is the hosted zone that they are in. Throws for a target that is no name. */
export const aliasRRset = (sets: readonly ResourceRecordSet[], zoneId: string): ExistingRRset => {
  const values = sets.map(({ AliasTarget: { DNSName = '', EvaluateTargetHealth, HostedZoneId = '' } = {}, Type }) => {
    const parts = [Type, nameFromAws(DNSName), EvaluateTargetHealth === true];
    const rdata = [...parts, ...(HostedZoneId === zoneId ? [] : [HostedZoneId])].join(' ');
    return { rdata: parseRdata(aliasSetType, rdata), origins: noOrigins };
  });
  return makeRRset(nameFromAws(sets[0]?.Name ?? ''), aliasSetType, 0, values);
};

interface Target {
  readonly type: string;
  readonly name: string;
  readonly evaluates: boolean;
  readonly zoneId: string;
}

const targetOf = (rdata: string): Target => {
  const fields = rdataFields(aliasSetType, rdata);
  return {
    type: String(fields.type),
    name: String(fields.name),
    evaluates: fields['evaluate-target-health'] === 'true',
    zoneId: String(fields['hosted-zone-id']),
  };
};

export const aliasSets = (
  { name }: RRsetKey,
  { values }: Pick<PlannedRRset, 'values'>,
  zoneId: string,
): readonly ResourceRecordSet[] =>
  values.map(({ rdata }) => {
    const target = targetOf(rdata);
    return {
      Name: nameToAws(name),
      Type: target.type as RRType,
      AliasTarget: {
        DNSName: nameToAws(target.name),
        EvaluateTargetHealth: target.evaluates,
        HostedZoneId: target.zoneId === '' ? zoneId : target.zoneId,
      },
    };
  });

/** Why an alias cannot be written as it is wanted; null: it can. */
export const whyNoAlias = (zone: string, zoneId: string, { type, after }: Change): string | null => {
  if (type !== aliasSetType || after === null) return null;
  for (const target of after.values.map(({ rdata }) => targetOf(rdata))) {
    if (target.zoneId === zoneId) return `${zoneId} is the zone's own: leave hosted-zone-id out`;
    if (target.zoneId === '' && !isWithin(target.name, zone)) {
      return `${target.name} is not in this zone: say the hosted-zone-id of its own`;
    }
  }
  return null;
};

const placeOf = (name: string | undefined, type: string | undefined): string => `${name} ${type}`;

const isAlias = ({ ResourceRecordSet: set }: AwsChange): boolean => set?.AliasTarget !== undefined;

/** What an alias of the zone leads to has to be there before it. */
export const targetsFirst = (changes: readonly AwsChange[]): readonly AwsChange[] => {
  if (!changes.some(isAlias)) return changes;
  const ordered = changes.filter((change) => !isAlias(change));
  for (let waiting = changes.filter(isAlias); waiting.length > 0; ) {
    const places = new Set(waiting.map(({ ResourceRecordSet: set }) => placeOf(set?.Name, set?.Type)));
    const leads = ({ ResourceRecordSet: set }: AwsChange) =>
      places.has(placeOf(set?.AliasTarget?.DNSName, set?.Type)) && set?.AliasTarget?.DNSName !== set?.Name;
    const ready = waiting.filter((change) => !leads(change));
    ordered.push(...(ready.length === 0 ? waiting : ready));
    waiting = ready.length === 0 ? [] : waiting.filter(leads);
  }
  return ordered;
};

/** The reverse order, for deletes. */
export const aliasesFirst = (changes: readonly AwsChange[]): readonly AwsChange[] => {
  const aliases = targetsFirst(changes).filter(isAlias);
  return [...aliases.toReversed(), ...changes.filter((change) => !isAlias(change))];
};
