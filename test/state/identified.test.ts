import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Identity, Store } from '../../src/model/ports.ts';
import type { ZoneId } from '../../src/model/zone.ts';
import { identifiedStore, openStore, readStore } from '../../src/state/index.ts';
import { tempFolder } from '../servers/child.ts';
import { entryOf, inside, inventoryOf, lastSync, orphanOf, writtenOf, zone } from './samples.ts';

let file: string;
const open: Store[] = [];
beforeEach(() => {
  file = join(tempFolder('identified'), 'state.sqlite');
});
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

const idOf = (kind: Identity['kind'], name: string, identity: string): Identity => ({
  kind,
  name,
  identity,
  first: name,
});

interface Names {
  readonly pdns?: string;
  readonly aws?: string;
  readonly lab?: string;
  readonly zoneId?: (zone: ZoneId, target: string) => string | null;
}

/** The state as a configuration has it whose targets and inventory are these. */
const stateOf = async ({ aws = 'aws', lab = 'lab', pdns = 'one', zoneId = () => null }: Names): Promise<Store> => {
  const store = await openStore(file);
  open.push(store);
  const targets = [idOf('target', 'pdns', pdns), idOf('target', 'aws', aws)];
  const known = await store.identify([...targets, idOf('inventory', 'lab', lab)]);
  const [ofPdns = '', ofAws = '', ofLab = ''] = known.map(({ stored }) => stored);
  const names = {
    targets: new Map([
      ['pdns', ofPdns],
      ['aws', ofAws],
    ]),
    inventories: new Map([['lab', ofLab]]),
  };
  return identifiedStore(store, names, async (at, target) => zoneId(at, target));
};

const fill = async (store: Store): Promise<void> => {
  await store.saveSync(zone, 'pdns', lastSync);
  await store.remember('lab', inventoryOf(3));
  await store.noteWritten(zone, 'pdns', [], [writtenOf(1)]);
  await store.keepOrphans(zone, 'pdns', [orphanOf(1)]);
  await store.journal(entryOf(1));
};

const contentsOf = async (store: Store) => ({
  lastSync: await store.lastSync(zone, 'pdns'),
  inventory: await store.inventory('lab'),
  written: await store.written(zone, 'pdns'),
  orphans: await store.orphans(zone, 'pdns'),
});
const filled = {
  lastSync,
  inventory: inventoryOf(3),
  written: [writtenOf(1)],
  orphans: [orphanOf(1)],
};
const nothing = { lastSync: null, inventory: null, written: [], orphans: [] };

describe('what the state knows of a server or an inventory', () => {
  it('is nothing where another has its name, and is there again where that is back', async () => {
    await fill(await stateOf({}));
    const other = await stateOf({ pdns: 'two', lab: 'other' });
    expect(await contentsOf(other)).toEqual(nothing);
    await other.remember('lab', inventoryOf(1));
    await other.noteWritten(zone, 'pdns', [], [writtenOf(2)]);
    expect(await contentsOf(await stateOf({}))).toEqual(filled);
    expect(await (await stateOf({ pdns: 'two', lab: 'other' })).written(zone, 'pdns')).toEqual([writtenOf(2)]);
    expect(await contentsOf(await stateOf({ pdns: 'three', lab: 'third' }))).toEqual(nothing);
  });

  it('is that of each alone: a target that moved keeps what is known of the inventory', async () => {
    await fill(await stateOf({}));
    const moved = await contentsOf(await stateOf({ pdns: 'two' }));
    expect(moved).toEqual({ ...nothing, inventory: inventoryOf(3) });
  });

  it('is not taken for that of a target whose name looks like one of ours', async () => {
    await fill(await stateOf({}));
    await (await stateOf({ pdns: 'two' })).noteWritten(zone, 'pdns', [], [writtenOf(2)]);
    const store = await openStore(file);
    open.push(store);
    expect(await store.identify([idOf('target', 'pdns#2', 'another')])).toEqual([{ stored: 'pdns#2#2', before: null }]);
  });

  it('says once what a name stood for before', async () => {
    const store = await openStore(file);
    open.push(store);
    const ids = (identity: string) => store.identify([idOf('target', 'pdns', identity)]);
    expect(await ids('one')).toEqual([{ stored: 'pdns', before: null }]);
    expect(await ids('two')).toEqual([{ stored: 'pdns#2', before: 'one' }]);
    expect(await ids('two')).toEqual([{ stored: 'pdns#2', before: null }]);
    expect(await ids('one')).toEqual([{ stored: 'pdns', before: null }]);
    const reading = await readStore(file);
    open.push(reading);
    const third = [{ stored: 'pdns#3', before: 'two' }];
    expect(await reading.identify([idOf('target', 'pdns', 'three')])).toEqual(third);
    expect(await reading.identify([idOf('target', 'pdns', 'three')])).toEqual(third);
  });

  it('is the same for all who have the state open at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(file)));
    open.push(...stores);
    const found: (string | undefined)[] = [];
    for (const [i, store] of stores.entries()) {
      const [known] = await store.identify([idOf('target', 'pdns', `server ${i % 2}`)]);
      found.push(known?.stored);
    }
    expect(found).toEqual(['pdns', 'pdns#2', 'pdns', 'pdns#2']);
  });
});

describe('whom a value was written for', () => {
  it('is no server of another inventory of that name, and stays so when it is saved again', async () => {
    await fill(await stateOf({}));
    const other = await stateOf({ lab: 'other' });
    const [value] = await other.written(zone, 'pdns');
    expect(value?.sources).toEqual(['another lab/web1', 'git']);
    await other.noteWritten(zone, 'pdns', [], value === undefined ? [] : [value]);
    expect(await other.written(zone, 'pdns')).toEqual([value]);
    expect(await (await stateOf({})).written(zone, 'pdns')).toEqual([writtenOf(1)]);
    await other.noteWritten(zone, 'pdns', [], [writtenOf(1)]);
    expect(await other.written(zone, 'pdns')).toEqual([writtenOf(1)]);
    expect((await (await stateOf({})).written(zone, 'pdns'))[0]?.sources).toEqual(['lab#2/web1', 'git']);
  });
});

describe('a lease', () => {
  it('keeps nobody from another server, and keeps others from this one', async () => {
    const one = await stateOf({});
    const lease = await one.lease(zone, 'pdns');
    expect(lease).toMatchObject({ target: 'pdns' });
    expect(await (await stateOf({ pdns: 'two' })).lease(zone, 'pdns')).toHaveProperty('token');
    expect(await (await stateOf({})).lease(zone, 'pdns')).toHaveProperty('heldBy');
    if (!('token' in lease)) throw new Error('no lease');
    expect(await one.holds(lease)).toBe(true);
    await one.release(lease);
    expect(await (await stateOf({})).lease(zone, 'pdns')).toHaveProperty('token');
  });
});

describe('a set that is half done', () => {
  const entry = entryOf(1);
  const [here, there] = entry.members;

  it('at another server is not seen, is said, and is left until the target is that server again', async () => {
    await (await stateOf({})).journal(entry);
    const moved = await stateOf({ pdns: 'two', aws: 'moved' });
    expect(await moved.journalled()).toEqual([]);
    expect(await moved.journalledElsewhere()).toMatchObject([{ id: entry.id, server: 'web1' }]);
    await moved.endJournalAll([entry.id]);
    expect(await moved.journalledElsewhere()).toHaveLength(1);
    const back = await stateOf({});
    expect(await back.journalled()).toEqual([entry]);
    expect(await back.journalledElsewhere()).toEqual([]);
    await back.endJournal(entry.id);
    expect(await back.journalled()).toEqual([]);
  });

  it('in part at another server is ended here, and left there', async () => {
    await (await stateOf({})).journal(entry);
    const moved = await stateOf({ aws: 'moved' });
    expect(await moved.journalled()).toEqual([{ ...entry, members: [here] }]);
    await moved.journal({ ...entry, members: here === undefined ? [] : [here], stuck: 'why' });
    expect(await (await stateOf({})).journalled()).toEqual([{ ...entry, stuck: 'why' }]);
    await moved.endJournal(entry.id);
    expect(await moved.journalled()).toEqual([]);
    expect(await (await stateOf({})).journalled()).toEqual([{ ...entry, stuck: 'why', members: [there] }]);
  });
});

describe('a zone whose id at its server is another', () => {
  it('begins at nothing, and has what was known of it where the first one is back', async () => {
    const one = await stateOf({ zoneId: () => 'Z1' });
    await fill(one);
    const two = await stateOf({ zoneId: ({ view }) => (view === null ? 'Z2' : 'Z1') });
    expect(await two.written(zone, 'pdns')).toEqual([]);
    expect(await two.orphans(zone, 'pdns')).toEqual([]);
    expect(await two.journalled()).toEqual([{ ...entryOf(1), members: [entryOf(1).members[1]] }]);
    await two.noteWritten(zone, 'pdns', [], [writtenOf(2)]);
    await two.noteWritten(inside, 'pdns', [], [writtenOf(3)]);
    const back = await stateOf({ zoneId: () => 'Z1' });
    expect(await back.written(zone, 'pdns')).toEqual([writtenOf(1)]);
    expect(await back.written(inside, 'pdns')).toEqual([writtenOf(3)]);
    expect(await back.journalled()).toEqual([entryOf(1)]);
  });

  it('has what was known by its name alone, where its id was not known yet', async () => {
    let id: string | null = null;
    const making = await stateOf({ zoneId: () => id });
    await making.noteWritten(zone, 'pdns', [], [writtenOf(1)]);
    id = 'Z1';
    expect(await making.written(zone, 'pdns')).toEqual([writtenOf(1)]);
  });
});

describe('what the state keeps for the daemon', () => {
  const verified = [{ name: 'a.lab.test.', type: 'A', hash: 'h' }];
  const words = new Map([['web1', Date.now()]]);

  it('is of one server and one inventory too, and of one zone: another that was made in its place has no drift', async () => {
    const store = await stateOf({ zoneId: () => 'first' });
    await store.keepVerified(zone, 'pdns', verified);
    await store.keepHookWords('lab', words);
    const again = await stateOf({ zoneId: () => 'first' });
    expect(await again.verified(zone, 'pdns')).toEqual(verified);
    expect(await again.hookWords('lab')).toEqual(words);
    expect(await (await stateOf({ zoneId: () => 'second' })).verified(zone, 'pdns')).toEqual([]);
    const other = await stateOf({ pdns: 'two', lab: 'other' });
    expect(await other.verified(zone, 'pdns')).toEqual([]);
    expect(await other.hookWords('lab')).toEqual(new Map());
  });
});
