import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, startChild, tempFolder, untilReady, withRetries } from './child.ts';
import { freePort, listens } from './ports.ts';

/** moto's server: AWS's API for tests, kept in memory. */
export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

const version = '5.2.5';
/** What moto's server needs for Route 53; `moto[server]` is every service, five times as much. */
const ofServer = ['flask', 'flask-cors'];
const constraints = join(import.meta.dirname, 'moto-constraints.txt');

/** Starts moto on a free port; the first start on a machine installs it into a folder of its own, once. */
export const startMoto = async (): Promise<Moto> => {
  const python = await installed();
  return withRetries(async () => {
    const port = await freePort();
    const folder = tempFolder('moto');
    const child = startChild([python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { cwd: folder });
    await untilReady(child, 'moto', () => listens(port), 60_000);
    return { url: `http://127.0.0.1:${port}`, stop: () => child.end('SIGKILL') };
  });
};

/** What the AWS SDK finds in a process that talks to moto; any will do. */
export const motoCredentials = {
  AWS_ACCESS_KEY_ID: 'AKIAHOSTMASTERTEST00',
  AWS_SECRET_ACCESS_KEY: 'secret-of-the-tests',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

/** The Python that has moto. */
const installed = async (): Promise<string> => {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hostmaster-tests');
  const folder = join(cache, `moto-${version}`);
  const python = join(folder, 'bin/python');
  if (existsSync(folder)) return python;
  mkdirSync(cache, { recursive: true });
  await locked(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await install(folder);
  });
  return python;
};

/** The folder has its name only once all is in it. */
const install = async (folder: string): Promise<void> => {
  const making = `${folder}.new`;
  rmSync(making, { recursive: true, force: true });
  await run(['python3', '-m', 'venv', making]);
  const pip = [join(making, 'bin/python'), '-m', 'pip', '--disable-pip-version-check', '--quiet'];
  await run([...pip, 'install', '--no-compile', '--constraint', constraints, `moto==${version}`, ...ofServer]);
  renameSync(making, folder);
};

/** One process at a time; a lock whose owner is gone is nobody's. */
const locked = async (file: string, job: () => Promise<void>): Promise<void> => {
  while (!taken(file)) await sleep(200);
  try {
    await job();
  } finally {
    rmSync(file, { force: true });
  }
};

const taken = (file: string): boolean => {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!ownerLives(file)) rmSync(file, { force: true });
    return false;
  }
};

const ownerLives = (file: string): boolean => {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
