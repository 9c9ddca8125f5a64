import type { HealthCheck } from '../model/health.ts';
import type { FileOrigin, InventoryOrigin, Origin } from '../model/origin.ts';
import type { Change, PlannedRRset } from '../model/plan.ts';
import type { JournalEntry, JournalMember, Store } from '../model/ports.ts';
import type { ZoneId } from '../model/zone.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { Shape } from './shape.ts';
import { either, isNumber, isText, listOf, nullOr, oneOf, recordOf, shaped } from './shape.ts';
import type { StateWork } from './work.ts';

const place = { file: isText, line: isNumber, column: isNumber };

const isOrigin: Shape<Origin> = either(
  shaped<FileOrigin>({ ...place, kind: oneOf('zone_file') }),
  shaped<InventoryOrigin>(
    { ...place, kind: oneOf('registration', 'record', 'claim'), inventory: isText, server: isText },
    { label: isText, group: isText },
  ),
);

const isCheck = shaped<HealthCheck>({
  port: nullOr(isNumber),
  urls: nullOr(recordOf(isText)),
  interval: nullOr(isNumber),
  timeout: nullOr(isNumber),
  string_match: nullOr(isText),
  when_all_down: either(
    oneOf('open', 'closed'),
    shaped<{ readonly backup: readonly string[] }>({ backup: listOf(isText) }),
  ),
});

const isRRset = shaped<PlannedRRset>({
  ttl: isNumber,
  values: listOf(shaped<PlannedRRset['values'][number]>({ rdata: isText, origins: listOf(isOrigin) })),
  health_check: nullOr(isCheck),
});

const isMember = shaped<JournalMember>({
  zone: shaped<ZoneId>({ name: isText, view: nullOr(isText) }),
  target: isText,
  change: shaped<Change>({
    action: oneOf('create', 'replace', 'delete'),
    name: isText,
    type: isText,
    before: nullOr(isRRset),
    after: nullOr(isRRset),
  }),
});

const journal: Table<JournalEntry> = {
  name: 'journal',
  shared: [],
  own: ['id'],
  body: shaped<JournalEntry>({
    id: isText,
    inventory: isText,
    server: isText,
    at: isNumber,
    members: listOf(isMember),
    stuck: nullOr(isText),
  }),
};

type Journal = Pick<Store, 'journal' | 'journalAll' | 'journalled' | 'endJournal' | 'endJournalAll'>;

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
    endJournal: (id) => endJournalAll([id]),
    endJournalAll,
  };
};
