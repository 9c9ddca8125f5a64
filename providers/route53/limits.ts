import type { Change as AwsChange } from '@aws-sdk/client-route-53';
import type { Change } from '../../src/provider.ts';
import { batchOf, type Content } from './convert.ts';

/** What one ChangeResourceRecordSets may hold: an UPSERT counts twice. */
export const mostRecords = 1_000;
export const mostCharacters = 32_000;
/** AWS's quota of values in one RRset, and the longest value. */
export const mostValues = 400;
export const longestValue = 4_000;

export interface Size {
  readonly records: number;
  readonly characters: number;
}

/** What a batch counts as. */
export const sizeOf = (batch: readonly AwsChange[]): Size => {
  let records = 0;
  let characters = 0;
  for (const { Action, ResourceRecordSet } of batch) {
    const values = ResourceRecordSet?.ResourceRecords ?? [];
    const times = Action === 'UPSERT' ? 2 : 1;
    records += times * Math.max(values.length, 1);
    characters += times * values.reduce((sum, { Value = '' }) => sum + Value.length, 0);
  }
  return { records, characters };
};

export const fits = ({ characters, records }: Size): boolean => records <= mostRecords && characters <= mostCharacters;

/** Writes that each fit into one batch, in the same order; the changes of one name stay together. */
export const cutChanges = (
  zone: string,
  changes: readonly Change[],
  stored: Content['stored'],
): readonly (readonly Change[])[] => {
  const writes: Change[][] = [];
  let room: Size = { records: -1, characters: -1 };
  for (const [, same] of Map.groupBy(changes, ({ name }) => name)) {
    const { characters, records } = sizeOf(batchOf(zone, same, stored));
    if (records > room.records || characters > room.characters) {
      writes.push([]);
      room = { records: mostRecords, characters: mostCharacters };
    }
    writes.at(-1)?.push(...same);
    room = { records: room.records - records, characters: room.characters - characters };
  }
  return writes;
};

/** Why a change can be in no batch; null: it can. */
export const whyTooLarge = (zone: string, change: Change, stored: Content['stored']): string | null => {
  const values = change.after?.values ?? [];
  if (values.length > mostValues) return `Route 53 takes ${mostValues} values of one RRset`;
  const batch = batchOf(zone, [change], stored);
  const long = batch.some(
    ({ Action, ResourceRecordSet }) =>
      Action !== 'DELETE' && ResourceRecordSet?.ResourceRecords?.some(({ Value = '' }) => Value.length > longestValue),
  );
  if (long) return `Route 53 takes ${longestValue} characters in one value`;
  const size = sizeOf(batch);
  return fits(size)
    ? null
    : `to replace it at once takes ${size.records} records and ${size.characters} characters, and Route 53 takes ${mostRecords} and ${mostCharacters} in one batch`;
};
