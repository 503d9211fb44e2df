// SPDX-License-Identifier: MIT
/** A scenario on the model kernel, under a strategy: what the explorer explores. */
import type { System } from '../explore/machine.ts';
import { directBy, type Scenario } from '../kernel/scenario.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { ModelKernel } from './kernel.ts';
import type { Task } from './task.ts';

export function scenarioOnModel(
  scenario: Scenario,
  { caller, kernel: half }: Pick<Strategy, 'caller' | 'kernel'>,
): System {
  const kernel = new ModelKernel(half, scenario.programs(directBy(caller)));
  const processes = new Map<string, Task>();
  const threads = scenario.tasks.map(({ name, process, program }) => {
    const task = kernel.bootTask(processes.get(process) ?? null, name);
    if (!processes.has(process)) processes.set(process, task);
    return kernel.thread(name, task, program);
  });
  return {
    threads,
    judge({ results, blocked }) {
      const [stuck] = blocked;
      if (stuck !== undefined) return `deadlock: ${stuck.thread} waits in ${stuck.why}`;
      return scenario.judge({ results: results as ReadonlyMap<string, number> });
    },
  };
}
