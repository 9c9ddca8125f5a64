import type { DaemonStore } from '../model/daemon-store.ts';
import type { JournalEntry, JournalMember, Store, WrittenValue } from '../model/ports.ts';
import { type ZoneId, zoneLabel } from '../model/zone.ts';

/** The names under which the state keeps what it knows, by those of the configuration. */
export interface StoredNames {
  readonly targets: ReadonlyMap<string, string>;
  readonly inventories: ReadonlyMap<string, string>;
}

/** What tells a zone at a target from another of its name there; null: nothing does. */
export type ZoneIdOf = (zone: ZoneId, target: string) => Promise<string | null>;

/**
 * The state as it is for one configuration: what it knows of another server or inventory of the same name is not seen, and
 * stays as it is.
 */
export const identifiedStore = (store: Store, names: StoredNames, zoneIdOf: ZoneIdOf): Store => {
  const { targets } = names;
  const target = (name: string): string => targets.get(name) ?? name;
  const inventory = (name: string): string => names.inventories.get(name) ?? name;
  const at = zoneTargetNames(store, target, zoneIdOf);
  const stored = storedSources(names);
  const shown = shownSources(names);
  const journal = identifiedJournal(store, targets, at);
  // Each method by itself: one that is forgotten here would mix what is known of two servers.
  return {
    identify: store.identify,
    recordPass: store.recordPass,
    passes: store.passes,
    close: store.close,
    lastSync: (zone, name) => store.lastSync(zone, target(name)),
    saveSync: (zone, name, lastSync) => store.saveSync(zone, target(name), lastSync),
    forgetSync: async (zone, name) => {
      // A zone that was made by this pass has its id since: what was noted before is of this one.
      await at(zone, name).catch(() => name);
      await store.forgetSync(zone, target(name));
    },
    lease: async (zone, name) => {
      const lease = await store.lease(zone, target(name));
      return 'heldBy' in lease ? lease : { ...lease, target: name };
    },
    holds: (lease, until) => store.holds({ ...lease, target: target(lease.target) }, until),
    release: (lease, until) => store.release({ ...lease, target: target(lease.target) }, until),
    leasesInUse: async () =>
      (await store.leasesInUse()).flatMap((lease) =>
        [...targets].flatMap(([name, stored]) => (stored === lease.target ? [{ ...lease, target: name }] : [])),
      ),
    inventory: (name) => store.inventory(inventory(name)),
    remember: (name, known) => store.remember(inventory(name), known),
    rememberServers: (name, known, positions) => store.rememberServers(inventory(name), known, positions),
    written: async (zone, name, some) =>
      (await store.written(zone, await at(zone, name), some)).map((value) => withSources(value, shown)),
    noteWritten: async (zone, name, keys, values) =>
      store.noteWritten(
        zone,
        await at(zone, name),
        keys,
        values.map((value) => withSources(value, stored)),
      ),
    unproven: (zone, name) => store.unproven(zone, target(name)),
    keepUnproven: (zone, name, changes) => store.keepUnproven(zone, target(name), changes),
    orphans: async (zone, name) => store.orphans(zone, await at(zone, name)),
    keepOrphans: async (zone, name, orphans) => store.keepOrphans(zone, await at(zone, name), orphans),
    ...journal,
    ...identifiedDaemonStore(store, inventory, at),
  };
};

/** What is known of a zone is of the one that was there: another of its name has no drift. */
const identifiedDaemonStore = (store: Store, inventory: (name: string) => string, at: NameAt): DaemonStore => ({
  keepPass: store.keepPass,
  keptPasses: store.keptPasses,
  keptPass: store.keptPass,
  passDetails: store.passDetails,
  knownCommits: store.knownCommits,
  keepCommits: store.keepCommits,
  suspensions: store.suspensions,
  keepSuspensions: store.keepSuspensions,
  hookWords: (name) => store.hookWords(inventory(name)),
  keepHookWords: (name, words) => store.keepHookWords(inventory(name), words),
  healthVerdicts: store.healthVerdicts,
  keepHealthVerdicts: store.keepHealthVerdicts,
  forgetHealthVerdicts: store.forgetHealthVerdicts,
  verified: async (zone, name, names) => store.verified(zone, await at(zone, name), names),
  keepVerified: async (zone, name, changed) => store.keepVerified(zone, await at(zone, name), changed),
  recentChanges: async (zone, name, since) => store.recentChanges(zone, await at(zone, name), since),
  keepRecentChanges: async (zone, name, changes, kept) =>
    store.keepRecentChanges(zone, await at(zone, name), changes, kept),
  revertedDrift: async (zone, name) => store.revertedDrift(zone, await at(zone, name)),
  keepRevertedDrift: async (zone, name, reverted) => store.keepRevertedDrift(zone, await at(zone, name), reverted),
  changedByOthers: store.changedByOthers,
});

type NameAt = (zone: ZoneId, target: string) => Promise<string>;

/** A zone's id is looked up once it is there; until then its rows are those of its name. */
const zoneTargetNames = (store: Store, target: (name: string) => string, zoneIdOf: ZoneIdOf): NameAt => {
  const known = new Map<string, string>();
  return async (zone, name) => {
    const first = target(name);
    const key = `${first} ${zoneLabel(zone)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const identity = await zoneIdOf(zone, name);
    if (identity === null) return first;
    const [found] = await store.identify([{ kind: 'zone', name: key, identity, first }]);
    known.set(key, found?.stored ?? first);
    return found?.stored ?? first;
  };
};

const withSources = (value: WrittenValue, named: (source: string) => string): WrittenValue => {
  const sources = value.sources.map(named);
  return sources.every((source, i) => source === value.sources[i]) ? value : { ...value, sources };
};

/** Before the name of an inventory that is not the one of this name now; no inventory's name has a space. */
const another = 'another ';

/** `lab/web1` as the state has it; `git` has no inventory. */
const storedSources =
  ({ inventories }: StoredNames) =>
  (source: string): string =>
    renamed(source, (name) =>
      name.startsWith(another) ? name.slice(another.length) : (inventories.get(name) ?? name),
    );

/** And as the configuration has it: a server of another inventory is none of those that it knows. */
const shownSources = ({ inventories }: StoredNames): ((source: string) => string) => {
  const byStored = new Map([...inventories].map(([name, stored]) => [stored, name]));
  return (source) =>
    renamed(source, (stored) => byStored.get(stored) ?? (inventories.has(stored) ? `${another}${stored}` : stored));
};

const renamed = (source: string, named: (inventory: string) => string): string => {
  const slash = source.indexOf('/');
  return slash < 0 ? source : `${named(source.slice(0, slash))}${source.slice(slash)}`;
};

type Journal = Pick<
  Store,
  'journal' | 'journalAll' | 'journalled' | 'journalledElsewhere' | 'endJournal' | 'endJournalAll'
>;

/** The journal without what is half done at other servers, which stays in it. */
const identifiedJournal = (store: Store, targets: StoredNames['targets'], at: NameAt): Journal => {
  const nameOf = async ({ target, zone }: JournalMember): Promise<string | null> => {
    for (const [name, first] of targets) {
      // Of the other targets nobody has to ask which zone they have.
      const mayBe = target === first || target.startsWith(`${first}#`);
      if (mayBe && (await at(zone, name).catch(() => first)) === target) return name;
    }
    return null;
  };
  const split = async (entry: JournalEntry): Promise<{ readonly here: JournalEntry; readonly there: JournalEntry }> => {
    const members = await Promise.all(entry.members.map(async (each) => ({ each, name: await nameOf(each) })));
    const here = members.flatMap(({ each, name }) => (name === null ? [] : [{ ...each, target: name }]));
    const there = members.flatMap(({ each, name }) => (name === null ? [each] : []));
    return { here: { ...entry, members: here }, there: { ...entry, members: there } };
  };
  const parts = async () => Promise.all((await store.journalled()).map(split));
  const elsewhere = async (): Promise<ReadonlyMap<string, JournalEntry>> =>
    new Map((await parts()).flatMap(({ there }) => (there.members.length === 0 ? [] : [[there.id, there]])));
  const journalAll = async (entries: readonly JournalEntry[]): Promise<void> => {
    const left = await elsewhere();
    const stored = entries.map(async (entry): Promise<JournalEntry> => {
      const members = entry.members.map(async (each) => ({ ...each, target: await at(each.zone, each.target) }));
      return { ...entry, members: [...(await Promise.all(members)), ...(left.get(entry.id)?.members ?? [])] };
    });
    await store.journalAll(await Promise.all(stored));
  };
  const endJournalAll = async (ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return;
    const left = await elsewhere();
    await store.journalAll(ids.flatMap((id) => left.get(id) ?? []));
    await store.endJournalAll(ids.filter((id) => !left.has(id)));
  };
  return {
    journal: (entry) => journalAll([entry]),
    journalAll,
    journalled: async () => (await parts()).flatMap(({ here }) => (here.members.length === 0 ? [] : [here])),
    journalledElsewhere: async () => [...(await elsewhere()).values()],
    endJournal: (id) => endJournalAll([id]),
    endJournalAll,
  };
};
