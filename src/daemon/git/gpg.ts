import { execFile } from 'node:child_process';

/** Puts the public keys of a file into an empty GNUPGHOME; what is wrong with them, or null. */
export const importKeys = (home: string, file: string): Promise<string | null> =>
  new Promise((resolve) => {
    const args = ['--homedir', home, '--batch', '--no-tty', '--quiet', '--no-autostart', '--import', '--', file];
    execFile(
      'gpg',
      args,
      { env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: home }, timeout: 60_000 },
      (error, _out, said) => {
        if (error === null) resolve(null);
        else if (error.code === 'ENOENT') resolve('it has keys of GPG, and gpg is not installed');
        else resolve(said.trim().split('\n')[0] ?? 'gpg does not import it');
      },
    );
  });
