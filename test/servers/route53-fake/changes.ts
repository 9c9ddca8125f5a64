import {
  type Account,
  changeContent,
  type HostedZone,
  isRefusal,
  newChange,
  type RecordSet,
  type Reply,
  setKey,
} from './account.ts';
import { type Refusal, refusal } from './limits.ts';
import { invalidBatch, isSameSet, readSet } from './sets.ts';
import { child, type Element, listAt, textAt } from './xml.ts';

const mostRecords = 1_000;
const mostCharacters = 32_000;
const mostAlike = 100;
const mostSets = 10_000;

interface Change {
  readonly action: string;
  readonly set: RecordSet;
}

/** ChangeResourceRecordSets: all of the batch, or nothing. */
export const changeRecordSets = (account: Account, zone: HostedZone, body: Element): Reply | Refusal => {
  if (account.now() < zone.busyUntil) {
    const message = 'The request was rejected because Route 53 was still processing a prior request.';
    return refusal('PriorRequestNotComplete', message, 'one change batch of a zone at a time');
  }
  const changes: Change[] = [];
  for (const element of listAt(child(body, 'ChangeBatch'), 'Changes')) {
    const set = readSet(child(element, 'ResourceRecordSet'));
    if (isRefusal(set)) return set;
    changes.push({ action: textAt(element, 'Action') ?? '', set });
  }
  const refused = whyTooMuch(changes) ?? whyTwice(changes);
  if (refused !== null) return refused;
  if (!account.mayChange(changes.length))
    return refusal('Throttling', 'Rate exceeded', 'rate of changes of the account');
  const after = new Map(zone.sets);
  for (const change of changes) {
    const bad = perform(change, after, zone, account);
    if (bad !== null) return bad;
  }
  const bad = whyNoZone(after, zone, changes);
  if (bad !== null) return bad;
  return commit(account, zone, after);
};

const commit = (account: Account, zone: HostedZone, after: Map<string, RecordSet>): Reply => {
  const change = newChange(account);
  const still = usedChecks(after);
  for (const id of usedChecks(zone.sets)) {
    const check = account.checks.get(id);
    if (check !== undefined && !still.has(id)) check.releasedAt = change.inSyncAt;
  }
  zone.sets = after;
  zone.busyUntil = account.now() + account.processing;
  return {
    status: 200,
    document: { ChangeResourceRecordSetsResponse: { ChangeInfo: changeContent(change, account.now()) } },
  };
};

export const usedChecks = (sets: ReadonlyMap<string, RecordSet>): ReadonlySet<string> =>
  new Set([...sets.values()].flatMap(({ healthCheck }) => healthCheck ?? []));

/** UPSERT counts twice. */
const whyTooMuch = (changes: readonly Change[]): Refusal | null => {
  const weigh = (of: (set: RecordSet) => number) =>
    changes.reduce((sum, { action, set }) => sum + of(set) * (action === 'UPSERT' ? 2 : 1), 0);
  const records = weigh(({ values }) => Math.max(1, values.length));
  const characters = weigh(({ values }) => values.reduce((sum, value) => sum + value.length, 0));
  if (changes.length === 0) return refusal('InvalidInput', 'there are no changes');
  if (records > mostRecords) {
    return invalidBatch(`Number of records limit of ${mostRecords} exceeded: ${records}`, 'records of a batch');
  }
  return characters > mostCharacters
    ? invalidBatch(`Number of characters limit of ${mostCharacters} exceeded: ${characters}`, 'characters of a batch')
    : null;
};

/** A set is deleted once and made once at most; its DELETE comes first. */
const whyTwice = (changes: readonly Change[]): Refusal | null => {
  const seen = new Map<string, readonly string[]>();
  for (const { action, set } of changes) {
    if (action !== 'CREATE' && action !== 'DELETE' && action !== 'UPSERT') {
      return refusal('InvalidInput', `${action} is no action`);
    }
    const before = seen.get(setKey(set)) ?? [];
    if (before.length > 0 && !(before.join() === 'DELETE' && action === 'CREATE')) {
      return invalidBatch(
        `The request contains an invalid set of changes for a resource record set '${set.type} ${set.name}'`,
        'a set once in a batch',
      );
    }
    seen.set(setKey(set), [...before, action]);
  }
  return null;
};

const perform = (
  { action, set }: Change,
  sets: Map<string, RecordSet>,
  zone: HostedZone,
  account: Account,
): Refusal | null => {
  const found = sets.get(setKey(set));
  const shown = `resource record set [name='${set.name}', type='${set.type}'${
    set.identifier === null ? '' : `, set identifier='${set.identifier}'`
  }]`;
  if (zone.protections.some(({ name, type }) => name === set.name && type === set.type)) {
    return invalidBatch(`${shown} is protected`);
  }
  if (action === 'DELETE') {
    if (found === undefined) return invalidBatch(`Tried to delete ${shown} but it was not found`);
    if (!isSameSet(found, set)) {
      return invalidBatch(`Tried to delete ${shown} but the values provided do not match the current values`);
    }
    sets.delete(setKey(set));
    return null;
  }
  if (action === 'CREATE' && found !== undefined) return invalidBatch(`Tried to create ${shown} but it already exists`);
  if (set.name !== zone.name && !set.name.endsWith(`.${zone.name}`)) {
    return invalidBatch(`RRSet with DNS name ${set.name} is not permitted in zone ${zone.name}`);
  }
  if (set.healthCheck !== null && !account.checks.has(set.healthCheck)) {
    return refusal('NoSuchHealthCheck', `A health check with id ${set.healthCheck} does not exist.`, null, 404);
  }
  sets.set(setKey(set), set);
  return null;
};

/** What the zone may not be after the batch, at the names that it touches. */
const whyNoZone = (
  sets: ReadonlyMap<string, RecordSet>,
  { name: apex }: HostedZone,
  changes: readonly Change[],
): Refusal | null => {
  for (const type of ['SOA', 'NS'] as const) {
    const found = sets.get(setKey({ name: apex, type, identifier: null }));
    if (found === undefined)
      return invalidBatch(`A HostedZone must contain exactly one ${type} record set at its apex`);
  }
  if (sets.size > mostSets) return refusal('LimitsExceeded', `more than ${mostSets} record sets`, 'sets of a zone');
  const touched = new Set(changes.map(({ set }) => set.name));
  const byName = Map.groupBy(
    [...sets.values()].filter(({ name }) => touched.has(name)),
    ({ name }) => name,
  );
  for (const [name, all] of byName) {
    const bad = whyNotTogether(name, all, apex);
    if (bad !== null) return bad;
  }
  return null;
};

const whyNotTogether = (name: string, sets: readonly RecordSet[], apex: string): Refusal | null => {
  const byType = Map.groupBy(sets, ({ type }) => type);
  if (byType.has('CNAME') && (byType.size > 1 || name === apex)) {
    return invalidBatch(
      `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name`,
    );
  }
  for (const [type, alike] of byType) {
    const policies = new Set(alike.map(policyOf));
    if (policies.size > 1) {
      return invalidBatch(
        `RRSet with DNS name ${name}, type ${type} cannot be created because a set with another routing policy exists with the same name and type (${[...policies].join(', ')})`,
      );
    }
    if (alike.length > mostAlike) {
      return invalidBatch(`more than ${mostAlike} sets of ${name} ${type}`, 'sets of a name and type');
    }
  }
  return null;
};

const policyOf = ({ multivalue, routing }: RecordSet): string =>
  multivalue ? 'multivalue' : (Object.keys(routing)[0] ?? 'simple');
