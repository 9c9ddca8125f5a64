import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // For a provider that is not in this checkout, as if hostmaster were installed beside it.
  resolve: { alias: { 'hostmaster/provider': join(import.meta.dirname, 'src/provider.ts') } },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    watch: false,
    // The commands that tests run compile each module once, not once a command: half of a short command's time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
