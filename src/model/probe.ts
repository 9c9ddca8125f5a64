import type { HealthVerdict } from './daemon-store.ts';
import type { HealthCheck } from './health.ts';
import { isAddressType } from './rr-types.ts';

// What the daemon's own health checker asks, for targets whose providers check nothing, and what a pass takes of its verdicts.

/** One address, and what is asked there. Times are milliseconds. Either `port` or `url` is null. */
export interface Probe {
  readonly address: string;
  readonly port: number | null;
  readonly url: string | null;
  readonly string_match: string | null;
  readonly interval: number;
  readonly timeout: number;
}

/** Where a check does not say. */
const defaults = { interval: 10_000, timeout: 2_000 } as const;
const shortest = 1_000;

/** What is asked for the addresses of an A or AAAA that has a check; nothing for any other. An interval is 1 s at least. */
export const addressProbes = (rrset: CheckedRRset): readonly Probe[] => {
  const { healthCheck, type, values } = rrset;
  if (healthCheck === undefined || !isAddressType(type)) return [];
  return values.flatMap(({ rdata }) => probeOfAddress(rdata, healthCheck) ?? []);
};

interface CheckedRRset {
  readonly type: string;
  readonly values: readonly { readonly rdata: string }[];
  readonly healthCheck?: HealthCheck;
}

/** null: the check has no URL for this address. */
export const probeOfAddress = (address: string, check: HealthCheck): Probe | null => {
  const url = check.urls?.[address] ?? null;
  if (check.port === null && url === null) return null;
  const interval = Math.max(shortest, check.interval ?? defaults.interval);
  const timeout = Math.min(interval, check.timeout ?? defaults.timeout);
  return { address, port: check.port, url, string_match: check.string_match, interval, timeout };
};

/** Equal for probes that ask the same, and for no others. */
export const probeKey = ({ address, interval, port, string_match, timeout, url }: Probe): string =>
  JSON.stringify([address, port, url, string_match, interval, timeout]);

/** A probe, and the RRsets that it decides about, as `www.example.com. A`. */
export interface WatchedProbe {
  readonly probe: Probe;
  readonly rrsets: readonly string[];
}

/** The verdicts that a pass goes by; times are milliseconds since 1970. */
export interface KnownHealth {
  readonly now: number;
  /** By probeKey; under `checkerKey`, when the checker last said that it runs. */
  readonly verdicts: ReadonlyMap<string, ProbeVerdict>;
}

export type ProbeVerdict = Omit<HealthVerdict, 'check'>;

export const nothingChecked: KnownHealth = { now: 0, verdicts: new Map() };

/** What counts at a time of what the state has. */
export const knownHealth = (verdicts: readonly HealthVerdict[], now: number): KnownHealth => ({
  now,
  verdicts: new Map(verdicts.map((verdict) => [verdict.check, verdict])),
});

/** The name that the checker itself has among the verdicts. */
export const checkerKey = 'health checker';

/** A verdict counts for so many intervals. */
const freshIntervals = 3;
/** The checker says at least so often that it runs. */
const longestSilence = 30_000;

/** Since when the address is down; null: it counts as up, as it also does where the verdict is too old. */
export const downSince = (probe: Probe, { now, verdicts }: KnownHealth): number | null => {
  const verdict = verdicts.get(probeKey(probe));
  if (verdict === undefined || verdict.isUp) return null;
  return now - verdict.checkedAt < freshIntervals * probe.interval ? verdict.since : null;
};

/** Does a checker run that looks at this? */
export const isWatched = ({ interval }: Probe, { now, verdicts }: KnownHealth): boolean => {
  const last = verdicts.get(checkerKey)?.checkedAt;
  return last !== undefined && now - last < Math.max(longestSilence, freshIntervals * interval);
};
