import type { Change as AwsChange, ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import {
  aliasSetType,
  type Change,
  type ExistingRRset,
  isApexSet,
  keyOf,
  makeRRset,
  messageOf,
  type PlannedRRset,
  parseRdata,
  type RRsetKey,
  sameAnswer,
  typeByName,
  type Unreadable,
} from '../../src/provider.ts';
import { aliasesFirst, aliasRRset, aliasSets, isPlainAlias, targetsFirst } from './alias.ts';
import { fromEscapes, nameFromAws, nameToAws, rdataToAws } from './escapes.ts';
import { anyId, type CheckIds, checkedSets } from './health-sets.ts';
import { whyNotPlain } from './routing-policies.ts';

// Between the API's record sets and the model; pure.

/** What a zone holds, or some names of it. */
export interface Content {
  readonly rrsets: readonly ExistingRRset[];
  readonly unreadable: readonly Unreadable[];
  /** Record sets as AWS has them, by keyOf, where we would not say the same, as a DELETE has to. */
  readonly stored: ReadonlyMap<string, readonly ResourceRecordSet[]>;
}

const noOrigins = Object.freeze([]);

/** The checked RRset that record sets of one name and type are; null: they are none. */
export type ReadChecked = (key: RRsetKey, sets: readonly ResourceRecordSet[]) => ExistingRRset | null;

/**
 * What the API lists. What is no plain RRset and no checked one, or cannot be read, is listed with the reason, and nothing
 * throws. `zoneId` is the hosted zone's.
 */
export const contentOf = (
  sets: readonly ResourceRecordSet[],
  readChecked: ReadChecked = () => null,
  zoneId = '',
): Content => {
  const rrsets: ExistingRRset[] = [];
  const unreadable: Unreadable[] = [];
  const stored = new Map<string, readonly ResourceRecordSet[]>();
  for (const [key, same] of Map.groupBy(sets, keyIn)) {
    const [set] = same;
    if (set === undefined) continue;
    if (isPlainAlias(set)) {
      try {
        rrsets.push(aliasRRset(same, zoneId));
        stored.set(key, same);
      } catch (error) {
        unreadable.push(...same.map((each) => ({ ...keyOfSet(each), why: messageOf(error) })));
      }
      continue;
    }
    const why = whyNotPlain(same);
    const checked = why === null ? null : readChecked(keyOfSet(set), same);
    if (checked !== null) {
      rrsets.push(checked);
      stored.set(key, same);
      continue;
    }
    if (why !== null) {
      unreadable.push({ ...keyOfSet(set), why });
      continue;
    }
    try {
      const rrset = readSet(set);
      rrsets.push(rrset);
      if (!isSpeltAlike(setOf(rrset), set)) stored.set(key, [set]);
    } catch (error) {
      unreadable.push({ ...keyOfSet(set), why: messageOf(error) });
    }
  }
  return { rrsets, unreadable, stored };
};

/** The alias record sets of a name are one RRset. */
const keyIn = (set: ResourceRecordSet): string => {
  const key = keyOfSet(set);
  return keyOf(isPlainAlias(set) ? { ...key, type: aliasSetType } : key);
};

/** The name and type of a record set; a name that cannot be read is as AWS has it. */
export const keyOfSet = ({ Name = '', Type = 'A' }: ResourceRecordSet): RRsetKey => {
  try {
    return { name: nameFromAws(Name), type: Type };
  } catch {
    return { name: Name, type: Type };
  }
};

const readSet = ({ Name = '', Type = 'A', TTL, ResourceRecords = [] }: ResourceRecordSet): ExistingRRset => {
  const type = typeByName(Type);
  if (type === null) throw new Error(`${Type} is a type of Route 53 that is not in the table of RR types`);
  if (TTL === undefined || ResourceRecords.length === 0)
    throw new Error('Route 53 describes it without TTL and values');
  const values = ResourceRecords.map(({ Value = '' }) => ({
    rdata: parseRdata(type.name, fromEscapes(Value)),
    origins: noOrigins,
  }));
  return makeRRset(nameFromAws(Name), type.name, TTL, values);
};

type Plain = RRsetKey & Pick<PlannedRRset, 'ttl' | 'values'>;

/** An RRset as Route 53 takes it. */
export const setOf = ({ name, ttl, type, values }: Plain): ResourceRecordSet => ({
  Name: nameToAws(name),
  Type: type as RRType,
  TTL: ttl,
  ResourceRecords: values.map(({ rdata }) => ({ Value: rdataToAws(rdata) })),
});

const isSpeltAlike = (ours: ResourceRecordSet, theirs: ResourceRecordSet): boolean => {
  const ourValues = ours.ResourceRecords ?? [];
  const theirValues = theirs.ResourceRecords ?? [];
  return ourValues.length === theirValues.length && ourValues.every(({ Value }, i) => Value === theirValues[i]?.Value);
};

/** The same, or a record set for each address that is checked, or for each alias. */
const setsOf = (
  { name, type }: RRsetKey,
  rrset: PlannedRRset,
  idOf: CheckIds,
  zoneId: string,
): readonly ResourceRecordSet[] =>
  type === aliasSetType
    ? aliasSets({ name, type }, rrset, zoneId)
    : rrset.health_check === null
      ? [setOf({ name, type, ...rrset })]
      : checkedSets({ name, type }, rrset, rrset.health_check, idOf);

/** Of checked record sets only the addresses are compared: the caller has compared the checks just before. */
const isStoredAs = (sets: readonly ResourceRecordSet[], before: PlannedRRset, zoneId: string): boolean => {
  const [set] = sets;
  if (set !== undefined && isPlainAlias(set)) return sameAnswer(aliasRRset(sets, zoneId), before);
  if (set === undefined || (before.health_check === null) !== (whyNotPlain(sets) === null)) return false;
  if (before.health_check === null) return sameAnswer(readSet(set), before);
  const addresses = new Set(sets.map(({ SetIdentifier }) => SetIdentifier));
  return addresses.size === before.values.length && before.values.every(({ rdata }) => addresses.has(rdata));
};

/** The batch of a write: every DELETE says what is replaced, so that AWS refuses all where somebody else was faster. */
export const batchOf = (
  zone: string,
  changes: readonly Change[],
  stored: Content['stored'],
  idOf: CheckIds = anyId,
  zoneId = '',
): readonly AwsChange[] => {
  const deletes: AwsChange[] = [];
  const creates: AwsChange[] = [];
  for (const change of changes) {
    const { after, before } = change;
    // AWS takes no DELETE of the two RRsets that a zone cannot be without.
    const upsert = isApexSet(change, zone) && before !== null && after !== null;
    if (before !== null && !upsert) {
      const theirs = stored.get(keyOf(change));
      const same = theirs !== undefined && isStoredAs(theirs, before, zoneId);
      const sets = same ? theirs : setsOf(change, before, idOf, zoneId);
      deletes.push(...sets.map((set) => ({ Action: 'DELETE' as const, ResourceRecordSet: set })));
    }
    if (after !== null) {
      const action = upsert ? 'UPSERT' : 'CREATE';
      creates.push(
        ...setsOf(change, after, idOf, zoneId).map((set) => ({ Action: action, ResourceRecordSet: set }) as const),
      );
    }
  }
  return [...aliasesFirst(deletes), ...targetsFirst(creates)];
};
