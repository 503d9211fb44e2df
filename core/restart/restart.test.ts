// SPDX-License-Identifier: MIT
/** Captures restored by every design and caller half, and restarts that go wrong and say where. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { callers } from '../../properties/checks.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { withId } from '../../strategies/with-id.ts';
import { type CallerHalf, isBestForm, type Strategy } from '../kernel/strategy.ts';
import { sys } from '../kernel/syscall.ts';
import type { Capture } from './capture.ts';
import { importCriu } from './import-criu.ts';
import { parseCapture } from './parse-capture.ts';
import { restart } from './restart.ts';

const fixtures = new URL('./fixtures/', import.meta.url);
const read = (name: string) => parseCapture(readFileSync(new URL(name, fixtures), 'utf8'), name);
const captures: readonly [string, Capture, number][] = [
  ['what criu dumped', importCriu(fileURLToPath(new URL('criu/', fixtures))), 67],
  ['what criu can not dump', read('last-pids.json'), 145],
  ['what a real tree left behind (linux/capture/tree)', read('machine.json'), 146],
];
const designs = (await loadStrategies()).filter(isBestForm);
const halves = designs.flatMap((strategy) =>
  callers(strategy).map(([name, caller]) => ({ name, strategy: { ...strategy, caller } })),
);

describe.each(captures)('%s', (_, capture, fields) => {
  it.each(halves)('is restored by $name, field by field', ({ strategy }) => {
    expect(restart(capture, 'capture', strategy).result.end).toEqual({ kind: 'restored', fields });
  });

  it.each(halves)('is restored by $name in whatever order its tasks run', ({ strategy }) => {
    for (let seed = 0; seed < 10; seed++) {
      const { end } = restart(capture, 'capture', strategy, null, seed).result;
      expect(end).toEqual({ kind: 'restored', fields });
    }
  });
});

describe('a restart', () => {
  const [, capture] = captures[1] as (typeof captures)[number];

  /** with_id, but for what `direct` does otherwise. */
  const doctored = (direct: CallerHalf['direct']): Strategy => ({ ...withId, caller: { direct } });

  it('is the same every time, to the last count', () => {
    const twice = [1, 2].map(() => restart(capture, 'capture', withId));
    expect(twice[0]).toEqual(twice[1]);
  });

  it('names the first field that differs', () => {
    const forgetful = doctored(function* (me, want, call, prepared) {
      if (want.kind === 'sem_state') return yield call;
      return yield* withId.caller.direct(me, want, call, prepared);
    });
    const { end } = restart(capture, 'capture', forgetful).result;
    const difference = { place: 'ipc.sem[0].state.otime', captured: '1215100002', restored: '0' };
    expect(end).toEqual({ kind: 'different', difference });
  });

  it('notices a task with another number', () => {
    const sloppy = doctored(function* (me, want, call, prepared) {
      const values = want.values.map((value) => (value === 300000 ? 300001 : value));
      return yield* withId.caller.direct(me, { ...want, values }, call, prepared);
    });
    const { end } = restart(capture, 'capture', sloppy).result;
    const difference = { place: 'tasks[12]', captured: '300000', restored: 'missing' };
    expect(end).toEqual({ kind: 'different', difference });
  });

  it('notices an object too many', () => {
    const busy = doctored(function* (me, want, call, prepared) {
      if (want.kind === 'shm') yield sys('shmget', 4711, 4096, 0o1600);
      return yield* withId.caller.direct(me, want, call, prepared);
    });
    const { end } = restart(capture, 'capture', busy).result;
    const difference = { place: 'ipc.shm', captured: 'nothing more', restored: '0' };
    expect(end).toEqual({ kind: 'different', difference });
  });

  it('stops at the first call that is refused, and says which and why', () => {
    const blind = doctored(function* (me, want, call, prepared) {
      if (want.kind !== 'msg') return yield* withId.caller.direct(me, want, call, prepared);
      yield* withId.caller.direct(me, want, sys('msgget', 0, 0o600), prepared);
      return yield* withId.caller.direct(me, want, call, prepared);
    });
    expect(restart(capture, 'capture', blind).result.end).toEqual({
      kind: 'refused',
      call: 'directed msgget',
      purpose: 'create message queue 65541',
      result: '-EEXIST',
    });
  });

  it('on a kernel without the design is refused at its first directed call', () => {
    const { end, directed } = restart(capture, 'capture', { ...withId, kernel: {} }).result;
    expect(end).toMatchObject({ kind: 'refused', call: 'directed clone', result: '-ENOSYS' });
    expect(directed).toBe(1);
  });

  it('that can not be ordered is refused before it begins, with the task and the reason', () => {
    const impossible = structuredClone(capture);
    // A child of the shell, in a session that neither it nor anybody beside it ever led.
    impossible.tasks[2] = { ...impossible.tasks[2], pgid: 25, sid: 25 } as Capture['tasks'][number];
    impossible.tasks[3] = { ...impossible.tasks[3], pgid: 20 } as Capture['tasks'][number];
    expect(() => restart(impossible, 'capture', withId)).toThrow(
      /^capture: tasks\[\d+\]: no order/,
    );
  });
});
