// SPDX-License-Identifier: MIT
/** A scenario on the model kernel, under a strategy: what the explorer explores. */
import type { System } from '../explore/machine.ts';
import { RunQueue } from '../explore/run.ts';
import { programsOf, type Scenario, type Subject } from '../kernel/scenario.ts';
import type { Strategy } from '../kernel/strategy.ts';
import type { Said } from '../kernel/syscall.ts';
import { ModelKernel } from './kernel.ts';
import type { Task } from './task.ts';

export function scenarioOnModel(
  scenario: Scenario,
  { caller, kernel: half }: Pick<Strategy, 'caller' | 'kernel'>,
  subject: Subject,
): System {
  const syscalls = { ...half.syscalls, ...scenario.kernelMade };
  const kernel = new ModelKernel({ ...half, syscalls }, programsOf(scenario, caller, subject));
  const tasks = new Map<string, Task>();
  const processes = new Map<string, Task>();
  for (const { name, process } of scenario.tasks) {
    const task = kernel.bootTask(processes.get(process) ?? null, name);
    if (!processes.has(process)) processes.set(process, task);
    tasks.set(name, task);
  }
  const taskOf = (name: string): Task => {
    const task = tasks.get(name);
    if (task === undefined) throw new Error(`${scenario.name} has no task ${name}`);
    return task;
  };
  for (const { name, setUp } of scenario.tasks) {
    if (setUp === undefined) continue;
    const queue = new RunQueue();
    queue.add(kernel.thread(name, taskOf(name), setUp));
    const [first] = queue.toCompletion().blocked;
    if (first !== undefined) throw new Error(`${scenario.name}: ${setUp} waits in ${first.why}`);
  }
  for (const { task } of scenario.faults ?? []) taskOf(task).mayLackMemory.v = true;
  return {
    threads: [
      ...scenario.tasks.map(({ name, program }) => kernel.thread(name, taskOf(name), program)),
    ],
    judge({ results, blocked }) {
      const [first] = blocked;
      if (first !== undefined) return `deadlock: ${first.thread} waits in ${first.why}`;
      return scenario.judge({ results: results as ReadonlyMap<string, Said> });
    },
  };
}
