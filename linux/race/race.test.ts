// SPDX-License-Identifier: MIT
/** What the explorer allows, as trees; what real threads do; and that a wrong kernel would be seen. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import { loadScenarios } from '../../properties/index.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { type Hello, ProtocolError } from '../host/protocol.ts';
import { allowed, LeftOut } from './allowed.ts';
import { isStock, observe, prepared, type Race, racesOf } from './free-runs.ts';
import { type Course, courseOf, decodeSeen, encodeRace, MODES } from './wire.ts';

const noHost = await whyNoHost();
if (noHost !== null) process.stderr.write(`skipped, as the host lane can't be run: ${noHost}\n`);

const scenarios = await loadScenarios();
const strategies = (await loadStrategies()).filter(isStock);
const ANY: Hello = {
  ...{ users: 1, features: 0xffff },
  ...{ memory: 0n, stacks: 0n, handlers: 0n, restorer: 0n },
};

function raceOf(scenario: string, strategy: string): Race {
  const race = racesOf(scenarios, strategies, 'all').find(
    (one) => one.scenario.name === scenario && one.strategy === strategy,
  );
  if (race === undefined) throw new Error(`no race ${scenario} by ${strategy}`);
  return race;
}

/** All but those that nobody could run: which these are is tested below. */
const RUNNABLE = ['bystander-process', 'bystander-thread', 'two-callers-one-id', 'foreign-writer']
  .concat('threads-ask-at-once')
  .flatMap((scenario) =>
    racesOf(scenarios, strategies, 'all')
      .filter((race) => race.scenario.name === scenario)
      .map((race) => [scenario, race.strategy] as const),
  );

describe('what is allowed', () => {
  const allows = (scenario: string, strategy: string) => {
    const { scenario: one, caller, subject } = raceOf(scenario, strategy);
    return allowed(one, { caller, kernel: {} }, subject, 100_000);
  };

  it('is one way to end where each call says its own id', () => {
    const { histories, outcomes, failing } = allows('threads-ask-at-once', 'clone3');
    expect(histories).toEqual([[[101]], [[102]]]);
    expect([...outcomes]).toEqual([['0 0', false]]);
    expect(failing).toBe(0n);
  });

  it('is who of two came first, where both want one id', () => {
    const { histories, outcomes } = allows('two-callers-one-id', 'clone3');
    expect(histories.map((all) => [...all].sort())).toEqual([
      [[-17], [3011]],
      [[-17], [3011]],
    ]);
    expect(outcomes.size).toBe(2);
    expect([...outcomes.values()]).toEqual([false, false]);
  });

  it('has as many failing interleavings as the explorer counts', () => {
    const { interleavings, failing, outcomes } = allows('threads-ask-at-once', 'next_id');
    expect([interleavings, failing]).toEqual([10_400_600n, 9_640_904n]);
    // Who of them was first to open, or each after the other's close.
    expect([...outcomes.values()].filter((isWrong) => !isWrong)).toHaveLength(3);
  });
});

describe('what can not be run', () => {
  it.each([
    ['handler-creates', 'next_id', 'it has a set-up'],
    ['exec-by-thread', 'next_id', 'a thread of it calls execve'],
  ])('%s by %s, says why', (scenario, strategy, reason) => {
    expect(() => prepared(raceOf(scenario, strategy), ANY)).toThrow(new LeftOut(reason));
  });

  it('is nothing else than that', () => {
    const left = racesOf(scenarios, strategies, 'own').filter((race) => {
      try {
        prepared(race, ANY);
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(LeftOut);
        return true;
      }
    });
    const names = new Set(left.map(({ scenario }) => scenario.name));
    expect([...names].filter((name) => RUNNABLE.some(([scenario]) => scenario === name))).toEqual(
      [],
    );
    expect(names).toMatchSnapshot();
  });

  it('what the kernel below lacks, too', () => {
    const bare = { ...ANY, features: 0 };
    for (const strategy of ['next_id', 'ns_last_pid', 'clone3', 'timer-ids']) {
      expect(() => prepared(raceOf('bystander-thread', strategy), bare)).toThrow(/here|older/);
    }
  });
});

describe('an answer', () => {
  it('is read, or refused with an error of its own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 8 }), (bytes, n) => {
        try {
          decodeSeen(Buffer.from(bytes), n);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { seed: 5, numRuns: 1000 },
    );
  });
});

describe.skipIf(noHost !== null)('on the kernel below', () => {
  let directory = '';
  let agent: Agent;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sideband-race-'));
    agent = await Agent.start(await buildAgent(directory));
  });
  afterAll(async () => {
    await agent.end();
    await rm(directory, { recursive: true });
  });
  const run = (race: Race, half: KernelHalf = {}, runs = 60) =>
    observe(agent, prepared(race, agent.hello, half), {
      ...{ runs, modes: MODES, seed: 7, interrupted: () => false },
    });

  it.each(RUNNABLE)('%s by %s ends as it may', async (scenario, strategy) => {
    const { outside, firstOutside, byMode, seen } = await run(raceOf(scenario, strategy), {}, 6);
    expect({ outside, firstOutside }).toEqual({ outside: 0, firstOutside: null });
    expect(byMode.map((row) => row.runs)).toEqual([6, 6, 6]);
    expect(seen).toBeGreaterThan(0);
  });

  it.each(['next_id', 'ns_last_pid'])('%s is seen failing, and sometimes not', async (control) => {
    const row = await run(raceOf('threads-ask-at-once', control), {}, 400);
    const failing = row.byMode.reduce((sum, { failing: some }) => sum + some, 0);
    expect(failing).toBeGreaterThan(0);
    expect(failing).toBeLessThan(1200);
    expect(row.outside).toBe(0);
  });

  it('a model with a wrong rule does not allow what is seen', async () => {
    // An object's hint that is never used up: a plain call of a bystander is given a neighbour.
    const wrong: KernelHalf = {
      syscalls: {
        *msgget(kernel, current, key, flags) {
          const id = yield* kernel.doMsgget(current, [key, flags], null);
          return id < 0 ? id : id + 1;
        },
      },
    };
    const row = await run(raceOf('bystander-thread', 'next_id'), wrong);
    expect(row.outside).toBe(180);
    expect(row.firstOutside?.join('\n')).toMatch(/msgget\(0, 896\) returned \d+, allowed: /);
  });

  it('a way to end that is missing is seen', async () => {
    const ready = prepared(raceOf('threads-ask-at-once', 'next_id'), agent.hello);
    const outcomes = new Map([...ready.allowed.outcomes].filter(([, isWrong]) => isWrong));
    const lame = { ...ready, allowed: { ...ready.allowed, outcomes } };
    const row = await observe(agent, lame, {
      ...{ runs: 200, modes: MODES, seed: 7, interrupted: () => false },
    });
    expect(row.outside).toBeGreaterThan(0);
    expect(row.firstOutside).toHaveLength(2);
  });

  it('refuses what is no race, with a sentence and not otherwise', async () => {
    const valid = prepared(raceOf('bystander-thread', 'next_id'), agent.hello).course;
    const [tree] = valid.nodes;
    const alone = courseOf([{ process: 0, tree: tree ?? 0 }], agent.hello);
    const changed = ({ encoded }: Course, at: number, value: number): Buffer => {
      const bytes = Buffer.from(encoded);
      bytes.writeUInt32LE(value, at);
      return bytes;
    };
    const broken = (at: number, value: number): Course => ({
      ...valid,
      encoded: changed(valid, at, value),
    });
    const cases: [Course, string][] = [
      [broken(0, 99), 'too many tasks or nodes'],
      [broken(4, 1 << 30), 'too many tasks or nodes'],
      [broken(8, 7), "names a task that can't be"],
      [broken(12, 99), 'begins nowhere'],
      [{ ...alone, encoded: changed(alone, 4, 1) }, 'an edge to nowhere'],
      [{ ...valid, encoded: valid.encoded.subarray(0, -1) }, 'ends in the middle of a value'],
      [{ ...valid, encoded: Buffer.concat([valid.encoded, Buffer.alloc(1)]) }, 'goes on after'],
    ];
    for (const [course, reason] of cases) {
      const one = await Agent.start(await buildAgent(directory));
      await expect(one.ask(encodeRace(course, 1, 1, 'free'), () => null)).rejects.toThrow(reason);
      await one.end();
    }
  });

  it('a task that is killed is no run that ended', async () => {
    const scenario = raceOf('bystander-thread', 'next_id').scenario;
    const stuck = courseOf(
      [
        {
          process: 0,
          tree: { step: { task: 0, call: 'exit', args: [0] }, edges: new Map([[0, 0]]) },
        },
      ],
      agent.hello,
    );
    expect(scenario.tasks).toHaveLength(2);
    const seen = await agent.ask(encodeRace(stuck, 1, 1, 'free'), (frame) => decodeSeen(frame, 1));
    expect(seen).toEqual([{ runs: 1, ends: [{ kind: 'stuck' }] }]);
  });
});
