import { writeSync } from 'node:fs';
import { openStore } from '../../src/state/index.ts';
import { entryOf, inventoryOf, passOf, writtenOf, zone } from './samples.ts';

// A process of its own for the tests: `writer.ts FILE WHAT FROM COUNT`. Each line that it prints was kept before.

const [file = '', what = '', from = '0', count = '0'] = process.argv.slice(2);
const store = await openStore(file, (notice) => writeSync(2, `${notice}\n`));

const jobs: Readonly<Record<string, (i: number) => Promise<void>>> = {
  journal: (i) => store.journal(entryOf(i)),
  journalAndEnd: async (i) => {
    await store.journal(entryOf(i));
    if (i % 2 === 0) await store.endJournal(`set-${i}`);
  },
  remember: (i) => store.remember('lab', { ...inventoryOf(i), takenAt: i }),
  noteWritten: (i) => store.noteWritten(zone, 'pdns', [writtenOf(i)], [writtenOf(i)]),
  recordPass: (i) => store.recordPass(passOf(i)),
};

for (let i = Number(from); i < Number(from) + Number(count); i += 1) {
  await jobs[what]?.(i);
  writeSync(1, `${i}\n`);
}
await store.close();
