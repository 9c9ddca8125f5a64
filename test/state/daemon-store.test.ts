import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeptPass, KnownCommits } from '../../src/model/daemon-store.ts';
import type { Store } from '../../src/model/ports.ts';
import { daemonPassesIn } from '../../src/state/daemon/passes.ts';
import { openStore, readStore } from '../../src/state/index.ts';
import { sqliteDriver } from '../../src/state/sqlite/driver.ts';
import { workOn } from '../../src/state/work.ts';
import { tempFolder } from '../servers/child.ts';
import { inside, zone } from './samples.ts';

// What the state keeps for the daemon.

let file: string;
let store: Store;
beforeEach(async () => {
  file = join(tempFolder('daemon-store'), 'state.sqlite');
  store = await openStore(file);
  return () => store.close();
});
/** The same, read from the file by who opens it anew: to write, and only to read. */
const anew = async <T>(ask: (store: Store) => Promise<T>): Promise<T> => {
  const reader = await readStore(file);
  const seen = await ask(reader);
  await Promise.all([reader.close(), store.close()]);
  store = await openStore(file);
  expect(await ask(store)).toEqual(seen);
  return seen;
};

const keptPassOf = (i: number): KeptPass => ({
  id: `pass-${i}`,
  cause: i % 2 === 0 ? 'interval' : 'manual',
  by: i % 2 === 0 ? null : 'ops',
  started: `2026-11-30T08:00:${String(i % 60).padStart(2, '0')}.000Z`,
  ended: `2026-11-30T08:01:${String(i % 60).padStart(2, '0')}.000Z`,
  commit: i % 3 === 0 ? null : 'a'.repeat(40),
  outcome: 'done',
  counts: { create: i, applied: i },
  repeated: 0,
});

describe('the passes of the daemon', () => {
  it('are there again after a restart, the newest first and in parts, with what is kept of each', async () => {
    for (let i = 1; i <= 5; i += 1) {
      await store.keepPass({ pass: keptPassOf(i), isIdle: i === 2, details: i === 3 ? 'compressed' : null });
    }
    expect(await anew((s) => s.keptPasses(null, 2))).toEqual([keptPassOf(5), keptPassOf(4)]);
    expect(await anew((s) => s.keptPasses('pass-4', 10))).toEqual([keptPassOf(3), keptPassOf(2), keptPassOf(1)]);
    expect(await anew((s) => s.keptPasses('no such pass', 10))).toEqual([]);
    expect(await anew((s) => s.keptPass('pass-2'))).toEqual(keptPassOf(2));
    expect(await anew((s) => s.keptPass('pass-9'))).toBeNull();
    expect(await anew((s) => s.passDetails('pass-3'))).toBe('compressed');
    expect(await anew((s) => s.passDetails('pass-4'))).toBeNull();
  });

  it('one that ended as the one before is the same row with another count, and keeps its details', async () => {
    await store.keepPass({ pass: keptPassOf(1), isIdle: true, details: 'once' });
    await store.keepPass({ pass: { ...keptPassOf(1), repeated: 7 }, isIdle: true, details: null });
    expect(await anew((s) => s.keptPasses(null, 10))).toEqual([{ ...keptPassOf(1), repeated: 7 }]);
    expect(await anew((s) => s.passDetails('pass-1'))).toBe('once');
  });
});

describe('how much of the passes is kept', () => {
  const limits = {
    fewest: 10,
    longest: 3_600_000,
    most: 30,
    mostIdle: 5,
    detailsSize: 4_000,
    pruneEach: 1,
  };
  /** Keeps so many with the limits; gives which are left, the newest first. */
  const keptOf = async (
    count: number,
    given: Partial<typeof limits>,
    isIdle: (i: number) => boolean = () => false,
    details: string | null = null,
  ) => {
    const database = new DatabaseSync(file, { timeout: 5_000 });
    const passes = daemonPassesIn(
      workOn(sqliteDriver(database, file, true), () => undefined),
      { ...limits, ...given },
    );
    for (let i = 1; i <= count; i += 1) {
      await passes.keepPass({ pass: keptPassOf(i), isIdle: isIdle(i), details });
    }
    const left = await passes.keptPasses(null, 1_000);
    database.close();
    return left.map(({ id }) => Number(id.slice('pass-'.length)));
  };
  const downFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => first - i);

  it('those of the last month stay, however many come after them', async () => {
    expect(await keptOf(25, {})).toEqual(downFrom(25, 25));
  });

  it('of older ones as many as are always kept', async () => {
    expect(await keptOf(25, { longest: -1_000 })).toEqual(downFrom(25, 10));
  });

  it('and never more than the most', async () => {
    expect(await keptOf(50, {})).toEqual(downFrom(50, 30));
  });

  it('idle ones never push out the others', async () => {
    const left = await keptOf(100, { longest: -1_000 }, (i) => i > 3);
    expect(left).toEqual([...downFrom(100, 5), 3, 2, 1]);
  });

  it('details go before passes do, the oldest first', async () => {
    await keptOf(8, {}, undefined, 'x'.repeat(1_000));
    const known = await Promise.all(downFrom(8, 8).map((i) => store.passDetails(`pass-${i}`)));
    expect(known.map((each) => each !== null)).toEqual([true, true, true, true, false, false, false, false]);
  });

  it('the file stays as small as what is kept: 24 times the details that may be kept are not in it', async () => {
    const size = 64 * 1024;
    const most = 8 * size;
    for (let i = 0; i < 24 * 8; i += 8) {
      await keptOf(8, { detailsSize: most, most: 16, fewest: 16 }, undefined, randomBytes(size / 2).toString('hex'));
    }
    await store.close();
    expect(statSync(file).size).toBeLessThan(2 * most);
    store = await openStore(file);
  });
});

describe('what else is kept for the daemon', () => {
  const commits: KnownCommits = {
    repository: 'https://git.test/dns.git',
    ref: 'refs/heads/main',
    inForce: 'a'.repeat(40),
    previous: 'b'.repeat(40),
    accepted: 'c'.repeat(40),
    rewound: null,
  };

  it('the commit in force is of one repository and one ref: of another nothing is known', async () => {
    await store.keepCommits(commits);
    await store.keepCommits({ ...commits, ref: 'refs/heads/next', inForce: null });
    expect(await anew((s) => s.knownCommits(commits.repository, commits.ref))).toEqual(commits);
    expect(await anew((s) => s.knownCommits('https://other.test/', commits.ref))).toBeNull();
  });

  it('suspensions are kept as they are now', async () => {
    const one = { zones: ['a.test.'], targets: null, reason: 'r', until: null, by: 'ops', at: '2026-11-30T08:00:00Z' };
    const two = { ...one, zones: null, targets: ['pdns'], until: '2026-12-01T00:00:00Z' };
    await store.keepSuspensions([one, two]);
    expect(await anew((s) => s.suspensions())).toEqual([one, two]);
    await store.keepSuspensions([two]);
    expect(await anew((s) => s.suspensions())).toEqual([two]);
  });

  it("hooks' words are of one inventory, each the last, and gone when no hook has named the server for long", async () => {
    const now = Date.now();
    await store.keepHookWords(
      'lab',
      new Map([
        ['web1', now - 5],
        ['gone', now - 91 * 24 * 3_600_000],
      ]),
    );
    await store.keepHookWords('dc', new Map([['web1', 1]]));
    await store.keepHookWords(
      'lab',
      new Map([
        ['web1', now],
        ['web2', now - 1],
      ]),
    );
    expect(await anew((s) => s.hookWords('lab'))).toEqual(
      new Map([
        ['web1', now],
        ['web2', now - 1],
      ]),
    );
  });

  it('health verdicts are replaced one by one', async () => {
    const verdict = { check: 'a', isUp: true, since: 1, checkedAt: 2 };
    await store.keepHealthVerdicts([verdict, { ...verdict, check: 'b' }, { ...verdict, check: 'c' }]);
    await store.keepHealthVerdicts([{ ...verdict, isUp: false, checkedAt: 3 }]);
    await store.forgetHealthVerdicts(['c', 'none']);
    const left = [
      { ...verdict, isUp: false, checkedAt: 3 },
      { ...verdict, check: 'b' },
    ];
    expect(await anew((s) => s.healthVerdicts())).toEqual(left);
  });

  it('what was verified of an RRset is its last hash, by zone, view and target', async () => {
    const [a, b] = ['a.lab.test.', 'b.lab.test.'].map((name) => ({ name, type: 'A', hash: 'one' }));
    if (a === undefined || b === undefined) throw new Error('two names');
    await store.keepVerified(zone, 'pdns', [a, b, { ...a, type: 'AAAA' }]);
    await store.keepVerified(inside, 'pdns', [a]);
    await store.keepVerified(zone, 'pdns', [
      { ...a, hash: 'two' },
      { ...a, type: 'AAAA', hash: null },
    ]);
    expect(await anew((s) => s.verified(zone, 'pdns'))).toEqual([{ ...a, hash: 'two' }, b]);
    expect(await anew((s) => s.verified(zone, 'pdns', [b.name]))).toEqual([b]);
    expect(await anew((s) => s.verified(inside, 'pdns'))).toEqual([a]);
    expect(await anew((s) => s.verified(zone, 'aws'))).toEqual([]);
  });

  it('changes are kept for as long as a guard looks back', async () => {
    const changeAt = (at: number) =>
      ({ at, name: 'a.', type: 'A', action: 'replace', before: 'h', after: 'i', allowed: false }) as const;
    await store.keepRecentChanges(zone, 'pdns', [changeAt(10), changeAt(20), changeAt(90)], { since: 0, until: 90 });
    await store.keepRecentChanges(zone, 'pdns', [{ ...changeAt(30), action: 'create', before: null, allowed: true }], {
      since: 15,
      until: 50,
    });
    const created = { ...changeAt(30), action: 'create', before: null, allowed: true };
    expect(await anew((s) => s.recentChanges(zone, 'pdns', 0))).toEqual([changeAt(20), created]);
    expect(await anew((s) => s.recentChanges(zone, 'pdns', 25))).toEqual([created]);
    expect(await anew((s) => s.recentChanges(inside, 'pdns', 0))).toEqual([]);
  });

  it('drift that was put back is counted by RRset', async () => {
    const key = { name: 'a.', type: 'A' };
    const other = { ...key, type: 'AAAA', at: [5] };
    await store.keepRevertedDrift(zone, 'pdns', [{ ...key, at: [1] }, other]);
    await store.keepRevertedDrift(zone, 'pdns', [{ ...key, at: [1, 2] }]);
    expect(await anew((s) => s.revertedDrift(zone, 'pdns'))).toEqual([{ ...key, at: [1, 2] }, other]);
    await store.keepRevertedDrift(zone, 'pdns', [{ ...key, at: [] }]);
    expect(await anew((s) => s.revertedDrift(zone, 'pdns'))).toEqual([other]);
  });
});

describe('whether another wrote to the state', () => {
  it('is told once for each time that it was so, and not of what we wrote ourselves', async () => {
    const other = await openStore(file);
    await store.changedByOthers();
    await store.keepHookWords('lab', new Map([['web1', Date.now()]]));
    expect(await store.changedByOthers()).toBe(false);
    await other.keepHookWords('lab', new Map([['web1', Date.now() + 1]]));
    expect(await store.changedByOthers()).toBe(true);
    expect(await store.changedByOthers()).toBe(false);
    await other.close();
  });
});
