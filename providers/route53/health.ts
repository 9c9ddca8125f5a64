import { BlockList, isIPv4 } from 'node:net';
import {
  type Change,
  type HealthCheck,
  isAddressType,
  type NativeChecks,
  type PlannedRRset,
  type RRset,
} from '../../src/provider.ts';
import { checkOf, intervalOf, type Probe, probeOf, refuse } from './health-probe.ts';

/** Health checks as multivalue answers: an A or AAAA has a check of Route 53's for each of its addresses. */
export const nativeChecks: NativeChecks = {
  fitted: (rrset) => fitted(rrset),
  costOf: (changes) => costOf(changes),
};

/** AWS's quota of multivalue answers at one name and type, and how many it answers with. */
const mostSets = 100;
const mostAnswered = 8;

const fitted = (rrset: RRset): ReturnType<NativeChecks['fitted']> => {
  const { healthCheck, name, values } = rrset;
  if (healthCheck === undefined) return refuse('there is no check');
  const probes = probesOf(rrset, healthCheck);
  const unreachable = probes.find(({ address }) => isSpecial(address));
  if (unreachable !== undefined) {
    return `Route 53 checks from the internet, where ${unreachable.address} of ${name} cannot be reached`;
  }
  if (values.length > mostSets)
    return `Route 53 checks ${mostSets} addresses of one name, and ${name} has ${values.length}`;
  const check = checkOf(probes);
  if (check === null) return refuse('the URLs of its addresses are not alike');
  return { rrset: { ...rrset, healthCheck: check }, warnings: limitsOf(rrset, healthCheck) };
};

/** The probes of a checked A or AAAA, one an address. */
export const probesOf = (rrset: Pick<RRset, 'type' | 'values'>, check: HealthCheck): readonly Probe[] => {
  const { type, values } = rrset;
  if (!isAddressType(type)) return refuse(`${type} is not A or AAAA`);
  if (values.length === 0) return refuse('there is no address');
  return values.map(({ rdata }) => probeOf(type, rdata, check));
};

/** What AWS lets no check go to; what stands in documentation it refuses itself. */
const special = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(network, bits);
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  special.addSubnet(network, bits, 'ipv6');
}

const isSpecial = (address: string): boolean => special.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** What of a check Route 53 cannot do as asked. */
const limitsOf = ({ values }: RRset, check: HealthCheck): readonly string[] => {
  const { interval, port, string_match: match, timeout, when_all_down: down } = check;
  const made = intervalOf(interval);
  return [
    ...(interval === null || interval === made * 1_000
      ? []
      : [`Route 53 checks each 10 s or each 30 s: each ${made} s, not each ${interval / 1_000} s`]),
    ...(timeout === null || (port !== null && timeout === 10_000) ? [] : [timesOf(port !== null, timeout)]),
    ...(port !== null && match !== null ? ['Route 53 looks for no string_match at a TCP port'] : []),
    ...(down === 'open'
      ? []
      : [
          `while no address is up Route 53 answers as if all were, and not with ${down === 'closed' ? 'none' : 'the backup'}`,
        ]),
    ...(values.length > mostAnswered
      ? [`Route 53 answers with ${mostAnswered} addresses that are up, of the ${values.length} that there are`]
      : []),
  ];
};

const timesOf = (isTcp: boolean, timeout: number): string =>
  isTcp
    ? `Route 53 waits 10 s for a TCP connection, not ${timeout / 1_000} s`
    : `Route 53 waits 4 s for a connection and 2 s for an answer, not ${timeout / 1_000} s`;

/** USD a month, as AWS asked in November 2026 for endpoints outside AWS: one check, and each optional feature of it. */
const price = { check: 0.75, feature: 2, at: 'November 2026' } as const;

/** HTTPS, string matching and the short interval are optional features. */
const priceOf = ({ interval, match, type }: Probe): number =>
  price.check + price.feature * (Number(type === 'HTTPS') + Number(match !== null) + Number(interval === 10));

const costOf = (changes: readonly Change[]): string | null => {
  const before = changes.flatMap((change) => plannedProbes(change, change.before));
  const after = changes.flatMap((change) => plannedProbes(change, change.after));
  if (before.length + after.length === 0) return null;
  const usd = sumOf(after) - sumOf(before);
  const number = after.length - before.length;
  if (usd === 0 && number === 0) return null;
  const checks = `${Math.abs(number)} ${Math.abs(number) === 1 ? 'health check' : 'health checks'} ${number < 0 ? 'less' : 'more'}`;
  const what = number === 0 ? 'other health checks' : checks;
  const words = `about ${Math.abs(usd).toFixed(2)} USD a month ${usd < 0 ? 'less' : 'more'}`;
  const basis = `${price.check.toFixed(2)} for an endpoint outside AWS, ${price.feature.toFixed(2)} each for HTTPS, string_match and an interval of 10 s`;
  return `${what}: ${words} (an estimate, by AWS's prices of ${price.at}: ${basis})`;
};

const sumOf = (probes: readonly Probe[]): number => probes.reduce((sum, probe) => sum + priceOf(probe), 0);

/** What is there and was not made here has no probes that are known. */
const plannedProbes = ({ type }: Change, rrset: PlannedRRset | null): readonly Probe[] => {
  const check = rrset?.health_check ?? null;
  if (rrset === null || check === null || (check.port === null && check.urls === null)) return [];
  return probesOf({ type, values: rrset.values }, check);
};
