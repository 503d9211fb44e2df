// SPDX-License-Identifier: MIT
/** `sideband explore --engine sample`: says that it sampled, and leaves open what it can't know. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../core/input-error.ts';
import { commandLine } from './main.ts';
import { EXIT } from './terminal.ts';

const CROSSED = 'Lm Ln Xn Xm || Ln Lm Xm Xn';

async function explore(...args: readonly string[]) {
  let stdout = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  const { exitCode } = process;
  try {
    await commandLine().parseAsync(['node', 'sideband', 'explore', ...args]);
    return { stdout, code: process.exitCode };
  } finally {
    process.exitCode = exitCode;
    write.mockRestore();
  }
}

afterEach(() => vi.restoreAllMocks());

describe('explore --engine sample', () => {
  const sampled = ['--engine', 'sample', '--runs', '100', '--seed', '7'];

  it('has a verdict of its own, and null for what no sample tells', async () => {
    const { stdout, code } = await explore(CROSSED, ...sampled, '--json');
    const { sampled: data, verdict, ...counts } = JSON.parse(stdout);
    expect(code).toBe(EXIT.ok);
    expect(verdict).toBe('SAMPLED(100, 7)');
    expect(new Set(Object.values(counts))).toEqual(new Set([null]));
    expect(Object.keys(counts).sort()).toEqual(
      ['blocked', 'deadlocks', 'ends', 'interleavings', 'states', 'traces', 'transitions'].sort(),
    );
    expect(data.by).toBe('URW');
    expect(data.probability).toEqual({
      kind: 'exactly',
      fraction: '4/7',
      decimal: 0.571428571428571,
    });
  });

  it('prints the same for the same seed, with the probability beside what it saw', async () => {
    const { stdout } = await explore(CROSSED, ...sampled);
    expect(stdout).toContain('SAMPLED(100, 7), drawn by URW');
    expect(stdout).toContain('exactly 0.571 (4/7) by the state graph');
    expect((await explore(CROSSED, ...sampled)).stdout).toBe(stdout);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(72);
  });

  it('gives the bound of PCT with what it holds for', async () => {
    const { stdout } = await explore(CROSSED, ...sampled, '--sampler', 'PCT(2)');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'at least 0.063 (1/16) by the bound of PCT, if one of depth 2 can be, of 2 threads and 8 steps',
    );
  });

  it.each(['--runs', '--seed'])('%s without it is an error', async (option) => {
    await expect(explore(CROSSED, option, '7')).rejects.toThrow(InputError);
  });
});
