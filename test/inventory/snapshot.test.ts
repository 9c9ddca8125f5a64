import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckedInventoryAnswer } from '../../src/inventory/check-answer.ts';
import { goneFor, type SnapshotContext } from '../../src/inventory/count-absences.ts';
import { type Snapshot, takeSnapshot } from '../../src/inventory/snapshot.ts';
import { isProven, type KnownInventory, type Server, type ServerState } from '../../src/model/server.ts';
import { interval, minute, start } from './take.ts';

const limits = { snapshots: 3, grace: 10 * minute };
const context = (now: number): SnapshotContext => ({
  inventory: 'lab',
  interval,
  maxShrink: { percent: 30, min_servers: 10 },
  limits,
  now,
  allowShrink: false,
});

const names = ['a', 'b', 'c', 'd', 'e'];
const server = (name: string, state: ServerState): Server => ({
  name,
  inventory: 'lab',
  ips: [],
  labels: [],
  state,
  attributes: {},
});

interface Said {
  readonly whole: boolean;
  readonly servers: Readonly<Record<string, ServerState>>;
  readonly unusable: readonly string[];
}

const mostly = <T>(usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
const state = mostly<ServerState>('active', fc.constantFrom('maintenance', 'decommissioned'));
const said: fc.Arbitrary<Said> = fc.record({
  whole: mostly(true, fc.constant(false)),
  servers: fc
    .tuple(...names.map((name) => fc.tuple(fc.constant(name), fc.option(state, { freq: 2 }))))
    .map((all) => Object.fromEntries(all.flatMap(([name, each]) => (each === null ? [] : [[name, each]])))),
  unusable: mostly([], fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 })),
});
const step = fc.record({
  wait: fc.constantFrom(1_000, interval, 5 * minute, 20 * minute, goneFor),
  answer: fc.oneof({ weight: 1, arbitrary: fc.constant('failed' as const) }, { weight: 6, arbitrary: said }),
});

const answerOf = (answer: 'failed' | Said): CheckedInventoryAnswer => {
  if (answer === 'failed') return { kind: 'failed', message: 'no answer' };
  const usable = Object.entries(answer.servers).filter(([name]) => !answer.unusable.includes(name));
  return {
    kind: 'answered',
    servers: new Map(usable.map(([name, state]) => [name, server(name, state)])),
    unusable: new Map(answer.unusable.map((name) => [name, 'it is odd'])),
    entryProblems: [],
    faults: answer.whole ? [] : ['a page is missing'],
    etag: null,
  };
};

interface Pass {
  readonly answer: 'failed' | Said;
  readonly before: KnownInventory | null;
  readonly took: Snapshot;
  readonly now: number;
}

/** Every pass over a run of answers, each remembering what the one before found. */
const passesOf = (steps: readonly { readonly wait: number; readonly answer: 'failed' | Said }[]): readonly Pass[] => {
  let before: KnownInventory | null = null;
  let now = start;
  return steps.map(({ wait, answer }) => {
    now += wait;
    const took = takeSnapshot(answerOf(answer), before, context(now));
    const pass = { answer, before, took, now };
    before = took.next;
    return pass;
  });
};

const isNamed = (answer: 'failed' | Said, name: string): boolean =>
  answer !== 'failed' && (name in answer.servers || answer.unusable.includes(name));

/** How long a server has been missing by a plain reading of the guards: in how many answers that counted, and since when. */
type Seen = ReadonlyMap<string, { readonly missing: number; readonly since: number }>;

const seenAfter = (seen: Seen, { answer, took, now }: Pass): Seen =>
  new Map(
    took.servers.flatMap(({ standing, server: { name } }) => {
      const last = seen.get(name) ?? { missing: 0, since: now };
      if (isNamed(answer, name)) return [];
      if (standing !== 'missing') return seen.has(name) ? [[name, last]] : [];
      return [[name, { ...last, missing: last.missing + (took.status.complete ? 1 : 0) }]];
    }),
  );

describe('over any run of answers', () => {
  it('a server is only gone when enough complete answers lacked it for long enough', () => {
    let proven = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let seen: Seen = new Map();
        for (const pass of passesOf(steps)) {
          seen = seenAfter(seen, pass);
          for (const each of pass.took.servers) {
            if (each.standing !== 'missing') continue;
            expect(isNamed(pass.answer, each.server.name)).toBe(false);
            const { missing, since } = seen.get(each.server.name) ?? { missing: 0, since: pass.now };
            expect(each.missing.snapshots).toBeLessThanOrEqual(missing);
            if (!isProven(each.missing, limits, pass.now)) continue;
            proven += 1;
            expect(missing).toBeGreaterThanOrEqual(limits.snapshots);
            expect(pass.now - since).toBeGreaterThanOrEqual(limits.grace);
          }
        }
      }),
      { numRuns: 1_000 },
    );
    expect(proven).toBeGreaterThan(10);
  });

  it('no server is lost but those that have been gone for a month', () => {
    let gone = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        for (const { before, took, now } of passesOf(steps)) {
          const there = new Set(took.servers.map(({ server: { name } }) => name));
          const lost = (before?.servers ?? []).filter(({ server: { name } }) => !there.has(name));
          gone += lost.length;
          expect(lost.filter(({ missing }) => missing === null || now - missing.since <= goneFor)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
    expect(gone).toBeGreaterThan(3);
  });

  it('nothing is marked decommissioned, or complete, by an answer that is not', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        for (const { before, took } of passesOf(steps).filter((pass) => !pass.took.status.complete)) {
          const was = new Map((before?.servers ?? []).map(({ server: { name, state } }) => [name, state]));
          const marked = took.servers.filter(({ server: { state } }) => state === 'decommissioned');
          expect(marked.filter(({ server: { name } }) => was.get(name) !== 'decommissioned')).toEqual([]);
          expect(took.servers.filter((each) => each.standing === 'present' && each.complete)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('what is kept survives a store that writes JSON', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        for (const { took } of passesOf(steps)) expect(JSON.parse(JSON.stringify(took.next))).toEqual(took.next);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a clock that was years ahead', () => {
  const all: Said = {
    whole: true,
    servers: Object.fromEntries(names.map((name) => [name, 'active'])),
    unusable: [],
  };
  const without: Said = { ...all, servers: Object.fromEntries(names.slice(1).map((name) => [name, 'active'])) };
  const ahead = 5 * 365 * 24 * 60 * minute;
  const back = -ahead;

  it('keeps no server that is gone from being proven gone, and proves nothing sooner', () => {
    const waits = [ahead, minute, back, interval, interval, 8 * minute, minute];
    const took = passesOf(waits.map((wait, i) => ({ wait, answer: i === 0 ? all : without })));
    const gone = took.map(({ took: { servers }, now }) => {
      const [first] = servers;
      return first?.standing === 'missing' && isProven(first.missing, limits, now);
    });
    expect(gone).toEqual([false, false, false, false, false, false, true]);
  });

  it('counts no second answer within an interval when it is set back a little', () => {
    const took = passesOf([0, minute, -1_000, -1_000].map((wait, i) => ({ wait, answer: i === 0 ? all : without })));
    expect(took.at(-1)?.took.servers[0]).toMatchObject({ standing: 'missing', missing: { snapshots: 1 } });
  });

  it('leaves whoever it met older than whoever comes later', () => {
    const before = { ...all, servers: { b: 'active' } } as const;
    const took = passesOf([ahead, back, minute].map((wait, i) => ({ wait, answer: i === 0 ? before : all })));
    const since = new Map(took.at(-1)?.took.next?.servers.map((each) => [each.server.name, each.since]));
    expect(since.get('b')).toBeLessThan(since.get('a') ?? 0);
  });
});
