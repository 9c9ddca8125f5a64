import { HostmasterError, isWithin, keyOf, soaAt, type ZoneId, type ZoneSnapshot } from '../../src/provider.ts';
import { isMembers, isSecondary } from './answers.ts';
import { type ApiRecord, fromApi, isApiRecord } from './convert.ts';
import { listZones, type Session } from './read.ts';

// PowerDNS ends each connection after one answer: a thousand small zones are a thousand connections. Its search gives
// the records of all zones in one answer, with what GET of a zone says of each.

const minZones = 50;
/** At least one in so many of the server's zones has to be wanted. */
const maxZonesPerWanted = 4;
/** Some 60,000 records. */
const maxBytes = 12_000_000;
/** Enough for more than `maxBytes`. */
const sampleSize = 150_000;
const unlimited = 2_147_483_647;
/** Milliseconds more than usual: all records are in one answer. */
const extraTime = 60_000;

/**
 * Reads many zones at once for the reads that follow, where that is cheaper and as sure: the answer is whole, the zone
 * is in it with its SOA and nothing of another zone, and its serial did not move meanwhile. The other zones are read one by one.
 */
export const prefetchZones = async (
  session: Session,
  zones: readonly ZoneId[],
  signal?: AbortSignal,
): Promise<void> => {
  session.prefetched.clear();
  if (zones.length < minZones) return;
  try {
    const before = await serials(session, signal);
    const known = zones.filter(({ name }) => before.has(name));
    const found = known.length * maxZonesPerWanted < before.size ? null : await searchAll(session, signal);
    if (found === null) return;
    const after = await serials(session, signal);
    for (const zone of known) {
      const [serial, rows] = [before.get(zone.name), found.get(zone.name)];
      if (serial === undefined || serial !== after.get(zone.name)) continue;
      if (rows?.has(keyOf(soaAt(zone.name))) !== true || rows.values().some(({ name }) => !isWithin(name, zone.name)))
        continue;
      session.prefetched.set(zone.name, { at: Date.now(), snapshot: snapshotOf(zone, serial, rows) });
    }
  } catch (error) {
    // The reads of single zones that follow meet the same error and report it.
    if (!(error instanceof HostmasterError)) throw error;
  }
};

/** Of the zones that can be written to; a secondary's is read by itself. */
const serials = async (session: Session, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await listZones(session, signal))
      .filter(({ kind }) => !isSecondary(kind))
      .map(({ name, fingerprint }) => [name, fingerprint ?? '']),
  );

interface Rows {
  readonly name: string;
  readonly type: string;
  ttl: number;
  readonly records: ApiRecord[];
}

/** The rows of a zone's RRsets by name and type. */
type ZoneRows = Map<string, Rows>;

/**
 * The records of all zones; null where there are too many, or where the server has no such search. Its `max` counts rows
 * that it then omits (empty non-terminals), so that an answer shorter than `max` may yet be cut: one with a limit
 * tells how much there is, and only the one without is believed.
 */
const searchAll = async (
  session: Session,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, ZoneRows> | null> => {
  if ((await sizeOfSample(session, signal)) > maxBytes) return null;
  const path = searchPath(unlimited);
  const reply = await session.api.repeat('GET', path, { signal, extraTime });
  const list = reply.status === 200 ? session.api.json('GET', path, reply) : null;
  if (!Array.isArray(list) || !list.every(isRow)) return null;
  const zones = new Map<string, ZoneRows>();
  for (const row of list) {
    if (row.zone === undefined) continue;
    const rows = zones.get(row.zone) ?? new Map();
    if (rows.size === 0) zones.set(row.zone, rows);
    addRow(row, rows);
  }
  return zones;
};

const searchPath = (max: number): string => `/search-data?q=*&object_type=record&max=${max}`;

/** Bytes of the answer with a limit; infinite where there is no such search. */
const sizeOfSample = async ({ api }: Session, signal: AbortSignal | undefined): Promise<number> => {
  let size = 0;
  const bodyTo = () => {
    size = 0;
    return (chunk: Uint8Array): boolean => {
      size += chunk.length;
      return size <= maxBytes;
    };
  };
  const { status } = await api.repeat('GET', searchPath(sampleSize), { signal, extraTime, bodyTo });
  return status === 200 ? size : Number.POSITIVE_INFINITY;
};

interface Row extends Required<ApiRecord> {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** Missing where the record's zone is gone. */
  readonly zone?: string;
}

const isRow = (value: unknown): value is Row =>
  isMembers(value) &&
  typeof value.name === 'string' &&
  typeof value.type === 'string' &&
  typeof value.ttl === 'number' &&
  (value.zone === undefined || typeof value.zone === 'string') &&
  isApiRecord(value);

const addRow = ({ content, disabled, name, ttl, type }: Row, rows: ZoneRows): void => {
  const key = keyOf({ name, type });
  const known = rows.get(key);
  if (known === undefined) rows.set(key, { name, type, ttl, records: [{ content, disabled }] });
  else {
    known.records.push({ content, disabled });
    known.ttl = Math.min(known.ttl, ttl);
  }
};

const snapshotOf = (zone: ZoneId, fingerprint: string, rows: ZoneRows): ZoneSnapshot => {
  const { rrsets, unreadable } = fromApi([...rows.values()]);
  return { status: 'read', zone, fingerprint, rrsets, unreadable };
};
