// SPDX-License-Identifier: MIT
/**
 * Every interleaving of threads that share cells, as a library: it knows nothing of kernels.
 *
 * Threads are generators (thread.ts). What two of them can see is in a `Cell`, and a `yield` says that
 * another may come in, or what is waited for; all in between is one step. Which cells a step depends
 * on is found by running it. A system is threads and a judge of how they end:
 *
 *     const x = new Cell(0, null, 'x');
 *     const adds = (name: string): Thread => ({
 *       name,
 *       *start() {
 *         const before = x.v;
 *         yield PREEMPT;
 *         x.v = before + 1;
 *       },
 *     });
 *     const system: System = {
 *       threads: [adds('A'), adds('B')],
 *       judge: () => (x.v === 2 ? null : `x is ${x.v}`),
 *     };
 *
 * `explore` goes through its states and counts its interleavings and those that fail, of which it has
 * one with the fewest preemptions, then steps. `countTraces` finds its Mazurkiewicz traces by DPOR, and
 * counts the same interleavings as their linear extensions; `agreed(waysOf(...))` throws if they differ.
 * `exploreBounded` takes those with few preemptions, `sample` draws some, `replay` runs one. Each says
 * in its verdict which of these it was, and a search that a budget ended never says EXHAUSTIVE.
 */
export { exploreBounded } from './bounded.ts';
export type { Watch } from './budget.ts';
export { allocate, Cell, CellMap, List, note, Struct } from './cell.ts';
export { agreed, countTraces, type TraceCount, waysOf } from './certificate.ts';
export { type Budget, type Exploration, explore } from './graph.ts';
export type { End, System } from './machine.ts';
export { findCause, replay, type Trace } from './replay.ts';
export { exploreOrSample, sample } from './sample.ts';
export { formatSchedule, parseSchedule, type Schedule } from './schedule.ts';
export { type Block, choose, PREEMPT, type Steps, spawn, type Thread } from './thread.ts';
export { formatVerdict, type Verdict } from './verdict.ts';
