import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DaemonStore } from '../../src/model/daemon-store.ts';
import type {
  JournalEntry,
  OrphanedValue,
  PassRecord,
  Store,
  UnprovenChange,
  WrittenValue,
} from '../../src/model/ports.ts';
import { keyOf } from '../../src/model/rrset.ts';
import type { KnownInventory } from '../../src/model/server.ts';
import type { ZoneId } from '../../src/model/zone.ts';
import { zoneLabel } from '../../src/model/zone.ts';
import { openStore, readStore } from '../../src/state/index.ts';
import { removeFolder, tempFolder } from '../servers/child.ts';
import { entryOf, inventoryOf, passOf, serverOf } from './samples.ts';

type Model = Omit<
  Store,
  | keyof DaemonStore
  | 'lastSync'
  | 'saveSync'
  | 'forgetSync'
  | 'lease'
  | 'holds'
  | 'release'
  | 'leasesInUse'
  | 'journal'
  | 'journalledElsewhere'
  | 'endJournal'
  | 'identify'
  | 'rememberServers'
  | 'changedByOthers'
  | 'close'
>;
/** One call, of the store or of its model. */
type Call = (store: Model) => Promise<unknown>;

/** The store as the contract has it, in memory. */
const modelOf = (): Model => {
  const inventories = new Map<string, KnownInventory>();
  const written = new Map<string, readonly WrittenValue[]>();
  const orphans = new Map<string, readonly OrphanedValue[]>();
  const unproven = new Map<string, readonly UnprovenChange[]>();
  const journal = new Map<string, JournalEntry>();
  const passes: PassRecord[] = [];
  const at = (zone: ZoneId, target: string): string => `${zoneLabel(zone)}/${target}`;
  return {
    inventory: async (name: string) => inventories.get(name) ?? null,
    remember: async (name: string, known: KnownInventory) => void inventories.set(name, known),
    written: async (zone: ZoneId, target: string) => written.get(at(zone, target)) ?? [],
    noteWritten: async (...[zone, target, keys, values]: Parameters<Store['noteWritten']>) => {
      const place = at(zone, target);
      const gone = new Set([...keys, ...values].map(keyOf));
      const rest = (written.get(place) ?? []).filter((value) => !gone.has(keyOf(value)));
      const order = ({ name, type }: WrittenValue): string => `${name}\0${type}`;
      const all = [...rest, ...values].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
      written.set(place, all);
    },
    orphans: async (zone: ZoneId, target: string) => orphans.get(at(zone, target)) ?? [],
    keepOrphans: async (zone: ZoneId, target: string, kept: readonly OrphanedValue[]) =>
      void orphans.set(at(zone, target), kept),
    unproven: async (zone: ZoneId, target: string) => unproven.get(at(zone, target)) ?? [],
    keepUnproven: async (zone: ZoneId, target: string, kept: readonly UnprovenChange[]) =>
      void unproven.set(at(zone, target), kept),
    journalAll: async (entries: readonly JournalEntry[]) => {
      for (const entry of entries) journal.set(entry.id, entry);
    },
    journalled: async () =>
      [...journal.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    endJournalAll: async (ids: readonly string[]) => {
      for (const id of ids) journal.delete(id);
    },
    recordPass: async (pass: PassRecord) => void passes.unshift(pass),
    passes: async (limit: number) => passes.slice(0, limit),
  };
};

const text = fc.string({ unit: 'binary', maxLength: 6 });
const name = fc.constantFrom('a.test.', 'b.test.', '\\000.test.', '*.test.', 'xn--x.');
const type = fc.constantFrom('A', 'AAAA', 'PTR');
const key = fc.record({ name, type });
const number = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
const missing = fc.record({ since: number, snapshots: fc.nat() });
const place = fc.constantFrom<readonly [ZoneId, string]>(
  [{ name: 'a.test.', view: null }, 'pdns'],
  [{ name: 'a.test.', view: 'in' }, 'pdns'],
  [{ name: 'a.test.', view: null }, 'aws'],
);
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
);
const known: fc.Arbitrary<KnownInventory> = fc.record({
  etag: fc.option(text),
  takenAt: number,
  countedAt: number,
  shrunk: fc.option(missing),
  servers: fc.array(
    fc
      .record({
        attributes: fc.dictionary(text, scalar),
        since: number,
        missing: fc.option(missing),
        lacking: missing,
        ips: fc.array(text),
      })
      .map(({ attributes, ips, ...rest }) => ({ ...rest, server: { ...serverOf(1).server, attributes, ips } })),
    { maxLength: 4 },
  ),
});
const inventoryName = fc.oneof(
  fc.constantFrom('lab', 'dc'),
  text.filter((it) => it.isWellFormed()),
);
const change: fc.Arbitrary<UnprovenChange> = fc.record({
  name,
  type,
  after: fc.option(fc.record({ ttl: fc.nat(), values: fc.array(text) })),
  isAtTarget: fc.boolean(),
});
const id = fc.integer({ min: 0, max: 5 });

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(inventoryName, known).map(
    ([at, it]): Call =>
      (store) =>
        store.remember(at, it),
  ),
  fc.nat(30).map(
    (count): Call =>
      (store) =>
        store.remember('lab', inventoryOf(count)),
  ),
  inventoryName.map(
    (at): Call =>
      (store) =>
        store.inventory(at),
  ),
  fc
    .tuple(
      place,
      fc.array(key, { maxLength: 3 }),
      fc.array(fc.record({ name, type, rdata: text, sources: fc.array(text) }), { maxLength: 4 }),
    )
    .map(
      ([[zone, target], keys, values]): Call =>
        (store) =>
          store.noteWritten(zone, target, keys, values),
    ),
  place.map(
    ([zone, target]): Call =>
      (store) =>
        store.written(zone, target),
  ),
  fc.tuple(place, fc.array(fc.record({ name, type, rdata: text, missing }), { maxLength: 3 })).map(
    ([[zone, target], kept]): Call =>
      (store) =>
        store.keepOrphans(zone, target, kept),
  ),
  place.map(
    ([zone, target]): Call =>
      (store) =>
        store.orphans(zone, target),
  ),
  fc.tuple(place, fc.array(change, { maxLength: 3 })).map(
    ([[zone, target], kept]): Call =>
      (store) =>
        store.keepUnproven(zone, target, kept),
  ),
  place.map(
    ([zone, target]): Call =>
      (store) =>
        store.unproven(zone, target),
  ),
  fc.array(fc.tuple(id, fc.option(text)), { maxLength: 3 }).map(
    (ids): Call =>
      (store) =>
        store.journalAll(ids.map(([i, stuck]) => ({ ...entryOf(i), at: i >> 1, stuck }))),
  ),
  fc.array(id, { maxLength: 2 }).map(
    (ids): Call =>
      (store) =>
        store.endJournalAll(ids.map((i) => `set-${i}`)),
  ),
  fc.constant<Call>((store) => store.journalled()),
  fc.nat().map(
    (i): Call =>
      (store) =>
        store.recordPass(passOf(i)),
  ),
  fc.nat(5).map(
    (limit): Call =>
      (store) =>
        store.passes(limit),
  ),
);

const readings: readonly Call[] = [
  (store) => store.inventory('lab'),
  (store) => store.inventory('dc'),
  (store) => store.written({ name: 'a.test.', view: null }, 'pdns'),
  (store) => store.orphans({ name: 'a.test.', view: 'in' }, 'pdns'),
  (store) => store.unproven({ name: 'a.test.', view: null }, 'pdns'),
  (store) => store.journalled(),
  (store) => store.passes(100),
];

describe('the store on a file', () => {
  it('is the one in memory, whatever is called, however often it is opened', async () => {
    const property = fc.asyncProperty(fc.array(fc.option(call, { freq: 10 }), { maxLength: 40 }), async (calls) => {
      const folder = tempFolder('model');
      const file = join(folder, 'state.sqlite');
      const model = modelOf();
      const notices: string[] = [];
      const say = (notice: string) => void notices.push(notice);
      let store = await openStore(file, say);
      try {
        for (const each of calls) {
          if (each !== null) expect(await each(store)).toEqual(await each(model));
          else {
            await store.close();
            store = await openStore(file, say);
          }
        }
        const reader = await readStore(file, say);
        for (const each of readings) {
          const wanted = await each(model);
          expect(await each(store)).toEqual(wanted);
          expect(await each(reader)).toEqual(wanted);
        }
        await reader.close();
        expect(notices).toEqual([]);
      } finally {
        await store.close();
        removeFolder(folder);
      }
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
