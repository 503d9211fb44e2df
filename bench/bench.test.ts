// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { CAPTURES, readCapture } from '../cli/choose.ts';
import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { loadStrategies } from '../strategies/index.ts';
import { setter } from '../strategies/setter.ts';
import { withId } from '../strategies/with-id.ts';
import { deadPidRow } from './dead-pid.ts';
import { idsOnlyRow } from './ids-only.ts';
import { timedRows } from './timed.ts';

const designs = (await loadStrategies()).filter(isBestForm);

/** Its callers call what the kernel does not have. */
const absent: Strategy = { ...withId, kernel: {} };

describe('the pid of a dead process', () => {
  it.each(designs)('is shown as it was by $name, in its own namespace', (strategy) => {
    const shown = '4711 in its namespace, 0 from outside';
    expect(deadPidRow(strategy)).toEqual({ strategy: strategy.name, wanted: 4711, shown });
  });

  it('is refused where the design is not built in, and the row says so', () => {
    expect(deadPidRow(absent).shown).toBe('refused: -ENOSYS');
  });
});

describe('a restart with ids alone', () => {
  it('differs where the capture carries state, and has nothing to say where it does not', async () => {
    const [criu = '', lastPids = ''] = CAPTURES;
    expect(idsOnlyRow(setter, 'criu', await readCapture(criu))).toBeNull();
    const row = idsOnlyRow(setter, 'last-pids', await readCapture(lastPids));
    expect(row?.differs).toBe('ipc.msg[0].state.lspid');
  });
});

describe('timed rows', () => {
  const time = async (seed: number, stopAfter = Number.POSITIVE_INFINITY) => {
    const order: string[] = [];
    const rows = await timedRows([withId], {
      seed,
      onRow: ({ call, mode }) => order.push(`${call} ${mode}`),
      interrupted: () => order.length >= stopAfter,
    });
    return { order, rows: rows.map(({ call, mode }) => `${call} ${mode}`) };
  };

  it('run in an order of the seed, are reported in their own, and stop when told to', async () => {
    const whole = await time(1);
    expect(whole.rows).toEqual(
      ['msgget, IPC_RMID', 'fork, exit, wait'].flatMap((call) =>
        ['plain', 'unused', 'directed'].map((mode) => `${call} ${mode}`),
      ),
    );
    expect(whole.order).not.toEqual(whole.rows);
    const begun = await time(1, 2);
    expect(begun.order).toEqual(whole.order.slice(0, 2));
    expect((await time(2, 1)).order).not.toEqual(whole.order.slice(0, 1));
    expect((await time(1, 0)).rows).toEqual([]);
  });

  it('are not taken of a call that fails', async () => {
    const timing = { seed: 1, onRow: () => {}, interrupted: () => false };
    await expect(timedRows([absent], timing)).rejects.toThrow(/the timed \w+ gave -ENOSYS/);
  });
});
