import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

export default defineConfig({
  // For a provider that is not in this checkout, as if hostmaster were installed beside it.
  resolve: { alias: { 'hostmaster/provider': join(import.meta.dirname, 'src/provider.ts') } },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    watch: false,
    globalSetup: 'test/temp.ts',
    sequence: { sequencer: LongestFirst },
    // The commands that tests run compile each module once, not once a command: half of a short command's time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    maxWorkers: 3,
    // For a machine that does much else at the same time: what is waited for comes, and only what never comes takes so long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 25 } },
  },
});
