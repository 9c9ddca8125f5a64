import type { DaemonStore } from '../model/daemon-store.ts';
import type { Store } from '../model/ports.ts';
import { commitsIn } from './daemon/commits.ts';
import { hookWordsIn } from './daemon/hook-words.ts';
import { daemonPassesIn } from './daemon/passes.ts';
import { suspensionsIn } from './daemon/suspensions.ts';
import { healthVerdictsIn } from './health-verdicts.ts';
import { identitiesIn } from './identities.ts';
import { inventoriesIn } from './inventories.ts';
import { journalIn } from './journal.ts';
import { lastSyncsIn } from './last-syncs.ts';
import { leasesIn } from './leases.ts';
import { passesIn } from './passes.ts';
import { recentChangesIn } from './recent-changes.ts';
import { revertedDriftIn } from './reverted-drift.ts';
import type { SqlDriver } from './sql.ts';
import { unprovenIn } from './unproven.ts';
import { verifiedIn } from './verified.ts';
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
    ...daemonPassesIn(work),
    ...commitsIn(work),
    ...suspensionsIn(work),
    ...hookWordsIn(work),
    ...healthVerdictsIn(work),
    ...verifiedIn(work),
    ...recentChangesIn(work),
    ...revertedDriftIn(work),
    changedByOthers: () => driver.changedByOthers(),
    close: () => driver.close(),
  };
};

/** The same, where nothing may be written: what would be is let go. */
export const readersOn = (driver: SqlDriver, say: Say): Store => {
  const { identify, lastSync, inventory, written, orphans, unproven, journalled, passes, close, ...rest } = storeOn(
    driver,
    say,
  );
  const { keptPasses, keptPass, passDetails, knownCommits, suspensions, hookWords, healthVerdicts } = rest;
  const { verified, recentChanges, revertedDrift, changedByOthers } = rest;
  return {
    ...emptyStore,
    ...{ identify, lastSync, inventory, written, orphans, unproven, journalled, passes, close },
    ...{ keptPasses, keptPass, passDetails, knownCommits, suspensions, hookWords, healthVerdicts },
    ...{ verified, recentChanges, revertedDrift, changedByOthers },
  };
};

const nothing = (): Promise<void> => Promise.resolve();

/** What a state knows for the daemon that no daemon has written to, and that keeps nothing. */
export const emptyDaemonStore: DaemonStore = {
  keepPass: nothing,
  keptPasses: () => Promise.resolve([]),
  keptPass: () => Promise.resolve(null),
  passDetails: () => Promise.resolve(null),
  knownCommits: () => Promise.resolve(null),
  keepCommits: nothing,
  suspensions: () => Promise.resolve([]),
  keepSuspensions: nothing,
  hookWords: () => Promise.resolve(new Map()),
  keepHookWords: nothing,
  healthVerdicts: () => Promise.resolve([]),
  keepHealthVerdicts: nothing,
  forgetHealthVerdicts: nothing,
  verified: () => Promise.resolve([]),
  keepVerified: nothing,
  recentChanges: () => Promise.resolve([]),
  keepRecentChanges: nothing,
  revertedDrift: () => Promise.resolve([]),
  keepRevertedDrift: nothing,
  changedByOthers: () => Promise.resolve(false),
};

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
  ...emptyDaemonStore,
  close: nothing,
};
