import type { Change } from '../model/plan.ts';
import { pointingTypes, reverseType } from '../model/rr-types.ts';
import type { Supports } from '../provider.ts';

/**
 * The writes that carry the changes out, each within the provider's limits. All changes of one name travel together, so
 * that a type swap is never split; names that only gain come first, names that only lose last, so that no answer is
 * missing in between. Within a name deletes come first: an A must go before a CNAME can come.
 */
export const order = (changes: readonly Change[], supports: Supports): readonly (readonly Change[])[] => {
  const units = [...groupByName(changes)].sort((a, b) => a.rank - b.rank);
  const writes: Change[][] = [];
  let current: Change[] = [];
  let bytes = 0;
  for (const unit of units) {
    const size = unit.changes.reduce((sum, change) => sum + bytesOf(change, supports), 0);
    const full = bytes + size > supports.max_bytes || current.length + unit.changes.length > supports.max_changes;
    if (full && current.length > 0) {
      writes.push(current);
      current = [];
      bytes = 0;
    }
    current.push(...unit.changes);
    bytes += size;
  }
  return current.length > 0 ? [...writes, current] : writes;
};

interface Unit {
  readonly rank: number;
  readonly changes: readonly Change[];
}

const groupByName = (changes: readonly Change[]): Iterable<Unit> => {
  const byName = new Map<string, Change[]>();
  for (const change of changes) {
    const same = byName.get(change.name);
    if (same === undefined) byName.set(change.name, [change]);
    else same.push(change);
  }
  return byName.values().map((same) => ({ rank: rankOf(same), changes: same.sort(deletesFirst) }));
};

const deletesFirst = (a: Change, b: Change): number => Number(b.action === 'delete') - Number(a.action === 'delete');

/** What others point at comes before what points, and goes after it. */
const pointers: ReadonlySet<string> = new Set([...pointingTypes, reverseType]);

const rankOf = (changes: readonly Change[]): number => {
  const points = changes.some((change) => pointers.has(change.type));
  const phase = changes.every((change) => change.action === 'create')
    ? 0
    : changes.every((change) => change.action === 'delete')
      ? 2
      : 1;
  return phase * 2 + Number(phase === 2 ? !points : points);
};

/** An upper bound of a change's size in a provider's write; rdata counts as JSON, where a quote is two bytes. */
const bytesOf = (change: Change, supports: Supports): number => {
  const values = change.after?.values ?? [];
  const text = values.reduce((sum, value) => sum + JSON.stringify(value.rdata).length + supports.bytes_per_value, 0);
  return supports.bytes_per_change + change.name.length + text;
};
