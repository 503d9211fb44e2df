// SPDX-License-Identifier: MIT
/**
 * Linear extensions of a trace: how many interleavings are the same but for the order of
 * independent steps. Counted by dynamic programming over how far each thread has come.
 *
 * What comes before what is found here once more, from the cells that were touched and not from the
 * clocks of the search, so that a search that takes dependent steps for independent is found out.
 */
import type { CellSet } from './memory.ts';
import type { Event } from './trace-events.ts';

export type Execution = readonly Event[];

export function linearExtensions(execution: Execution): bigint {
  const threads = [...new Set(execution.map(({ thread }) => thread))];
  /** Of each event, how far each thread must have come. */
  const needs: number[][] = [];
  const chains = threads.map((): number[][] => []);
  for (const [at, event] of execution.entries()) {
    const thread = threads.indexOf(event.thread);
    const chain = chains[thread] ?? [];
    const need = [...(chain.at(-1) ?? threads.map(() => 0))];
    for (const [earlier, other] of execution.slice(0, at).entries()) {
      if (other.thread === event.thread) continue;
      if (event.maker !== earlier && !conflict(other, event)) continue;
      for (const [index, count] of (needs[earlier] ?? []).entries()) {
        need[index] = Math.max(count, need[index] ?? 0);
      }
    }
    need[thread] = chain.length + 1;
    needs.push(need);
    chain.push(need);
  }
  return countOrders(chains);
}

function countOrders(chains: readonly (readonly (readonly number[])[])[]): bigint {
  const known = new Map<string, bigint>();
  const count = (done: readonly number[]): bigint => {
    const key = done.join();
    const before = known.get(key);
    if (before !== undefined) return before;
    let sum = 0n;
    let isEnd = true;
    for (const [thread, chain] of chains.entries()) {
      const need = chain[done[thread] ?? 0];
      if (need === undefined) continue;
      isEnd = false;
      const isReady = need.every((least, other) => other === thread || least <= (done[other] ?? 0));
      if (!isReady) continue;
      sum += count(done.map((steps, other) => (other === thread ? steps + 1 : steps)));
    }
    const all = isEnd ? 1n : sum;
    known.set(key, all);
    return all;
  };
  return count(chains.map(() => 0));
}

/** Both touch a cell, and one of them writes it. */
function conflict({ touched: a }: Event, { touched: b }: Event): boolean {
  return overlap(a.writes, b.writes) || overlap(a.writes, b.reads) || overlap(a.reads, b.writes);
}

const overlap = (a: CellSet, b: CellSet): boolean =>
  a.some((word, at) => (word & (b[at] ?? 0)) !== 0);
