// SPDX-License-Identifier: MIT
/** Generated programs: what is printed of one that fails, and that most are looked at as a whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay } from '../../core/explore/replay.ts';
import { parseSchedule } from '../../core/explore/schedule.ts';
import { A_QUEUE } from '../../core/kernel/scenario.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { keepsOnFailure } from '../../strategies/controls/keeps-on-failure.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { setter } from '../../strategies/setter.ts';
import { withId } from '../../strategies/with-id.ts';
import { BRIEF, FULL } from '../check.ts';
import {
  allSchedules,
  allSchedulesWithSignals,
  threadProgramsFor,
} from '../checks/all-schedules.ts';
import { eachCallItsOwn, relatives } from '../checks/in-turns.ts';
import { formatThreads, smallerThreads, type ThreadProgram } from './calls.ts';
import { shorten } from './shorten.ts';
import { directsOf, type formatProgram, programs, smallerPrograms } from './steps.ts';
import { asScenario, look } from './threads.ts';
import { runProgram } from './turns.ts';

describe('a program of one task at a time', () => {
  it('is printed as short as it gets', () => {
    expect(eachCallItsOwn.run(keepsOnFailure)).toMatchInlineSnapshot(
      `"fork {  } gave -EINVAL, where 2 belongs; in: fork asking for 4194304 {  }; fork {  }"`,
    );
    expect(relatives.run(keepsOnFailure)).toMatchInlineSnapshot(
      `"thread {  } gave -EINVAL, where 2 belongs; in: fork asking for 0 {  }; thread {  }"`,
    );
  });

  it('does not fail without any one of its steps', () => {
    const fails = (steps: Parameters<typeof formatProgram>[0]) =>
      runProgram(keepsOnFailure, steps).wrong !== null;
    const kinds = ['get', 'fork', 'thread', 'handle', 'unshare'] as const;
    const size = { minLength: 1, maxLength: 8 };
    const generated = fc.sample(programs(directsOf(keepsOnFailure), kinds, 2, size), {
      seed: 1,
      numRuns: 200,
    });
    const failing = generated.filter(fails);
    expect(failing.length).toBeGreaterThan(20);
    for (const program of failing) {
      const short = shorten(program, smallerPrograms, fails);
      expect(fails(short)).toBe(true);
      expect([...smallerPrograms(short)].filter(fails)).toEqual([]);
    }
  });
});

describe('a program of several threads', () => {
  it('is printed with the string that replays it, as short as it gets', () => {
    expect(allSchedules.run(processField)).toMatchInlineSnapshot(
      `"fork asking for 101 gave 4; in: A: fork asking for 101 | B: msgget to get EEXIST; replay "A4 B7 A6 Aa4""`,
    );
    expect(allSchedulesWithSignals.run(setter)).toMatchInlineSnapshot(
      `"msgget asking for 101 gave 1; in: A: msgget asking for 101 | B: signal to the next; replay "A4 B3 A8""`,
    );
  });

  const race: ThreadProgram = {
    threads: [
      [{ does: 'msgget', want: 101, between: 'nothing' }],
      [{ does: 'msgget', want: 102, between: 'nothing' }],
    ],
    isOneProcess: true,
  };

  it('goes wrong again by that string', () => {
    const told = look(processField, race, FULL).wrong ?? '';
    const [, schedule = ''] = /replay "(.+)"/.exec(told) ?? [];
    const system = scenarioOnModel(asScenario(race), processField, A_QUEUE);
    expect(told).toContain(replay(system, parseSchedule(schedule)).wrong);
    expect(formatThreads(race)).toBe('A: msgget asking for 101 | B: msgget asking for 102');
  });

  it('does not fail without any one of its threads and calls', () => {
    const fails = (program: ThreadProgram) => look(processField, program, FULL).wrong !== null;
    const longer: ThreadProgram = {
      ...race,
      threads: [...race.threads, [{ does: 'fork', want: null, execs: false }]],
    };
    expect(fails(longer)).toBe(true);
    const short = shorten(longer, smallerThreads, fails);
    expect([...smallerThreads(short)].filter(fails)).toEqual([]);
    expect(look(withId, short, FULL)).toEqual({ isAll: true, wrong: null });
  });

  it('is drawn from where it has too many states, and then says so', () => {
    const looked = look(withId, race, { ...BRIEF, states: 5 });
    expect(looked).toEqual({ isAll: false, wrong: null });
    expect(look(processField, race, { ...BRIEF, states: 5, schedules: 100 }).wrong).not.toBeNull();
  });

  it.each([
    { signals: false, whole: 9 },
    { signals: true, whole: 7 },
  ])('is looked at as a whole $whole times of 12 (signals: $signals)', ({ signals, whole }) => {
    const { seed } = FULL;
    const sample = fc.sample(threadProgramsFor(setter, signals), { seed, numRuns: 12 });
    expect(sample.filter((program) => look(withId, program, FULL).isAll)).toHaveLength(whole);
  });
});
