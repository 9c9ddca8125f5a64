import { createHash } from 'node:crypto';
import { messageOf } from '../model/errors.ts';
import { count } from '../model/phrases.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import type { InventoryDefinition } from '../model/roles.ts';
import type { AbsenceLimits, KnownInventory, Roster } from '../model/server.ts';
import { checkAnswer } from './check-answer.ts';
import { isDue } from './count-absences.ts';
import { type InventoryRuleId, inventorySeverity } from './inventory-rules.ts';
import { inventoryLimits } from './limits.ts';
import { quotedUntrusted, scrubber } from './sanitize.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { inventorySources } from './sources/index.ts';
import { failed, type SourceAnswer } from './sources/source.ts';

export { withAllowedAbsences } from './allowed-absences.ts';
export { answersWith, type LastAnswers } from './answers-with.ts';
export { inventoryIdentity } from './identity.ts';
export { knownNext, presentServer } from './known-server.ts';
export { inventorySources } from './sources/index.ts';

/** What reading inventories needs from outside. Times are milliseconds. */
export interface InventoryContext {
  readonly maxShrink: { readonly percent: number; readonly min_servers: number };
  readonly limits: AbsenceLimits;
  /** The values of an inventory's secrets by key. May throw, with a message that is fit to be shown. */
  readonly secretsOf: (definition: InventoryDefinition) => Promise<Readonly<Record<string, string>>>;
  /** The folder that paths start from, and that files must not leave. */
  readonly folder: string;
  readonly known: (name: string) => KnownInventory | null;
  readonly now: number;
  /** Names of inventories that may shrink this once (--allow shrink:NAME). */
  readonly allowShrink: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

/** The servers of all inventories. */
export interface InventoryAnswers {
  readonly roster: Roster;
  /** By inventory: what to remember of it for the next pass. */
  readonly next: Readonly<Record<string, KnownInventory>>;
  /** Inventories whose snapshot is refused until a person allows it. */
  readonly refused: readonly string[];
  /**
   * Are these answers one more complete snapshot, of every inventory? Not where an interval has not passed since the last
   * one, and not without any server: that proves nothing about servers nobody knows.
   */
  readonly counts: boolean;
}

/** Can this inventory be read without a network? */
export const isReadOffline = ({ type }: InventoryDefinition): boolean => inventorySources[type]?.isOffline === true;

/** Reads every inventory, all at once. Throws only the signal's reason. */
export const askInventories = async (
  definitions: readonly InventoryDefinition[],
  context: InventoryContext,
): Promise<InventoryAnswers> => {
  const taken = await Promise.all(definitions.map((definition) => takeOne(definition, context)));
  return {
    roster: {
      servers: taken.flatMap(({ snapshot }) => snapshot.servers),
      inventories: Object.fromEntries(taken.map(({ name, snapshot }) => [name, snapshot.status])),
      problems: taken.flatMap(({ problems }) => problems),
      now: context.now,
    },
    next: Object.fromEntries(taken.flatMap(({ name, snapshot: { next } }) => (next === null ? [] : [[name, next]]))),
    refused: taken.flatMap(({ name, snapshot }) => (snapshot.refused ? [name] : [])),
    counts:
      taken.some(({ snapshot }) => snapshot.status.servers > 0) &&
      taken.every(({ isDue: due, snapshot }) => due && snapshot.status.complete),
  };
};

interface Taken {
  readonly name: string;
  /** Would a complete answer count as one more? */
  readonly isDue: boolean;
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
}

/** How long an ETag is used: a server that confirms a stale one must not hide changes for ever. */
const trustEtagFor = 3_600_000;

/** The ETag of the last answer, if that is recent and of this source. One from the future has no known age, and is not used. */
const trustedEtag = (known: KnownInventory, source: string, now: number): string | null => {
  const { etag, takenAt } = known;
  return known.source === source && takenAt <= now && now - takenAt < trustEtagFor ? etag : null;
};

/** Identifies the source of an answer: the definition, with the names of its secrets but not their values. */
const digestOf = ({ type, config, secrets }: InventoryDefinition): string =>
  createHash('sha256')
    .update(JSON.stringify([type, sortedKeys(config), sortedKeys(secrets)]))
    .digest('hex');

const sortedKeys = (mapping: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] =>
  Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1));

const takeOne = async (definition: InventoryDefinition, context: InventoryContext): Promise<Taken> => {
  const { name } = definition;
  const known = context.known(name);
  const source = digestOf(definition);
  const etag = known === null ? null : trustedEtag(known, source, context.now);
  const read = await readSource(definition, etag, context);
  const answer = checkAnswer(name, read.answer);
  const taken = takeSnapshot(answer, known, {
    inventory: name,
    interval: definition.interval,
    maxShrink: context.maxShrink,
    limits: context.limits,
    now: context.now,
    allowShrink: context.allowShrink.has(name),
  });
  const { clean } = read;
  const problems = withoutExcess(taken.problems).map(({ rule, message, location }) =>
    problemAt(
      read.secretsFailed && rule === 'inventory-unreachable' ? 'inventory-secret' : rule,
      taken.refused && rule === 'inventory-shrunk' ? 'error' : inventorySeverity(rule),
      clean(`inventory ${name}: ${message}`),
      location ?? definition.at,
    ),
  );
  const snapshot = withoutSecrets(taken, clean);
  // After a failure what is known is unchanged, and still of the source before.
  const next = snapshot.next === null || snapshot.next === known ? snapshot.next : { ...snapshot.next, source };
  return {
    name,
    isDue: isDue(known, { now: context.now, interval: definition.interval }),
    snapshot: { ...snapshot, next },
    problems,
  };
};

interface ReadSource {
  readonly answer: SourceAnswer;
  readonly clean: (message: string) => string;
  readonly secretsFailed: boolean;
}

const readSource = async (
  definition: InventoryDefinition,
  etag: string | null,
  context: InventoryContext,
): Promise<ReadSource> => {
  let secrets: Readonly<Record<string, string>>;
  try {
    secrets = Object.keys(definition.secrets).length === 0 ? {} : await context.secretsOf(definition);
  } catch (error) {
    return { answer: failed(messageOf(error)), clean: (message) => message, secretsFailed: true };
  }
  const clean = scrubber(secrets);
  const { folder, signal } = context;
  try {
    const source = inventorySources[definition.type];
    const answer =
      source === undefined
        ? failed(`there is no inventory of the type ${quotedUntrusted(definition.type)}`)
        : await source.read(definition.config, { folder, secrets, etag, signal });
    return { answer, clean, secretsFailed: false };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    return { answer: failed(`it cannot be read: ${quotedUntrusted(messageOf(error))}`), clean, secretsFailed: false };
  }
};

/** Shows only so many problems of single entries: an inventory that changed its format would bury all other problems. */
const withoutExcess = (problems: Snapshot['problems']): Snapshot['problems'] => {
  const entries = problems.filter(({ rule }) => rule === 'inventory-entry');
  const more = entries.length - inventoryLimits.entryProblems;
  if (more <= 0) return problems;
  const rule: InventoryRuleId = 'inventory-entry';
  const rest = { rule, message: `${count(more, 'more entry', 'more entries')} cannot be used` };
  return [...entries.slice(0, inventoryLimits.entryProblems), rest, ...problems.filter((each) => each.rule !== rule)];
};

const withoutSecrets = (snapshot: Snapshot, clean: (message: string) => string): Snapshot => {
  const { status, servers } = snapshot;
  return {
    ...snapshot,
    status: { ...status, message: status.message === null ? null : clean(status.message) },
    servers: servers.map((each) => (each.standing === 'remembered' ? { ...each, reason: clean(each.reason) } : each)),
  };
};
