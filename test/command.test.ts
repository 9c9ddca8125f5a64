import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { cleanEnvironment } from './command.ts';

afterEach(() => vi.unstubAllEnvs());

it('a command that tests run knows nothing of the CI that they run in', () => {
  const ofCi = ['CI', 'GITHUB_EVENT_NAME', 'GITHUB_ACTIONS', 'CI_MERGE_REQUEST_IID', 'NO_COLOR'];
  for (const name of ofCi) vi.stubEnv(name, 'pull_request');
  const environment = cleanEnvironment({ PDNS_API_KEY: 'k' });
  expect(ofCi.filter((name) => name in environment)).toEqual([]);
  expect(environment).toMatchObject({ PDNS_API_KEY: 'k', PATH: process.env.PATH });
});

it('every test that starts the command does so with that environment', () => {
  const starts = (text: string): boolean =>
    text.includes("'node:child_process'") && /bin\/hostmaster|node_modules\/\.bin\/hostmaster/.test(text);
  const files = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: ['bench/**', 'command.test.ts'] });
  const texts = files.map((file) => [file, readFileSync(join(import.meta.dirname, file), 'utf8')] as const);
  const starting = texts.filter(([, text]) => starts(text));
  expect(starting.map(([file]) => file).sort()).toContain('command.ts');
  expect(starting.filter(([, text]) => !text.includes('cleanEnvironment')).map(([file]) => file)).toEqual([]);
});
