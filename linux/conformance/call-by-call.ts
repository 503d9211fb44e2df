// SPDX-License-Identifier: MIT
/**
 * A scenario on the model, call by call: whose call is next is said from outside, and it runs until
 * it returns or sleeps. What is done becomes a script, so that another kernel can do the same. Left
 * out: programs that read what a kernel wrote to their memory, as a script does not tell them.
 */
import { Cell } from '../../core/explore/cell.ts';
import { RunQueue } from '../../core/explore/run.ts';
import { CLONE_A_THREAD } from '../../core/kernel/flags.ts';
import { programsOf, type Scenario, type Subject } from '../../core/kernel/scenario.ts';
import type { CallerHalf, KernelHalf } from '../../core/kernel/strategy.ts';
import type { ProgramBody } from '../../core/kernel/syscall.ts';
import { ModelKernel } from '../../core/model/kernel.ts';
import type { Task } from '../../core/model/task.ts';
import type { Script, Step } from './script.ts';
import { Writing } from './writing.ts';

/** What makes the tasks of a scenario, with the numbers that bootTask() gives them; task 0 is init. */
export function setUp({ tasks }: Scenario): Script {
  const leaders = new Map<string, number>();
  return tasks.map(({ process }, index): Step => {
    const child = index + 1;
    const leader = leaders.get(process);
    if (leader !== undefined) return { task: leader, call: 'clone', args: [CLONE_A_THREAD], child };
    leaders.set(process, child);
    return { task: 0, call: 'fork', args: [], child };
  });
}

export class CallByCall {
  /** Calls made so far, and what they returned; null of those that did not. */
  readonly steps: Step[] = [];
  readonly results: (number | null)[] = [];
  /** Tasks in the order in which they came to be, from 1; those of them that have a call to make. */
  private born = 0;
  private readonly atGate = new Set<number>();
  /** The thread of each task, and the execve that a thread is in. */
  private readonly threads = new Map<number, string>();
  private readonly execs = new Map<string, number>();
  private readonly turn = new Cell<number | null>(null, null, 'turn');
  private readonly queue = new RunQueue();
  private readonly scenario: Scenario;

  constructor(scenario: Scenario, caller: CallerHalf, half: KernelHalf, subject: Subject) {
    this.scenario = scenario;
    const programs = Object.entries(programsOf(scenario, caller, subject));
    const kernel = new ModelKernel(
      half,
      Object.fromEntries(programs.map(([name, body]) => [name, this.gated(body)])),
    );
    const processes = new Map<string, Task>();
    for (const { name, process, program } of scenario.tasks) {
      const task = kernel.bootTask(processes.get(process) ?? null, name);
      if (!processes.has(process)) processes.set(process, task);
      this.queue.add(kernel.thread(name, task, program));
    }
    this.queue.toCompletion();
  }

  /** Tasks that have a call to make. */
  ready(): number[] {
    const { results } = this.queue.toCompletion();
    const isAlive = (task: number) => !results.has(this.threads.get(task) ?? '');
    return [...this.atGate].filter(isAlive).sort((a, b) => a - b);
  }

  /** Lets a task make its call. */
  step(task: number): void {
    this.turn.v = task;
    this.queue.toCompletion();
  }

  /** What the scenario says of this end, null if all is well. */
  judge(): string | null {
    const { results, blocked } = this.queue.toCompletion();
    const [first] = blocked;
    if (first !== undefined) return `deadlock: ${first.thread} waits in ${first.why}`;
    return this.scenario.judge({ results: results as ReadonlyMap<string, number> });
  }

  private get thread(): string {
    return this.queue.running ?? '';
  }

  /** A task that came to be, or one that goes on as a new image. */
  private begin(): number {
    const { thread } = this;
    const exec = this.execs.get(thread);
    if (exec !== undefined) {
      this.execs.delete(thread);
      this.results[exec] = 0;
      for (const [task, other] of this.threads) if (other === thread) return task;
    }
    this.threads.set(++this.born, thread);
    return this.born;
  }

  /** The program, that waits for its turn before each call. */
  private gated(body: ProgramBody): ProgramBody {
    const { turn, atGate, results } = this;
    const begin = () => this.begin();
    const record = (step: Step) => this.steps.push(step) - 1;
    const nextBorn = () => this.born + 1;
    const execs = (index: number) => this.execs.set(this.thread, index);
    const failed = () => this.execs.delete(this.thread);
    return function* (me) {
      const task = begin();
      const writing = new Writing(me);
      const program = body(writing.caller);
      let result = 0;
      for (;;) {
        const { done, value } = program.next(result);
        if (done === true) return value;
        if ('until' in value) {
          result = yield value;
          continue;
        }
        atGate.add(task);
        yield { until: () => turn.v === task, why: 'its turn' };
        turn.v = null;
        atGate.delete(task);
        const index = record(writing.step(task, value, nextBorn()));
        results[index] = null;
        if (value.name === 'execve') execs(index);
        result = yield value;
        if (value.name === 'execve') failed();
        results[index] = result;
      }
    };
  }
}
