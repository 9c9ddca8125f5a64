import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { LastSync } from '../../src/model/ports.ts';
import { openStore, readStore } from '../../src/state/index.ts';
import { tempFolder } from '../servers/child.ts';

const zone = { name: 'a.test.', view: null };
const lastSync: LastSync = { fingerprint: '1', mark: 'm', desired: 'd', readAt: 5, unmanaged: [] };

const stateIn = async (folder: string): Promise<string> => {
  const file = join(folder, 'state.sqlite');
  const store = await openStore(file);
  await store.saveSync(zone, 'pdns', lastSync);
  await store.close();
  return file;
};

describe('the state file', () => {
  it('remembers', async () => {
    const file = await stateIn(tempFolder('state'));
    const store = await openStore(file);
    expect(store.notice).toBeNull();
    expect(await store.lastSync(zone, 'pdns')).toEqual(lastSync);
    await store.close();
  });

  it('that is damaged is set aside, and begun anew', async () => {
    const folder = tempFolder('state');
    const file = await stateIn(folder);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 100);
    writeFileSync(file, bytes);
    const store = await openStore(file);
    expect(store.notice).toContain('set aside');
    expect(await store.lastSync(zone, 'pdns')).toBeNull();
    await store.close();
    expect(readFileSync(`${file}.damaged-${process.pid}`)).toEqual(bytes);
  });

  const others: Readonly<Record<string, string>> = {
    'a zone file': 'www: {type: A, value: 192.0.2.1}\n',
    'a byte': 'x',
    'a damaged header': `SQLite format 2\0${'x'.repeat(5000)}`,
  };
  for (const [what, text] of Object.entries(others)) {
    it(`is never ${what}: that stays as it is`, async () => {
      const folder = tempFolder('state');
      const file = join(folder, 'a.test.yaml');
      writeFileSync(file, text);
      await expect(openStore(file)).rejects.toThrow(
        /a\.test\.yaml is not a state file .*name another file at "state:"/,
      );
      await expect(readStore(file)).rejects.toThrow(/not a state file/);
      expect(readFileSync(file, 'utf8')).toBe(text);
      expect(readdirSync(folder)).toEqual(['a.test.yaml']);
    });
  }

  it("is never another program's database", async () => {
    const folder = tempFolder('state');
    const file = join(folder, 'other.sqlite');
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE domains (id INTEGER PRIMARY KEY)');
    database.close();
    const before = readFileSync(file);
    await expect(openStore(file)).rejects.toThrow(/other\.sqlite is the database of something else/);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['other.sqlite']);
  });

  it('that is empty is begun anew', async () => {
    const file = join(tempFolder('state'), 'state.sqlite');
    writeFileSync(file, '');
    const store = await openStore(file);
    expect(store.notice).toMatch(/state\.sqlite was empty, and is begun anew$/);
    await store.close();
    const again = await openStore(file);
    expect(again.notice).toBeNull();
    await again.close();
  });

  it('that another process has locked stays, and says so', async () => {
    const file = await stateIn(tempFolder('state'));
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const store = await openStore(file);
    await expect(store.forgetSync(zone, 'pdns')).rejects.toThrow(/is locked by another process: wait/);
    other.exec('ROLLBACK');
    await store.forgetSync(zone, 'pdns');
    await store.close();

    other.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    await expect(openStore(file)).rejects.toThrow(/is locked by another process: wait/);
    other.close();
    expect(readdirSync(join(file, '..'))).toEqual(['state.sqlite']);
  });

  it('that cannot be made is an error that says why', async () => {
    const folder = tempFolder('state');
    writeFileSync(join(folder, 'hostmaster.yaml'), '');
    mkdirSync(join(folder, 'zones'));
    await expect(openStore(join(folder, 'hostmaster.yaml/x/state.sqlite'))).rejects.toThrow(
      /ENOTDIR.*name another file/,
    );
    await expect(openStore('/proc/nope/x')).rejects.toThrow(/the state file \/proc\/nope\/x cannot be used/);
    await expect(openStore(join(folder, 'zones'))).rejects.toThrow(/zones is no file/);
    expect(existsSync(join(folder, 'hostmaster.yaml.damaged'))).toBe(false);
  });

  it('that a newer Hostmaster wrote is left to that one', async () => {
    const file = await stateIn(tempFolder('state'));
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    copyFileSync(file, `${file}.copy`);
    await expect(openStore(file)).rejects.toThrow(/newer Hostmaster \(schema 99\)/);
    expect(readFileSync(file)).toEqual(readFileSync(`${file}.copy`));
  });
});
