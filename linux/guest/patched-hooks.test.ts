// SPDX-License-Identifier: MIT
/** The hooks of a strategy and those of its patch are the same ones, under the same names. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNDERSTANDS } from '../../core/kernel/directed.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { PATCHED_CALLS } from '../conformance/script.ts';
import { PATCHED, type Patched } from './options.ts';
import { hooksOf } from './patched-hooks.ts';
import { patchesIn } from './source.ts';

/** Numbers of the patches that each is made of, groundwork left out. */
const PATCHES: Readonly<Record<Patched, readonly string[]>> = {
  with_id: ['0003'],
  procfs: ['0004', '0005', '0006'],
  setter: ['0004', '0005', '0007'],
  indirect: ['0004', '0008'],
  'process-field': ['0004', '0009'],
};

const texts = new Map(
  patchesIn().map((path) => [basename(path).slice(0, 4), readFileSync(path, 'utf8')]),
);
const patchesOf = (name: Patched) => PATCHES[name].map((number) => texts.get(number) ?? '');
const strategies = await loadStrategies();

/** timer_create is directed by no patch yet; calls without a design's question carry their wants. */
const ASKED = [...new Set(Object.values(UNDERSTANDS))].filter((kind) => kind !== 'timer').sort();

describe.each(PATCHED)('%s', (name) => {
  const kernel = strategies.find((strategy) => strategy.name === name)?.kernel;
  const hooks = hooksOf(patchesOf(name));

  it('adds the system calls that its strategy declares, under the numbers that the agent uses', () => {
    const declared = Object.keys(kernel?.syscalls ?? {}).filter(
      (call) => !call.startsWith('timer'),
    );
    expect(hooks.syscalls).toEqual(declared);
    const table = patchesOf(name).join('\n');
    for (const call of hooks.syscalls) {
      const number = PATCHED_CALLS[call as keyof typeof PATCHED_CALLS];
      expect(table).toMatch(new RegExp(`^\\+${number}\\tcommon\\t${call}\\t`, 'm'));
      expect(table).toMatch(new RegExp(`^\\+${number}\\ti386\\t${call}\\t`, 'm'));
    }
  });

  it('adds the files that its strategy declares', () => {
    expect(hooks.files).toEqual((kernel?.procfs ?? []).map((entry) => entry.name));
  });

  it('asks where its strategy does', () => {
    expect(hooks.asks).toEqual(kernel?.asked === undefined ? [] : ASKED);
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
