// SPDX-License-Identifier: MIT
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{core,linux,strategies,properties,bench,reports,cli}/**/*.test.ts'],
    // Tests keep nothing in modules, so files may share a process; and every CPU may take some.
    isolate: false,
    maxWorkers: '100%',
    // A hang is a failure; slowness is not.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
