import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { type AddressType, addressTypeOf, type HealthCheck, parseRdata, SyntaxProblem } from '../../src/provider.ts';

// The health check of one address, as Route 53 makes it: from checked values alone, and read back. Pure.

export interface Probe {
  /** Canonical. */
  readonly address: string;
  readonly type: 'TCP' | 'HTTP' | 'HTTPS';
  readonly port: number;
  /** The name in the URL, which goes into Host and SNI; null: the address itself. */
  readonly host: string | null;
  readonly path: string | null;
  /** What the answer must hold. */
  readonly match: string | null;
  /** Seconds. */
  readonly interval: 10 | 30;
}

/** So many times in a row it must fail, or succeed, to count as down, or up: AWS's default. */
const failureThreshold = 3;
const longestPath = 255;
const longestMatch = 255;

export const refuse = (why: string): never => {
  throw new SyntaxProblem(`health check: ${why}`, 'health-check');
};

/** The probe of one address. Throws SyntaxProblem where the check is invalid. */
export const probeOf = (type: AddressType, address: string, check: HealthCheck): Probe => {
  if (parseRdata(type, address) !== address) return refuse(`${JSON.stringify(address)} is no address`);
  if ((check.port === null) === (check.urls === null)) return refuse('either a port or URLs must be given');
  const interval = intervalOf(check.interval);
  if (check.port !== null) {
    return { address, type: 'TCP', port: checkedPort(check.port), host: null, path: null, match: null, interval };
  }
  return { address, ...probeByUrl(type, address, check.urls?.[address]), match: matchOf(check.string_match), interval };
};

/** Route 53 offers 10 s and 30 s: less than 30 becomes 10; more, or none, becomes 30. */
export const intervalOf = (milliseconds: number | null): 10 | 30 =>
  milliseconds === null || milliseconds >= 30_000 ? 30 : 10;

const checkedPort = (port: number): number =>
  Number.isInteger(port) && port > 0 && port < 65_536 ? port : refuse(`${port} is no port`);

const matchOf = (text: string | null): string | null => {
  if (text === null || text === '') return null;
  if (/\p{Cc}|\p{Cs}/u.test(text)) return refuse('string_match has control characters');
  return text.length <= longestMatch ? text : refuse(`string_match has more than ${longestMatch} characters`);
};

const probeByUrl = (
  type: AddressType,
  address: string,
  text: string | undefined,
): Pick<Probe, 'type' | 'port' | 'host' | 'path'> => {
  if (text === undefined) return refuse(`there is no URL for ${address}`);
  const shown = JSON.stringify(text);
  if (!URL.canParse(text)) return refuse(`${shown} is not a URL`);
  const { hostname, password, pathname, port, protocol, search, username } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return refuse(`the URL ${shown} is neither http nor https`);
  if (`${username}${password}` !== '') return refuse('a URL with a user name or a password cannot stand in a check');
  const path = `${pathname}${search}`;
  if (path.length > longestPath) return refuse(`the path of ${shown} has more than ${longestPath} characters`);
  const number = port === '' ? (protocol === 'http:' ? 80 : 443) : checkedPort(Number(port));
  const kind = protocol === 'http:' ? 'HTTP' : 'HTTPS';
  return { type: kind, port: number, host: hostOf(type, address, hostname, shown), path };
};

/** A literal in the URL must be the address that is checked there. */
const hostOf = (type: AddressType, address: string, hostname: string, shown: string): string | null => {
  const literal = hostname.startsWith('[') ? hostname.slice(1, -1) : /^[0-9.]+$/.test(hostname) ? hostname : null;
  if (literal === null) return hostname;
  const isOwn = addressTypeOf(literal) === type && parseRdata(type, literal) === address;
  return isOwn ? null : refuse(`the URL ${shown} leads to another address than ${address}, which it is to check`);
};

/** The URL that a probe asks, in one spelling. */
const urlOf = ({ address, host, path, port, type }: Probe): string => {
  const usual = type === 'HTTPS' ? 443 : 80;
  const literal = address.includes(':') ? `[${address}]` : address;
  return `${type.toLowerCase()}://${host ?? literal}${port === usual ? '' : `:${port}`}${path ?? '/'}`;
};

/** The check that probes of one RRset come from, as it is made and read; null: the probes cannot share one check. */
export const checkOf = (probes: readonly Probe[]): HealthCheck | null => {
  const [first] = probes;
  if (first === undefined) return null;
  const isTcp = first.type === 'TCP';
  const isAlike = ({ interval, match, port, type }: Probe): boolean =>
    interval === first.interval &&
    match === first.match &&
    (isTcp ? type === 'TCP' && port === first.port : type !== 'TCP');
  if (!probes.every(isAlike)) return null;
  return {
    port: isTcp ? first.port : null,
    urls: isTcp ? null : Object.fromEntries(probes.map((probe) => [probe.address, urlOf(probe)])),
    interval: first.interval * 1_000,
    timeout: null,
    string_match: first.match,
    when_all_down: 'open',
  };
};

/** A probe as the API takes it. */
export const configOf = ({ address, host, interval, match, path, port, type }: Probe): HealthCheckConfig => ({
  IPAddress: address,
  Port: port,
  Type: type === 'TCP' || match === null ? type : `${type}_STR_MATCH`,
  ...(path === null ? {} : { ResourcePath: path }),
  ...(host === null ? {} : { FullyQualifiedDomainName: host }),
  ...(match === null ? {} : { SearchString: match }),
  RequestInterval: interval,
  FailureThreshold: failureThreshold,
  ...(type === 'HTTPS' ? { EnableSNI: host !== null } : {}),
});

export const isSameProbe = (a: Probe, b: Probe): boolean => JSON.stringify(configOf(a)) === JSON.stringify(configOf(b));

/** The probe that a check of the API is; null: not one that this file makes, so that somebody else made or changed it. */
export const readConfig = (config: HealthCheckConfig | undefined): Probe | null => {
  const {
    FullyQualifiedDomainName: host,
    IPAddress,
    Port,
    RequestInterval,
    ResourcePath,
    SearchString,
    Type,
  } = config ?? {};
  const type = typesRead.get(Type ?? '');
  const isTimed = RequestInterval === 10 || RequestInterval === 30;
  if (config === undefined || type === undefined || IPAddress === undefined || Port === undefined || !isTimed)
    return null;
  const probe: Probe = {
    address: canonical(IPAddress),
    type,
    port: Port,
    host: type === 'TCP' ? null : (host ?? null),
    path: type === 'TCP' ? null : (ResourcePath ?? '/'),
    match: SearchString === undefined || SearchString === '' ? null : SearchString,
    interval: RequestInterval,
  };
  return isUntouched(config, probe) ? probe : null;
};

const typesRead: ReadonlyMap<string, Probe['type']> = new Map([
  ['TCP', 'TCP'],
  ['HTTP', 'HTTP'],
  ['HTTPS', 'HTTPS'],
  ['HTTP_STR_MATCH', 'HTTP'],
  ['HTTPS_STR_MATCH', 'HTTPS'],
]);

const canonical = (address: string): string => {
  try {
    return parseRdata(addressTypeOf(address), address);
  } catch {
    return address;
  }
};

/** Does it say what we would have made, and nothing more (inverted, disabled, of some regions)? */
const isUntouched = (config: HealthCheckConfig, probe: Probe): boolean => {
  const { Disabled, EnableSNI, FailureThreshold, Inverted, MeasureLatency, Regions = [], Type } = config;
  const ours = configOf(probe);
  return (
    Type === ours.Type &&
    (FailureThreshold ?? failureThreshold) === ours.FailureThreshold &&
    (ours.EnableSNI === undefined || EnableSNI === undefined || EnableSNI === ours.EnableSNI) &&
    Inverted !== true &&
    Disabled !== true &&
    MeasureLatency !== true &&
    Regions.length === 0
  );
};
