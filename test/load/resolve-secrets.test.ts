import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { resolveSecrets } from '../../src/load/index.ts';
import { sizeLimits } from '../../src/load/size-limits.ts';
import type { TargetDefinition } from '../../src/model/definitions.ts';
import type { SecretRef } from '../../src/model/secret.ts';
import { repository } from './load-repository.ts';

const variable = 'HOSTMASTER_TEST_SECRET';
afterEach(() => {
  delete process.env[variable];
});

const notShown = '(not shown here, as it may be the secret itself)';
const ofGit = "is one of Git's own, which may hold the token of the checkout; name another";

const target = (api_key: SecretRef): TargetDefinition => ({
  name: 'pdns',
  provider: 'powerdns',
  config: {},
  secrets: { api_key },
  verify_at: null,
  verify_wait: 0,
  file: 'hostmaster.yaml',
  line: 2,
  column: 3,
});

describe('secrets', () => {
  it('come from the environment or from a file', async () => {
    process.env[variable] = 'of the environment';
    expect(await resolveSecrets(target({ env: variable }), '/')).toEqual({
      secrets: { api_key: 'of the environment' },
    });
    const folder = repository({ 'keys/pdns': 'of a file\n' });
    expect(await resolveSecrets(target({ file: 'keys/pdns' }), folder)).toEqual({ secrets: { api_key: 'of a file' } });
    expect(await resolveSecrets(target({ file: join(folder, 'keys/pdns') }), '/')).toEqual({
      secrets: { api_key: 'of a file' },
    });
  });

  it.each([
    [{ env: variable }, undefined, `the environment variable ${variable} is not set; set it`],
    [{ env: variable }, '', `the environment variable ${variable} is empty; set it`],
    [
      { env: 'fd5a7c1e9b3f4a6d' },
      undefined,
      'the environment variable (not shown here, as it may be the secret itself) is not set; set it',
    ],
    [
      { file: 'fd5a7c1e9b3f4a6d' },
      undefined,
      'there is no file (not shown here, as it may be the secret itself); make it, or name another',
    ],
    [{ file: 'keys/none' }, undefined, 'there is no file keys/none; make it, or name another'],
    [{ file: './empty' }, undefined, 'the file ./empty is empty; put the secret into it'],
    [{ env: 'hunter2' }, undefined, `the environment variable ${notShown} is not set; set it`],
    [{ env: `A${'B'.repeat(64)}` }, undefined, `the environment variable ${notShown} is not set; set it`],
    [{ env: 'SECRET=hunter2' }, undefined, `the environment variable ${notShown} is not set; set it`],
    [{ file: 'hunter2' }, undefined, `there is no file ${notShown}; make it, or name another`],
    [{ file: 'c2VjcmV0/c2VjcmV0' }, undefined, `there is no file ${notShown}; make it, or name another`],
    [{ file: '.git/config' }, undefined, `the file .git/config ${ofGit}`],
    [{ file: 'keys/../.GIT/config' }, undefined, `the file keys/../.GIT/config ${ofGit}`],
    [{ file: 'linked/config' }, undefined, `the file linked/config ${ofGit}`],
    [{ file: '.' }, undefined, 'the file . cannot be used: it is not a plain file'],
    [
      { file: './large' },
      undefined,
      `the file ./large cannot be used: it has ${sizeLimits.secretBytes + 1} bytes; ${sizeLimits.secretBytes} is the most`,
    ],
  ])('that are not there are CONFIG: %j', async (ref, value, message) => {
    if (value !== undefined) process.env[variable] = value;
    const folder = repository({ '.git/config': 'token', empty: '\n', large: 's'.repeat(sizeLimits.secretBytes + 1) });
    symlinkSync(join(folder, '.git'), join(folder, 'linked'));
    await expect(resolveSecrets(target(ref), folder)).rejects.toMatchObject({
      code: 'CONFIG',
      kind: 'stop',
      message: `hostmaster.yaml:2: target pdns: api_key: ${message}`,
    });
  });
});
