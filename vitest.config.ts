// SPDX-License-Identifier: MIT
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{core,strategies,properties,bench,reports,cli}/**/*.test.ts'],
  },
});
