// SPDX-License-Identifier: MIT
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitOf } from './provenance.ts';

let outside = '';
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'sideband-provenance-'));
});
afterAll(() => rm(outside, { recursive: true }));

const UNKNOWN = 'unknown (not a git checkout, or no git; the package is version 0.1.0)';

it('of what is in no checkout is the version of the package', async () => {
  expect(await commitOf(outside, '0.1.0')).toBe(UNKNOWN);
});

it("of what is installed below somebody's checkout is not that checkout's commit", async () => {
  const below = fileURLToPath(new URL('../node_modules/tsx', import.meta.url));
  expect(await commitOf(below, '0.1.0')).toBe(UNKNOWN);
});
