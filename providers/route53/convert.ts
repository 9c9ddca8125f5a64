import type { Change as AwsChange, ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import {
  type Change,
  type ExistingRRset,
  keyOf,
  makeRRset,
  messageOf,
  type PlannedRRset,
  parseName,
  parseRdata,
  type RRsetKey,
  sameAnswer,
  typeByName,
  type Unreadable,
} from '../../src/provider.ts';
import { fromEscapes, nameToAws, rdataToAws } from './escapes.ts';
import { whySpecial } from './special.ts';

// Between the API's record sets and the model; pure.

/** What a zone holds, or some names of it. */
export interface Content {
  readonly rrsets: readonly ExistingRRset[];
  readonly unreadable: readonly Unreadable[];
  /** Record sets as AWS spells them, by keyOf, where we would not: a DELETE has to say the same. */
  readonly stored: ReadonlyMap<string, ResourceRecordSet>;
}

const noOrigins = Object.freeze([]);

/** What the API lists. What is no plain RRset, or cannot be read, is listed with the reason, and nothing throws. */
export const contentOf = (sets: readonly ResourceRecordSet[]): Content => {
  const rrsets: ExistingRRset[] = [];
  const unreadable: Unreadable[] = [];
  const stored = new Map<string, ResourceRecordSet>();
  for (const [key, same] of Map.groupBy(sets, (set) => keyOf(keyOfSet(set)))) {
    const [set] = same;
    if (set === undefined) continue;
    const why = whySpecial(same);
    if (why !== null) {
      unreadable.push({ ...keyOfSet(set), why });
      continue;
    }
    try {
      const rrset = readSet(set);
      rrsets.push(rrset);
      if (!isSpeltAlike(setOf(rrset), set)) stored.set(key, set);
    } catch (error) {
      unreadable.push({ ...keyOfSet(set), why: messageOf(error) });
    }
  }
  return { rrsets, unreadable, stored };
};

/** The name and type of a record set; a name that cannot be read is as AWS has it. */
export const keyOfSet = ({ Name = '', Type = 'A' }: ResourceRecordSet): RRsetKey => {
  try {
    return { name: nameFromAws(Name), type: Type };
  } catch {
    return { name: Name, type: Type };
  }
};

/** AWS gives a name with octal escapes, and takes it for absolute with or without the final dot. */
export const nameFromAws = (name: string): string => parseName(fromEscapes(name));

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

/** Is it one of the two RRsets that a zone cannot be without? AWS takes no DELETE of these. */
export const isApex = ({ name, type }: RRsetKey, zone: string): boolean =>
  name === zone && (type === 'SOA' || type === 'NS');

/** The batch of a write: every DELETE says what is replaced, so that AWS refuses all where somebody else was faster. */
export const batchOf = (zone: string, changes: readonly Change[], stored: Content['stored']): readonly AwsChange[] => {
  const deletes: AwsChange[] = [];
  const creates: AwsChange[] = [];
  for (const change of changes) {
    const { after, before, name, type } = change;
    const upsert = isApex(change, zone) && before !== null && after !== null;
    if (before !== null && !upsert) {
      const theirs = stored.get(keyOf(change));
      const same = theirs !== undefined && sameAnswer(readSet(theirs), before);
      deletes.push({ Action: 'DELETE', ResourceRecordSet: same ? theirs : setOf({ name, type, ...before }) });
    }
    if (after !== null) {
      creates.push({ Action: upsert ? 'UPSERT' : 'CREATE', ResourceRecordSet: setOf({ name, type, ...after }) });
    }
  }
  return [...deletes, ...creates];
};
