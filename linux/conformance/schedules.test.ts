// SPDX-License-Identifier: MIT
/** Races that the model sees, in the same orders of calls on the kernel below. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatResult } from '../../core/kernel/errno.ts';
import type { Scenario } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads-ask-at-once.ts';
import { nextId } from '../../strategies/controls/next-id.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
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

describe('a scenario on the model, call by call', () => {
  it.each([
    ['threads', threadsAskAtOnce, 8],
    ['a family', family, 7],
  ])('is a script that the model runs the same: %s', (_, scenario, calls) => {
    for (const first of [1, 2]) {
      const run = new CallByCall(scenario, nextId.caller, {});
      for (let ready = run.ready(); ready.length > 0; ready = run.ready()) {
        run.step((first === 1 ? ready[0] : ready.at(-1)) ?? 0);
      }
      const before = setUp(scenario);
      const { steps } = runOnModel([...before, ...run.steps]);
      const results = steps.map(({ end }) => (end.kind === 'returned' ? end.result : null));
      expect(run.results.length).toBe(calls);
      expect(results.slice(before.length)).toEqual(
        run.results.map((result) => (result === null ? null : formatResult(result))),
      );
      expect(run.judge()).toBeNull();
    }
  });
});

describe.skipIf(noHost !== null)('every order of calls, on both kernels', () => {
  it('is the same race in the same schedules, by mainline as it is', async () => {
    const rows = await replayAll(agent, [threadsAskAtOnce], await loadStrategies());
    const row = {
      scenario: 'threads-ask-at-once',
      isAll: true,
      mismatches: 0,
      firstMismatch: null,
    };
    expect(rows).toEqual([
      { ...row, strategy: 'next_id', interleavings: '10400600', replayed: 70, failing: 60 },
      { ...row, strategy: 'next_id (kept)', interleavings: '705432', replayed: 20, failing: 12 },
    ]);
  });

  it('includes calls that sleep, and children', async () => {
    const row = await replaySchedules(agent, family, nextId.caller);
    expect(row).toMatchObject({ mismatches: 0, replayed: 420, isAll: true });
  });

  it('shows a model in which the hint stays', async () => {
    const [, half] = FILE_MUTANTS[0] ?? [];
    const row = await replaySchedules(agent, threadsAskAtOnce, nextId.caller, half);
    expect(row.mismatches).toBeGreaterThan(0);
    expect(row.firstMismatch?.join('\n')).toContain('<-- differs');
  });
});
