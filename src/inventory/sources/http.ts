import { count } from '../../model/phrases.ts';
import { inventoryLimits } from '../limits.ts';
import { quotedUntrusted, shownUrl } from '../sanitize.ts';
import { configWithUrl, schemaOfMost, schemaOfServers, schemaOfTimeout, schemaOfUrl, urlFault } from './common-keys.ts';
import { type Fetched, type Fetcher, openFetcher } from './fetch-json.ts';
import { type Page, parsePage } from './json-page.ts';
import {
  failed,
  type InventorySource,
  numberSetting,
  type RawEntry,
  type SourceAnswer,
  textSetting,
} from './source.ts';

/** An API that answers with interface.md's JSON, page by page. */
export const httpSource: InventorySource = {
  schema: {
    type: 'object',
    required: ['url'],
    additionalProperties: false,
    properties: {
      url: schemaOfUrl('https://lab.example.net/api/v1/servers'),
      timeout: schemaOfTimeout,
      max_servers: schemaOfServers,
      max_bytes: schemaOfMost(
        'The most bytes of all pages together; an answer with more is refused.',
        inventoryLimits.bytes,
      ),
    },
    description: 'Servers from an HTTP API.',
  },
  secrets: ['token'],
  isOffline: false,
  configOf: configWithUrl,
  read: async (config, context) => {
    const fault = urlFault(config.url);
    if (fault !== null) return failed(fault.message);
    const token = context.secrets.token;
    const fetcher = await openFetcher({
      authorization: token === undefined ? null : `Bearer ${token}`,
      timeout: numberSetting(config, 'timeout', inventoryLimits.timeout),
      maxBytes: numberSetting(config, 'max_bytes', inventoryLimits.bytes),
      signal: context.signal,
    });
    try {
      const most = numberSetting(config, 'max_servers', inventoryLimits.servers);
      return await readPages(fetcher, new URL(textSetting(config, 'url')), context.etag, most);
    } finally {
      await fetcher.close();
    }
  },
};

/** What was read of the answer so far. */
interface Reading {
  readonly entries: RawEntry[];
  readonly faults: string[];
  readonly totals: Set<number | null>;
  readonly seen: Set<string>;
}

const readPages = async (fetcher: Fetcher, first: URL, etag: string | null, most: number): Promise<SourceAnswer> => {
  const reading: Reading = { entries: [], faults: [], totals: new Set(), seen: new Set([first.href]) };
  const fetched = await fetcher.get(first, etag);
  if (fetched.kind === 'unchanged') return { kind: 'unchanged' };
  const page = pageOf(fetched);
  if (page.kind === 'failed') return page;
  let url = takePage(page, 1, reading, most);
  for (let number = 2; url !== null; number += 1) {
    const next = pageOf(await fetcher.get(url));
    if (next.kind === 'page') url = takePage(next, number, reading, most);
    else {
      reading.faults.push(`page ${number}: ${next.message}`);
      url = null;
    }
  }
  const single = page.next === null;
  return {
    kind: 'answered',
    entries: reading.entries,
    faults: [...reading.faults, ...countFaults(reading, single)],
    etag: single ? page.etag : null,
  };
};

type TakenPage =
  | (Page & { readonly kind: 'page'; readonly url: URL; readonly etag: string | null })
  | { readonly kind: 'failed'; readonly message: string };

const pageOf = (fetched: Fetched): TakenPage => {
  if (fetched.kind === 'unchanged') return { kind: 'failed', message: 'it answered 304 in the middle of its pages' };
  if (fetched.kind === 'failed') return { kind: 'failed', message: fetched.message };
  const { url, etag } = fetched;
  const page = parsePage(fetched.value);
  return typeof page === 'string'
    ? { kind: 'failed', message: `${shownUrl(url)}: ${page}` }
    : { kind: 'page', url, etag, ...page };
};

/** Adds a page's servers, and gives the address of the next page. */
const takePage = (
  { servers, total, next, url }: Extract<TakenPage, { kind: 'page' }>,
  number: number,
  reading: Reading,
  most: number,
): URL | null => {
  const page = number > 1 || next !== null ? `page ${number}, ` : '';
  const room = most - reading.entries.length;
  for (const [i, value] of servers.slice(0, room).entries()) {
    reading.entries.push({ value, where: `${page}item ${i + 1}` });
  }
  reading.totals.add(total);
  if (servers.length > room) {
    reading.faults.push(`it has more than ${most} servers, which is the most (\`max_servers\`)`);
    return null;
  }
  return nextPage(next, url, number, reading);
};

const nextPage = (next: string | null, from: URL, page: number, { seen, faults }: Reading): URL | null => {
  if (next === null) return null;
  const url = URL.parse(next, from.href);
  if (url === null) faults.push(`page ${page}: its next, ${quotedUntrusted(next)}, is not an address`);
  else if (url.origin !== from.origin || url.username !== '' || url.password !== '') {
    faults.push(
      `page ${page}: its next leads to another origin, ${quotedUntrusted(url.origin)}, which is not followed`,
    );
  } else if (seen.has(url.href)) faults.push(`page ${page}: its next leads back to a page that was read already`);
  else if (page >= inventoryLimits.pages) faults.push(`it has more than ${inventoryLimits.pages} pages`);
  else {
    seen.add(url.href);
    return url;
  }
  return null;
};

/** Only a count that agrees proves that no page was left out or cut short. */
const countFaults = ({ entries, faults, totals }: Reading, single: boolean): readonly string[] => {
  const [total = null] = totals;
  if (totals.size > 1)
    return [`its total moved between pages: ${[...totals].map((each) => each ?? 'none').join(', ')}`];
  if (total !== null && total !== entries.length && faults.length === 0) {
    return [`it has ${count(entries.length, 'server')}, but says that there are ${total}`];
  }
  if (total === null && !single)
    return ['it has several pages but no `total`, so that nobody can tell whether all came'];
  return [];
};
