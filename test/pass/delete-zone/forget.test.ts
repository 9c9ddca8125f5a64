import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JournalEntry, JournalMember } from '../../../src/model/ports.ts';
import { forgetZone } from '../../../src/pass/delete-zone/forget.ts';
import { openStore } from '../../../src/state/index.ts';
import { tempFolder } from '../../servers/child.ts';
import { entryOf, inside, lastSync, orphanOf, unprovenOf, writtenOf, zone } from '../../state/samples.ts';

it('what the state knows of a deleted zone goes, and nothing else', async () => {
  const store = await openStore(join(tempFolder('forget'), 'state.sqlite'));
  const places = [
    { id: zone, target: 'pdns' },
    { id: zone, target: 'other' },
    { id: inside, target: 'pdns' },
  ];
  for (const { id, target } of places) {
    await store.saveSync(id, target, lastSync);
    await store.noteWritten(id, target, [], [writtenOf(1), writtenOf(2)]);
    await store.keepOrphans(id, target, [orphanOf(1)]);
    await store.keepUnproven(id, target, [unprovenOf(1)]);
  }
  const isHere = ({ target }: JournalMember): boolean => target === 'pdns';
  const own: JournalEntry = { ...entryOf(1), members: entryOf(1).members.filter(isHere) };
  const spread = entryOf(2);
  await store.journalAll([own, spread]);
  await forgetZone(zone, 'pdns', store);
  const known = async ({ id, target }: (typeof places)[number]) => [
    await store.lastSync(id, target),
    (await store.written(id, target)).length,
    (await store.orphans(id, target)).length,
    (await store.unproven(id, target)).length,
  ];
  expect(await Promise.all(places.map(known))).toEqual([
    [null, 0, 0, 0],
    [lastSync, 2, 1, 1],
    [lastSync, 2, 1, 1],
  ]);
  // A set that is half done goes on with what it has elsewhere.
  expect(await store.journalled()).toEqual([{ ...spread, members: spread.members.filter((each) => !isHere(each)) }]);
  await store.close();
});
