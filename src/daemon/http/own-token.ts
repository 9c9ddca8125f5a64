import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import type { ApiToken } from './options.ts';

/**
 * A new token of scope write, for a daemon that no token is configured for: whoever may read the file may use it. Throws
 * CONFIG where it cannot be written.
 */
export const makeOwnToken = async (file: string): Promise<ApiToken> => {
  const token = randomBytes(32).toString('base64url');
  const made = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(made, `${token}\n`, { mode: 0o600, flag: 'wx' });
    await rename(made, file);
  } catch (error) {
    await rm(made, { force: true });
    throw new HostmasterError('CONFIG', `the daemon's token cannot be written to ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return { name: 'own', token, scope: 'write', isMade: true };
};
