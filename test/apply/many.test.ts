import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../src/model/ports.ts';
import type { Write, WriteResult } from '../../src/provider.ts';
import type { OpenTarget } from '../../src/target.ts';
import { cpuTime } from '../cpu.ts';
import { change, changeset, setOf } from './changes.ts';
import { openPair, type Pair } from './embedded.ts';
import { applyAt, recoverAt, targetsOf } from './pass.ts';

// Two embedded targets, one for the forward zone and one for the reverse zones, and servers by the thousand.

const forward = 'lab.test.';
const count = 3_000;
const nets = [...new Array(12).keys()].map((net) => `${net}.0.10.in-addr.arpa.`);
let pair: Pair;
let store: Store;
let names: OpenTarget;
let addresses: OpenTarget;

beforeAll(async () => {
  pair = await openPair();
  ({ store, names, addresses } = pair);
  const create = { kind: 'Native', ns: ['ns1.example.net.'], soa_edit_api: 'INCREASE' };
  await names.provider.createZone({ name: forward, view: null }, create);
  for (const name of nets) await addresses.provider.createZone({ name, view: null }, create);
});
afterAll(() => pair?.close());

const numbers = [...new Array(count).keys()];
const netOf = (i: number): string => nets[i >> 8] ?? '';
const a = (i: number): string => `web${i}.${forward} A`;
const ptr = (i: number): string => `${i & 255}.${netOf(i)} PTR`;
const pass = () => {
  const forwardZone = changeset(
    forward,
    numbers.map((i) => change(a(i), '', `300 10.0.${i >> 8}.${i & 255}`)),
    'names',
  );
  const reverse = nets.map((net) =>
    changeset(
      net,
      numbers.filter((i) => netOf(i) === net).map((i) => change(ptr(i), '', `300 web${i}.${forward}`)),
      'addresses',
    ),
  );
  const changesets = [forwardZone, ...reverse];
  const sets = numbers.map((i) => setOf(`web${i}`, [], []));
  const members = (i: number) => [
    { zone: forward, view: null, target: 'names', name: a(i).slice(0, -2), type: 'A' },
    { zone: netOf(i), view: null, target: 'addresses', name: ptr(i).slice(0, -4), type: 'PTR' },
  ];
  return { changesets, sets: sets.map((set, i) => ({ ...set, members: members(i) })) };
};

/** Refuses every tenth server's A, in its second-last moment. */
const refusesTenth = (write: Write): WriteResult | null => {
  const refused = write.changes.filter(({ name, after }) => after !== null && /^web\d*0\./.test(name)).slice(0, 40);
  return refused.length === 0
    ? null
    : { status: 'refused', refused: refused.map(({ name, type }) => ({ name, type, message: 'not today' })) };
};

it('an apply of thousands of servers, some refused, takes seconds of the processor', async () => {
  const { provider } = names;
  let refusals = 0;
  const choosy: OpenTarget = {
    ...names,
    provider: {
      ...provider,
      apply: async (write, signal) => {
        const refused = refusals < 2 ? refusesTenth(write) : null;
        if (refused === null) return provider.apply(write, signal);
        refusals += 1;
        return refused;
      },
    },
  };
  let results: Awaited<ReturnType<typeof applyAt>> = [];
  const spent = await cpuTime(async () => {
    results = await applyAt(pass(), targetsOf(choosy, addresses), { store });
  });
  expect(spent).toBeLessThan(20_000);
  const stood = results.find(({ zone }) => zone === forward)?.changes.filter(({ status }) => status === 'applied');
  expect(stood).toHaveLength(count - 80);
  const back = results.flatMap(({ zone, changes }) => (zone === forward ? [] : changes));
  expect(back.filter(({ status }) => status === 'applied')).toHaveLength(count - 80);
  expect(await store.journalled()).toEqual([]);
  expect(await pointers()).toBe(count - 80);
});

const pointers = async (): Promise<number> => {
  const reads = await Promise.all(nets.map((name) => addresses.provider.read({ name, view: null })));
  return reads.flatMap((read) => (read.status === 'read' ? read.rrsets : [])).filter(({ type }) => type === 'PTR')
    .length;
};

it('the recovery of thousands of servers takes seconds of the processor', async () => {
  const { sets, changesets } = pass();
  const byKey = new Map(
    changesets.flatMap(({ target, zone, changes }) =>
      changes.map(
        (each) => [`${each.name} ${each.type}`, { target, zone: { name: zone, view: null }, change: each }] as const,
      ),
    ),
  );
  const entries = sets.map(({ inventory, server, members }, i) => ({
    ...{ id: `${i}`, inventory, server, at: i, stuck: null },
    members: members.flatMap(({ name, type }) => byKey.get(`${name} ${type}`) ?? []),
  }));
  await store.journalAll(entries);
  // Half of the servers lose their A: what is left of them is to be taken back.
  const gone = numbers.filter((i) => i % 10 !== 0 && i % 2 === 0);
  await names.provider.apply({
    zone: { name: forward, view: null },
    expect: null,
    changes: gone.map((i) => change(a(i), `300 10.0.${i >> 8}.${i & 255}`, '')),
  });
  const before = await pointers();
  const start = process.cpuUsage();
  const { problems, notices } = await recoverAt(targetsOf(names, addresses), store);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(20);
  expect(problems).toEqual([]);
  expect(notices).toHaveLength(gone.length);
  expect(await pointers()).toBe(before - gone.length);
  expect(await store.journalled()).toEqual([]);
});
