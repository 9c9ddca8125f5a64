// The Debian packages that the tests start servers from. Run by itself, it installs them: `node scripts/packages.ts`.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { run } from './tools.ts';

const needed = [
  'bind9',
  'bind9-dnsutils',
  'bind9-utils',
  'git',
  'gnupg',
  'knot',
  'knot-dnsutils',
  'nsd',
  'openssh-client',
  'openssh-server',
  'openssl',
  'pdns-backend-pgsql',
  'pdns-backend-sqlite3',
  'pdns-server',
  'postgresql',
  'python3-venv',
  'sqlite3',
];

/** Installs what is missing without starting any service; where it may not, says what to run. True: all is there. */
export const ensurePackages = (): boolean => {
  const missing = missingPackages();
  if (missing.length === 0) return true;
  process.stderr.write(`These Debian packages are missing, and the tests need them: ${missing.join(' ')}\n`);
  if (process.getuid?.() !== 0 || !exists('apt-get')) return refuse(missing);
  withoutServices(() => install(missing));
  return missingPackages().length === 0 || refuse(missingPackages());
};

const missingPackages = (): readonly string[] =>
  needed.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
    return !/^Status: .* installed$/m.test(stdout ?? '');
  });

const exists = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

const refuse = (missing: readonly string[]): false => {
  process.stderr.write(
    [
      'To install them, run one of these and then the tests again:',
      `  sudo apt-get install --yes --no-install-recommends ${missing.join(' ')}`,
      '  sudo node_modules/.bin/node scripts/packages.ts    # the same, without starting their services',
      '',
    ].join('\n'),
  );
  return false;
};

const install = (packages: readonly string[]): void => {
  const ok = apt('update') && (!packages.includes('postgresql') || apt('install', 'postgresql-common'));
  if (ok) withoutCluster(() => apt('install', ...packages));
};

const apt = (command: string, ...packages: readonly string[]): boolean =>
  run(
    'apt-get',
    [
      '--yes',
      '--quiet',
      '--no-install-recommends',
      '--no-upgrade',
      '-o',
      'DPkg::Lock::Timeout=120',
      command,
      ...packages,
    ],
    { DEBIAN_FRONTEND: 'noninteractive' },
  ) === 0;

/** While `action` runs, Debian's maintainer scripts start no service (policy-rc.d answers 101: forbidden). */
const withoutServices = (action: () => void): void =>
  withFile('/usr/sbin/policy-rc.d', () => '#!/bin/sh\nexit 101\n', 0o755, action);

/** While `action` runs, PostgreSQL's packages make no database cluster: the tests make their own. */
const withoutCluster = (action: () => void): void =>
  withFile(
    '/etc/postgresql-common/createcluster.conf',
    (before) => `${before}\ncreate_main_cluster = false\n`,
    0o644,
    action,
  );

const withFile = (path: string, content: (before: string) => string, mode: number, action: () => void): void => {
  const saved = `${path}.before-hostmaster-tests`;
  const kept = isThere(saved) || isThere(path);
  if (isThere(path) && !isThere(saved)) renameSync(path, saved);
  const ignore = (): void => {};
  for (const signal of signals) process.on(signal, ignore);
  try {
    writeFileSync(path, content(existsSync(saved) ? readFileSync(saved, 'utf8') : ''));
    chmodSync(path, mode);
    action();
  } finally {
    if (kept) renameSync(saved, path);
    else rmSync(path, { force: true });
    for (const signal of signals) process.off(signal, ignore);
  }
};

/** A signal ends apt-get; the files are put back before anything else happens. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

if (import.meta.main) process.exitCode = ensurePackages() ? 0 : 1;
