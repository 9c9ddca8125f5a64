import { type ExistingRRset, keyOf, makeRRset, typeByName, type Unreadable, type Value } from '../../src/provider.ts';
import type { MessageRecord } from '../../src/wire/message.ts';
import { applySteps } from '../../src/wire/steps.ts';
import type { ZoneStep } from '../../src/wire/transfer-reader.ts';

// A zone as transfers give it; pure.

/** A zone as a transfer gave it; the first of its records is its SOA. */
export interface Content {
  readonly records: readonly MessageRecord[];
  readonly soa: MessageRecord;
  readonly rrsets: readonly ExistingRRset[];
  readonly unreadable: readonly Unreadable[];
  readonly byKey: ReadonlyMap<string, ExistingRRset>;
}

const noOrigins = Object.freeze([]);

interface Group {
  readonly name: string;
  readonly type: string;
  ttl: number;
  readable: boolean;
  readonly values: Value[];
}

/** The RRsets of a zone's records; where TTLs within one differ (RRSIG's may), the smallest counts. */
export const contentOf = (soa: MessageRecord, records: readonly MessageRecord[]): Content => {
  const groups = new Map<string, Group>();
  for (const { name, rdata, ttl, type } of records) {
    const key = keyOf({ name, type });
    let group = groups.get(key);
    if (group === undefined) {
      group = { name, type, ttl, readable: true, values: [] };
      groups.set(key, group);
    }
    if (ttl < group.ttl) group.ttl = ttl;
    if (rdata.startsWith('\\#') && hasFields(type)) group.readable = false;
    group.values.push({ rdata, origins: noOrigins });
  }
  const byKey = new Map<string, ExistingRRset>();
  const unreadable: Unreadable[] = [];
  for (const [key, { name, readable, ttl, type, values }] of groups) {
    if (readable) byKey.set(key, makeRRset(name, type, ttl, values));
    else unreadable.push({ name, type, why: `its octets are no rdata of ${type}` });
  }
  return { records, soa, rrsets: [...byKey.values()], unreadable, byKey };
};

const hasFields = (type: string): boolean => (typeByName(type)?.fields.length ?? 0) > 0;

/**
 * The zone after the steps of IXFR, of which only the names that they speak of are made anew. Null: they do not fit it, so
 * that all of it has to be read again.
 */
export const contentAfter = (before: Content, soa: MessageRecord, steps: readonly ZoneStep[]): Content | null => {
  const names = new Set(steps.flatMap(({ added, deleted }) => [...added, ...deleted].map(({ name }) => name)));
  const isTouched = ({ name }: { readonly name: string }): boolean => names.has(name);
  const [, ...records] = before.records;
  const now = applySteps([before.soa, ...records.filter(isTouched)], steps);
  if (now === null) return null;
  const part = contentOf(soa, now);
  const byKey = new Map(before.byKey);
  for (const record of records) if (isTouched(record)) byKey.delete(keyOf(record));
  for (const [key, rrset] of part.byKey) byKey.set(key, rrset);
  return {
    records: [soa, ...records.filter((record) => !isTouched(record)), ...now.slice(1)],
    soa,
    rrsets: [...byKey.values()],
    unreadable: [...before.unreadable.filter((each) => !isTouched(each)), ...part.unreadable],
    byKey,
  };
};
