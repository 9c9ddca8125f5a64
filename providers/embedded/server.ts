import { occlusionIn, parentOf, type Serving, zoneTree } from '../../src/provider.ts';
import { reversedName, reversedNamesFrom, withSerial } from './convert.ts';
import { type Endpoint, openZonesFile, type ZonesFile } from './file.ts';
import type { StoredRRset, StoredZone, ZoneAnswer } from './lookup.ts';
import { readQuery } from './query.ts';
import { respond, type Zones } from './respond.ts';
import { bindSockets, type Sockets } from './sockets.ts';

// Zones are never loaded: each query looks up in the file what it needs, so that the writes of any process show at
// once, and the size of a zone does not matter.

export interface EmbeddedServerOptions {
  /** The zones file's absolute path. */
  readonly file: string;
  /** Port 0: any free one. */
  readonly listen: Endpoint;
  readonly signal?: AbortSignal;
}

/** Starts to answer; throws HostmasterError where the address is taken. */
export const startEmbeddedServer = async (options: EmbeddedServerOptions): Promise<Serving> => {
  const { listen, signal } = options;
  const file = openZonesFile(options.file);
  const zones = zonesOf(file);
  try {
    const sockets = await bindSockets(listen, (message, transport) => answer(message, transport, zones));
    const endpoint = { address: reachable(listen.address), port: sockets.port };
    file.setListening(endpoint);
    let stopped: Promise<void> | null = null;
    const stop = (): Promise<void> => {
      stopped ??= close(sockets, file, endpoint);
      return stopped;
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) await stop();
    return { ...endpoint, stop };
  } catch (error) {
    file.close();
    throw error;
  }
};

/** Where to ask a server that listens on every address. */
const reachable = (address: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[address] ?? address;

const close = async (sockets: Sockets, file: ZonesFile, endpoint: Endpoint): Promise<void> => {
  await sockets.close();
  const known = file.listening();
  if (known?.address === endpoint.address && known.port === endpoint.port) file.setListening(null);
  file.close();
};

/** The zone of the longest name that fits, in one state of the file. */
const zonesOf = (file: ZonesFile): Zones => ({
  id: file.id,
  withZone: (name, above, answer) =>
    file.read(() => {
      const found = longestZone(file, name, above);
      return found === null ? null : answer(storedZone(file, found));
    }),
});

interface FoundZone {
  readonly id: number;
  readonly name: string;
  readonly serial: number;
}

const longestZone = (file: ZonesFile, name: string, above: boolean): FoundZone | null => {
  const select = file.prepare('SELECT id, serial FROM zones WHERE name = ?');
  let own: FoundZone | null = null;
  for (let zone = name; ; zone = parentOf(zone)) {
    const row = select.get(zone);
    const found = row === undefined ? null : { id: Number(row.id), serial: Number(row.serial), name: zone };
    if (found !== null && !(above && zone === name)) return found;
    own ??= found;
    if (zone === '.') return own;
  }
};

const storedZone = (file: ZonesFile, { id, name: apex, serial }: FoundZone): StoredZone => {
  const select = file.prepare('SELECT type, ttl, rdata FROM rrsets WHERE zone = ? AND place = ?');
  const any = file.prepare('SELECT 1 FROM rrsets WHERE zone = ? AND place >= ? AND place < ? LIMIT 1');
  const seen = new Map<string, readonly StoredRRset[]>();
  const at = (name: string): readonly StoredRRset[] => {
    const known = seen.get(name);
    if (known !== undefined) return known;
    const rrsets = select.all(id, reversedName(name)).map((row) => storedRRset(name, row, serial));
    seen.set(name, rrsets);
    return rrsets;
  };
  return zoneTree({
    apex,
    at,
    exists: (name) => name === apex || any.get(id, ...reversedNamesFrom(name)) !== undefined,
    occlusionAt: (name) => occlusionIn(at(name), apex),
  });
};

const storedRRset = (name: string, row: Record<string, unknown>, serial: number): StoredRRset => {
  const type = String(row.type);
  const rdata = withSerial(type, String(row.rdata), serial).split('\n');
  return { name, type, ttl: Number(row.ttl), rdata };
};

/** null: no answer. */
const answer = (message: Buffer, transport: 'udp' | 'tcp', zones: Zones): Uint8Array | null => {
  const query = readQuery(message);
  if (query === null) return null;
  try {
    return respond(query, transport, zones);
  } catch {
    // The file was taken away or damaged: say so, and answer again once it is there.
    return respond(query, transport, { ...zones, withZone: () => broken });
  }
};

const broken: ZoneAnswer = { rcode: 'SERVFAIL', authoritative: false, answers: [], authority: [], additional: [] };
