import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { AddressLookup } from '../model/ports.ts';

export interface LookupOptions {
  /** `ADDRESS:PORT` of resolvers. Default is the system's. */
  readonly servers?: readonly string[];
  /** How long one name may take, in milliseconds. Default is 5000. */
  readonly timeout?: number;
  /** Names and addresses that need no resolver. Default is /etc/hosts. */
  readonly hosts?: string;
}

/**
 * Finds addresses of names by the hosts file, then by the system's resolvers. Each name is asked for once, and many at a
 * time. Where the resolvers gave no answer to several names in a row, they are not asked any more: no name has an address then.
 */
export const addressLookup = ({ servers, timeout = 5000, hosts = '/etc/hosts' }: LookupOptions = {}): AddressLookup => {
  const resolver = new Resolver({ timeout: Math.ceil(timeout / 4), tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const known = new Map<string, Promise<readonly string[]>>();
  let inHosts: Promise<ReadonlyMap<string, readonly string[]>> | null = null;
  let unanswered = 0;
  const ask = async (name: string): Promise<readonly string[]> => {
    inHosts ??= hostsIn(hosts);
    const local = (await inHosts).get(name);
    if (local !== undefined) return local;
    if (unanswered >= mostUnanswered) return [];
    const found = await Promise.all(
      [found4(resolver, name), found6(resolver, name)].map((each) => within(each, timeout)),
    );
    unanswered = found.every((each) => each === 'no answer') ? unanswered + 1 : 0;
    if (unanswered === mostUnanswered) resolver.cancel();
    return found.flatMap((each) => (each === 'no answer' ? [] : each));
  };
  const limited = limitedTo(namesAtOnce);
  return (text) => {
    const name = text.toLowerCase().replace(/\.$/, '');
    const before = known.get(name);
    if (before !== undefined) return before;
    const answer = limited(() => ask(name));
    known.set(name, answer);
    return answer;
  };
};

const namesAtOnce = 32;
/** In a row. */
const mostUnanswered = 3;

type Found = readonly string[] | 'no answer';

const found4 = (resolver: Resolver, name: string): Promise<Found> => resolver.resolve4(name).catch(whyNone);
const found6 = (resolver: Resolver, name: string): Promise<Found> => resolver.resolve6(name).catch(whyNone);

/** What c-ares calls a resolver that does not answer, or that is not there. */
const silentCodes: ReadonlySet<unknown> = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED']);

const whyNone = (error: unknown): Found =>
  error instanceof Error && 'code' in error && silentCodes.has(error.code) ? 'no answer' : [];

/** c-ares asks several resolvers in turn, each for as long as one may take. */
const within = async (found: Promise<Found>, timeout: number): Promise<Found> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Found>((resolve) => {
    timer = setTimeout(() => resolve('no answer'), timeout);
  });
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** The lines of a hosts file: an address and its names. */
const hostsIn = async (file: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  const found = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) found.set(name, [...(found.get(name) ?? []), address]);
  }
  return found;
};

/** Runs so many jobs at a time, in the order in which they came. */
const limitedTo = (most: number) => {
  const waiting: (() => void)[] = [];
  let free = most;
  return async <T>(job: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};
