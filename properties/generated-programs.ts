// SPDX-License-Identifier: MIT
/**
 * Generated programs of one task: plain and directed calls, ids that collide, objects that are
 * removed again. What each call must return follows from a few rules over the numbers in use.
 */
import fc from 'fast-check';
import { type Directable, UNDERSTANDS } from '../core/kernel/directed.ts';
import { fail, formatResult } from '../core/kernel/errno.ts';
import { IPC_CREAT, IPC_PRIVATE, IPC_RMID } from '../core/kernel/flags.ts';
import { type Direct, directBy } from '../core/kernel/scenario.ts';
import type { KernelHalf } from '../core/kernel/strategy.ts';
import { type Syscall, sys } from '../core/kernel/syscall.ts';
import { trial } from '../core/model/trial.ts';
import type { Check } from './check.ts';

const NEW = IPC_CREAT | 0o600;

/** One call of a generated program: plain, or asking for an id; what it makes may be removed. */
interface Step {
  readonly type: 'msg' | 'sem' | 'shm' | 'pid';
  readonly key: number;
  readonly want: number | null;
  readonly remove: boolean;
}

const GETS = {
  msg: (key: number) => sys('msgget', key, NEW),
  sem: (key: number) => sys('semget', key, 1, NEW),
  shm: (key: number) => sys('shmget', key, 4096, NEW),
  pid: () => sys('fork', 'child'),
} as const satisfies Record<Step['type'], (key: number) => Directable>;

const removal = (type: Step['type'], id: number): Syscall => {
  switch (type) {
    case 'msg':
      return sys('msgctl', id, IPC_RMID, 0);
    case 'sem':
      return sys('semctl', id, 0, IPC_RMID, 0);
    case 'shm':
      return sys('shmctl', id, IPC_RMID, 0);
    case 'pid':
      return sys('wait4', id, 0, 0);
  }
};

const stepOf: fc.Arbitrary<Step> = fc.record({
  type: fc.constantFrom('msg', 'sem', 'shm', 'pid'),
  key: fc.constantFrom(IPC_PRIVATE, IPC_PRIVATE, 7, 8),
  // Few indices, so that they collide, with several sequence numbers; and some that are no ids.
  want: fc.option(fc.constantFrom(2, 3, 4, 32768 + 2, 65536 + 3, 2147483647, -1, 0)),
  remove: fc.boolean(),
});

/** Runs a program of steps; what is wrong with the first result that the rules do not allow. */
function runSteps(kernel: KernelHalf, direct: Direct, steps: readonly Step[]): string | null {
  const rules = new Rules();
  let wrong: string | null = null;
  trial(
    () => ({
      *init(me) {
        for (const step of steps) {
          const { type, key, want, remove } = step;
          const call = GETS[type](key);
          const kind = UNDERSTANDS[call.name];
          const result =
            want === null ? yield call : yield* direct(me, { kind, values: [want] }, call);
          wrong ??= rules.judge(step, result);
          if (remove && result >= 0 && (yield removal(type, result)) >= 0)
            rules.remove(step, result);
        }
        return 0;
      },
      *child() {
        return yield sys('exit_group', 0);
      },
    }),
    kernel,
  );
  return wrong;
}

/** Which numbers are taken, and so what a directed call must return. */
class Rules {
  private readonly slots = new Map<string, number>([['pid 1', 1]]);
  private readonly keys = new Map<string, number>();

  judge(step: Step, result: number): string | null {
    const { type, key, want } = step;
    const expected = want === null ? this.plain(step, result) : this.directed(step, want);
    const found = this.keys.get(`${type} ${key}`);
    if (result >= 0 && result !== found) {
      this.slots.set(slot(type, result), result);
      if (type !== 'pid' && key !== IPC_PRIVATE) this.keys.set(`${type} ${key}`, result);
    }
    if (result === expected) return null;
    return `${JSON.stringify(step)} gave ${formatResult(result)}, where ${formatResult(expected)} belongs`;
  }

  private directed({ type, key }: Step, want: number): number {
    if (want < 0 || (type === 'pid' && (want === 0 || want >= 4194304))) return fail('EINVAL');
    const isNamed = type !== 'pid' && this.keys.has(`${type} ${key}`);
    return isNamed || this.slots.has(slot(type, want)) ? fail('EEXIST') : want;
  }

  /** A plain call may return whatever is free, or the object of its key. */
  private plain({ type, key }: Step, result: number): number {
    const found = type === 'pid' ? undefined : this.keys.get(`${type} ${key}`);
    if (found !== undefined) return found;
    return result >= 0 && this.slots.has(slot(type, result)) ? fail('EEXIST') : result;
  }

  remove({ type, key }: Step, id: number): void {
    this.slots.delete(slot(type, id));
    if (this.keys.get(`${type} ${key}`) === id) this.keys.delete(`${type} ${key}`);
  }
}

const slot = (type: Step['type'], id: number): string =>
  `${type} ${type === 'pid' ? id : id % 32768}`;

export const generatedPrograms: Check = {
  name: 'each call gets what it asked for, or the one error of the table',
  run(kernel, caller) {
    const holds = (steps: readonly Step[]) => runSteps(kernel, directBy(caller), steps) === null;
    const programs = fc.array(stepOf, { minLength: 1, maxLength: 12 });
    const result = fc.check(fc.property(programs, holds), { seed: 200807, numRuns: 200 });
    const shortest = result.counterexample?.[0];
    return shortest === undefined ? null : runSteps(kernel, directBy(caller), shortest);
  },
};
