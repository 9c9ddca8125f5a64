import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  Change,
  CreateSettings,
  PlannedRRset,
  ProviderFactory,
  ReadOptions,
  RRset,
  Supports,
  Unreadable,
  Write,
  WriteResult,
  ZoneId,
} from 'hostmaster/provider';
import {
  HostmasterError,
  keyOf,
  makeRRset,
  messageOf,
  parseName,
  parseRdata,
  rrTypes,
  SyntaxProblem,
  sameAnswer,
  typeByName,
  withSerialNumber,
} from 'hostmaster/provider';

/** The file: zones by name, and in each its RRsets by name and type. */
type Stored = Readonly<Record<string, StoredZone>>;

interface StoredZone {
  readonly mark: string | null;
  readonly rrsets: Readonly<Record<string, StoredRRset>>;
}

interface StoredRRset {
  readonly ttl: number;
  readonly values: readonly string[];
}

/** Throws SyntaxProblem for what is not DNS. */
const rrsetOf = (key: string, { ttl, values }: StoredRRset): RRset => {
  const [name = '', type = ''] = key.split(' ');
  const rdata = values.map((text) => ({ rdata: parseRdata(type, text), origins: [] }));
  const rrset = makeRRset(parseName(name), type, ttl, rdata);
  if (typeByName(type)?.name === type && keyOf(rrset) === key) return rrset;
  throw new SyntaxProblem('its key is not a canonical name and type');
};

const storedOf = ({ ttl, values }: PlannedRRset): StoredRRset => ({ ttl, values: values.map(({ rdata }) => rdata) });

/** Moves with the content, whoever changes it. */
const fingerprintOf = ({ rrsets }: StoredZone): string =>
  createHash('sha256').update(JSON.stringify(rrsets)).digest('hex');

const load = async (file: string): Promise<Stored> => {
  try {
    return checked(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw outOfReach(file, error);
  }
};

/** Part of a zone must never be taken for all of it: what cannot be read whole is an error. */
const checked = (value: unknown): Stored => {
  for (const [name, zone] of Object.entries(mappingOf(value, 'it'))) {
    for (const [key, rrset] of Object.entries(mappingOf(mappingOf(zone, name).rrsets, `"rrsets" of ${name}`))) {
      const { ttl, values } = mappingOf(rrset, key);
      const areTexts = Array.isArray(values) && values.every((text) => typeof text === 'string');
      if (!Number.isInteger(ttl) || !areTexts) throw new Error(`${key} is not {"ttl": number, "values": [text, …]}`);
    }
  }
  return value as Stored;
};

const mappingOf = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${what} is not a mapping`);
};

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);

const outOfReach = (file: string, error: unknown): Error =>
  new HostmasterError('TARGET_UNREACHABLE', 'wait', `${file}: ${messageOf(error)}; nothing was written`, {
    cause: error,
  });

/** Reads, changes and writes the file while nobody else does. */
const update = async <T>(
  file: string,
  change: (stored: Stored) => { readonly next: Stored; readonly result: T },
): Promise<T> => {
  await mkdir(dirname(file), { recursive: true });
  await lock(file);
  try {
    const { next, result } = change(await load(file));
    await writeFile(`${file}.new`, `${JSON.stringify(next, null, 2)}\n`, { flush: true });
    await rename(`${file}.new`, file);
    return result;
  } catch (error) {
    throw error instanceof HostmasterError ? error : outOfReach(file, error);
  } finally {
    await rm(`${file}.lock`, { force: true });
  }
};

const lock = async (file: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const handle = await open(`${file}.lock`, 'wx');
      return await handle.close();
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw outOfReach(file, error);
      if (attempt === 100) {
        const message = `${file}.lock stays: another process writes, or was killed; if none does, delete it`;
        throw new HostmasterError('TARGET_UNREACHABLE', 'retry', message);
      }
      await pause(50);
    }
  }
};

const read = async (file: string, zone: ZoneId, options: ReadOptions = {}) => {
  const { names, since } = options;
  const found = (await load(file))[zone.name];
  if (found === undefined) return { status: 'missing' } as const;
  const fingerprint = fingerprintOf(found);
  if (since?.fingerprint === fingerprint && since.mark === found.mark) return { status: 'unchanged' } as const;
  const rrsets: RRset[] = [];
  const unreadable: Unreadable[] = [];
  const wanted = names === undefined ? null : new Set(names);
  for (const [key, stored] of Object.entries(found.rrsets)) {
    const [name = '', type = ''] = key.split(' ');
    if (wanted !== null && !wanted.has(name)) continue;
    try {
      rrsets.push(rrsetOf(key, stored));
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      unreadable.push({ name, type, why: error.message });
    }
  }
  return { status: 'read', zone, fingerprint, rrsets, unreadable } as const;
};

const apply = (file: string, { changes, zone }: Write): Promise<WriteResult> =>
  update(file, (stored) => {
    const found = stored[zone.name] ?? missing(file, zone);
    const stale = changes.filter((change) => !isAsBefore(found.rrsets[keyOf(change)], change));
    if (stale.length > 0) {
      const message = `${stale.map(keyOf).join(', ')} in ${file} is no longer what the plan saw; nothing was written: plan again`;
      throw new HostmasterError('STALE_PLAN', 'retry', message);
    }
    const rrsets = new Map(Object.entries(found.rrsets));
    for (const change of changes) {
      if (change.after === null) rrsets.delete(keyOf(change));
      else rrsets.set(keyOf(change), storedOf(change.after));
    }
    const changed = { ...found, rrsets: Object.fromEntries(rrsets) };
    return {
      next: { ...stored, [zone.name]: changed },
      result: { status: 'applied', fingerprint: fingerprintOf(changed), raced: false },
    };
  });

/** TTL and values both; the serial of a SOA moves by itself. */
const isAsBefore = (stored: StoredRRset | undefined, { before, ...key }: Change): boolean => {
  if (stored === undefined || before === null) return stored === undefined && before === null;
  const { ttl, values } = rrsetOf(keyOf(key), stored);
  const comparable = ({ rdata }: { readonly rdata: string }) => ({
    rdata: key.type === 'SOA' ? withSerialNumber(rdata, 0) : rdata,
  });
  return sameAnswer(
    { ttl, values: values.map(comparable) },
    { ttl: before.ttl, values: before.values.map(comparable) },
  );
};

const missing = (file: string, { name }: ZoneId): never => {
  throw new HostmasterError('ZONE_MISSING', 'stop', `${file} has no zone ${name}`);
};

const createZone = (file: string, { name }: ZoneId, { ns }: CreateSettings): Promise<void> =>
  update(file, (stored) => {
    if (stored[name] !== undefined) {
      throw new HostmasterError(
        'STALE_PLAN',
        'retry',
        `somebody else made ${name} in ${file} since the plan: plan again`,
      );
    }
    const [primary = 'localhost.'] = ns;
    const rrsets = {
      [`${name} SOA`]: { ttl: 3600, values: [`${primary} hostmaster.${name} 1 10800 3600 604800 300`] },
      [`${name} NS`]: { ttl: 3600, values: ns.length === 0 ? [primary] : ns },
    };
    return { next: { ...stored, [name]: { mark: null, rrsets } }, result: undefined };
  });

const deleteZone = (file: string, { name }: ZoneId): Promise<void> =>
  update(file, (stored) => {
    const { [name]: _gone, ...next } = stored;
    return { next, result: undefined };
  });

const mark = (file: string, zone: ZoneId, wanted: string): Promise<string> =>
  update(file, (stored) => {
    const found = stored[zone.name] ?? missing(file, zone);
    const result = found.mark ?? wanted;
    return { next: { ...stored, [zone.name]: { ...found, mark: result } }, result };
  });

const supports: Supports = {
  types: rrTypes.map(({ name }) => name),
  refuses: {},
  unknown_types: true,
  escaped_names: true,
  synthesised: [],
  own_types: [],
  min_ttl: 0,
  max_ttl: 0x7fff_ffff,
  atomic: true,
  max_changes: 100_000,
  max_bytes: 64_000_000,
  bytes_per_change: 60,
  bytes_per_value: 12,
  max_rrset_bytes: 65_000,
  parallel_zones: 1,
  cas: 'native',
  verify: 'api',
  health_checks: false,
  creates_zones: true,
};

export const factory: ProviderFactory = {
  apiVersion: 1,
  name: 'json-file',
  schema: {
    type: 'object',
    properties: {
      file: { type: 'string', minLength: 1, default: 'zones.json', description: 'Where the zones are.' },
    },
  },
  secrets: [],
  open: async ({ config, folder }) => {
    const file = resolve(folder, String(config.file));
    return {
      supports,
      listZones: async () =>
        Object.entries(await load(file)).map(([name, zone]) => ({ name, fingerprint: fingerprintOf(zone) })),
      read: (zone, options) => read(file, zone, options),
      apply: (write) => apply(file, write),
      mark: (zone, wanted) => mark(file, zone, wanted),
      createZone: (zone, settings) => createZone(file, zone, settings),
      deleteZone: (zone) => deleteZone(file, zone),
    };
  },
};
