import { count } from '../../../model/phrases.ts';
import { inventoryLimits } from '../../limits.ts';
import { configWithUrl, schemaOfServers, schemaOfTimeout, schemaOfUrl, urlFault } from '../common-keys.ts';
import { type Fetcher, openFetcher } from '../fetch-json.ts';
import {
  failed,
  type InventorySource,
  numberSetting,
  type RawEntry,
  type SourceAnswer,
  textSetting,
} from '../source.ts';
import { checkFilter, filterFault, matches, type NetboxFilter, queryOf } from './filter.ts';
import { addressesByMachine, type Kind, serverOf } from './machines.ts';
import { objectOf, readObjects } from './pages.ts';

const scalars = [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] as const;

/**
 * The devices and virtual machines of a NetBox, with the addresses that are assigned to their interfaces. Works with
 * NetBox 4.x; 4.6 and later are read by cursor, older ones by offset in the order of ids.
 */
export const netboxSource: InventorySource = {
  schema: {
    type: 'object',
    required: ['url'],
    additionalProperties: false,
    properties: {
      url: schemaOfUrl('https://netbox.example.net'),
      timeout: schemaOfTimeout,
      filter: {
        type: 'object',
        additionalProperties: { anyOf: [...scalars, { type: 'array', items: { anyOf: scalars }, minItems: 1 }] },
        description:
          "NetBox's own filters by name, each with a value or a list of them. Without it every server is taken.",
        examples: [{ tag: 'dns', site: ['ams', 'fra'] }],
      },
      page_size: {
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        description: 'How many objects one request asks for.',
        default: inventoryLimits.pageSize,
      },
      max_servers: schemaOfServers,
    },
    description: 'Servers from NetBox.',
  },
  secrets: ['token'],
  isOffline: false,
  configOf: (keys) => {
    const { config, faults } = configWithUrl(keys);
    return { config: keys.filter === undefined ? config : { ...config, filter: asTexts(keys.filter) }, faults };
  },
  read: async (config, context) => {
    const filter = checkFilter(config.filter);
    const fault = urlFault(config.url)?.message ?? filterFault(filter);
    if (fault !== null) return failed(fault);
    const url = new URL(textSetting(config, 'url'));
    const fetcher = await openFetcher({
      authorization: authorizationOf(context.secrets.token),
      timeout: numberSetting(config, 'timeout', inventoryLimits.timeout),
      maxBytes: inventoryLimits.netboxBytes,
      signal: context.signal,
    });
    const base = new URL(`${url.pathname.replace(/\/+$/, '').replace(/\/api$/, '')}/api/`, url);
    const pageSize = numberSetting(config, 'page_size', inventoryLimits.pageSize);
    const most = numberSetting(config, 'max_servers', inventoryLimits.servers);
    try {
      return await readAll({ fetcher, base, filter, pageSize, most });
    } finally {
      await fetcher.close();
    }
  },
};

/** Filters go into an address: `true` is "true". */
const asTexts = (filter: unknown): Readonly<Record<string, string | readonly string[]>> =>
  Object.fromEntries(
    [...(objectOf(filter) ?? [])].map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );

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
  readonly filter: NetboxFilter;
  readonly pageSize: number;
  readonly most: number;
}

const lists: Readonly<Record<Kind, string>> = {
  device: 'dcim/devices/',
  virtual_machine: 'virtualization/virtual-machines/',
};

/** Interfaces that a server may have; more addresses than this for each server are not read. */
const addressesPerServer = 64;

const readAll = async (reader: Reader): Promise<SourceAnswer> => {
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
    for (const object of fitting) machines.push({ kind, object });
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
