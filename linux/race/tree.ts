// SPDX-License-Identifier: MIT
/**
 * A program as a tree: after these results, this call. Which results there can be is what the explorer
 * allows, so that a thread which meets another one is off the tree, and no program is written twice.
 */
import type { ProgramBody, Syscall } from '../../core/kernel/syscall.ts';
import { Scratch } from '../conformance/scratch.ts';
import type { Step } from '../conformance/script.ts';
import { Writing } from '../conformance/writing.ts';
import { type History, LeftOut } from './allowed.ts';

export interface Node {
  readonly step: Step;
  /** By what the call returns: the next node, or the history that ends there. */
  readonly edges: ReadonlyMap<number, Node | number>;
}

/**
 * The tree of a task, from all histories that it can have; a number where it makes no call.
 * @throws LeftOut
 */
export function treeOf(
  body: () => ProgramBody,
  task: number,
  histories: readonly History[],
): Node | number {
  const at = (prefix: History, ends: readonly number[]): Node | number => {
    const step = stepAfter(body(), task, prefix);
    if (step === null) {
      const [end] = ends;
      if (end === undefined || ends.length > 1) throw new Error('histories that are no tree');
      return end;
    }
    const byResult = new Map<number, number[]>();
    for (const end of ends) {
      const result = histories[end]?.[prefix.length];
      if (result === undefined) throw new Error('a history that ends before its program');
      byResult.set(result, [...(byResult.get(result) ?? []), end]);
    }
    return {
      step,
      edges: new Map(
        [...byResult].map(([result, below]) => [result, at([...prefix, result], below)]),
      ),
    };
  };
  return at([], [...histories.keys()]);
}

/** The call that a program makes after such results; null if it is over. */
function stepAfter(body: ProgramBody, task: number, results: History): Step | null {
  const writing = new Writing({ memory: new Scratch() });
  const program = body(writing.caller);
  let { done, value } = program.next(0);
  for (const result of results) {
    if (done === true || typeof value !== 'object' || !('name' in value)) break;
    writing.step(task, value, 0);
    ({ done, value } = program.next(returned(writing, value, result)));
  }
  if (done === true) return null;
  if (typeof value !== 'object' || !('name' in value)) throw new LeftOut('a thread of it waits');
  return writing.step(task, value, task);
}

/** timer_create says its id in memory. */
function returned({ caller }: Writing, call: Syscall, result: number): number {
  if (call.name !== 'timer_create' || result < 0) return result;
  caller.memory.store(call.args[2], result);
  return 0;
}
