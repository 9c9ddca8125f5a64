import { createHash } from 'node:crypto';

/** What a configuration says of a secret of the tests: commands of this process, and those that it starts, have it. */
export const secretOf = (secret: string): { readonly env: string } => {
  const env = `HOSTMASTER_TEST_${createHash('sha256').update(secret).digest('hex').slice(0, 16).toUpperCase()}`;
  process.env[env] = secret;
  return { env };
};
