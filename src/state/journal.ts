import type { JournalEntry, Store } from '../model/ports.ts';
import { guardOf } from '../validation/index.ts';
import type { OpenDatabase } from './database.ts';
import { durably, immediately } from './database.ts';
import { journalEntrySchema } from './journal-schema.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';

const journal: Table<JournalEntry> = {
  name: 'journal',
  shared: [],
  own: ['id'],
  body: guardOf(journalEntrySchema),
};

type Journal = Pick<Store, 'journal' | 'journalAll' | 'journalled' | 'endJournal' | 'endJournalAll'>;

/** What atomic sets are about to do, the oldest first. */
export const journalIn = (open: OpenDatabase): Journal => {
  const { database } = open;
  const rows = rowsOf(open, journal);
  const what = 'an entry of the journal, a set of changes that may be half done,';
  const journalAll = (entries: readonly JournalEntry[]): Promise<void> =>
    open.write(() =>
      durably(database, () =>
        immediately(database, () => {
          for (const entry of entries) {
            // A row that stands so already would not be written, and what is not written is not made durable.
            rows.remove([], [entry.id]);
            rows.put([], [entry.id], entry);
          }
        }),
      ),
    );
  const endJournalAll = (ids: readonly string[]): Promise<void> =>
    open.write(() =>
      immediately(database, () => {
        for (const id of ids) rows.remove([], [id]);
      }),
    );
  return {
    journal: (entry) => journalAll([entry]),
    journalAll,
    journalled: () =>
      open.read(what, [], () =>
        rows
          .read([], what)
          .map(({ body }) => body)
          .sort((a, b) => a.at - b.at),
      ),
    endJournal: (id) => endJournalAll([id]),
    endJournalAll,
  };
};
