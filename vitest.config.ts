// SPDX-License-Identifier: MIT
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Files outside of the suite import it by its name, as bin/hooks.js has it.
  resolve: {
    alias: [{ find: /^sideband\/(.*)$/, replacement: `${import.meta.dirname}/api/$1.ts` }],
  },
  test: {
    include: ['{core,linux,strategies,properties,bench,reports,cli,examples}/**/*.test.ts'],
    // Tests keep nothing in modules, so files may share a process; and every CPU may take some.
    isolate: false,
    maxWorkers: '100%',
    // A hang is a failure; slowness is not.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
