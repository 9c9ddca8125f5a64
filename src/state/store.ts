import type { Store } from '../model/ports.ts';
import { identitiesIn } from './identities.ts';
import { inventoriesIn } from './inventories.ts';
import { journalIn } from './journal.ts';
import { lastSyncsIn } from './last-syncs.ts';
import { leasesIn } from './leases.ts';
import { othersIn } from './others.ts';
import { passesIn } from './passes.ts';
import type { SqlDriver } from './sql.ts';
import { unprovenIn } from './unproven.ts';
import type { Say } from './work.ts';
import { workOn } from './work.ts';
import { orphansIn, writtenIn } from './written.ts';

/** All that is remembered, on a database of our version. `say` is told of damage whenever it is found. */
export const storeOn = (driver: SqlDriver, say: Say): Store => {
  const work = workOn(driver, say);
  return {
    ...lastSyncsIn(work),
    ...leasesIn(work),
    ...inventoriesIn(work),
    ...writtenIn(work),
    ...orphansIn(work),
    ...unprovenIn(work),
    ...journalIn(work),
    ...identitiesIn(work),
    ...passesIn(work),
    ...othersIn(work),
    close: () => driver.close(),
  };
};

/** The same, where nothing may be written: what would be is let go. */
export const readersOn = (driver: SqlDriver, say: Say): Store => {
  const { lastSync, inventory, written, orphans, unproven, journalled, passes, changedByOthers, identify, close } =
    storeOn(driver, say);
  const read = { lastSync, inventory, written, orphans, unproven, journalled, passes, changedByOthers, identify };
  return { ...emptyStore, ...read, close };
};

const nothing = (): Promise<void> => Promise.resolve();

/** A state that knows nothing and keeps nothing. */
export const emptyStore: Store = {
  identify: async (identities) => identities.map(({ first }) => ({ stored: first, before: null })),
  lastSync: () => Promise.resolve(null),
  saveSync: nothing,
  forgetSync: nothing,
  lease: async (zone, target) => ({ zone, target, token: '', unansweredUntil: null }),
  holds: () => Promise.resolve(true),
  release: nothing,
  leasesInUse: () => Promise.resolve([]),
  inventory: () => Promise.resolve(null),
  remember: nothing,
  rememberServers: nothing,
  written: () => Promise.resolve([]),
  noteWritten: nothing,
  orphans: () => Promise.resolve([]),
  keepOrphans: nothing,
  unproven: () => Promise.resolve([]),
  keepUnproven: nothing,
  journal: nothing,
  journalAll: nothing,
  journalled: () => Promise.resolve([]),
  journalledElsewhere: () => Promise.resolve([]),
  endJournal: nothing,
  endJournalAll: nothing,
  recordPass: nothing,
  passes: () => Promise.resolve([]),
  changedByOthers: () => Promise.resolve(false),
  close: nothing,
};
