import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { run, startChild, tempFolder, untilReady, withRetries } from './child.ts';
import { freePort, listens } from './ports.ts';

/** OpenSSH's server, for this user and one key. */
export interface Sshd {
  /** `ssh://user@127.0.0.1:port`, without a path. */
  readonly url: string;
  /** The private key that it accepts. */
  readonly key: string;
  readonly knownHosts: string;
  stop(): Promise<void>;
}

export const startSshd = (): Promise<Sshd> =>
  withRetries(async () => {
    const folder = tempFolder('sshd');
    const port = await freePort();
    const [key, hostKey] = [join(folder, 'key'), join(folder, 'host-key')];
    for (const file of [key, hostKey]) await makeKey(file);
    writeFileSync(join(folder, 'sshd_config'), configuration(port, hostKey, `${key}.pub`));
    const knownHosts = join(folder, 'known_hosts');
    writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, 'utf8')}`);
    // Where it separates privileges it needs this folder, which its package makes at each start of the service.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const child = startChild(['/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config')]);
    await untilReady(child, 'sshd', () => listens(port));
    return {
      url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
      key,
      knownHosts,
      stop: () => child.end('SIGTERM'),
    };
  });

/** A key of ssh without a passphrase; its public half is beside it. */
export const makeKey = async (file: string): Promise<void> => {
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file]);
};

const configuration = (port: number, hostKey: string, authorized: string): string =>
  [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorized}`,
    'PidFile none',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    '',
  ].join('\n');
