// SPDX-License-Identifier: MIT
/**
 * Linear extensions of a trace: how many interleavings are the same but for the order of
 * independent steps. Counted by dynamic programming over how far each thread has come.
 *
 * What comes before what is found here once more, from the cells that were touched and not from the
 * clocks of the search, so that a search that takes dependent steps for independent is found out.
 */
import { meet } from './memory.ts';
import type { Event } from './trace-events.ts';

export type Execution = readonly Event[];

/** Of a thread, how far each thread must have come before its nth event. */
type Chain = (readonly number[])[];

/** Beyond so many prefixes that are closed under what comes before, they are not counted. */
const MOST_PREFIXES = 1_000_000;

/** Null where there are too many to count. */
export function linearExtensions(execution: Execution): bigint | null {
  return countOrders(chainsOf(execution));
}

function chainsOf(execution: Execution): readonly Chain[] {
  const numbers = new Map<string, number>();
  for (const { thread } of execution) {
    if (!numbers.has(thread)) numbers.set(thread, numbers.size);
  }
  const chains = Array.from(numbers, (): number[][] => []);
  const needs: number[][] = [];
  for (const [at, event] of execution.entries()) {
    const thread = numbers.get(event.thread) ?? 0;
    const chain = chains[thread] ?? [];
    const need = [...(chain.at(-1) ?? chains.map(() => 0))];
    for (let earlier = 0; earlier < at; earlier++) {
      const other = execution[earlier];
      if (other === undefined || other.thread === event.thread) continue;
      if (event.maker !== earlier && !conflict(other, event)) continue;
      raise(need, needs[earlier] ?? []);
    }
    need[thread] = chain.length + 1;
    needs.push(need);
    chain.push(need);
  }
  return chains;
}

function raise(need: number[], other: readonly number[]): void {
  for (let thread = 0; thread < need.length; thread++) {
    need[thread] = Math.max(need[thread] ?? 0, other[thread] ?? 0);
  }
}

/** Both touch a cell, and one of them writes it. */
const conflict = ({ touched: a }: Event, { touched: b }: Event): boolean =>
  meet(a.writes, b.writes) || meet(a.writes, b.reads) || meet(a.reads, b.writes);

function countOrders(chains: readonly Chain[]): bigint | null {
  // How far all have come, as one number in mixed radix.
  const weights = chains.map((_, thread) =>
    chains.slice(0, thread).reduce((product, { length }) => product * (length + 1), 1),
  );
  const places = chains.reduce((product, { length }) => product * (length + 1), 1);
  if (!Number.isSafeInteger(places)) return null;
  const known = new Map<number, bigint>();
  const done = chains.map(() => 0);
  const count = (place: number): bigint | null => {
    if (place === places - 1) return 1n;
    const before = known.get(place);
    if (before !== undefined) return before;
    if (known.size >= MOST_PREFIXES) return null;
    let sum = 0n;
    for (let thread = 0; thread < chains.length; thread++) {
      const steps = done[thread] ?? 0;
      const need = chains[thread]?.[steps];
      if (need === undefined || !isReady(need, done, thread)) continue;
      done[thread] = steps + 1;
      const below = count(place + (weights[thread] ?? 0));
      done[thread] = steps;
      if (below === null) return null;
      sum += below;
    }
    known.set(place, sum);
    return sum;
  };
  return count(0);
}

function isReady(need: readonly number[], done: readonly number[], thread: number): boolean {
  for (let other = 0; other < need.length; other++) {
    if (other !== thread && (need[other] ?? 0) > (done[other] ?? 0)) return false;
  }
  return true;
}
