import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/model/ports.ts';
import { openStore, readStore } from '../../src/state/index.ts';
import { removeFolder, tempFolder } from '../servers/child.ts';
import { entryOf, inventoryOf, lastSync, orphanOf, passOf, writtenOf, zone } from './samples.ts';

const values = Array.from({ length: 200 }, (_, i) => writtenOf(i));
const known = inventoryOf(100);

/** A file with something of everything, over many pages. */
const fill = async (file: string): Promise<void> => {
  const store = await openStore(file);
  await store.saveSync(zone, 'pdns', lastSync);
  await store.remember('lab', known);
  await store.noteWritten(zone, 'pdns', values, values);
  await store.keepOrphans(zone, 'pdns', [orphanOf(1), orphanOf(2)]);
  await store.journalAll([entryOf(1), entryOf(2)]);
  for (let i = 0; i < 20; i += 1) await store.recordPass(passOf(i));
  await store.close();
};

const filled = async (): Promise<string> => {
  const file = join(tempFolder('damage'), 'state.sqlite');
  await fill(file);
  return file;
};

const edit = (file: string, sql: string): void => {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
};

const readAll = async (store: Store) => ({
  inventory: await store.inventory('lab'),
  written: await store.written(zone, 'pdns'),
  orphans: await store.orphans(zone, 'pdns'),
  journalled: await store.journalled(),
  passes: await store.passes(100),
});

const listening = () => {
  const notices: string[] = [];
  return { notices, say: (notice: string) => void notices.push(notice) };
};

/** Whatever is read stood there so, or nothing is. */
const expectLess = (seen: Awaited<ReturnType<typeof readAll>>): void => {
  if (seen.inventory !== null) expect(seen.inventory).toEqual(known);
  const texts = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item));
  const lessOf = (items: readonly unknown[], all: readonly unknown[]) => {
    const whole = new Set(texts(all));
    expect(texts(items).filter((item) => !whole.has(item))).toEqual([]);
  };
  lessOf(seen.written, values);
  if (seen.orphans.length > 0) expect(seen.orphans).toEqual([orphanOf(1), orphanOf(2)]);
  lessOf(seen.journalled, [entryOf(1), entryOf(2)]);
  lessOf(
    seen.passes,
    Array.from({ length: 20 }, (_, i) => passOf(i)),
  );
};

describe('a row that is not as it was written is as if it were not there', () => {
  const damages: readonly (readonly [string, string, RegExp])[] = [
    [
      'a damaged body',
      "UPDATE written SET body = '[{' WHERE name = 'web7.lab.test.'",
      /written to lab\.test\. at pdns/,
    ],
    ['another body', "UPDATE written SET body = '[]' WHERE name = 'web7.lab.test.'", /written to lab\.test\. at pdns/],
    ['another name', "UPDATE written SET name = 'x.' WHERE name = 'web7.lab.test.'", /written to lab\.test\. at pdns/],
    [
      "another place's",
      "UPDATE orphans SET target = 'pdns', zone = 'a.'; UPDATE orphans SET zone = 'lab.test.', seal = seal + 1",
      /unaccounted/,
    ],
    ['a server', 'UPDATE inventory_servers SET seal = 1 WHERE position = 5', /the inventory lab is lost/],
    ['a lost server', 'DELETE FROM inventory_servers WHERE position = 5', /the inventory lab is lost/],
    [
      'a head',
      'UPDATE inventories SET body = replace(body, \'"snapshots":1\', \'"snapshots":9\')',
      /the inventory lab/,
    ],
    ['an entry', "UPDATE journal SET body = 'null' WHERE id = 'set-1'", /an entry of the journal/],
    ['a pass', 'UPDATE passes SET seal = 9223372036854775807 WHERE id = 3', /the record of a pass/],
    ['a zone', "UPDATE settled SET unmanaged = '[1]'", /what was read of lab\.test\. at pdns/],
  ];
  it.each(damages)('%s', async (_, sql, said) => {
    const file = await filled();
    edit(file, sql);
    for (const open of [readStore, openStore]) {
      const { notices, say } = listening();
      const store = await open(file, say);
      const seen = await readAll(store);
      await store.lastSync(zone, 'pdns');
      expectLess(seen);
      await readAll(store);
      await store.close();
      expect(notices).toEqual([expect.stringMatching(said)]);
    }
    expect(readdirSync(dirname(file))).toEqual(['state.sqlite']);
  });

  it('what is damaged is said once, since whoever may write drops it', async () => {
    const file = await filled();
    edit(file, "UPDATE written SET body = '[{' WHERE name = 'web7.lab.test.'");
    const first = await openStore(file);
    expect(await first.written(zone, 'pdns')).toHaveLength(199);
    await first.close();
    const { notices, say } = listening();
    const second = await openStore(file, say);
    expect(await second.written(zone, 'pdns')).toHaveLength(199);
    await second.close();
    expect(notices).toEqual([]);
  });
});

describe('a file that is damaged', () => {
  const pageSize = 4096;
  const damages: readonly (readonly [string, (file: string) => void])[] = [
    ['every page but the first is garbage', (file) => overwrite(file, pageSize, Number.POSITIVE_INFINITY)],
    ['one page in the middle is garbage', (file) => overwrite(file, pageSize * 6, pageSize)],
    ['the last page is garbage', (file) => overwrite(file, statSync(file).size - pageSize, pageSize)],
    ['the first page is garbage, but for the header', (file) => overwrite(file, 100, pageSize - 100)],
    ['it is cut off in the middle', (file) => truncateSync(file, pageSize * 4)],
    ['it is cut off within a page', (file) => truncateSync(file, pageSize * 4 + 100)],
    ['it is cut off after its header', (file) => truncateSync(file, 100)],
    ['a table is gone', (file) => edit(file, 'DROP TABLE written')],
    ['a table is another', (file) => edit(file, 'DROP TABLE journal; CREATE TABLE journal (x)')],
    ['its version is an older one', (file) => edit(file, 'PRAGMA user_version = 1')],
  ];
  const overwrite = (file: string, from: number, length: number): void => {
    const bytes = readFileSync(file);
    bytes.fill(0xa5, from, Math.min(bytes.length, from + length));
    writeFileSync(file, bytes);
  };

  it.each(damages)('is set aside and begun anew, and says so: %s', async (what, damage) => {
    const file = await filled();
    damage(file);
    const bytes = readFileSync(file);

    const reading = listening();
    const reader = await readStore(file, reading.say);
    expectLess(await readAll(reader));
    await reader.close();
    if (what !== 'its version is an older one') expect(reading.notices).not.toEqual([]);
    expect(readFileSync(file)).toEqual(bytes);

    const { notices, say } = listening();
    const store = await openStore(file, say);
    const aside = `${file}.damaged-${process.pid}`;
    expect(notices).toEqual([
      expect.stringMatching(/could not be used \(.+\); it was set aside as .+ and begun anew$/),
    ]);
    expect(store.notice).toBe(notices[0]);
    expect(readFileSync(aside).length).toBe(bytes.length);
    expect(await readAll(store)).toEqual({ inventory: null, written: [], orphans: [], journalled: [], passes: [] });
    await store.close();
    await fill(file);
    expect(readdirSync(dirname(file)).sort()).toEqual(['state.sqlite', `state.sqlite.damaged-${process.pid}`]);
  });

  it('while it is open says what is lost, keeps nothing as if it were kept, and is set aside at the next start', async () => {
    const file = await filled();
    const { notices, say } = listening();
    const store = await openStore(file, say);
    // What it has in memory of the pages is given up when somebody else has written.
    edit(file, "UPDATE settled SET mark = 'another'");
    for (let page = 1; page * pageSize < statSync(file).size; page += 1) overwrite(file, page * pageSize, pageSize);
    expect(await readAll(store)).toEqual({ inventory: null, written: [], orphans: [], journalled: [], passes: [] });
    expect(notices).toHaveLength(5);
    expect(notices).toContainEqual(expect.stringMatching(/what was known of the inventory lab is lost/));
    await expect(store.journal(entryOf(3))).rejects.toThrow(
      /malformed.*: the next apply sets it aside and begins anew/,
    );
    await expect(store.remember('lab', known)).rejects.toMatchObject({ code: 'CONFIG' });
    await expect(store.lease(zone, 'pdns')).rejects.toMatchObject({ code: 'CONFIG' });
    await store.close();
    const next = await openStore(file, say);
    expect(next.notice).toMatch(/set aside/);
    await next.journal(entryOf(3));
    expect(await next.journalled()).toEqual([entryOf(3)]);
    await next.close();
  });

  it('is not taken from a process that has its leases in it', async () => {
    const file = await filled();
    const holder = await openStore(file);
    expect(await holder.lease(zone, 'pdns')).toHaveProperty('token');
    overwrite(file, pageSize * 6, pageSize);
    await expect(openStore(file)).rejects.toThrow(/is locked by another process: wait/);
    expect(readdirSync(dirname(file)).filter((name) => name.includes('damaged'))).toEqual([]);
    await holder.close();
    const next = await openStore(file);
    expect(next.notice).toMatch(/set aside/);
    await next.close();
  });

  it('is never overwritten by the next one', async () => {
    const file = await filled();
    for (let i = 0; i < 3; i += 1) {
      overwrite(file, pageSize, Number.POSITIVE_INFINITY);
      (await openStore(file)).close();
      await fill(file);
    }
    expect(readdirSync(dirname(file))).toHaveLength(4);
  });

  it('anywhere, by any bytes, never tells what was not written, nor fails but to start', async () => {
    const whole = readFileSync(await filled());
    const flips = fc.array(fc.record({ at: fc.nat(whole.length - 1), byte: fc.integer({ min: 1, max: 255 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    const property = fc.asyncProperty(flips, fc.boolean(), async (places, reading) => {
      const folder = tempFolder('flips');
      const file = join(folder, 'state.sqlite');
      const bytes = Buffer.from(whole);
      for (const { at, byte } of places) bytes[at] = (bytes[at] ?? 0) ^ byte;
      writeFileSync(file, bytes);
      try {
        const store = await started(() => (reading ? readStore(file) : openStore(file)));
        if (store !== null) expectLess(await readAll(store));
        await store?.close();
      } finally {
        removeFolder(folder);
      }
    });
    await fc.assert(property, { numRuns: 400 });
  });

  /** A header of another program or version stops for a person. */
  const started = async <T>(open: () => Promise<T>): Promise<T | null> => {
    try {
      return await open();
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG', kind: 'stop' });
      return null;
    }
  };
});
