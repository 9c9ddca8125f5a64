import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { HostmasterError } from '../../src/provider.ts';
import { keyOfSet } from './convert.ts';
import { nameToAws } from './escapes.ts';
import { UnsoundAnswer } from './failure.ts';
import { countAnew, type HostedZone, type Session } from './hosted-zones.ts';
import type { Input } from './operations.ts';

/** The most record sets of one answer. */
export const pageSize = 300;
/** Record sets that are asked for at one name: there are seldom more. */
const pageOfName = 30;
/** AWS's own limit is 10,000, and can be raised. */
const mostSets = 500_000;
/** Milliseconds before a list that does not add up is asked for anew, as somebody may be writing. */
const pauseBeforeSecond = 500;

/**
 * All record sets of a zone. Only as many as AWS counts are all of them: a list of fewer, or one whose pages lead back, is read
 * anew once, with the count, and then nothing is believed of it.
 */
export const listAll = async (
  session: Session,
  hosted: HostedZone,
  signal: AbortSignal | undefined,
): Promise<readonly ResourceRecordSet[]> => {
  let problem = '';
  for (let [attempt, zone] = [1, hosted]; attempt <= 2; attempt += 1) {
    const sets = await list(session, allOf(hosted), () => true, signal).catch(unsoundOnly);
    if (!(sets instanceof UnsoundAnswer) && sets.length >= zone.count) return sets;
    zone = (await countAnew(session, hosted.name, signal)) ?? zone;
    if (!(sets instanceof UnsoundAnswer) && sets.length >= zone.count) return sets;
    problem = sets instanceof UnsoundAnswer ? sets.message : `lists ${sets.length} of its ${zone.count} record sets`;
    if (attempt === 1) await sleep(pauseBeforeSecond, undefined, signal === undefined ? {} : { signal });
  }
  throw unbelieved(session, hosted, problem);
};

/** Those of one name. */
export const listName = async (
  session: Session,
  hosted: HostedZone,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly ResourceRecordSet[]> => {
  const from = { HostedZoneId: hosted.id, MaxItems: pageOfName, StartRecordName: nameToAws(name) };
  const sets = await list(session, from, (set) => keyOfSet(set).name === name, signal).catch(unsoundOnly);
  if (sets instanceof UnsoundAnswer) throw unbelieved(session, hosted, sets.message);
  return sets;
};

type From = Input<'ListResourceRecordSets'>;

const allOf = ({ id }: HostedZone): From => ({ HostedZoneId: id, MaxItems: pageSize });

const unsoundOnly = (error: unknown): UnsoundAnswer => {
  if (error instanceof UnsoundAnswer) return error;
  throw error;
};

const unbelieved = ({ api }: Session, { id, name }: HostedZone, problem: string): HostmasterError =>
  new HostmasterError(
    'ZONE_UNREADABLE',
    `${api.where} ${problem} (${name}, hosted zone ${id}): run it again, and see what answers in its place if it stays so`,
  );

/** The record sets from `first` on, for as long as `isOne` says that they belong. Throws UnsoundAnswer where pages lead back. */
const list = async (
  { api }: Session,
  first: From,
  isOne: (set: ResourceRecordSet) => boolean,
  signal: AbortSignal | undefined,
): Promise<readonly ResourceRecordSet[]> => {
  const found = new Map<string, ResourceRecordSet>();
  for (let from = first; ; ) {
    const page = await api.call('ListResourceRecordSets', from, { signal });
    const sets = page.ResourceRecordSets ?? [];
    const here = sets.filter(isOne);
    for (const set of here) {
      const key = `${set.Name} ${set.Type} ${set.SetIdentifier ?? ''}`;
      if (found.has(key)) throw new UnsoundAnswer(`lists ${set.Name} ${set.Type} twice`);
      found.set(key, set);
    }
    if (page.IsTruncated !== true || here.length < sets.length) return [...found.values()];
    if (page.NextRecordName === undefined || here.length === 0)
      throw new UnsoundAnswer('says that there are more record sets, and not which');
    if (found.size > mostSets) throw new UnsoundAnswer(`lists more than ${mostSets} record sets`);
    from = {
      HostedZoneId: first.HostedZoneId,
      MaxItems: first.MaxItems,
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
};
