import { applyZone } from '../apply/zone.ts';
import type { Change, Changeset } from '../model/plan.ts';
import type { Store } from '../model/ports.ts';
import type { ZoneResult } from '../model/result.ts';
import { keyOf } from '../model/rrset.ts';
import type { CreateSettings, DesiredZone, ZoneId, ZoneSettings, ZoneSnapshot } from '../model/zone.ts';
import { order } from '../plan/index.ts';
import { withLease } from './lease.ts';
import { pooled } from './pool.ts';
import type { OpenTarget, Rim } from './types.ts';

/** One changeset and what it needs to go out. */
export interface ApplyWork {
  readonly target: OpenTarget;
  readonly changeset: Changeset;
  readonly create: CreateSettings | null;
}

/**
 * Carries all changesets out: name servers side by side, a target's zones as many at once as it bears. Two targets that
 * are one server's take turns.
 */
export const applyAll = async (
  work: readonly ApplyWork[],
  { reviewed, store }: { readonly reviewed: boolean; readonly store: Store },
  rim: Rim,
): Promise<readonly ZoneResult[]> => {
  const due = work
    .filter(({ changeset }) => changeset.changes.length > 0 || changeset.create_zone)
    .toSorted((a, b) => byZoneAndTarget(a.changeset, b.changeset));
  const total = due.reduce((sum, { changeset }) => sum + changeset.changes.length, 0);
  let done = 0;
  const onWritten = (changes: number) => {
    done += changes;
    rim.onStep?.({ stage: 'apply', done, total });
  };
  const applyOne = (each: ApplyWork) =>
    withLease(each.changeset, store, rim, (beforeWrite) =>
      applyZone({ ...inputOf(each, reviewed, rim), onWritten, beforeWrite }),
    );
  const byServer = Map.groupBy(due, ({ target }) => serverOf(target));
  const results = await Promise.all(byServer.values().map((works) => applyServer(works, applyOne)));
  return results.flat().sort(byZoneAndTarget);
};

/** What tells one server from another in a target's own keys. */
const placeKeys = ['url', 'server', 'host', 'port', 'file'] as const;

const serverOf = ({ definition: { config, name, provider } }: OpenTarget): string => {
  const place = placeKeys.map((key) => config[key] ?? null);
  return JSON.stringify([provider, ...(place.every((each) => each === null) ? [name] : place)]);
};

const applyServer = async (
  works: readonly ApplyWork[],
  applyOne: (work: ApplyWork) => Promise<ZoneResult>,
): Promise<readonly ZoneResult[]> => {
  const results: ZoneResult[] = [];
  for (const [target, own] of Map.groupBy(works, (work) => work.target)) {
    results.push(...(await applyTarget(own, target, applyOne)));
  }
  return results;
};

/** So many zones in a row without an answer, and a target's other zones are not tried. */
const patience = 3;
const unanswered: ReadonlySet<string | null> = new Set(['TARGET_UNREACHABLE', 'WRITE_UNKNOWN']);

/** Did this zone fail for want of an answer? */
export const isUnanswered = ({ code }: ZoneResult): boolean => unanswered.has(code);

const applyTarget = async (
  works: readonly ApplyWork[],
  target: OpenTarget,
  applyOne: (work: ApplyWork) => Promise<ZoneResult>,
): Promise<readonly ZoneResult[]> => {
  let inRow = 0;
  return pooled(works, target.provider.supports.parallel_zones, async (work) => {
    if (inRow >= patience) return notTried(work);
    const result = await applyOne(work);
    inRow = isUnanswered(result) ? inRow + 1 : 0;
    return result;
  });
};

const notTried = ({ changeset: { zone, view, target, changes } }: ApplyWork): ZoneResult => ({
  zone,
  view,
  target,
  status: 'skipped',
  error: `not tried: ${target} gave no answer for ${patience} zones in a row`,
  code: 'TARGET_UNREACHABLE',
  changes: changes.map(({ action, name, type }) => ({ action, name, type, status: 'skipped', message: 'not tried' })),
  fingerprint: null,
});

type Place = Pick<Changeset, 'zone' | 'view' | 'target'>;

const byZoneAndTarget = (a: Place, b: Place): number =>
  compare(a.zone, b.zone) || compare(a.view ?? '', b.view ?? '') || compare(a.target, b.target);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const inputOf = ({ target, changeset, create }: ApplyWork, reviewed: boolean, rim: Rim) => ({
  provider: target.provider,
  changeset,
  writes: order(changeset.changes, target.provider.supports),
  create,
  reviewed,
  sleep: rim.sleep,
  ...(rim.signal === undefined ? {} : { signal: rim.signal }),
});

/** `create:` without name servers takes those that are wanted at the apex. */
export const createSettingsOf = (
  { create }: ZoneSettings,
  apexNs: readonly { readonly rdata: string }[],
): CreateSettings | null =>
  create === null || create.ns.length > 0 ? create : { ...create, ns: apexNs.map(({ rdata }) => rdata) };

export const apexNsOf = ({ id, rrsets }: DesiredZone): readonly { readonly rdata: string }[] =>
  rrsets.find(({ type, name }) => type === 'NS' && name === id.name)?.values ?? [];

/** The changes that a name server has to answer for now. */
export const appliedChanges = (changeset: Changeset, result: ZoneResult): readonly Change[] => {
  const applied = new Set(result.changes.filter(({ status }) => status === 'applied').map(keyOf));
  return changeset.changes.filter((change) => applied.has(keyOf(change)));
};

/** What a zone holds after changes: the read that they started from, carried forward. */
export const carriedForward = (zone: ZoneId, before: ZoneSnapshot | null, changes: readonly Change[]): ZoneSnapshot => {
  const rrsets = new Map((before?.rrsets ?? []).map((rrset) => [keyOf(rrset), rrset]));
  for (const { name, type, after } of changes) {
    if (after === null) rrsets.delete(keyOf({ name, type }));
    else rrsets.set(keyOf({ name, type }), { name, type, ttl: after.ttl, values: after.values });
  }
  return {
    status: 'read',
    zone,
    fingerprint: null,
    rrsets: [...rrsets.values()],
    unreadable: before?.unreadable ?? [],
  };
};
