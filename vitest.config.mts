import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/{engines,parity,systems,webviews}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is remembered of devices is not the user's business.
    env: { XDG_CACHE_HOME: join(tmpdir(), 'aeconf-test-cache') },
    // Pages are drawn in a real browser, which on a shared machine may once be too slow.
    retry: process.env['CI'] ? 1 : 0,
    pool: 'forks',
    maxWorkers: 2,
  },
});
