import type { JournalEntry, Store } from '../model/ports.ts';
import { guardOf } from '../validation/index.ts';
import { journalEntrySchema } from './journal-schema.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { StateWork } from './work.ts';

const journal: Table<JournalEntry> = {
  name: 'journal',
  shared: [],
  own: ['id'],
  body: guardOf(journalEntrySchema),
};

type Journal = Pick<
  Store,
  'journal' | 'journalAll' | 'journalled' | 'journalledElsewhere' | 'endJournal' | 'endJournalAll'
>;

const what = 'an entry of the journal, a set of changes that may be half done,';

/** What atomic sets are about to do, the oldest first. */
export const journalIn = (work: StateWork): Journal => {
  const rows = rowsOf(work, journal);
  const journalAll = (entries: readonly JournalEntry[]): Promise<void> => {
    const keys = entries.map(({ id }) => [id]);
    return work.write(async (sql) => {
      // A row that stands so already would not be written, and what is not written is not made durable.
      await rows.remove(sql, [], keys);
      await rows.put(
        sql,
        [],
        entries.map((body) => ({ key: [body.id], body })),
      );
    }, 'durable');
  };
  const endJournalAll = (ids: readonly string[]): Promise<void> =>
    work.write((sql) =>
      rows.remove(
        sql,
        [],
        ids.map((id) => [id]),
      ),
    );
  return {
    journal: (entry) => journalAll([entry]),
    journalAll,
    journalled: () =>
      work.read(what, [], async (sql) => {
        const found = await rows.read(sql, [], what);
        return found.map(({ body }) => body).sort((a, b) => a.at - b.at);
      }),
    journalledElsewhere: () => Promise.resolve([]),
    endJournal: (id) => endJournalAll([id]),
    endJournalAll,
  };
};
