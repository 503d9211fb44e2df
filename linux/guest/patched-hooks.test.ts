// SPDX-License-Identifier: MIT
/** The hooks of a strategy and those of its patch are the same ones, under the same names. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UNDERSTANDS } from '../../core/kernel/directed.ts';
import { DESIGNS } from '../../core/kernel/strategy.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { PATCHED_CALLS } from '../conformance/script.ts';
import { NEXT_CALLS } from '../tape/tape.ts';
import { PATCHED, type Patched } from './options.ts';
import { hooksOf } from './patched-hooks.ts';
import { nextCallBy, seriesBy } from './source.ts';

/** Of the series, and of what lets one more call be directed, by which the control has no part in. */
function patchesOf(name: Patched): string[] {
  const design = DESIGNS.find((one) => one === name);
  const next = design === undefined ? [] : nextCallBy(design).own;
  return [...seriesBy(name).own, ...next].map((path) => readFileSync(path, 'utf8'));
}
const strategies = await loadStrategies();
const NUMBERS: Readonly<Record<string, number>> = { ...PATCHED_CALLS, ...NEXT_CALLS };

/** Calls without a design's question carry their wants. */
const ASKED = [...new Set(Object.values(UNDERSTANDS))].sort();

describe.each(PATCHED)('%s', (name) => {
  const kernel = strategies.find((strategy) => strategy.name === name)?.kernel;
  const hooks = hooksOf(patchesOf(name));

  it('adds the system calls that its strategy declares, under the numbers that the agent uses', () => {
    expect(hooks.syscalls).toEqual(Object.keys(kernel?.syscalls ?? {}));
    const table = patchesOf(name).join('\n');
    for (const call of hooks.syscalls) {
      const number = NUMBERS[call];
      expect(table).toMatch(new RegExp(`^\\+${number}\\tcommon\\t${call}\\t`, 'm'));
      expect(table).toMatch(new RegExp(`^\\+${number}\\ti386\\t${call}\\t`, 'm'));
    }
  });

  it('adds the files that its strategy declares', () => {
    expect(hooks.files).toEqual((kernel?.procfs ?? []).map((entry) => entry.name));
  });

  it('asks where its strategy does', () => {
    const all = name === 'process-field' ? ASKED.filter((kind) => kind !== 'timer') : ASKED;
    expect(hooks.asks).toEqual(kernel?.asked === undefined ? [] : all);
    if (kernel?.asked !== undefined) expect(kernel.asked.askedIn).toBe('call');
  });

  it('adds fields that live as long as its strategy says', () => {
    const declared = Object.entries(kernel?.taskFields ?? {}).map(([field, lifetime]) => ({
      // The control has one for all threads: in the model, its leader's.
      ...(name === 'process-field'
        ? { name: 'process_data', of: 'process' as const }
        : { name: field, of: 'task' as const }),
      atFork: lifetime.atFork,
      atExec: lifetime.atExec,
    }));
    expect(hooks.fields).toEqual(declared);
  });

  it('gives data back to a call that is made again if its strategy does', () => {
    expect(hooks.restarts).toBe(kernel?.asked?.restarts !== undefined);
  });
});

it('a patch with other hooks is noticed', () => {
  const [first = '', field = '', file = ''] = patchesOf('procfs');
  const hooks = hooksOf([first, field, file]);
  const without = (text: string) => hooksOf([first, field.replaceAll(text, 'none('), file]);
  expect(without('next_syscall_data_fork(').fields[0]?.atFork).toBe('copy');
  expect(without('next_syscall_data_exec(').fields[0]?.atExec).toBe('keep');
  expect(hooksOf([first, field, file.replace('NOD("next', 'NOD("x')]).files).not.toEqual(
    hooks.files,
  );
  expect(hooksOf([first.replace('SYSCALL_DATA_SHM)', '0)'), field, file]).asks).not.toContain(
    'shm',
  );
  expect(without('put_back(').restarts).toBe(false);
});
