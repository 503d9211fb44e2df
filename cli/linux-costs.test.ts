// SPDX-License-Identifier: MIT
/** What is counted, and what is said where nothing can be. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BUILT, originOf, SPECIMENS } from '../bench/guest/costs.ts';
import { DESIGNS } from '../core/kernel/strategy.ts';
import { sideband } from './process-for-tests.ts';

const directory = mkdtempSync(join(tmpdir(), 'sideband-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the kernels that are counted', () => {
  it('are all there is, each design with its next call, and the larger configuration', () => {
    const of = (config: string, series: string) =>
      SPECIMENS.filter((one) => one.config === config && one.series === series).map(
        ({ built }) => built,
      );
    expect(of('tiny', 'designs')).toEqual(BUILT);
    expect(of('tiny', 'next call')).toEqual(DESIGNS);
    expect(of('tiny', 'one instruction')).toEqual(['none']);
    expect(of('hardened', 'designs')).toEqual(['none', ...DESIGNS]);
  });

  it('have patches of their own beyond the series', () => {
    const more = (built: (typeof BUILT)[number], series: 'next call' | 'one instruction') => {
      const [all, some] = [series, 'designs' as const].map(
        (one) => originOf({ built, config: 'tiny', series: one }).patches,
      );
      return all?.slice(some?.length).map((path) => /(\d{4})-/.exec(path)?.[1]);
    };
    expect(more('setter', 'next call')).toEqual(['0001', '0003']);
    expect(more('none', 'one instruction')).toEqual(['0001']);
  });
});

describe('sideband linux verify', () => {
  it.each<[readonly string[], RegExp]>([
    [['--kernel', 'bogus'], /Choose from none, with_id, procfs, setter, indirect, all\./],
    [['--write', '--kernel', 'none'], /'--write' cannot be used with option '-k, --kernel <name>'/],
  ])('%j is bad usage', async (args, said) => {
    const { code, stderr } = await sideband(['linux', 'verify', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
  });

  it('says what is missing before anything is built', async () => {
    const env = { PATH: directory, XDG_CACHE_HOME: directory };
    const { code, stderr } = await sideband(['linux', 'verify', '-k', 'none'], undefined, env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sideband: .*: .*; .*\n$/);
  });
});
