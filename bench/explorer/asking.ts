// SPDX-License-Identifier: MIT
/** The scenario threads-ask-at-once, with any number of threads: it grows as the explorer is to see. */
import type { System } from '../../core/explore/machine.ts';
import { A_QUEUE, type Scenario } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { exactly, firstWrong } from '../../properties/judging.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads/threads-ask-at-once.ts';

/** So many threads of a process, up to 26, each ask for the id of a queue. */
export const asking = (threads: number, strategy: Strategy): System =>
  scenarioOnModel(askingOf(threads), strategy, A_QUEUE);

function askingOf(threads: number): Scenario {
  const wanted = Array.from(
    { length: threads },
    (_, n) => [String.fromCharCode(65 + n), 101 + n] as const,
  );
  return {
    ...threadsAskAtOnce,
    tasks: wanted.map(([name, id]) => ({
      name,
      role: `wants ${id}`,
      process: 'P',
      program: name,
    })),
    programs: (direct, { kind, call }) =>
      Object.fromEntries(
        wanted.map(([name, id]) => [name, (me) => direct(me, { kind, values: [id] }, call)]),
      ),
    judge: ({ results }) =>
      firstWrong(wanted.map(([name, id]) => [name, results.get(name), exactly(id)] as const)),
  };
}
