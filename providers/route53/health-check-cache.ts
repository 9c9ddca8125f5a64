import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { type Api, unsoundPaging } from './api.ts';
import { isDenied } from './failure.ts';
import { isSameProbe, type Probe } from './health-probe.ts';
import type { KnownCheck, KnownChecks, Mark } from './health-sets.ts';
import { knownCheck } from './health-sets.ts';

/** What one provider instance knows of its account's health checks. Times are milliseconds since 1970. */
export interface HealthCheckCache {
  /** When they were last listed; 0: never. */
  listedAt: number;
  /** While they are listed: many zones may want them at once. */
  listing: Promise<KnownChecks> | null;
  /** When AWS last refused to list them; 0: never. */
  deniedAt: number;
  known: Map<string, KnownCheck>;
  /** When we made checks, by id. */
  readonly made: Map<string, number>;
  /** Checks that our own changes took out of record sets; those are INSYNC before anybody looks here. */
  readonly released: Set<string>;
  /** By zone name: the checks that its record sets use, since all of them were read. */
  readonly used: Map<string, ReadonlySet<string>>;
}

export const newHealthCheckCache = (): HealthCheckCache => ({
  listedAt: 0,
  listing: null,
  deniedAt: 0,
  known: new Map(),
  made: new Map(),
  released: new Set(),
  used: new Map(),
});

const cacheLifetime = 60_000;

/** Was it less than a minute ago? */
export const isRecent = (at: number): boolean => Date.now() - at < cacheLifetime;

/** The account's checks, as they were a minute ago at most. */
export const accountChecks = async (
  api: Api,
  cache: HealthCheckCache,
  signal: AbortSignal | undefined,
): Promise<KnownChecks> => {
  if (isRecent(cache.listedAt)) return cache.known;
  if (cache.listing !== null) return cache.listing;
  const listing = listChecks(api, cache, signal);
  cache.listing = listing;
  try {
    return await listing;
  } finally {
    cache.listing = null;
  }
};

const listChecks = async (api: Api, cache: HealthCheckCache, signal: AbortSignal | undefined): Promise<KnownChecks> => {
  const since = Date.now();
  const listed = new Map<string, KnownCheck>();
  for (let marker: string | undefined; ; ) {
    const page = await api.call('ListHealthChecks', marker === undefined ? {} : { Marker: marker }, { signal });
    const checks = (page.HealthChecks ?? []).map(knownCheck);
    for (const check of checks) {
      if (listed.has(check.id)) throw unsoundPaging(api.where, 'ListHealthChecks');
      listed.set(check.id, check);
    }
    if (page.IsTruncated !== true) break;
    if (page.NextMarker === undefined || checks.length === 0) throw unsoundPaging(api.where, 'ListHealthChecks');
    marker = page.NextMarker;
  }
  // What was made while they were listed may be on a page that had gone by.
  for (const [id, at] of cache.made) {
    const check = cache.known.get(id);
    if (at >= since && check !== undefined) listed.set(id, check);
  }
  cache.known = listed;
  cache.listedAt = since;
  return listed;
};

/** The checks that multivalue answers name; null: they name none, and AWS was not asked. */
export const checksOf = async (
  api: Api,
  cache: HealthCheckCache,
  sets: readonly ResourceRecordSet[],
  signal: AbortSignal | undefined,
): Promise<KnownChecks | null> => {
  const ids = usedBy(sets.filter(({ MultiValueAnswer }) => MultiValueAnswer === true));
  if (ids.size === 0) return null;
  try {
    const known = await accountChecks(api, cache, signal);
    const isWhole = [...ids].every((id) => known.has(id));
    return isWhole ? known : await listChecks(api, cache, signal);
  } catch (error) {
    // Then no check is known as ours, and what has one is left alone.
    if (isDenied(error)) return new Map([...ids].map((id) => [id, { id, probe: null, mark: null }]));
    throw error;
  }
};

export const usedBy = (sets: readonly ResourceRecordSet[]): ReadonlySet<string> =>
  new Set(sets.flatMap(({ HealthCheckId }) => HealthCheckId ?? []));

/** A check of ours that is there already for the same, and that nobody has changed since. */
export const findCheck = (known: KnownChecks, { content, zone }: Mark, wanted: Probe): KnownCheck | undefined =>
  [...known.values()].find(
    ({ mark, probe }) =>
      mark?.zone === zone && mark.content === content && probe !== null && isSameProbe(probe, wanted),
  );
