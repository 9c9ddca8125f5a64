import { messageOf } from '../../model/errors.ts';
import type { Change } from '../../model/plan.ts';
import type { JournalEntry, JournalMember, Store } from '../../model/ports.ts';
import type { Problem } from '../../model/problem.ts';
import { problemOfTarget } from '../../model/problem.ts';
import { joined, tiesOf } from '../../model/ties.ts';
import type { OpenTargets, RunContext, StuckName } from '../../target.ts';
import type { LeaseHandle, LeaseWait } from '../lease.ts';
import { freshLeaseWait, leaseHandle } from '../lease.ts';
import type { ZoneTarget } from '../phases.ts';
import { changeKey, zoneTargetKey } from '../phases.ts';
import { portionsOf } from '../split-writes.ts';
import { byTurns, circuitBreaker } from '../target-concurrency.ts';
import type { Standing, UndoFailure, UndoGroup } from '../zone/undo.ts';
import { inverse, standings } from '../zone/undo.ts';
import type { StepBack, UndoAt } from './roll-back.ts';
import { takeBack } from './roll-back.ts';
import { howToMend } from './roll-back-sets.ts';

/** What recovery found. `stuck` are the names that are not to be written before a person, or a target, is back. */
export interface Recovered {
  readonly problems: readonly Problem[];
  readonly notices: readonly string[];
  readonly stuck: readonly StuckName[];
}

/** A zone at a target that the journal names, with what keeps it from being looked at. */
interface Site {
  readonly place: ZoneTarget;
  readonly hold: LeaseHandle | null;
  readonly at: UndoAt | null;
  found: ReadonlyMap<string, Standing>;
  trouble: string | null;
}

/** Sets that share changes or addresses. */
interface Case {
  readonly entries: readonly JournalEntry[];
  readonly members: readonly { readonly site: Site; readonly change: Change }[];
  readonly group: UndoGroup;
}

/**
 * Ends what a killed apply left half done, at the start of the next: a set whose new values all stand is completed, any
 * other is taken back, both by compare and swap under the leases of its zones. What somebody else changed meanwhile is
 * left alone and said, and so is what cannot be reached. What stood at a target that hostmaster.yaml does not have any
 * more is nobody's: `configured` are the names of all that it has. Default: it has all that the journal names.
 */
export const recoverJournal = async (
  store: Store,
  targets: OpenTargets,
  context: RunContext,
  configured?: readonly string[],
): Promise<Recovered> => {
  const ours = ({ target }: JournalMember) => configured === undefined || configured.includes(target);
  const journalled = async () =>
    (await store.journalled()).map((entry) => ({ ...entry, members: entry.members.filter(ours) }));
  const found = await journalled();
  if (found.length === 0) return { problems: [], notices: [], stuck: [] };
  const sites = sitesOf(found, store, targets, context);
  try {
    await takeLeases([...sites.values()]);
    // What another hostmaster was at is ended by now, if its leases are ours.
    const known = new Set(found.map(({ id }) => id));
    const left = (await journalled()).filter(({ id }) => known.has(id));
    const cases = casesOf(left, sites);
    await lookAt(cases);
    return await endCases(cases, store);
  } finally {
    await Promise.all(sites.values().map(({ hold: lease }) => lease?.release()));
  }
};

const placeOf = ({ zone, target }: JournalMember): ZoneTarget => ({ zone: zone.name, view: zone.view, target });

const sitesOf = (
  entries: readonly JournalEntry[],
  store: Store,
  { open, statuses }: OpenTargets,
  context: RunContext,
): ReadonlyMap<string, Site> => {
  const sites = new Map<string, Site>();
  for (const member of entries.flatMap(({ members }) => members)) {
    const place = placeOf(member);
    if (sites.has(zoneTargetKey(place))) continue;
    const target = open.get(member.target);
    const why = statuses.find(({ name }) => name === member.target)?.message ?? 'it is no target of this run';
    const lease = target === undefined ? null : leaseHandle(place, store, context);
    const at =
      target === undefined || lease === null
        ? null
        : {
            target,
            sender: {
              provider: target.provider,
              zone: member.zone,
              target: member.target,
              signal: undefined,
              sleep: context.sleep,
              beforeWrite: lease.check,
            },
            portions: portionsOf(target.provider, member.zone),
          };
    const trouble = at === null ? `${member.target} cannot be asked: ${why}` : null;
    sites.set(zoneTargetKey(place), { place, hold: lease, at, found: new Map(), trouble });
  }
  return sites;
};

/** In the same order as everybody. */
const takeLeases = async (sites: readonly Site[]): Promise<void> => {
  const waiting: LeaseWait = freshLeaseWait();
  for (const site of sites.toSorted((a, b) => (zoneTargetKey(a.place) < zoneTargetKey(b.place) ? -1 : 1))) {
    await site.hold?.take(waiting).catch((error) => {
      site.trouble ??= messageOf(error);
    });
  }
};

const casesOf = (entries: readonly JournalEntry[], sites: ReadonlyMap<string, Site>): readonly Case[] =>
  joined(entries, ({ members }) =>
    members.flatMap((each) => [changeKey(placeOf(each), each.change), ...tiesOf(each.change)]),
  ).map((own) => {
    const members = own.flatMap((entry) => entry.members);
    const byKey = new Map(members.map((each) => [changeKey(placeOf(each), each.change), each]));
    return {
      entries: own,
      members: [...byKey.values()].flatMap((each) => {
        const site = sites.get(zoneTargetKey(placeOf(each)));
        return site === undefined ? [] : [{ site, change: each.change }];
      }),
      group: { trouble: null },
    };
  });

/** Reads how all of it stands, and pays what a killed process owes the zones. */
const lookAt = async (cases: readonly Case[]): Promise<void> => {
  const bySite = Map.groupBy(
    cases.flatMap(({ members }) => members),
    ({ site }) => site,
  );
  const due = [...bySite].flatMap(([site, members]) =>
    site.at === null || site.trouble !== null ? [] : [{ site, at: site.at, target: site.at.target, members }],
  );
  await byTurns(due, async ({ site, at: { sender }, members }) => {
    const changes = members.map(({ change }) => change);
    try {
      const found = await standings(changes, sender);
      site.found = new Map([...found].map(([change, how]) => [changeKey(site.place, change), how]));
      await sender.provider.finish?.(sender.zone, [], undefined);
    } catch (error) {
      site.trouble = `${site.place.zone} at ${site.place.target} cannot be asked: ${messageOf(error)}`;
    }
  });
};

type Way = 'nothing' | 'complete' | 'roll back';

const endCases = async (cases: readonly Case[], store: Store): Promise<Recovered> => {
  const ways = new Map(cases.map((each) => [each, wayOf(each)]));
  const items = cases.flatMap((each) => itemsOf(each, ways.get(each) ?? 'nothing'));
  await takeBack(items, circuitBreaker());
  const written = new Map(items.map(({ at }) => [at, at.sender]));
  for (const { zone, target } of written.values()) await store.forgetSync(zone, target);
  const ended = cases.filter(({ group }) => group.trouble === null);
  const open = cases.filter(({ group }) => group.trouble !== null);
  await store.endJournalAll(idsOf(ended));
  await store.journalAll(open.flatMap(stuckEntries));
  const said = open.map((each) => ({ each, message: openWords(each) }));
  const notices = ended.flatMap((each) => endedWords(each, ways.get(each) ?? 'nothing'));
  return {
    problems: said.flatMap(({ each, message }) => {
      const place = each.members[0]?.site.place;
      return place === undefined ? [] : [problemOfTarget('set-not-whole', message, place.target, place.zone)];
    }),
    notices,
    stuck: said.flatMap(({ each, message }) =>
      each.members.map(({ site, change }) => ({ ...site.place, name: change.name, reason: message })),
    ),
  };
};

/** What is to be done about a case; what stands in the way of it becomes its trouble. */
const wayOf = ({ members, group }: Case): Way => {
  const found = members.map(({ site, change }) => ({ change, how: site.found.get(changeKey(site.place, change)) }));
  const blocked = members.find(({ site }) => site.trouble !== null)?.site.trouble ?? null;
  if (blocked !== null) group.trouble = { kind: 'failed', message: blocked };
  for (const { how } of found) if (how?.kind === 'moved') group.trouble ??= { kind: 'moved', message: how.words };
  const standing = found.filter(({ how }) => how?.kind === 'after');
  if (group.trouble !== null || standing.length === 0 || standing.length === found.length) return 'nothing';
  const news = found.filter(({ change }) => change.after !== null);
  return news.every(({ how }) => how?.kind === 'after') ? 'complete' : 'roll back';
};

/** A change is made by taking back its inverse. */
const itemsOf = ({ members, group }: Case, way: Way): readonly StepBack[] =>
  members.flatMap(({ site: { at, found, place }, change }) => {
    const stands = found.get(changeKey(place, change))?.kind === 'after';
    if (at === null || way === 'nothing' || stands !== (way === 'roll back')) return [];
    return [{ at, group, ...(way === 'roll back' ? backward(change) : forward(change)) }];
  });

const backward = (change: Change) => ({ change, step: stepOf(change) });
const forward = (change: Change) => ({ change: inverse(change), step: -stepOf(change) });

/** Addresses go after what points back comes, and before what points back goes. */
const stepOf = ({ type, after }: Change): number =>
  (after === null ? 2 : 0) + Number((type === 'PTR') === (after === null));

const idsOf = (cases: readonly Case[]): readonly string[] =>
  cases.flatMap(({ entries }) => entries.map(({ id }) => id));

const stuckEntries = ({ entries, group }: Case): readonly JournalEntry[] =>
  entries
    .map((entry) => ({ ...entry, stuck: group.trouble?.kind === 'moved' ? group.trouble.message : null }))
    .filter(({ stuck }, i) => stuck !== entries[i]?.stuck);

const serversOf = ({ entries }: Case): string =>
  entries.map(({ inventory, server }) => `${server} (${inventory})`).join(', ');

const endedWords = (each: Case, way: Way): readonly string[] =>
  way === 'nothing'
    ? []
    : [
        `the records of ${serversOf(each)} were left half done by an apply that did not end, and were ${
          way === 'complete' ? 'completed' : 'rolled back'
        }`,
      ];

const openWords = (each: Case): string => {
  const half = `the records of ${serversOf(each)} were left half done by an earlier apply`;
  const failure: UndoFailure = each.group.trouble ?? { kind: 'failed', message: '' };
  return {
    moved: `${half}, and ${failure.message}; they are left alone: ${howToMend}`,
    failed: `${half}, and are left alone for now: ${failure.message}`,
    unfinished: `${half}; they are whole again, but ${failure.message}`,
  }[failure.kind];
};
