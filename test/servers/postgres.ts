import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  type Child,
  removeFolder,
  run,
  startChild,
  tempFolder,
  type UserIds,
  untilReady,
  withRetries,
} from './child.ts';
import { freePort } from './ports.ts';

/** A PostgreSQL cluster of our own. */
export interface Postgres {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'postgres';
  readonly folder: string;
  createDatabase(name: string, schemaFile?: string): Promise<void>;
  /** Runs SQL in a database and gives psql's unaligned tuples. */
  sql(database: string, sql: string): Promise<string>;
  stop(): Promise<void>;
}

const installations = '/usr/lib/postgresql';

const settings = (port: number, folder: string): string => `listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${folder}'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 60
shared_buffers = 32MB
logging_collector = off
autovacuum = off
`;

/** A fresh cluster in a temp folder, without durability. As root it runs as the user postgres. */
export const startPostgres = (): Promise<Postgres> => withRetries(start);

const start = async (): Promise<Postgres> => {
  const bin = binaries();
  const user = process.getuid?.() === 0 ? accountIds('postgres') : undefined;
  const folder = tempFolder('postgres');
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run([join(bin, 'initdb'), ...initdb], { ...(user === undefined ? {} : { user }), cwd: folder });
  const port = await freePort();
  mkdirSync(join(folder, 'sockets'));
  if (user !== undefined) chownSync(join(folder, 'sockets'), user.uid, user.gid);
  writeFileSync(join(data, 'postgresql.conf'), settings(port, join(folder, 'sockets')));
  const child = startChild([join(bin, 'postgres'), '-D', data], {
    cwd: folder,
    deathSignal: 'QUIT',
    ...(user === undefined ? {} : { user }),
  });
  const sql = (database: string, text: string): Promise<string> =>
    run(
      [
        join(bin, 'psql'),
        '-X',
        '-q',
        '-A',
        '-t',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'postgres',
        '-d',
        database,
      ],
      { input: text },
    );
  await untilReady(child, 'postgres', () => accepts(port, sql));
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    folder,
    sql,
    createDatabase: async (name, schemaFile) => {
      await sql('postgres', `CREATE DATABASE "${name}"`);
      if (schemaFile !== undefined) await sql(name, `\\i ${schemaFile}`);
    },
    stop: () => stopCluster(child, folder),
  };
};

const stopCluster = async (child: Child, folder: string): Promise<void> => {
  await child.end('SIGQUIT');
  removeFolder(folder);
};

const accepts = async (port: number, sql: (database: string, text: string) => Promise<string>): Promise<boolean> => {
  const open = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (!open) return false;
  return sql('postgres', 'SELECT 1').then(
    () => true,
    () => false,
  );
};

const binaries = (): string => {
  const versions = existsSync(installations) ? readdirSync(installations).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((v) => join(installations, v, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  if (found === undefined) throw new Error('PostgreSQL is not installed (Debian: postgresql)');
  return found;
};

const accountIds = (name: string): UserIds => {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};
