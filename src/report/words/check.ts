import type { HealthCheck } from '../../model/health.ts';
import { count, listed } from '../../model/phrases.ts';
import type { DownAddress } from '../../model/plan.ts';
import { type CheckedRecord, checkedAddresses, readCheckedLua } from '../../model/rdata/services/checked-lua.ts';
import { runsCode } from '../../model/rr-types.ts';

/** A health check in words: `tcp/25, each 30 s`. */
export const checkInWords = ({
  interval,
  port,
  string_match,
  timeout,
  urls,
  when_all_down: down,
}: HealthCheck): string =>
  inWords({
    what:
      port !== null ? `tcp/${port}` : urlsInWords(Object.entries(urls ?? {}).map(([address, url]) => [url, [address]])),
    match: string_match,
    interval,
    timeout,
    otherwise: down === 'open' ? null : down === 'closed' ? [] : down.backup,
  });

/** Of an address that is wanted and down. */
export const downInWords = (since: string): string =>
  `down since ${since}: not answered where the name server does not check it itself`;

export const downAddressInWords = ({ name, rdata, since, type }: DownAddress): string =>
  `${name} ${type} ${rdata} is down since ${since}, and not answered`;

/** Addresses that code answers with as long as a check finds them up. */
export interface CheckedAddresses {
  readonly type: string;
  readonly addresses: readonly string[];
  readonly check: string;
}

/** What an RRset of code answers, where Hostmaster wrote that code from a health check; null: it is no such RRset. */
export const checkedInCode = (type: string, rdata: readonly string[]): readonly CheckedAddresses[] | null => {
  if (!runsCode(type)) return null;
  const records = rdata.map(readCheckedLua).filter((record) => record !== null);
  if (records.length === 0 || records.length < rdata.length) return null;
  return records.map((record) => ({
    type: record.type,
    addresses: checkedAddresses(record.probe),
    check: checkOfCode(record),
  }));
};

/** One value of an RRset of code, where it is such code: `A checked tcp/443: 192.0.2.1`; null: it is not. */
export const codeInWords = (type: string, rdata: string): string | null => {
  const [one] = checkedInCode(type, [rdata]) ?? [];
  return one === undefined ? null : `${one.type} checked ${one.check}: ${one.addresses.join(', ')}`;
};

const checkOfCode = ({ fallback, match, probe, timeout }: CheckedRecord): string =>
  inWords({
    what: 'port' in probe ? `tcp/${probe.port}` : urlsInWords(probe.urls),
    match: match === null ? null : Buffer.from(match, 'latin1').toString('utf8'),
    interval: null,
    timeout: timeout === null ? null : timeout * 1_000,
    otherwise: fallback === null ? null : fallback.addresses,
  });

interface CheckParts {
  readonly what: string;
  readonly match: string | null;
  readonly interval: number | null;
  readonly timeout: number | null;
  /** While no address is up; null: all of them. */
  readonly otherwise: readonly string[] | null;
}

const inWords = ({ interval, match, otherwise, timeout, what }: CheckParts): string =>
  [
    what,
    ...(match === null || match === '' ? [] : [`with ${JSON.stringify(match)} in it`]),
    ...(interval === null ? [] : [`each ${interval / 1_000} s`]),
    ...(timeout === null ? [] : [`within ${timeout / 1_000} s`]),
    ...(otherwise === null ? [] : [`else ${otherwise.length === 0 ? 'nothing' : otherwise.join(', ')}`]),
  ].join(', ');

const mostUrls = 6;

/** URLs that differ by the address that is checked alone are one. */
const urlsInWords = (urls: readonly (readonly [url: string, addresses: readonly string[]])[]): string => {
  const forms = new Set(urls.flatMap(([url, addresses]) => addresses.map((address) => withoutAddress(url, address))));
  const all = [...forms];
  if (all.length === 0) return 'nothing';
  return listed([
    ...all.slice(0, mostUrls),
    ...(all.length > mostUrls ? [count(all.length - mostUrls, 'more URL')] : []),
  ]);
};

/** An IPv6 address stands in brackets, which may be percent-encoded. */
const withoutAddress = (url: string, address: string): string =>
  [encodeURIComponent(`[${address}]`), `[${address}]`, address].reduce(
    (text, form) => text.replace(`//${form}`, '//ADDRESS'),
    url,
  );

/** A record of code as servers quote it in their messages, cut or whole. */
const quotedCode = /\b(?:A|AAAA) \\?"(?:ifportup\(|;local s, o = )[^"]*(?:"|$)/g;

/** A message without the code that a health check was made into. */
export const withoutCode = (message: string): string =>
  message.replaceAll(quotedCode, (code) => {
    const record = readCheckedLua(code.replaceAll('\\"', '"'));
    if (record === null) return 'a health check';
    return `checked ${checkOfCode(record)}: ${checkedAddresses(record.probe).join(', ')}`;
  });
