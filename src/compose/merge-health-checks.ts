import { SyntaxProblem } from '../model/errors.ts';
import type { HealthCheck } from '../model/health.ts';
import { addressProbes, downSince, isWatched, type KnownHealth } from '../model/probe.ts';
import type { RRset } from '../model/rrset.ts';
import { serverTitle } from './contenders.ts';
import type { ContributedValue, RuleHealthCheck, WriteRule } from './contribution.ts';
import type { Finding } from './findings-to-problems.ts';
import { renderUrl } from './template.ts';

export type MergedHealthCheck =
  | { readonly values: readonly ContributedValue[]; readonly healthCheck: HealthCheck | null }
  | { readonly conflict: readonly [WriteRule, WriteRule] };

/** The one check of an RRset's values, for those too whose own claim has none; a value that it cannot check goes. */
export const mergeHealthChecks = (own: readonly ContributedValue[], findings: Finding[]): MergedHealthCheck => {
  const checked = own.find(({ rule }) => rule.healthCheck !== null);
  const check = checked?.rule.healthCheck ?? null;
  if (checked === undefined || check === null) return { values: own, healthCheck: null };
  const other = own.find(({ rule }) => rule.healthCheck !== null && rule.healthCheck.key !== check.key);
  if (other !== undefined) return { conflict: [checked.rule, other.rule] };
  const { port, interval, timeout, string_match, when_all_down } = check.definition;
  const rest = { interval, timeout, string_match, when_all_down };
  if (check.url === null) return { values: own, healthCheck: { port, urls: null, ...rest } };
  const urls: Record<string, string> = {};
  const values = own.filter((each) => {
    const url = urls[each.rdata] ?? each.url ?? urlFor(each, check, findings);
    if (url !== null) urls[each.rdata] = url;
    return url !== null;
  });
  const sorted = Object.fromEntries(Object.entries(urls).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { values, healthCheck: { port: null, urls: sorted, ...rest } };
};

const urlFor = (
  { contributor, rdata, rule }: ContributedValue,
  check: RuleHealthCheck,
  findings: Finding[],
): string | null => {
  try {
    return check.url === null ? null : renderUrl(check.url, contributor.server, rdata);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const message = `${rule.title}, ${serverTitle(contributor.server)}: ${error.message}`;
    findings.push({ rule: 'health-check-url', message, about: contributor.key, at: rule.at });
    return null;
  }
};

/** Says of each checked address whether the daemon found it down. What comes of that each target says (plan/fit.ts). */
export const withVerdicts = (rrset: RRset, health: KnownHealth): RRset => {
  if (rrset.healthCheck === undefined || health.verdicts.size === 0) return rrset;
  const probes = new Map(addressProbes(rrset).map((probe) => [probe.address, probe]));
  const values = rrset.values.map((value) => {
    const probe = probes.get(value.rdata);
    const since = probe === undefined ? null : downSince(probe, health);
    return since === null ? value : { ...value, downSince: since };
  });
  const watched = probes.size > 0 && [...probes.values()].every((probe) => isWatched(probe, health));
  return { ...rrset, values, ...(watched ? { isWatched: true } : {}) };
};
