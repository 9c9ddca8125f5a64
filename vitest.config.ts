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
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
