// SPDX-License-Identifier: MIT
/** Emulated: what it takes says nothing, but a row that is refused, or of unequal work, would show. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../linux/guest/build.ts';
import { cacheAt } from '../../linux/guest/cache.ts';
import { isThere } from '../../linux/guest/command.ts';
import { QEMU } from '../../linux/guest/guest.ts';
import { PATCHED } from '../../linux/guest/options.ts';
import { startAfresh } from './harnesses.ts';
import { Runner } from './runner.ts';
import { guestSection } from './section-of-guest.ts';
import { TurnSchema } from './turns.ts';
import { CANDIDATE } from './versions.ts';

const versions = { base: CANDIDATE, candidate: CANDIDATE, scratch: '/nowhere', onProgress() {} };

async function whyNoKernel(): Promise<string | null> {
  if (!isThere(QEMU)) return 'no QEMU';
  const place = await placeOf(cacheAt(), { built: PATCHED, config: 'tiny' }).catch(() => null);
  return place !== null && existsSync(place.directory) ? null : 'no kernel was built';
}
const noKernel = await whyNoKernel();

describe('guest kernels of two versions', () => {
  it('are left out where no hardware runs them', async () => {
    expect(await guestSection(versions, 'kvm', 'there is no /dev/kvm')).toEqual({
      leftOut: 'there is no /dev/kvm',
    });
  });

  it('are left out where both patch Linux likewise, and nothing is built', async () => {
    expect(await guestSection(versions, 'kvm', null)).toEqual({
      leftOut: 'both versions patch Linux likewise',
    });
  });

  it.skipIf(noKernel !== null)(
    `take turns at calls that each design directs${noKernel === null ? '' : ` (SKIPPED: ${noKernel})`}`,
    async () => {
      const args = ['--import', 'tsx', join(CANDIDATE.root, 'bench/gate/of-guest.ts'), 'tcg'];
      const command = { path: process.execPath, args, directory: CANDIDATE.root, version: 'ours' };
      const runner = await Runner.start(command, 0);
      try {
        await startAfresh(runner);
        const rows = runner.hello.rows.map(({ name }) => name);
        const ask = { kind: 'turn', rows, more: 0, environment: 100 };
        const turn = await runner.ask(ask, TurnSchema);
        // Plain, with_id, procfs (open, write, close), setter, indirect; a child is waited for.
        expect(turn.map(({ work }) => Number.parseInt(work, 10))).toEqual([
          ...[1, 1, 4, 2, 1],
          ...[2, 2, 5, 3, 2],
        ]);
        expect(turn.every(({ ns }) => ns > 0)).toBe(true);
      } finally {
        runner.end();
      }
    },
  );
});
