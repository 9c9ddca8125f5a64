import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** In a network of its own, which nobody else sees. */
const apart = (...words: readonly string[]) =>
  spawnSync('unshare', ['--user', '--map-root-user', '--net', ...words], { encoding: 'utf8', timeout: 120_000 });
const canBeApart = apart('ip', 'link', 'set', 'lo', 'up').status === 0;

it.skipIf(!canBeApart)("the checker's own network cut off changes nothing (needs a network namespace)", () => {
  const { stderr, stdout } = apart(process.execPath, join(import.meta.dirname, 'cut-off.ts'));
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(['127.0.0.7 fell', 'cut', 'mended', '127.0.0.6 fell']);
});
