import { compareText } from '../model/compare.ts';
import { count } from '../model/phrases.ts';
import type { InventoryStatus, KnownInventory, KnownServer, RosterServer, Server } from '../model/server.ts';
import { isProven } from '../model/server.ts';
import type { CheckedEntries, CheckedInventoryAnswer } from './check-answer.ts';
import { countTime, countUp, isForgotten, lastComplete, type SnapshotContext } from './count-absences.ts';
import type { InventoryRuleId } from './inventory-rules.ts';
import { withKnownAddresses } from './keep-addresses.ts';
import { backAgain, knownNext } from './known-server.ts';
import type { EntryLocation } from './sources/source.ts';

// What an answer means for each server, given what is known. Absence is not deletion (invariant 1), and only a complete
// answer can prove anything by what it leaves out (invariant 2).

export interface SnapshotProblem {
  readonly rule: InventoryRuleId;
  readonly message: string;
  readonly location?: EntryLocation | null;
}

/** One inventory's part of the roster. `refused`: a person has to say whether the snapshot is right. */
export interface Snapshot {
  readonly servers: readonly RosterServer[];
  readonly status: InventoryStatus;
  readonly problems: readonly SnapshotProblem[];
  readonly refused: boolean;
  /** null: nothing is known yet. */
  readonly next: KnownInventory | null;
}

/** Judges a checked answer by what was known before. */
export const takeSnapshot = (
  answer: CheckedInventoryAnswer,
  known: KnownInventory | null,
  context: SnapshotContext,
): Snapshot => {
  if (answer.kind === 'failed') return fromFailure(answer.message, known, context);
  if (answer.kind === 'unchanged') return fromUnchanged(known, context);
  const entryProblems = answer.entryProblems.map((each): SnapshotProblem => ({ rule: 'inventory-entry', ...each }));
  const took = answer.faults.length > 0 ? fromIncomplete(answer, known, context) : fromComplete(answer, known, context);
  return { ...took, problems: [...entryProblems, ...took.problems] };
};

const fromFailure = (message: string, known: KnownInventory | null, context: SnapshotContext): Snapshot => {
  const kept = keepAsKnown(known?.servers ?? [], message, known, context);
  const used = known === null ? 'it was never read before, so none of its servers are known' : lastGood(known);
  return {
    servers: kept,
    status: statusOf(kept, false, `${message}; ${used}`),
    problems: [{ rule: 'inventory-unreachable', message: `${message}; ${used}` }],
    refused: false,
    next: known,
  };
};

const lastGood = ({ takenAt }: KnownInventory): string =>
  takenAt === 0
    ? 'its servers stay as last known, and none of their records are deleted'
    : `its servers stay as last known (last complete answer: ${new Date(takenAt).toISOString()}), and none of their records are deleted`;

/** A 304 confirms the last complete answer, which had every server that is known and not missing. */
const fromUnchanged = (known: KnownInventory | null, context: SnapshotContext): Snapshot => {
  if (known === null) return fromFailure('it answered 304, but nothing is known of it', known, context);
  const servers = new Map(
    known.servers.flatMap(({ server, missing }) => (missing === null ? [[server.name, server]] : [])),
  );
  const took = accept({ servers, unusable: new Map(), etag: known.etag }, known, false, context);
  return { ...took, next: { ...took.next, etag: known.etag, takenAt: known.takenAt } };
};

const fromComplete = (answer: CheckedEntries, known: KnownInventory | null, context: SnapshotContext): Snapshot => {
  const loss = known === null ? null : excessiveLoss(answer, known, context);
  if (known === null || loss === null) return accept(answer, known, false, context);
  const shrunk = countUp(known.shrunk, known, context);
  if (context.allowShrink) return accept(answer, known, true, context);
  const refused = isProven(shrunk, context.limits, context.now);
  const allow = `shrink:${context.inventory}`;
  const message = refused
    ? `${loss}, and has been this small since ${new Date(shrunk.since).toISOString()}; none of their records are deleted; if the answer is right, run with --allow ${allow}`
    : `${loss}; they stay as last known, and none of their records are deleted`;
  const servers = fromDoubted(answer, known, loss, context);
  return {
    servers,
    status: { ...statusOf(servers, false, message), allow },
    problems: [{ rule: 'inventory-shrunk', message }],
    refused,
    next: {
      ...withLacking(rememberedAs(servers, known, context), answer, known, context),
      shrunk,
      countedAt: countTime(known, context),
    },
  };
};

/** Counts for each lost server the doubted answers that lack it: once a person says that they are right, they all count. */
const withLacking = (
  next: KnownInventory,
  answer: CheckedEntries,
  known: KnownInventory,
  context: SnapshotContext,
): KnownInventory => {
  const lost = new Set(notInAnswer(answer, known).map(({ server: { name } }) => name));
  const servers = next.servers.map((each): KnownServer => {
    const isLost = each.missing === null && lost.has(each.server.name);
    return isLost ? { ...each, lacking: countUp(each.lacking ?? null, known, context) } : each;
  });
  return { ...next, servers };
};

/** Says what was lost, if it is more than guards.max_shrink lets go at once; null: it is not. */
const excessiveLoss = (
  answer: CheckedEntries,
  known: KnownInventory,
  { maxShrink }: SnapshotContext,
): string | null => {
  const before = known.servers.filter(({ server, missing }) => missing === null && server.state !== 'decommissioned');
  const lost = before.filter(({ server: { name } }) => !answer.servers.has(name) && !answer.unusable.has(name)).length;
  if (lost === 0) return null;
  const all = lost === before.length;
  const many = before.length >= maxShrink.min_servers && lost * 100 > before.length * maxShrink.percent;
  if (!all && !many) return null;
  return `the answer lost ${all ? `all ${count(lost, 'server')}` : `${lost} of ${count(before.length, 'server')}`} that the last one had${
    all ? '' : `, more than the ${maxShrink.percent} % of guards.max_shrink`
  }`;
};

/** A complete answer that is believed: what it lacks is missing. `allowed`: earlier answers that were doubted count as well. */
const accept = (
  answer: Pick<CheckedEntries, 'servers' | 'unusable' | 'etag'>,
  known: KnownInventory | null,
  allowed: boolean,
  context: SnapshotContext,
): Snapshot & { readonly next: KnownInventory } => {
  const clean = answer.unusable.size === 0;
  const servers = [
    ...namedInAnswer(answer, known, true, context),
    ...notInAnswer(answer, known).flatMap((each): readonly RosterServer[] => {
      const before = each.missing ?? (allowed ? each.lacking : null) ?? null;
      const missing = countUp(before, known, context);
      if (isForgotten(missing, context)) return [];
      return [{ standing: 'missing', server: each.server, missing, known: each }];
    }),
  ].sort(byName);
  return {
    servers,
    status: statusOf(servers, true, null),
    problems: [],
    refused: false,
    next: {
      etag: clean ? answer.etag : null,
      takenAt: context.now,
      countedAt: countTime(known, context),
      servers: servers.map((each) => knownNext(each, context)),
      shrunk: null,
    },
  };
};

const fromIncomplete = (answer: CheckedEntries, known: KnownInventory | null, context: SnapshotContext): Snapshot => {
  const why = `its answer is not complete: ${answer.faults.join('; ')}`;
  const servers = fromDoubted(answer, known, why, context);
  const message = `${why}; what it says is used, what it leaves out stays as it was last known`;
  return {
    servers,
    status: statusOf(servers, false, message),
    problems: [{ rule: 'inventory-incomplete', message }],
    refused: false,
    next: rememberedAs(servers, known, context),
  };
};

/** Uses what an answer says of the servers in it, and concludes nothing about those that it leaves out. */
const fromDoubted = (
  answer: CheckedEntries,
  known: KnownInventory | null,
  reason: string,
  context: SnapshotContext,
): readonly RosterServer[] =>
  [
    ...namedInAnswer(withKnownAddresses(answer, known), known, false, context),
    ...keepAsKnown(notInAnswer(answer, known), reason, known, context),
  ].sort(byName);

/** The servers that an answer names. */
const namedInAnswer = (
  answer: Pick<CheckedEntries, 'servers' | 'unusable'>,
  known: KnownInventory | null,
  complete: boolean,
  context: SnapshotContext,
): readonly RosterServer[] => {
  const before = new Map((known?.servers ?? []).map((each) => [each.server.name, each]));
  const present = [...answer.servers.values()].flatMap((server): readonly RosterServer[] => {
    const last = backAgain(before.get(server.name), known, context);
    const decommissioned = server.state === 'decommissioned' && last?.server.state !== 'decommissioned';
    if (complete || !decommissioned) return [{ standing: 'present', server, complete, known: last }];
    const gone = allowedAbsence(before.get(server.name));
    if (gone !== null) return [gone];
    const reason = 'it is marked decommissioned, but in an answer that is not complete';
    return last === null ? [] : [{ standing: 'remembered', server: last.server, reason, known: last }];
  });
  const unusable = [...answer.unusable].flatMap(([name, why]): readonly RosterServer[] => {
    const gone = allowedAbsence(before.get(name));
    if (gone !== null) return [gone];
    const last = backAgain(before.get(name), known, context);
    const reason = `its entry in the inventory cannot be used: ${why}`;
    return last === null ? [] : [{ standing: 'remembered', server: last.server, reason, known: last }];
  });
  return [...present, ...unusable];
};

/** A person said that it is gone, and what is said of it now cannot be used: that stands. */
const allowedAbsence = (last: KnownServer | undefined): RosterServer | null =>
  last?.missing?.allowed === true
    ? { standing: 'missing', server: last.server, missing: last.missing, known: last }
    : null;

/** Known servers that an answer does not name. */
const notInAnswer = (
  { servers, unusable }: Pick<CheckedEntries, 'servers' | 'unusable'>,
  known: KnownInventory | null,
) => (known?.servers ?? []).filter(({ server: { name } }) => !servers.has(name) && !unusable.has(name));

/** Servers of which the answer says nothing. One that was missing stays missing, but this time is not counted against it. */
const keepAsKnown = (
  servers: readonly KnownServer[],
  reason: string,
  known: KnownInventory | null,
  context: SnapshotContext,
): readonly RosterServer[] =>
  servers
    .filter(({ missing }) => missing === null || !isForgotten(missing, context))
    .map((each): RosterServer => {
      const { server, missing } = each;
      if (missing === null) return { standing: 'remembered', server, reason, known: each };
      const proven = isProven(missing, context.limits, lastComplete(known));
      const since = proven ? missing.since : missing.since + Math.max(0, context.now - lastComplete(known));
      return { standing: 'missing', server, missing: { ...missing, since }, known: each };
    })
    .sort(byName);

/** What to remember of an answer that was not believed as a whole. Without an ETag: a 304 would confirm the whole answer. */
const rememberedAs = (
  servers: readonly RosterServer[],
  known: KnownInventory | null,
  context: SnapshotContext,
): KnownInventory => {
  const before = new Map((known?.servers ?? []).map((each) => [each.server.name, each]));
  return {
    etag: null,
    takenAt: known?.takenAt ?? 0,
    countedAt: known?.countedAt ?? 0,
    servers: servers.map((each): KnownServer => {
      const last = before.get(each.server.name);
      return each.standing === 'missing' && last !== undefined ? last : knownNext(each, context);
    }),
    shrunk: known?.shrunk ?? null,
  };
};

const statusOf = (servers: readonly RosterServer[], complete: boolean, message: string | null): InventoryStatus => ({
  servers: servers.filter(({ standing }) => standing !== 'missing').length,
  complete,
  message,
  allow: null,
});

const byName = (a: { readonly server: Server }, b: { readonly server: Server }): number =>
  compareText(a.server.name, b.server.name);
