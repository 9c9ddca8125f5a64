import { type Change, isAddressType, type RefusedChange, SyntaxProblem } from '../../src/provider.ts';
import { isRefusal } from './failure.ts';
import { probesOf } from './health.ts';
import { accountChecks, findCheck } from './health-check-cache.ts';
import { configOf, type Probe } from './health-probe.ts';
import { type CheckIds, type Mark, markOf, newReference } from './health-sets.ts';
import type { HostedZone, Session } from './hosted-zones.ts';

export interface MadeChecks {
  readonly idOf: CheckIds;
  /** Those whose checks AWS does not take. */
  readonly refused: readonly RefusedChange[];
}

/**
 * The checks that the changes want, made where there are none, before the record sets that use them. A check that a killed
 * process left behind is used again: its mark says what it checks.
 */
export const makeChecks = async (
  session: Session,
  hosted: HostedZone,
  changes: readonly Change[],
  signal: AbortSignal | undefined,
): Promise<MadeChecks> => {
  const ids = new Map<string, string>();
  const refused: RefusedChange[] = [];
  for (const change of changes) {
    const { after, name, type } = change;
    const check = after?.health_check ?? null;
    if (after === null || check === null || !isAddressType(type)) continue;
    try {
      for (const probe of probesOf({ type, values: after.values }, check)) {
        const mark = markOf(hosted.id, name, probe);
        ids.set(mark.content, await checkFor(session, hosted, { mark, name, probe }, signal));
      }
    } catch (error) {
      const message = whyNotMade(error);
      if (message === null) throw error;
      refused.push({ name, type, message });
    }
  }
  const idOf: CheckIds = (name, probe) => {
    const mark = markOf(hosted.id, name, probe);
    return ids.get(mark.content) ?? findCheck(session.checks.known, mark, probe)?.id ?? '';
  };
  return { idOf, refused };
};

/** Why a check cannot be made; null: another error. */
const whyNotMade = (error: unknown): string | null => {
  if (error instanceof SyntaxProblem) return error.message;
  if (!isRefusal(error, 'InvalidInput', 'TooManyHealthChecks')) return null;
  return `${error.awsCode}: ${error.messages.join('; ')}`;
};

interface Wanted {
  readonly mark: Mark;
  readonly name: string;
  readonly probe: Probe;
}

const checkFor = async (
  session: Session,
  hosted: HostedZone,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<string> => {
  const { api, checks: cache } = session;
  const there = findCheck(await accountChecks(api, cache, signal), wanted.mark, wanted.probe);
  if (there !== undefined) {
    const isUsed = cache.used.get(hosted.name)?.has(there.id) === true || cache.made.has(there.id);
    if (!isUsed) await tag(session, hosted, there.id, wanted, signal);
    return there.id;
  }
  const input = { CallerReference: newReference(wanted.mark), HealthCheckConfig: configOf(wanted.probe) };
  // Sent again after no answer, it has the same reference, by which AWS knows it.
  const { HealthCheck } = await api.call('CreateHealthCheck', input, { signal, repeatable: true });
  const id = HealthCheck?.Id ?? '';
  cache.made.set(id, Date.now());
  cache.known.set(id, { id, probe: wanted.probe, mark: wanted.mark });
  await tag(session, hosted, id, wanted, signal);
  return id;
};

/** Tags tell people, also on the bill, what a check is for. */
const tag = async (
  { api }: Session,
  { name: zone }: HostedZone,
  id: string,
  { mark, name, probe }: Wanted,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const tags = {
    Name: `${name} ${probe.address}`,
    'hostmaster:zone': zone,
    'hostmaster:name': name,
    'hostmaster:address': probe.address,
    'hostmaster:content': mark.content,
  };
  const list = Object.entries(tags).map(([Key, text]) => ({ Key, Value: text.replace(notInTags, '_').slice(0, 256) }));
  const input = { ResourceType: 'healthcheck', ResourceId: id, AddTags: list } as const;
  await api.call('ChangeTagsForResource', input, { signal, repeatable: true });
};

const notInTags = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;
