// SPDX-License-Identifier: MIT
/** Races that the model sees, in the same orders of calls on the kernel below. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatResult } from '../../core/kernel/errno.ts';
import { EXECUTABLE } from '../../core/kernel/flags.ts';
import { putText } from '../../core/kernel/memory.ts';
import { A_QUEUE, type Scenario } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { foreignWriter } from '../../properties/scenarios/descriptors/foreign-writer.ts';
import { execBetween } from '../../properties/scenarios/lifetime/exec-between.ts';
import { execByThread } from '../../properties/scenarios/lifetime/exec-by-thread.ts';
import { forkBetween } from '../../properties/scenarios/lifetime/fork-between.ts';
import { bystanderProcess } from '../../properties/scenarios/threads/bystander-process.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads/threads-ask-at-once.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { createAndDelete } from '../../strategies/relatives/create-and-delete.ts';
import { nextId } from '../../strategies/relatives/next-id.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { isStock } from '../race/free-runs.ts';
import { CallByCall, setUp } from './call-by-call.ts';
import { FILE_MUTANTS } from './file-mutants.ts';
import { runOnModel } from './on-model.ts';
import { replayAll, replaySchedules } from './schedules.ts';

const noHost = await whyNoHost();
let agent: Agent;
beforeAll(async () => {
  if (noHost === null) agent = await Agent.start(await buildAgent());
});
afterAll(() => agent?.end());

/** Three tasks of two processes, and a child of one; one may sleep until another sends. */
const family: Scenario = {
  name: 'family',
  question: '',
  rule: '',
  kind: 'hazard',
  directs: ['msg'],
  wants: [],
  context: 'general use',
  tasks: ['A', 'B', 'C'].map((name) => ({
    name,
    role: '',
    process: name === 'C' ? 'Q' : 'P',
    program: name,
  })),
  programs: () => ({
    *A() {
      yield sys('fork', 'child');
      return yield sys('gettid');
    },
    *B({ memory }) {
      const id = yield sys('msgget', 5, 0o1600);
      const message = memory.allocate(16);
      memory.store(message, 1);
      memory.store(message + 8, 'hello');
      return yield sys('msgsnd', id, message, 5, 0);
    },
    *C({ memory }) {
      const id = yield sys('msgget', 5, 0o1600);
      return yield sys('msgrcv', id, memory.allocate(108), 100, 0, 0);
    },
    *child() {
      return yield sys('exit_group', 3);
    },
  }),
  judge: () => null,
};

/** A thread that execs while its leader makes a child; the image asks who it is, and once more fails. */
const execs: Scenario = {
  ...family,
  name: 'execs',
  tasks: ['A', 'B'].map((name) => ({ name, role: '', process: 'P', program: name })),
  programs: () => ({
    *A() {
      yield sys('fork', 'child');
      return yield sys('pause');
    },
    *B({ memory }) {
      return yield sys('execve', 'image', putText(memory, EXECUTABLE), EXECUTABLE.length);
    },
    *image({ memory }) {
      const none = '/bin/none';
      yield sys('execve', 'image', putText(memory, none), none.length);
      return yield sys('gettid');
    },
    *child() {
      return yield sys('exit_group', 3);
    },
  }),
};

/** One that makes its call again and again. */
const restless: Scenario = {
  ...family,
  name: 'restless',
  tasks: ['A', 'B'].map((name) => ({ name, role: '', process: name, program: name })),
  programs: () => ({
    *A() {
      for (let n = 0; n < 50; n++) yield sys('getpid');
      return 0;
    },
    *B() {
      return yield sys('getpid');
    },
  }),
};

describe('a scenario on the model, call by call', () => {
  it.each([
    ['threads', threadsAskAtOnce, [8, 8]],
    ['a family', family, [7, 7]],
    ['an exec', execs, [6, 3]],
  ] as const)('is a script that the model runs the same: %s', (_, scenario, calls) => {
    for (const [first, count] of calls.entries()) {
      const run = new CallByCall(scenario, nextId.caller, {}, A_QUEUE);
      for (let ready = run.ready(); ready.length > 0; ready = run.ready()) {
        run.step((first === 0 ? ready[0] : ready.at(-1)) ?? 0);
      }
      const before = setUp(scenario);
      const { steps } = runOnModel([...before, ...run.steps]);
      const results = steps.map(({ end }) => (end.kind === 'returned' ? end.result : null));
      expect(run.results.length).toBe(count);
      expect(results.slice(before.length)).toEqual(
        run.results.map((result) => (result === null ? null : formatResult(result))),
      );
      expect(run.judge()).toBeNull();
    }
  });
});

describe.skipIf(noHost !== null)('every order of calls, on both kernels', () => {
  it('is the same race in the same schedules, by mainline as it is', async () => {
    const rows = await replayAll(
      agent,
      [threadsAskAtOnce],
      (await loadStrategies()).filter(isStock),
    );
    const row = {
      scenario: 'threads-ask-at-once',
      isAll: true,
      mismatches: 0,
      firstMismatch: null,
    };
    expect(rows).toEqual([
      { ...row, strategy: 'next_id', interleavings: '10400600', replayed: 70, failing: 60 },
      { ...row, strategy: 'next_id (kept)', interleavings: '705432', replayed: 20, failing: 12 },
      {
        ...row,
        strategy: 'next_id (openat)',
        interleavings: '2333606220',
        replayed: 252,
        failing: 210,
      },
    ]);
  });

  it('goes on beyond threads: to new images, children, another process', async () => {
    const scenarios = [execByThread, execBetween, forkBetween, bystanderProcess, foreignWriter];
    const rows = await replayAll(agent, scenarios, [nextId]);
    expect(rows.map(({ interleavings: _, ...row }) => row)).toEqual(
      [
        ['exec-by-thread', 'next_id', 70, 40],
        ['exec-by-thread', 'next_id (kept)', 20, 14],
        ['exec-by-thread', 'next_id (openat)', 252, 147],
        ['exec-between', 'next_id', 1, 1],
        ['exec-between', 'next_id (kept)', 1, 1],
        ['exec-between', 'next_id (openat)', 1, 1],
        ['fork-between', 'next_id', 2, 1],
        ['fork-between', 'next_id (kept)', 2, 1],
        ['fork-between', 'next_id (openat)', 2, 1],
        ['bystander-process', 'next_id', 5, 2],
        ['bystander-process', 'next_id (kept)', 4, 1],
        ['bystander-process', 'next_id (openat)', 6, 2],
        ['foreign-writer', 'next_id', 3, 1],
        ['foreign-writer', 'next_id (kept)', 3, 1],
        ['foreign-writer', 'next_id (openat)', 4, 1],
      ].map(([scenario, strategy, replayed, failing]) => {
        const agrees = { isAll: true, mismatches: 0, firstMismatch: null };
        return { scenario, strategy, replayed, failing, ...agrees };
      }),
    );
  });

  it('leaves out what tries until it succeeds, and gives up on what does so all the same', async () => {
    expect(await replayAll(agent, [threadsAskAtOnce], [createAndDelete])).toEqual([]);
    const row = await replaySchedules(agent, restless, nextId.caller);
    expect(row).toMatchObject({ mismatches: 0, replayed: 0, isAll: false });
  });

  it('includes calls that sleep, and children', async () => {
    const row = await replaySchedules(agent, family, nextId.caller);
    expect(row).toMatchObject({ mismatches: 0, replayed: 420, isAll: true });
  });

  it('includes new images of tasks, and those that are killed for them', async () => {
    const row = await replaySchedules(agent, execs, nextId.caller);
    expect(row).toMatchObject({ mismatches: 0, replayed: 10, isAll: true });
  });

  it('shows a model in which the hint stays', async () => {
    const [, half] = FILE_MUTANTS[0] ?? [];
    const row = await replaySchedules(agent, threadsAskAtOnce, nextId.caller, half);
    expect(row.mismatches).toBeGreaterThan(0);
    expect(row.firstMismatch?.join('\n')).toContain('<-- differs');
  });
});
