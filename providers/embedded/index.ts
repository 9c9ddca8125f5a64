import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  HostmasterError,
  messageOf,
  type Provider,
  type ProviderContext,
  type ProviderFactory,
  type Serving,
  type Supports,
} from '../../src/provider.ts';
import { classCodes } from '../../src/wire/codes.ts';
import { exchange } from '../../src/wire/exchange.ts';
import { encodeQuery } from '../../src/wire/message.ts';
import { applyWrite, createZone, deleteZone, listZones, markZone, readZone } from './api.ts';
import { maxRRsetBytes, refusedTypes, servedTypes } from './convert.ts';
import { type Endpoint, openZonesFile, type ZonesFile } from './file.ts';
import { startEmbeddedServer } from './server.ts';

export { type EmbeddedServerOptions, startEmbeddedServer } from './server.ts';

const defaults = { listen: '127.0.0.1:5353', file: '.hostmaster/embedded.sqlite' } as const;

const supports: Supports = {
  types: servedTypes,
  refuses: refusedTypes,
  unknown_types: true,
  escaped_names: true,
  synthesised: [],
  own_types: [],
  min_ttl: 0,
  max_ttl: 0x7fff_ffff,
  atomic: true,
  max_changes: 200_000,
  max_bytes: 256_000_000,
  bytes_per_change: 40,
  bytes_per_value: 1,
  max_rrset_bytes: maxRRsetBytes,
  // One file has one writer at a time.
  parallel_zones: 1,
  cas: 'native',
  verify: 'dns',
  health_checks: false,
  creates_zones: true,
};

const open = async (context: ProviderContext): Promise<Provider> => {
  const settings = settingsOf(context);
  const file = openZonesFile(settings.file);
  return {
    supports,
    listZones: async () => withFileErrors(settings.file, () => listZones(file)),
    read: async (zone, options = {}) => withFileErrors(settings.file, () => readZone(file, zone, options)),
    apply: async (write) => withFileErrors(settings.file, () => applyWrite(file, write)),
    // A transaction is over when it returns.
    writeTimeout: () => 0,
    mark: async (zone, mark) => withFileErrors(settings.file, () => markZone(file, zone, mark)),
    createZone: async (zone, create) => withFileErrors(settings.file, () => createZone(file, zone, create)),
    deleteZone: async (zone) => withFileErrors(settings.file, () => deleteZone(file, zone)),
    nameServers: () => [file.listening() ?? settings.listen],
    close: async () => file.close(),
  };
};

/** An error of SQLite (another process writes for longer than we wait, the disk is full) makes the target unreachable. */
const withFileErrors = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (error instanceof HostmasterError) throw error;
    const message = `the zones file ${path}: ${messageOf(error)}; nothing was written`;
    throw new HostmasterError('TARGET_UNREACHABLE', message, { cause: error });
  }
};

const serve = (context: ProviderContext): Promise<Serving> => {
  const { signal } = context;
  return startEmbeddedServer({ ...settingsOf(context), ...(signal === undefined ? {} : { signal }) });
};

const ensureServing = async (context: ProviderContext): Promise<Serving> => {
  const settings = settingsOf(context);
  const file = openZonesFile(settings.file);
  const running = async (): Promise<Serving | null> => {
    const found = await findRunning(file, settings.listen);
    return found === null ? null : { ...found, stop: async () => undefined };
  };
  try {
    return (await running()) ?? (await serve(context));
  } catch (error) {
    // Another process may have started it at the same moment.
    const other = await running();
    if (other === null) throw error;
    return other;
  } finally {
    file.close();
  }
};

/** Where this file is served already, if it is. */
const findRunning = async (file: ZonesFile, configured: Endpoint): Promise<Endpoint | null> => {
  const recorded = file.listening();
  const candidates = [recorded, configured.port === 0 ? null : configured];
  for (const candidate of candidates) {
    if (candidate !== null && (await serves(candidate, file.id))) return candidate;
  }
  return null;
};

/** Does a server of this very file answer there? Another file's has another id. */
const serves = async (endpoint: Endpoint, id: string): Promise<boolean> => {
  const question = { name: 'id.server.', type: 'TXT', class: classCodes.CH };
  try {
    const answer = await exchange(endpoint, encodeQuery(randomInt(0x10000), question), { timeoutMs: 1000 });
    return answer.answers.some((record) => record.rdata === `"${id}"`);
  } catch {
    return false;
  }
};

interface Settings {
  readonly listen: Endpoint;
  readonly file: string;
}

const settingsOf = ({ config, folder }: Pick<ProviderContext, 'config' | 'folder'>): Settings => {
  const { file = defaults.file, listen = defaults.listen } = config;
  const endpoint = typeof listen === 'string' ? parseListen(listen) : null;
  if (endpoint === null || typeof file !== 'string') {
    const message = `the embedded target's listen is an address and a port, ${defaults.listen}; not ${String(listen)}`;
    throw new HostmasterError('CONFIG', message);
  }
  return { listen: endpoint, file: resolve(folder, file) };
};

/** `127.0.0.1:5353` or `[::1]:5353`. */
const parseListen = (text: string): Endpoint | null => {
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? bare ?? '';
  return isIP(address) === 0 || Number(port) > 65_535 ? null : { address, port: Number(port) };
};

/** Hostmaster's own authoritative server, with its zones in a file: to try things out, and for the demo. */
export const factory: ProviderFactory = {
  apiVersion: 1,
  name: 'embedded',
  schema: {
    type: 'object',
    properties: {
      listen: {
        type: 'string',
        pattern: '^(\\[[0-9a-fA-F:.]+\\]|[0-9.]+):[0-9]{1,5}$',
        default: defaults.listen,
        description: 'Address and port of its name server; port 0: any free one.',
      },
      file: { type: 'string', default: defaults.file, description: 'Where it keeps its zones; never the state file.' },
    },
  },
  secrets: [],
  isOffline: true,
  serverId: (context) => settingsOf(context).file,
  open,
  serve,
  ensureServing,
};
