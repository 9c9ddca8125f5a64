import {
  type ExistingRRset,
  isSoa,
  lazy,
  makeRRset,
  mapRRsets,
  type ReadonlyRRsetMap,
  rrsetMap,
  typeByName,
  type Unreadable,
  type Value,
} from '../../src/provider.ts';
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
  /** `rrsets` by name and type. Made when it is first asked for: only a write needs it. */
  readonly byKey: () => ReadonlyRRsetMap<ExistingRRset>;
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
  const rrsets: ExistingRRset[] = [];
  const unreadable: Unreadable[] = [];
  for (const { name, readable, ttl, type, values } of groupsOf(records)) {
    if (readable) rrsets.push(makeRRset(name, type, ttl, values));
    else unreadable.push({ name, type, why: `its octets are no rdata of ${type}` });
  }
  return { records, soa, rrsets, unreadable, byKey: lazy(() => mapRRsets(rrsets)) };
};

/** Servers send the records of an RRset one after the other, but need not. */
const groupsOf = (records: readonly MessageRecord[]): readonly Group[] => {
  const groups: Group[] = [];
  const known = rrsetMap<Group>();
  let group: Group | undefined;
  for (const record of records) {
    const { name, rdata, ttl, type } = record;
    if (group === undefined || group.name !== name || group.type !== type) {
      group = known.get(record);
      if (group === undefined) {
        group = { name, type, ttl, readable: true, values: [] };
        known.set(group, group);
        groups.push(group);
      }
    }
    if (ttl < group.ttl) group.ttl = ttl;
    if (rdata.startsWith('\\#') && hasFields(type)) group.readable = false;
    group.values.push({ rdata, origins: noOrigins });
  }
  return groups;
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
  // The new SOA is in the part.
  const kept = before.rrsets.filter((each) => !isSoa(each.type) && !isTouched(each));
  const rrsets = [...kept, ...part.rrsets];
  return {
    records: [soa, ...records.filter((record) => !isTouched(record)), ...now.slice(1)],
    soa,
    rrsets,
    unreadable: [...before.unreadable.filter((each) => !isTouched(each)), ...part.unreadable],
    byKey: lazy(() => mapRRsets(rrsets)),
  };
};
