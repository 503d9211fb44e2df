// SPDX-License-Identifier: MIT
/** The two postings of April 2008: one file for the process, and one for each task. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../core/explore/graph.ts';
import { fail } from '../../core/kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  O_WRONLY,
} from '../../core/kernel/flags.ts';
import { putText } from '../../core/kernel/memory.ts';
import { A_QUEUE, directBy } from '../../core/kernel/scenario.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { trial } from '../../core/model/trial.ts';
import { callers } from '../../properties/checks.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads/threads-ask-at-once.ts';
import { formatUntagged, parseUntagged } from '../fields/untagged-text.ts';
import { procfsV1 } from './procfs-v1.ts';
import { procfsV2 } from './procfs-v2.ts';

const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const SET = sys('semget', IPC_PRIVATE, 1, NEW);
const EXISTS = sys('msgget', 7, NEW | IPC_EXCL);

/** Opens a file and writes a text: what the write gave, or the open. */
function* put({ memory }: Caller, path: string, text: string): Program {
  const fd = yield sys('open', putText(memory, path), path.length, O_WRONLY);
  return fd < 0 ? fd : yield sys('write', fd, putText(memory, text), text.length);
}

describe.each([
  { strategy: procfsV1, path: '/proc/self/next_id' },
  { strategy: procfsV2, path: '/proc/thread-self/next_id' },
])('$strategy.name', ({ strategy, path }) => {
  const run = (init: (me: Caller, say: (...what: unknown[]) => void) => Program) =>
    trial(
      (say) => ({
        init: (me) => init(me, say),
        *child() {
          say(yield QUEUE);
          return yield sys('exit_group', 0);
        },
      }),
      strategy.kernel,
    ).said;

  it.each(callers(strategy))('by %s directs ids, pids and pids of several levels', (_, caller) => {
    const direct = directBy(caller);
    const said = run(function* (me, say) {
      say(yield* direct(me, { kind: 'msg', values: [101] }, QUEUE));
      say(yield* direct(me, { kind: 'sem', values: [102] }, SET));
      say(yield* direct(me, { kind: 'shm', values: [103] }, sys('shmget', IPC_PRIVATE, 1, NEW)));
      say(yield* direct(me, { kind: 'pid', values: [11] }, sys('fork', 'child')));
      const clone = sys('clone', CLONE_NEWPID, 'child');
      say(yield* direct(me, { kind: 'pid', values: [1, 12] }, clone));
      return 0;
    });
    expect(said.slice(0, 5)).toEqual([101, 102, 103, 11, 12]);
  });

  it.each(callers(strategy))('by %s makes no call for a state or a timer', (_, caller) => {
    const direct = directBy(caller);
    const said = run(function* (me, say) {
      say(yield* direct(me, { kind: 'msg_state', values: [1] }, QUEUE), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([fail('ENOSYS'), 0]);
  });

  it('does not say what a value is for: the next creation takes it, of whatever kind', () => {
    const said = run(function* (me, say) {
      yield* put(me, path, 'LONG 101');
      say(yield sys('getpid'), yield SET, yield QUEUE);
      return 0;
    });
    expect(said).toEqual([1, 101, 0]);
  });

  it('waits for a creation: a call that finds its key, or may not, leaves the value', () => {
    const said = run(function* (me, say) {
      say(yield EXISTS);
      yield* put(me, path, 'LONG 101');
      say(yield EXISTS, yield sys('msgget', 8, 0), yield sys('msgget', 7, NEW), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([0, fail('EEXIST'), fail('ENOENT'), 0, 101]);
  });

  it('is spent by a creation that fails, and needs privilege then', () => {
    const said = run(function* (me, say) {
      yield QUEUE;
      yield* put(me, path, 'LONG 0');
      say(yield QUEUE, yield QUEUE);
      yield* put(me, path, 'LONG 101');
      yield sys('setuid', 1000);
      say(yield QUEUE, yield QUEUE);
      return 0;
    });
    expect(said).toEqual([fail('EEXIST'), 1, fail('EPERM'), 2]);
  });

  it('leaves what no creation takes to no child', () => {
    const said = run(function* (me, say) {
      yield* put(me, path, 'LONG 11');
      say(yield sys('fork', 'child'));
      yield* put(me, path, 'LONG 101');
      return 0;
    });
    expect(said).toEqual([11, 0]);
  });

  it('refuses what is no value, and keeps the last one', () => {
    const said = run(function* (me, say) {
      say(yield* put(me, path, 'LONG 101'), yield* put(me, path, 'LONG2 5'));
      say(yield* put(me, path, 'msg LONG1 5'), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([8, fail('EINVAL'), fail('EINVAL'), 101]);
  });
});

describe('whose field a write reaches', () => {
  it('is, by the file of the process, the leader, whichever thread wrote', () => {
    const { said } = trial(
      (say, all) => ({
        *init() {
          yield sys('clone', CLONE_A_THREAD, 'thread');
          yield { until: () => all.length === 2, why: 'the thread' };
          say(yield QUEUE);
          return 0;
        },
        *thread(me) {
          say(yield* put(me, '/proc/self/next_id', 'LONG 101'), yield QUEUE);
          return 0;
        },
      }),
      procfsV1.kernel,
    );
    expect(said).toEqual([8, 0, 101]);
  });

  it('is, by the file of the task, that task, even if another one wrote', () => {
    const { said } = trial(
      (say, all) => ({
        *init(me) {
          yield sys('fork', 'other');
          say(yield* put(me, '/proc/2/task/2/next_id', 'LONG 101'), yield QUEUE);
          return 0;
        },
        *other() {
          yield { until: () => all.length === 2, why: 'its parent' };
          say(yield QUEUE);
          return 0;
        },
      }),
      procfsV2.kernel,
    );
    expect(said).toEqual([8, 0, 101]);
  });

  it('is nobody’s for another user: the mode keeps them out', () => {
    const { said } = trial(
      (say) => ({
        *init() {
          yield sys('fork', 'nobody');
          return 0;
        },
        *nobody(me) {
          yield sys('setuid', 1000);
          say(yield* put(me, '/proc/1/task/1/next_id', 'LONG 101'));
          return 0;
        },
      }),
      procfsV2.kernel,
    );
    expect(said).toEqual([fail('EACCES')]);
  });

  it.each([
    [procfsV1, '/proc/self/task/1/next_id'],
    [procfsV2, '/proc/self/next_id'],
  ] as const)('is not said in the other place', ({ kernel }, path) => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* put(me, path, 'LONG 101'));
          return 0;
        },
      }),
      kernel,
    );
    expect(said).toEqual([fail('ENOENT')]);
  });
});

describe('two threads that ask at once', () => {
  const failing = (strategy: typeof procfsV1) =>
    explore(scenarioOnModel(threadsAskAtOnce, strategy, A_QUEUE), { maxStates: 10_000 }).failing;

  it('race for the one file, and not for one each', () => {
    expect(failing(procfsV1)).toBeGreaterThan(0n);
    expect(failing(procfsV2)).toBe(0n);
  });
});

describe('the text', () => {
  it('is understood as it is printed, and not with anything more', () => {
    const values = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, (numbers) => {
        const text = formatUntagged({ kind: 'pid', values: numbers });
        expect(parseUntagged(text)).toEqual(numbers);
        expect(parseUntagged(`${text}\n`)).toEqual(numbers);
        expect(parseUntagged(`${text} 1`)).toBeNull();
        expect(parseUntagged(` ${text}`)).toBeNull();
      }),
      { seed: 4 },
    );
  });

  it.each(['', 'LONG', 'LONG1', 'LONG 5 6', 'LONG0 5', 'LONG3 5 6', 'LONG -5', 'INT 5', 'LONG x'])(
    'is not "%s"',
    (text) => expect(parseUntagged(text)).toBeNull(),
  );
});
