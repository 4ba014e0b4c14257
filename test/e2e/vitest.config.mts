import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/e2e/*.test.ts'],
    globalSetup: 'test/e2e/setup.ts',
    // One server and one browser at a time: the tests time what they see.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    bail: 0,
  },
});
