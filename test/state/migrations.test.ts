import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openStore, readStore } from '../../src/state/index.ts';
import { schemaVersion } from '../../src/state/sqlite/migrations.ts';
import { tempFolder } from '../servers/child.ts';
import {
  daemonTables,
  entryOf,
  inventoryOf,
  lastSync,
  orphanOf,
  passOf,
  unprovenOf,
  writtenOf,
  zone,
} from './samples.ts';

const kept = { ...lastSync, unmanaged: [] };
const kindless = { name: 'kindless.test.', view: null };

/** What the first release wrote, statement by statement. */
const firstRelease = [
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL',
  `CREATE TABLE IF NOT EXISTS settled (
    zone TEXT NOT NULL, view TEXT NOT NULL, target TEXT NOT NULL,
    fingerprint TEXT NOT NULL, mark TEXT NOT NULL, desired TEXT NOT NULL,
    read_at INTEGER NOT NULL, unmanaged TEXT NOT NULL,
    PRIMARY KEY (zone, view, target)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS leases (
    zone TEXT NOT NULL, view TEXT NOT NULL, target TEXT NOT NULL,
    token TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (zone, view, target)
  ) STRICT, WITHOUT ROWID`,
  'PRAGMA user_version = 1',
  `INSERT INTO settled VALUES ('lab.test.', '', 'pdns', '1', 'm', 'd', 5, '[]')`,
  `INSERT INTO settled VALUES ('kindless.test.', '', 'pdns', '1', 'm', 'd', 5, '[{"name":"x.kindless.test.","type":"A","why":"foreign"}]')`,
  `INSERT INTO leases VALUES ('lab.test.', '', 'pdns', 'token', 'elsewhere', 1, ${Date.now() + 60_000})`,
];

const makeFile = (statements: readonly string[]): string => {
  const file = join(tempFolder('state'), 'state.sqlite');
  const database = new DatabaseSync(file);
  for (const statement of statements) database.exec(statement);
  database.close();
  return file;
};

/** What version 6 added. */
const dropDaemonTables = (database: DatabaseSync): void => {
  for (const name of daemonTables) database.exec(`DROP TABLE ${name}`);
};

const versionIn = (file: string): unknown => {
  const database = new DatabaseSync(file, { readOnly: true });
  const row = database.prepare('PRAGMA user_version').get();
  database.close();
  return row?.user_version;
};

describe('a state file of version 1', () => {
  it('is brought to ours in place, and keeps what it held', async () => {
    const file = makeFile(firstRelease);
    const store = await openStore(file);
    expect(store.notice).toBeNull();
    expect(await store.lastSync(zone, 'pdns')).toEqual(kept);
    expect(await store.lease(zone, 'pdns')).toMatchObject({ heldBy: 'pid 1 on elsewhere' });
    expect(await store.inventory('lab')).toBeNull();
    await store.remember('lab', inventoryOf(3));
    await store.close();
    expect(versionIn(file)).toBe(schemaVersion);
    const again = await openStore(file);
    expect(await again.inventory('lab')).toEqual(inventoryOf(3));
    expect(await again.lastSync(zone, 'pdns')).toEqual(kept);
    await again.close();
    expect(readdirSync(dirname(file))).toEqual(['state.sqlite']);
  });

  it('is read as it is by who writes nothing', async () => {
    const file = makeFile(firstRelease);
    const before = readFileSync(file);
    const notices: string[] = [];
    const store = await readStore(file, (notice) => notices.push(notice));
    // What was left alone had no kind yet: that zone is read in full again, and its mark is still known.
    const old = await store.lastSync(kindless, 'pdns');
    expect(old).toMatchObject({ fingerprint: '1', mark: 'm', readAt: 0, unmanaged: [] });
    expect(await store.lastSync(zone, 'pdns')).toEqual(kept);
    expect(await store.inventory('lab')).toBeNull();
    expect(await store.written(zone, 'pdns')).toEqual([]);
    expect(await store.orphans(zone, 'pdns')).toEqual([]);
    expect(await store.journalled()).toEqual([]);
    expect(await store.passes(3)).toEqual([]);
    await store.close();
    expect(notices).toEqual([]);
    expect(readFileSync(file)).toEqual(before);
    expect(versionIn(file)).toBe(1);
  });

  // The first release made tables and version one by one.
  for (let count = 1; count < 4; count += 1) {
    it(`that was only begun (${count} statements) is completed`, async () => {
      const file = makeFile(firstRelease.slice(0, count));
      const store = await openStore(file);
      expect(store.notice).toBeNull();
      await store.remember('lab', inventoryOf(1));
      await store.close();
      expect(versionIn(file)).toBe(schemaVersion);
    });
  }

  it('whose migration was killed before its end is as it was, and is migrated then', async () => {
    const file = makeFile(firstRelease);
    const killed = new DatabaseSync(file);
    killed.exec('BEGIN IMMEDIATE; CREATE TABLE inventories (inventory TEXT) STRICT; PRAGMA user_version = 2');
    // As a kill leaves them: the file and its journal, without the commit.
    const copy = join(tempFolder('state'), 'state.sqlite');
    for (const part of ['', '-wal']) copyFileSync(`${file}${part}`, `${copy}${part}`);
    killed.exec('ROLLBACK');
    killed.close();
    const store = await openStore(copy);
    expect(store.notice).toBeNull();
    expect(await store.lastSync(zone, 'pdns')).toEqual(kept);
    await store.close();
    expect(versionIn(copy)).toBe(schemaVersion);
  });
});

describe('a state file of version 2, which knows names alone', () => {
  const makeSecond = async (): Promise<string> => {
    const file = join(tempFolder('state'), 'state.sqlite');
    const store = await openStore(file);
    await store.remember('lab', inventoryOf(3));
    await store.noteWritten(zone, 'pdns', [], [writtenOf(1)]);
    await store.keepOrphans(zone, 'pdns', [orphanOf(1)]);
    await store.journal(entryOf(1));
    await store.close();
    const database = new DatabaseSync(file);
    database.exec('DROP TABLE identities; DROP TABLE unproven');
    dropDaemonTables(database);
    for (const column of ['started', 'unanswered_until']) database.exec(`ALTER TABLE leases DROP COLUMN ${column}`);
    database.exec('PRAGMA user_version = 2; PRAGMA journal_mode = DELETE');
    database.close();
    return file;
  };
  const identities = [
    { kind: 'target', name: 'pdns', identity: 'powerdns http://127.0.0.1:8081', first: 'pdns' },
    { kind: 'inventory', name: 'lab', identity: 'http http://127.0.0.1:9000', first: 'lab' },
  ] as const;
  const expectAll = async (store: Awaited<ReturnType<typeof readStore>>): Promise<void> => {
    expect(await store.identify(identities)).toEqual([
      { stored: 'pdns', before: null },
      { stored: 'lab', before: null },
    ]);
    expect(await store.inventory('lab')).toEqual(inventoryOf(3));
    expect(await store.written(zone, 'pdns')).toEqual([writtenOf(1)]);
    expect(await store.orphans(zone, 'pdns')).toEqual([orphanOf(1)]);
    expect(await store.journalled()).toEqual([entryOf(1)]);
    expect(await store.unproven(zone, 'pdns')).toEqual([]);
    await store.close();
  };

  it('is read whole by who writes nothing, and is as it was', async () => {
    const file = await makeSecond();
    const before = readFileSync(file);
    await expectAll(await readStore(file));
    expect(readFileSync(file)).toEqual(before);
  });

  it('loses nothing when it is brought to ours: what it knows is of the servers that are there then', async () => {
    const file = await makeSecond();
    await expectAll(await openStore(file));
    const again = await openStore(file);
    const [other] = await again.identify([{ ...identities[0], identity: 'powerdns http://127.0.0.1:8082' }]);
    expect(other).toEqual({ stored: 'pdns#2', before: identities[0].identity });
    await again.keepUnproven(zone, 'pdns', [unprovenOf(1)]);
    expect(await again.unproven(zone, 'pdns')).toEqual([unprovenOf(1)]);
    await again.close();
  });
});

describe.each([3, 4, 5])('a state file of version %i, which knows nothing of a daemon', (version) => {
  const makeOlder = async (): Promise<string> => {
    const file = join(tempFolder('state'), 'state.sqlite');
    const store = await openStore(file);
    await store.remember('lab', inventoryOf(2));
    await store.noteWritten(zone, 'pdns', [], [writtenOf(1)]);
    for (const i of [1, 2]) await store.recordPass(passOf(i));
    await store.close();
    const database = new DatabaseSync(file);
    dropDaemonTables(database);
    if (version < 5) database.exec('DROP TABLE unproven');
    if (version < 4) database.exec('DROP TABLE identities');
    database.exec(`PRAGMA user_version = ${version}; PRAGMA journal_mode = DELETE`);
    database.close();
    return file;
  };
  const expectOlder = async (store: Awaited<ReturnType<typeof readStore>>): Promise<void> => {
    expect(await store.inventory('lab')).toEqual(inventoryOf(2));
    expect(await store.written(zone, 'pdns')).toEqual([writtenOf(1)]);
    expect(await store.passes(10)).toEqual([passOf(2), passOf(1)]);
    expect(await store.keptPasses(null, 10)).toEqual([]);
    expect(await store.passDetails('1')).toBeNull();
    expect(await store.knownCommits('https://git.test/dns.git', 'refs/heads/main')).toBeNull();
    expect(await store.suspensions()).toEqual([]);
    expect(await store.hookWords('lab')).toEqual(new Map());
    expect(await store.healthVerdicts()).toEqual([]);
    expect(await store.verified(zone, 'pdns')).toEqual([]);
    expect(await store.recentChanges(zone, 'pdns', 0)).toEqual([]);
    expect(await store.revertedDrift(zone, 'pdns')).toEqual([]);
    await store.close();
  };

  it('is read whole by who writes nothing, and is as it was', async () => {
    const file = await makeOlder();
    const before = readFileSync(file);
    await expectOlder(await readStore(file));
    expect(readFileSync(file)).toEqual(before);
  });

  it('keeps its passes and all else when it is brought to ours, and takes what a daemon keeps', async () => {
    const file = await makeOlder();
    await expectOlder(await openStore(file));
    expect(versionIn(file)).toBe(schemaVersion);
    const store = await openStore(file);
    expect(store.notice).toBeNull();
    await store.keepHookWords('lab', new Map([['web1', 5_000_000_000_000]]));
    expect(await store.hookWords('lab')).toEqual(new Map([['web1', 5_000_000_000_000]]));
    expect(await store.passes(10)).toEqual([passOf(2), passOf(1)]);
    await store.close();
  });
});

describe('a state file of a newer version', () => {
  it('is refused and left as it is', async () => {
    const file = makeFile([...firstRelease, `PRAGMA user_version = ${schemaVersion + 1}`]);
    const before = readFileSync(file);
    const newer = `newer Hostmaster (schema ${schemaVersion + 1})`;
    await expect(openStore(file)).rejects.toThrow(newer);
    await expect(readStore(file)).rejects.toThrow(newer);
    expect(readFileSync(file)).toEqual(before);
  });
});
