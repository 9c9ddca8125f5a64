import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore, readStore } from '../../src/state/index.ts';
import { tempFolder } from '../servers/child.ts';
import { daemonTables, entryOf, inventoryOf, passOf, writtenOf, zone } from './samples.ts';

const script = fileURLToPath(new URL('writer.ts', import.meta.url));

interface Ended {
  /** The numbers that it said were kept. */
  readonly kept: readonly number[];
  readonly said: string;
  readonly code: number | null;
}

/** Runs a writer; `killAfter`: kills it as soon as it has said that so many were kept. */
const write = async (
  file: string,
  what: string,
  { from = 0, count, killAfter }: { readonly from?: number; readonly count: number; readonly killAfter?: number },
): Promise<Ended> => {
  const child = spawn(process.execPath, [script, file, what, `${from}`, `${count}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
    if (killAfter !== undefined && out.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  const kept = out.split('\n').slice(0, -1).map(Number);
  return { kept, said, code };
};

const newFile = (): string => join(tempFolder('processes'), 'state.sqlite');

describe('processes that write one state file at once', () => {
  it('all processes write, and none fails', async () => {
    const file = newFile();
    const ends = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => write(file, 'journal', { from: i * 100, count: 20 })));
    expect(ends.map(({ code, said }) => ({ code, said }))).toEqual(ends.map(() => ({ code: 0, said: '' })));
    const store = await openStore(file);
    expect(await store.journalled()).toEqual(ends.flatMap(({ kept }) => kept.map(entryOf)));
    await store.close();
  });

  it('all bring a file of version 1 to ours, once', async () => {
    const file = newFile();
    const first = await openStore(file);
    await first.saveSync(zone, 'pdns', { fingerprint: '1', mark: 'm', desired: 'd', readAt: 5, unmanaged: [] });
    await first.close();
    const database = new DatabaseSync(file);
    const later = [
      'inventories',
      'inventory_servers',
      'written',
      'orphans',
      'journal',
      'passes',
      'identities',
      'unproven',
      ...daemonTables,
    ];
    for (const table of later) {
      database.exec(`DROP TABLE ${table}`);
    }
    for (const column of ['started', 'unanswered_until']) database.exec(`ALTER TABLE leases DROP COLUMN ${column}`);
    database.exec('PRAGMA user_version = 1');
    database.close();
    const ends = await Promise.all([0, 1, 2, 3].map((i) => write(file, 'recordPass', { from: i * 100, count: 10 })));
    expect(ends.map(({ code, said }) => ({ code, said }))).toEqual(ends.map(() => ({ code: 0, said: '' })));
    const store = await openStore(file);
    expect(store.notice).toBeNull();
    const passes = await store.passes(100);
    expect(passes).toHaveLength(40);
    expect(passes).toEqual(expect.arrayContaining(ends.flatMap(({ kept }) => kept.map(passOf))));
    expect(await store.lastSync(zone, 'pdns')).toMatchObject({ mark: 'm' });
    await store.close();
  });

  it('leave one whole snapshot at any time', async () => {
    const file = newFile();
    (await openStore(file)).close();
    let running = true;
    const writers = Promise.all([
      write(file, 'remember', { from: 1, count: 100 }),
      write(file, 'remember', { from: 1, count: 100 }),
      write(file, 'noteWritten', { from: 0, count: 200 }),
    ]).finally(() => {
      running = false;
    });
    const notices: string[] = [];
    const stores = await Promise.all(
      [readStore, openStore].map((open) => open(file, (notice) => notices.push(notice))),
    );
    let seen = 0;
    while (running) {
      for (const store of stores) {
        const known = await store.inventory('lab');
        if (known === null) continue;
        expect(known).toEqual({ ...inventoryOf(known.takenAt), takenAt: known.takenAt });
        seen += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(stores.map((store) => store.close()));
    const ends = await writers;
    expect(ends.map(({ code, said }) => ({ code, said }))).toEqual(ends.map(() => ({ code: 0, said: '' })));
    expect(notices).toEqual([]);
    expect(seen).toBeGreaterThan(10);
    const store = await openStore(file);
    const all = Array.from({ length: 200 }, (_, i) => writtenOf(i));
    expect(await store.written(zone, 'pdns')).toEqual(all.sort((a, b) => (a.name < b.name ? -1 : 1)));
    await store.close();
  });
});

describe('a process that is killed', () => {
  it('keeps every set that it journalled, and none that it ended', async () => {
    const file = newFile();
    let from = 0;
    for (let killAfter = 1; killAfter <= 10; killAfter += 1) {
      const { kept, said } = await write(file, 'journalAndEnd', { from, count: 10_000, killAfter });
      expect(said).toBe('');
      const store = await openStore(file);
      expect(store.notice).toBeNull();
      const ids = (await store.journalled()).map(({ id }) => Number(id.slice(4)));
      await store.close();
      const last = kept.at(-1) ?? from - 1;
      expect(ids.filter((id) => id >= from && id <= last)).toEqual(kept.filter((id) => id % 2 === 1));
      // The one that it was about may be there or not.
      expect(ids.filter((id) => id > last + 1)).toEqual([]);
      from = last + 1000;
    }
  });

  it('leaves one whole snapshot', async () => {
    const file = newFile();
    for (let killAfter = 1; killAfter <= 10; killAfter += 1) {
      const { kept } = await write(file, 'remember', { from: 50, count: 10_000, killAfter });
      const store = await openStore(file);
      expect(store.notice).toBeNull();
      const known = await store.inventory('lab');
      expect(known).toEqual({ ...inventoryOf(known?.takenAt ?? 0), takenAt: known?.takenAt });
      expect(known?.takenAt).toBeGreaterThanOrEqual(kept.at(-1) ?? 0);
      await store.close();
    }
  });
});
