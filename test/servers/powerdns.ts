import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Child, removeFolder, startChild, tempFolder, untilReady, withRetries } from './child.ts';
import { type DnsAddress, freePort } from './ports.ts';
import { type Postgres, startPostgres } from './postgres.ts';

export interface PowerDnsOptions {
  readonly backend: 'sqlite' | 'pgsql';
  /** The cluster to make a database in. Default is one of its own, stopped with it. */
  readonly postgres?: Postgres;
  /** pdns.conf's keys, over those of this file; an empty text is written as such. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** An answer of the API: the parsed body where it is JSON, its text otherwise. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface PowerDns {
  /** The API's root, without a path. */
  readonly url: string;
  readonly apiKey: string;
  readonly dns: DnsAddress;
  readonly folder: string;
  readonly configFile: string;
  /** SQLite's file; null with PostgreSQL. */
  readonly database: string | null;
  pid(): number;
  log(): string;
  /** One request below /api/v1/servers/localhost. */
  api(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** Runs SQL behind pdns's back; gives the rows (SQLite) or psql's text in one row (PostgreSQL). */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL; `restart` starts it again. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it on the same ports with the same data. */
  restart(): Promise<void>;
  /** SIGSTOP: it accepts and never answers. */
  pause(): void;
  resume(): void;
}

const schemas = {
  sqlite: '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql',
  pgsql: '/usr/share/pdns-backend-pgsql/schema/schema.pgsql.sql',
};
/**
 * For a server that is asked while it is written to: an answer, or the rows that it is made of, on its way during a write
 * may come into a cache after the write has emptied it, and stays there for 20 s.
 */
export const uncached = { 'cache-ttl': '0', 'query-cache-ttl': '0', 'negquery-cache-ttl': '0' };

const apiKey = 'a-secret-of-the-tests';

/** PowerDNS Authoritative with an empty database, stock limits, and nothing that leaves this machine. */
export const startPowerDns = (options: PowerDnsOptions): Promise<PowerDns> => withRetries(() => start(options));

const start = async (options: PowerDnsOptions): Promise<PowerDns> => {
  const folder = tempFolder('powerdns');
  mkdirSync(join(folder, 'run'));
  const database = options.backend === 'sqlite' ? makeSqlite(folder) : await makePgsql(folder, options.postgres);
  const [dnsPort, httpPort] = [await freePort(), await freePort()];
  const settings = { ...baseSettings(folder, dnsPort, httpPort), ...database.settings, ...options.settings };
  const configFile = join(folder, 'pdns.conf');
  writeFileSync(
    configFile,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const url = `http://127.0.0.1:${httpPort}`;
  const api = (method: string, path: string, body?: unknown): Promise<ApiAnswer> => ask(url, method, path, body);
  const boot = async (): Promise<Child> => {
    const child = startChild(['pdns_server', `--config-dir=${folder}`], { cwd: folder });
    await untilReady(child, 'pdns_server', () =>
      api('GET', '').then(
        (a) => a.status === 200,
        () => false,
      ),
    );
    return child;
  };
  const failed = async (error: unknown): Promise<never> => {
    await database.stop();
    removeFolder(folder);
    throw error;
  };
  let child = await boot().catch(failed);
  return {
    url,
    apiKey,
    dns: { address: '127.0.0.1', port: dnsPort },
    folder,
    configFile,
    database: database.file,
    pid: () => child.pid,
    log: () => child.log(),
    api,
    sql: database.sql,
    stop: async () => {
      await child.end('SIGTERM', 1_000);
      await database.stop();
      removeFolder(folder);
    },
    kill: () => child.end('SIGKILL'),
    restart: async () => {
      await child.end('SIGTERM', 1_000);
      child = await boot();
    },
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
  };
};

interface Database {
  readonly file: string | null;
  readonly settings: Readonly<Record<string, string>>;
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

const makeSqlite = (folder: string): Database => {
  const file = join(folder, 'pdns.db');
  const sql = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const database = new DatabaseSync(file, { timeout: 5_000 });
    try {
      return database.prepare(text).all();
    } finally {
      database.close();
    }
  };
  const database = new DatabaseSync(file);
  database.exec(readFileSync(schemas.sqlite, 'utf8'));
  database.close();
  const settings = {
    launch: 'gsqlite3',
    'gsqlite3-database': file,
    'gsqlite3-pragma-synchronous': '0',
    'gsqlite3-pragma-foreign-keys': 'yes',
    'gsqlite3-dnssec': 'yes',
  };
  return { file, settings, sql, stop: async () => undefined };
};

let databases = 0;

const makePgsql = async (folder: string, shared: Postgres | undefined): Promise<Database> => {
  const cluster = shared ?? (await startPostgres());
  databases += 1;
  const name = `pdns_${folder.replace(/[^a-z0-9]/gi, '').slice(-8)}_${databases}`.toLowerCase();
  await cluster.createDatabase(name, schemas.pgsql);
  const settings = {
    launch: 'gpgsql',
    'gpgsql-host': cluster.host,
    'gpgsql-port': String(cluster.port),
    'gpgsql-dbname': name,
    'gpgsql-user': cluster.user,
    'gpgsql-dnssec': 'yes',
  };
  return {
    file: null,
    settings,
    sql: async (text) => [{ text: await cluster.sql(name, text) }],
    stop: async () => {
      if (shared === undefined) await cluster.stop();
    },
  };
};

const baseSettings = (folder: string, dnsPort: number, httpPort: number): Readonly<Record<string, string>> => ({
  'local-address': '127.0.0.1',
  'local-port': String(dnsPort),
  'query-local-address': '127.0.0.1',
  'socket-dir': join(folder, 'run'),
  'write-pid': 'no',
  daemon: 'no',
  guardian: 'no',
  'disable-syslog': 'yes',
  loglevel: '4',
  'security-poll-suffix': '',
  api: 'yes',
  'api-key': apiKey,
  webserver: 'yes',
  'webserver-address': '127.0.0.1',
  'webserver-port': String(httpPort),
  'webserver-allow-from': '127.0.0.0/8',
  'webserver-loglevel': 'none',
  primary: 'yes',
  'only-notify': '127.0.0.0/8',
  'allow-axfr-ips': '127.0.0.0/8',
  'xfr-cycle-interval': '1',
});

const ask = (url: string, method: string, path: string, body?: unknown): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { 'X-API-Key': apiKey, Accept: 'application/json', 'Content-Type': 'application/json' };
    const client = request(`${url}/api/v1/servers/localhost${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) }),
      );
    });
    client.on('error', reject);
    client.end(text);
  });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
