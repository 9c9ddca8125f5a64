import { isIP } from 'node:net';
import {
  type AddressType,
  addressTypeOf,
  type CheckedAnswer,
  type CheckedRecord,
  checkedAddresses,
  type HealthCheck,
  type HealthChecks,
  isAddressType,
  parseRdata,
  printCheckedLua,
  type RRset,
  readCheckedLua,
  SyntaxProblem,
  type Value,
  type Witness,
} from '../../src/provider.ts';
import type { ServerConfig } from './supports.ts';

/** Health checks as LUA records. Everything in them is checked again here: PowerDNS runs what they say. */
export const healthChecksOf = (config: ServerConfig): HealthChecks => {
  const interval = Number(config.get('lua-health-checks-interval') ?? 5);
  const witness = witnessOf(config);
  return {
    type: 'LUA',
    compile: (rrsets) => compile(rrsets, witness, interval),
    answersOf,
    addressesOf: (rdata) => answersOf(rdata)?.flatMap(({ addresses }) => addresses) ?? null,
  };
};

const compile = (rrsets: readonly RRset[], witness: Witness, interval: number): ReturnType<HealthChecks['compile']> => {
  const [first] = rrsets;
  if (first === undefined) return refuse('there is no RRset');
  if (new Set(rrsets.map(({ type }) => type)).size !== rrsets.length) refuse('a type occurs twice');
  if (rrsets.some(({ name }) => name !== first.name)) refuse('the names differ');
  const values = rrsets.map((rrset) => compileOne(rrset, witness)).toSorted((a, b) => (a.rdata < b.rdata ? -1 : 1));
  const warnings = new Set(rrsets.flatMap(({ healthCheck }) => limitsOf(healthCheck, interval)));
  const ttl = Math.min(...rrsets.map((rrset) => rrset.ttl));
  return { rrset: { name: first.name, type: 'LUA', ttl, values }, warnings: [...warnings] };
};

const compileOne = ({ healthCheck, type, values }: RRset, witness: Witness): Value => {
  if (!isAddressType(type)) return refuse(`${type} is not A or AAAA`);
  if (healthCheck === undefined) return refuse('there is no check');
  if (values.length === 0) return refuse('there is no address');
  const addresses = values.map(({ rdata }) => checkedAddress(type, rdata)).toSorted();
  const record: CheckedRecord = {
    type,
    probe: probeOf(healthCheck, addresses),
    timeout: secondsOf(healthCheck.timeout),
    match: matchOf(healthCheck.string_match),
    fallback: fallbackOf(healthCheck.when_all_down, type, witness),
  };
  const rdata = parseRdata('LUA', printCheckedLua(record));
  return { rdata, origins: values.flatMap(({ origins }) => origins) };
};

/** What a record answers; null where one of them was not compiled here. */
const answersOf = (rdata: readonly string[]): readonly CheckedAnswer[] | null => {
  const records = rdata.map(readCheckedLua).filter((record) => record !== null);
  if (records.length === 0 || records.length < rdata.length) return null;
  return records.map(({ fallback, probe, type }) => {
    const addresses = checkedAddresses(probe);
    return { type, addresses, whenAllDown: fallback?.addresses ?? addresses };
  });
};

const checkedAddress = (type: AddressType, text: string): string =>
  typeof text === 'string' && parseRdata(type, text) === text ? text : refuse(`${JSON.stringify(text)} is no address`);

const probeOf = ({ port, urls }: HealthCheck, addresses: readonly string[]): CheckedRecord['probe'] => {
  if ((port === null) === (urls === null)) refuse('either a port or URLs must be given');
  if (port !== null) return { port: checkedPort(port), addresses };
  const byUrl = Map.groupBy(addresses, (address) => checkedUrl(urls?.[address], address));
  return { urls: [...byUrl] };
};

const checkedPort = (port: number): number =>
  Number.isInteger(port) && port > 0 && port < 65_536 ? port : refuse(`${port} is no port`);

/** What ends a Lua string, or could begin something else in one. */
const dangerous = /["'\\`\p{C}]|\]\]/u;
const plainUrl = /^https?:\/\/[a-z0-9.:!$&()*+,;=_~%A-F-]+\/[A-Za-z0-9._~:/?@!$&()*+,;=%-]*$/;

/**
 * The URL that PowerDNS asks at `address`. It leads the host of the URL there itself, but not an IPv6 address: in brackets
 * that one is no host to it (`stoi`), and percent-encoded it is, and is asked itself.
 */
const checkedUrl = (text: unknown, address: string): string => {
  if (typeof text !== 'string') return refuse(`there is no URL for ${address}`);
  const shown = JSON.stringify(text);
  if (dangerous.test(text)) refuse(`the URL ${shown} has a quote, a backslash or a control character`);
  if (!URL.canParse(text)) return refuse(`${shown} is not a URL`);
  const { host, hostname, password, pathname, port, protocol, search, username } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') refuse(`the URL ${shown} is neither http nor https`);
  if (`${username}${password}` !== '') refuse('a URL with a user name or a password cannot stand in DNS');
  if (port === '0') refuse(`the URL ${shown} has port 0`);
  const literal = hostname.startsWith('[') ? hostname.slice(1, -1) : null;
  if (literal !== null && parseRdata(addressTypeOf(literal), literal) !== address) {
    refuse(`the URL ${shown} leads to another address than ${address}, which it is to check`);
  }
  const path = `${pathname}${search}`.replace(/[[\]{}|^<> ]/g, (c) => encodeURIComponent(c));
  const url = `${protocol}//${literal === null ? host : encodedHost(literal, port)}${path}`;
  return plainUrl.test(url) ? url : refuse(`the URL ${shown} has characters that a URL cannot have`);
};

const encodedHost = (literal: string, port: string): string =>
  `${encodeURIComponent(`[${literal}]`)}${port === '' ? '' : `:${port}`}`;

/** PowerDNS counts whole seconds. */
const secondsOf = (milliseconds: number | null): number | null => {
  if (milliseconds === null) return null;
  if (!Number.isFinite(milliseconds) || milliseconds <= 0 || milliseconds > 3_600_000) refuse('the timeout is no time');
  return Math.max(1, Math.ceil(milliseconds / 1_000));
};

const matchOf = (text: string | null): string | null => {
  if (text === null || text === '') return null;
  if (typeof text !== 'string' || /\p{Cc}|\p{Cs}/u.test(text)) return refuse('string_match has control characters');
  return Buffer.from(text, 'utf8').toString('latin1');
};

const fallbackOf = (
  whenAllDown: HealthCheck['when_all_down'],
  type: AddressType,
  witness: Witness,
): CheckedRecord['fallback'] => {
  if (whenAllDown === 'open') return null;
  if (whenAllDown === 'closed') return { addresses: [], witness };
  if (!Array.isArray(whenAllDown?.backup)) return refuse('when_all_down is not open, closed or backup');
  const backup = whenAllDown.backup.map((address) => checkedAddress(addressTypeOf(String(address)), address));
  if (backup.length === 0) refuse('the backup has no address');
  const own = new Set(backup.filter((address) => addressTypeOf(address) === type));
  return { addresses: [...own].toSorted(), witness };
};

/** What of a check PowerDNS cannot do as asked. */
const limitsOf = (check: HealthCheck | undefined, interval: number): readonly string[] => {
  if (check === undefined) return [];
  const { interval: asked, timeout } = check;
  const seconds = secondsOf(timeout) ?? 2;
  return [
    ...(asked === null || asked === interval * 1_000
      ? []
      : [`PowerDNS checks everything each ${interval} s (lua-health-checks-interval), not each ${asked / 1_000} s`]),
    ...(timeout === null || timeout === seconds * 1_000
      ? []
      : [`PowerDNS counts a timeout in seconds: ${seconds} s, not ${timeout / 1_000} s`]),
    ...(timeout === null || seconds <= interval
      ? []
      : [`a timeout of ${seconds} s holds up all checks of PowerDNS, which are made each ${interval} s`]),
  ];
};

const refuse = (why: string): never => {
  throw new SyntaxProblem(`health check: ${why}`, 'health-check');
};

/** Where this server listens, as seen from itself. */
const witnessOf = (config: ServerConfig): Witness => {
  const port = Number(config.get('local-port') ?? 53);
  const [first = '0.0.0.0'] = (config.get('local-address') ?? '').split(/[\s,]+/).filter((part) => part !== '');
  const [, bracketed, plain = first, own = `${port}`] =
    /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::([0-9]+))?$/i.exec(first) ?? [];
  const address = canonical(bracketed ?? plain);
  return { address, port: Number(own) > 0 && Number(own) < 65_536 ? Number(own) : 53 };
};

const canonical = (address: string): string => {
  const version = isIP(address);
  if (version === 0 || address === '0.0.0.0') return '127.0.0.1';
  const text = parseRdata(addressTypeOf(address), address);
  return text === '::' ? '::1' : text;
};
