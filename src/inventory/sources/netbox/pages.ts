import { inventoryLimits } from '../../limits.ts';
import { describedUntrusted, quotedUntrusted, shownUrl } from '../../sanitize.ts';
import type { Fetcher } from '../fetch-json.ts';

/** An object of NetBox's API. */
export type NetboxObject = ReadonlyMap<string, unknown>;

export type ReadObjects =
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'read'; readonly objects: readonly NetboxObject[]; readonly faults: readonly string[] };

// Offset paging over an order that is not unique shows one object twice and another not at all, while `count` stays right
// (NetBox issues 14816, 18729, 22848). The order of ids is unique. Since 4.6 there is also a cursor, `start`, which cannot
// be had together with `ordering` or `offset`, and whose `count` is null (netbox/api/pagination.py; issue 21363).

/** Reads a whole list: by cursor where the server knows it, else by offset in the order of ids. */
export const readObjects = async (
  fetcher: Fetcher,
  list: URL,
  pageSize: number,
  most: number,
): Promise<ReadObjects> => {
  const cursor = await readPage(fetcher, withQuery(list, { limit: String(pageSize), start: '0' }));
  if (cursor.kind === 'page' && cursor.count === null) return byCursor(fetcher, list, cursor, most);
  // An older server does not know `start`, and answers as if it were not there; others refuse it.
  if (cursor.kind === 'failed' && cursor.status !== 400) return cursor;
  const first = await readPage(fetcher, withQuery(list, { limit: String(pageSize), ordering: 'id' }));
  return first.kind === 'failed' ? first : byOffset(fetcher, list, first, most);
};

/** A cursor's pages carry no count, so that it is asked for by itself when they are read. */
const byCursor = async (fetcher: Fetcher, list: URL, first: Page, most: number): Promise<ReadObjects> => {
  const walk = await walkPages(fetcher, list, first, most);
  if (walk.faults.length > 0) return walk;
  const last = await readPage(fetcher, withQuery(list, { limit: '1', ordering: 'id' }));
  if (last.kind === 'failed') return { ...walk, faults: [last.message] };
  return { ...walk, faults: countFault(list, walk.objects.length, last.count) };
};

const byOffset = async (fetcher: Fetcher, list: URL, first: Page, most: number): Promise<ReadObjects> => {
  const walk = await walkPages(fetcher, list, first, most);
  return walk.faults.length > 0 ? walk : { ...walk, faults: countFault(list, walk.objects.length, first.count) };
};

const countFault = (list: URL, read: number, count: number | null): readonly string[] => {
  if (count === read) return [];
  return [`${shownUrl(list)} has ${read} objects, but ${count === null ? 'no count' : `says that there are ${count}`}`];
};

type Walk = Extract<ReadObjects, { kind: 'read' }>;

const walkPages = async (fetcher: Fetcher, list: URL, first: Page, most: number): Promise<Walk> => {
  const objects: NetboxObject[] = [];
  const ids = new Set<unknown>();
  const seen = new Set<string>();
  const stop = (fault: string): Walk => ({ kind: 'read', objects, faults: [`${shownUrl(list)}: ${fault}`] });
  let page = first;
  let twice: unknown = null;
  for (let pages = 1; ; pages += 1) {
    for (const object of page.objects) {
      const id = object.get('id');
      if (ids.has(id)) twice ??= id;
      else objects.push(object);
      ids.add(id);
    }
    if (objects.length > most) return stop(`it has more than ${most} objects, which is the most (\`max_servers\`)`);
    if (page.next === null) break;
    const fault =
      nextFault(page.next, list, seen) ??
      (pages < inventoryLimits.pages ? null : `more than ${inventoryLimits.pages} pages`);
    if (fault !== null) return stop(fault);
    seen.add(page.next);
    const next = await readPage(fetcher, new URL(page.next));
    if (next.kind === 'failed') return { kind: 'read', objects, faults: [next.message] };
    if (next.count !== first.count) return stop(`its count moved between pages, from ${first.count} to ${next.count}`);
    page = next;
  }
  return twice === null
    ? { kind: 'read', objects, faults: [] }
    : stop(`the object with the id ${describedUntrusted(twice)} came twice, so that another one was left out`);
};

const nextFault = (next: string, list: URL, seen: ReadonlySet<string>): string | null => {
  const url = URL.parse(next);
  if (url === null) return `its next, ${quotedUntrusted(next)}, is not an address`;
  if (url.origin !== list.origin || url.username !== '' || url.password !== '') {
    return `its next leads to another origin, ${quotedUntrusted(url.origin)}, which is not followed: behind a proxy, NetBox needs the X-Forwarded-Proto and X-Forwarded-Host headers`;
  }
  return seen.has(next) ? 'its next leads back to a page that was read already' : null;
};

interface Page {
  readonly kind: 'page';
  readonly objects: readonly NetboxObject[];
  readonly count: number | null;
  readonly next: string | null;
}

interface NoPage {
  readonly kind: 'failed';
  readonly message: string;
  readonly status: number | null;
}

const readPage = async (fetcher: Fetcher, url: URL): Promise<Page | NoPage> => {
  const fetched = await fetcher.get(url);
  const bad = (why: string): NoPage => ({ kind: 'failed', message: `${shownUrl(url)}: ${why}`, status: null });
  if (fetched.kind === 'failed') return fetched;
  if (fetched.kind === 'unchanged') return bad('it answered 304');
  const keys = objectOf(fetched.value);
  const results = keys?.get('results');
  const count = keys?.get('count') ?? null;
  const next = keys?.get('next') ?? null;
  if (!Array.isArray(results)) return bad("the answer has no list of results, as NetBox's have; check its url");
  if (count !== null && typeof count !== 'number') return bad(`its count is ${describedUntrusted(count)}`);
  if (next !== null && typeof next !== 'string') return bad(`its next is ${describedUntrusted(next)}`);
  const objects = results.flatMap((each) => objectOf(each) ?? []);
  if (objects.length !== results.length || objects.some((each) => typeof each.get('id') !== 'number')) {
    return bad('a result is not an object with an id');
  }
  return { kind: 'page', objects, count, next };
};

/** A mapping's own keys, or null for what is none. */
export const objectOf = (value: unknown): NetboxObject | null =>
  value === null || typeof value !== 'object' || Array.isArray(value) ? null : new Map(Object.entries(value));

const withQuery = (list: URL, query: Readonly<Record<string, string>>): URL => {
  const url = new URL(list);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
};
