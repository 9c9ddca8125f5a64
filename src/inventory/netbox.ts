import { count } from '../model/phrases.ts';
import { type Answer, failed, limits, numberOf, type RawEntry, type SourceContext, textOf } from './answer.ts';
import { type Fetcher, openFetcher } from './fetch.ts';
import { urlFault } from './http.ts';
import { checkFilter, type Filter, filterFault, matches, queryOf } from './netbox-filter.ts';
import { addressesByMachine, type Kind, serverOf } from './netbox-map.ts';
import { readObjects } from './netbox-pages.ts';

/**
 * Reads the devices and virtual machines of a NetBox, with the addresses that are assigned to their interfaces. Works with
 * NetBox 4.x; 4.6 and later are read by cursor, older ones by offset in the order of ids.
 */
export const readNetbox = async (
  config: Readonly<Record<string, unknown>>,
  context: SourceContext,
): Promise<Answer> => {
  const url = URL.parse(textOf(config, 'url'));
  const filter = checkFilter(config.filter);
  const fault = urlFault(url) ?? filterFault(filter);
  if (url === null || fault !== null) return failed(fault ?? 'it has no url');
  const fetcher = await openFetcher({
    authorization: authorizationOf(context.secrets.token),
    timeout: numberOf(config, 'timeout', limits.timeout),
    maxBytes: limits.netboxBytes,
    signal: context.signal,
  });
  const base = new URL(`${url.pathname.replace(/\/+$/, '').replace(/\/api$/, '')}/api/`, url);
  const pageSize = numberOf(config, 'page_size', limits.pageSize);
  const most = numberOf(config, 'max_servers', limits.servers);
  try {
    return await readAll({ fetcher, base, filter, pageSize, most });
  } finally {
    await fetcher.close();
  }
};

/** Tokens of version 2 (NetBox 4.5) begin with nbt_; people also paste the whole header that NetBox shows them. */
const authorizationOf = (token: string | undefined): string | null => {
  if (token === undefined) return null;
  const bare = token.trim().replace(/^(?:Token|Bearer)\s+/i, '');
  return bare.startsWith('nbt_') ? `Bearer ${bare}` : `Token ${bare}`;
};

interface Reader {
  readonly fetcher: Fetcher;
  /** Where the API begins; it ends in a slash. */
  readonly base: URL;
  readonly filter: Filter;
  readonly pageSize: number;
  readonly most: number;
}

const lists: Readonly<Record<Kind, string>> = {
  device: 'dcim/devices/',
  virtual_machine: 'virtualization/virtual-machines/',
};

/** Interfaces that a server may have; more addresses than this for each server are not read. */
const addressesPerServer = 64;

const readAll = async (reader: Reader): Promise<Answer> => {
  const { fetcher, base, filter, pageSize, most } = reader;
  const entries: RawEntry[] = [];
  const faults: string[] = [];
  const machines: { readonly kind: Kind; readonly object: ReadonlyMap<string, unknown> }[] = [];
  for (const kind of ['device', 'virtual_machine'] as const) {
    const query = queryOf(filter, kind);
    if (query === null) continue;
    const url = new URL(lists[kind], base);
    // Up to NetBox 4.6 this spares it from rendering, and us from reading, what nobody needs here.
    url.search = new URLSearchParams([...query, ['exclude', 'config_context']]).toString();
    const read = await readObjects(fetcher, url, pageSize, most - machines.length);
    if (read.kind === 'failed') return failed(read.message);
    const fitting = read.objects.filter((object) => matches(filter, object));
    const wrong = read.objects.length - fitting.length;
    faults.push(...read.faults);
    if (wrong > 0) faults.push(`${url.pathname} sent ${count(wrong, 'object')} that the filter leaves out`);
    machines.push(...fitting.map((object) => ({ kind, object })));
  }
  const url = new URL('ipam/ip-addresses/', base);
  url.search = new URLSearchParams({ assigned_to_interface: 'true' }).toString();
  const read = await readObjects(fetcher, url, pageSize, most * addressesPerServer);
  if (read.kind === 'failed') return failed(read.message);
  const addresses = addressesByMachine(read.objects);
  for (const { kind, object } of machines) {
    const entry = serverOf(kind, object, addresses);
    if (entry !== null) entries.push(entry);
  }
  // A server is put together from several lists: one that left something out says nothing of what it left out.
  const lacksAddresses = read.faults.length > 0;
  return { kind: 'answered', entries, faults: [...faults, ...read.faults], lacksAddresses, etag: null };
};
