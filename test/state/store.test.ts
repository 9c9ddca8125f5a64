import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/model/ports.ts';
import { openStore, readStore } from '../../src/state/index.ts';
import { cpuTime } from '../cpu.ts';
import { tempFolder } from '../servers/child.ts';
import {
  entryOf,
  inside,
  inventoryOf,
  lastSync,
  orphanOf,
  passOf,
  serverOf,
  unprovenOf,
  writtenOf,
  zone,
} from './samples.ts';

describe('the store', () => {
  let file: string;
  let store: Store;
  beforeEach(async () => {
    file = join(tempFolder('state'), 'state.sqlite');
    store = await openStore(file);
    return () => store.close();
  });
  /** The same, read anew from the file, by what `apply` and by what `plan` opens it with. */
  const anew = async <T>(ask: (store: Store) => Promise<T>): Promise<T> => {
    const reader = await readStore(file);
    const seen = await ask(reader);
    await Promise.all([reader.close(), store.close()]);
    store = await openStore(file);
    expect(await ask(store)).toEqual(seen);
    return seen;
  };
  const rowsOf = (sql: string) => {
    const database = new DatabaseSync(file, { readOnly: true });
    const rows = database.prepare(sql).all();
    database.close();
    return rows;
  };

  it('knows nothing at first', async () => {
    expect(await anew((s) => s.inventory('lab'))).toBeNull();
    expect(await anew((s) => s.lastSync(zone, 'pdns'))).toBeNull();
    expect(await anew((s) => s.written(zone, 'pdns'))).toEqual([]);
    expect(await anew((s) => s.orphans(zone, 'pdns'))).toEqual([]);
    expect(await anew((s) => s.unproven(zone, 'pdns'))).toEqual([]);
    expect(await anew((s) => s.journalled())).toEqual([]);
    expect(await anew((s) => s.passes(10))).toEqual([]);
  });

  it('keeps some servers of a snapshot anew, and leaves the others as they are', async () => {
    const { servers } = inventoryOf(3);
    await store.remember('lab', inventoryOf(3));
    const next = { ...inventoryOf(0), etag: null, servers: [...servers, serverOf(7)].with(1, serverOf(19)) };
    await store.rememberServers('lab', next, [1, 3]);
    expect(await anew((s) => s.inventory('lab'))).toEqual(next);
    const away = { ...next, servers: next.servers.with(0, serverOf(9)) };
    await store.rememberServers('lab', away, []);
    expect(await anew((s) => s.inventory('lab'))).toEqual(next);
  });

  it('tells whether anybody else wrote to it since', async () => {
    expect(await store.changedByOthers()).toBe(false);
    await store.remember('lab', inventoryOf(1));
    expect(await store.changedByOthers()).toBe(false);
    const other = await openStore(file);
    expect(await other.changedByOthers()).toBe(false);
    await other.keepUnproven(zone, 'pdns', [unprovenOf(1)]);
    expect(await store.changedByOthers()).toBe(true);
    expect(await store.changedByOthers()).toBe(false);
    expect(await other.changedByOthers()).toBe(false);
    await other.close();
  });

  it('keeps the last snapshot of each inventory, in its order', async () => {
    await store.remember('lab', inventoryOf(20));
    await store.remember('other', { ...inventoryOf(1), etag: null, shrunk: null });
    await store.remember('empty', inventoryOf(0));
    expect(await anew((s) => s.inventory('lab'))).toEqual(inventoryOf(20));
    const next = { ...inventoryOf(0), servers: [serverOf(19), serverOf(3)] };
    await store.remember('lab', next);
    expect(await anew((s) => s.inventory('lab'))).toEqual(next);
    expect(await anew((s) => s.inventory('other'))).toEqual({ ...inventoryOf(1), etag: null, shrunk: null });
    expect(await anew((s) => s.inventory('empty'))).toEqual(inventoryOf(0));
    expect(rowsOf('SELECT * FROM inventory_servers')).toHaveLength(3);
  });

  it('keeps what was written by name and type, and no more than that', async () => {
    const [a, b, c] = [writtenOf(1), writtenOf(2), { ...writtenOf(2), rdata: '10.9.9.9' }];
    await store.noteWritten(zone, 'pdns', [a, b], [b, a, c]);
    await store.noteWritten(inside, 'pdns', [a], [{ ...a, rdata: '10.8.8.8' }]);
    await store.noteWritten(zone, 'aws', [a], [{ ...a, sources: [] }]);
    expect(await anew((s) => s.written(zone, 'pdns'))).toEqual([a, b, c]);
    await store.noteWritten(zone, 'pdns', [b, { ...b, type: 'AAAA' }], [{ ...b, type: 'AAAA' }]);
    expect(await anew((s) => s.written(zone, 'pdns'))).toEqual([a, { ...b, type: 'AAAA' }]);
    await store.noteWritten(zone, 'pdns', [a, { ...b, type: 'AAAA' }], []);
    expect(await anew((s) => s.written(zone, 'pdns'))).toEqual([]);
    expect(await anew((s) => s.written(inside, 'pdns'))).toEqual([{ ...a, rdata: '10.8.8.8' }]);
    expect(await anew((s) => s.written(zone, 'aws'))).toEqual([{ ...a, sources: [] }]);
  });

  it('keeps orphans in place of all before', async () => {
    await store.keepOrphans(zone, 'pdns', [orphanOf(2), orphanOf(1)]);
    await store.keepOrphans(inside, 'pdns', [orphanOf(3)]);
    expect(await anew((s) => s.orphans(zone, 'pdns'))).toEqual([orphanOf(2), orphanOf(1)]);
    await store.keepOrphans(zone, 'pdns', []);
    expect(await anew((s) => s.orphans(zone, 'pdns'))).toEqual([]);
    expect(await anew((s) => s.orphans(inside, 'pdns'))).toEqual([orphanOf(3)]);
  });

  it('keeps what is unproven in place of all before', async () => {
    await store.keepUnproven(zone, 'pdns', [unprovenOf(2), unprovenOf(1)]);
    await store.keepUnproven(inside, 'pdns', [unprovenOf(3)]);
    expect(await anew((s) => s.unproven(zone, 'pdns'))).toEqual([unprovenOf(2), unprovenOf(1)]);
    await store.keepUnproven(zone, 'pdns', []);
    expect(await anew((s) => s.unproven(zone, 'pdns'))).toEqual([]);
    expect(await anew((s) => s.unproven(inside, 'pdns'))).toEqual([unprovenOf(3)]);
  });

  it('keeps a set in the journal until it is ended', async () => {
    await store.journalAll([entryOf(3), entryOf(1)]);
    await store.journal(entryOf(2));
    await store.journal({ ...entryOf(1), stuck: 'somebody wrote' });
    expect(await anew((s) => s.journalled())).toEqual([
      { ...entryOf(1), stuck: 'somebody wrote' },
      entryOf(2),
      entryOf(3),
    ]);
    await store.endJournal('set-2');
    await store.endJournal('none');
    expect(await anew((s) => s.journalled())).toHaveLength(2);
    await store.endJournalAll(['set-1', 'set-3']);
    expect(await anew((s) => s.journalled())).toEqual([]);
  });

  it('keeps the last 1,000 passes, the newest first', async () => {
    for (let i = 0; i < 1003; i += 1) await store.recordPass(passOf(i));
    expect(await anew((s) => s.passes(2))).toEqual([passOf(1002), passOf(1001)]);
    expect((await anew((s) => s.passes(5000))).map(({ started }) => started)).toEqual(
      Array.from({ length: 1000 }, (_, i) => 1002 - i),
    );
    expect(await anew((s) => s.passes(0))).toEqual([]);
  });

  it('a reader leaves nothing behind, and changes nothing', async () => {
    await store.remember('lab', inventoryOf(2));
    const reader = await readStore(file);
    await reader.remember('lab', inventoryOf(0));
    await reader.journal(entryOf(1));
    await reader.saveSync(zone, 'pdns', lastSync);
    await reader.close();
    expect(await store.inventory('lab')).toEqual(inventoryOf(2));
    expect(await store.journalled()).toEqual([]);
    expect(await store.lastSync(zone, 'pdns')).toBeNull();
  });

  it('takes whatever text there is', async () => {
    const odd = 'a\0b\ud800 \u{1f600}\n"\\';
    const attributes = JSON.parse('{"__proto__": 1, "constructor": "x"}');
    const server = { ...serverOf(0), server: { ...serverOf(0).server, attributes: { ...attributes, [odd]: odd } } };
    const known = { ...inventoryOf(0), servers: [server] };
    await store.remember(odd, known);
    expect(await store.inventory(odd)).toEqual(known);
    await store.noteWritten(zone, odd, [{ name: 'x\0y', type: 'A' }], [{ ...writtenOf(1), name: 'x\0y', rdata: odd }]);
    expect(await store.written(zone, odd)).toEqual([{ ...writtenOf(1), name: 'x\0y', rdata: odd }]);
  });

  it('reads and notes a large zone fast enough', async () => {
    const values = Array.from({ length: 100_000 }, (_, i) => writtenOf(i));
    const noted = await cpuTime(() => store.noteWritten(zone, 'pdns', values, values));
    const read = await cpuTime(() => store.written(zone, 'pdns'));
    const opened = await cpuTime(async () => (await openStore(file)).close());
    const remembered = await cpuTime(() => store.remember('lab', inventoryOf(10_000)));
    const recalled = await cpuTime(() => store.inventory('lab'));
    // Several times what a machine needs that has nothing else to do.
    expect({ noted: noted < 3000, read: read < 1500, opened: opened < 600 }, `${noted}, ${read}, ${opened} ms`).toEqual(
      {
        noted: true,
        read: true,
        opened: true,
      },
    );
    expect(remembered + recalled).toBeLessThan(1500);
  });
});
