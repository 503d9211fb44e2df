// SPDX-License-Identifier: MIT
/**
 * The explorer against brute force: every schedule of a random program is run from the start, with
 * fresh cells and live generators and nothing of the trie, the memo or the undo log.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cell } from './cell.ts';
import { enumerate } from './enumerate.ts';
import { explore } from './graph.ts';
import { Machine, type System } from './machine.ts';
import { replay } from './replay.ts';
import { preemptions } from './schedule.ts';
import { type Block, PREEMPT, type Steps } from './thread.ts';

type Op =
  | { readonly kind: 'set'; readonly cell: number; readonly value: number }
  | { readonly kind: 'read'; readonly cell: number }
  | { readonly kind: 'copy'; readonly cell: number }
  | { readonly kind: 'until'; readonly cell: number; readonly value: number };

/** Threads of steps of operations. A step that waits does so before its operations. */
type Program = readonly (readonly (readonly Op[])[])[];

const CELLS = 2;
const NAMES = ['A', 'B', 'C'];

function system(program: Program): System {
  const cells = Array.from({ length: CELLS }, (_, n) => new Cell(0, null, `c${n}`));
  const at = (n: number) => cells[n] as Cell<number>;
  const wait = (step: readonly Op[]): Block | null => {
    const op = step.find(({ kind }) => kind === 'until');
    if (op?.kind !== 'until') return null;
    return { until: () => at(op.cell).v === op.value, why: `c${op.cell} to be ${op.value}` };
  };
  return {
    threads: program.map((steps, k) => ({
      name: NAMES[k] ?? 'Z',
      *start(): Steps<number> {
        let seen = k;
        for (const [index, step] of steps.entries()) {
          const block = wait(step);
          if (block !== null) yield block;
          else if (index > 0) yield PREEMPT;
          for (const op of step) {
            if (op.kind === 'set') at(op.cell).v = op.value;
            if (op.kind === 'read') seen = (seen * 5 + at(op.cell).v) % 97;
            // Same reads, other steps: which cell is written depends on what was read.
            if (op.kind === 'copy') at((op.cell + at(op.cell).v) % CELLS).v = seen % 3;
          }
        }
        return seen;
      },
    })),
    judge({ results, blocked }) {
      const sum = [...results.values()].reduce((total: number, value) => total + Number(value), 0);
      return (sum + blocked.length + at(0).v) % 3 === 0 ? 'divisible' : null;
    },
  };
}

interface Found {
  interleavings: bigint;
  failing: bigint;
  deadlocked: boolean;
  fewest: number;
}

function bruteForce(program: Program): Found {
  const found: Found = { interleavings: 0n, failing: 0n, deadlocked: false, fewest: Infinity };
  const visit = (schedule: readonly string[]) => {
    const run = follow(program, schedule);
    for (const name of run.enabled) visit([...schedule, name]);
    if (run.enabled.length > 0) return;
    found.interleavings++;
    if (run.blocked) found.deadlocked = true;
    if (!run.wrong) return;
    found.failing++;
    found.fewest = Math.min(found.fewest, preemptions(run.steps));
  };
  visit([]);
  return found;
}

function follow(program: Program, schedule: readonly string[]) {
  const { threads, judge } = system(program);
  const live = threads.map(({ name, start }) => ({
    name,
    steps: start(),
    block: null as Block | null,
    result: null as { value: unknown } | null,
  }));
  const canGoOn = (thread: (typeof live)[number]) =>
    thread.result === null && (thread.block === null || thread.block.until());
  const steps = [];
  for (const name of schedule) {
    const thread = live.find((candidate) => candidate.name === name);
    if (thread === undefined) throw new Error(`no thread ${name}`);
    const { done, value } = thread.steps.next();
    if (done === true) thread.result = { value };
    else thread.block = value as Block | null;
    steps.push({ thread: name, couldGoOn: canGoOn(thread) });
  }
  const blocked = live.filter((thread) => thread.result === null);
  const results = new Map(
    live.flatMap(({ name, result }) => (result === null ? [] : [[name, result.value] as const])),
  );
  const end = { results, blocked: blocked.map(({ name }) => ({ thread: name, why: '' })) };
  const enabled = live.filter(canGoOn).map(({ name }) => name);
  const wrong = enabled.length === 0 && judge(end) !== null;
  return { enabled, blocked: blocked.length > 0, wrong, steps };
}

const cell = fc.nat({ max: CELLS - 1 });
const value = fc.nat({ max: 2 });
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), cell, value }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), cell }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy' as const), cell }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('until' as const), cell, value }) },
);
const step = fc.array(op, { minLength: 1, maxLength: 3 });
const thread = fc.array(step, { minLength: 1, maxLength: 3 });
const program = fc
  .array(thread, { minLength: 1, maxLength: 3 })
  .filter((threads) => threads.flat().length <= 7);

describe('explore, against every schedule run from the start', () => {
  it('counts the same interleavings, failures and deadlocks, with the fewest preemptions', () => {
    fc.assert(
      fc.property(program, (threads) => {
        const expected = bruteForce(threads);
        const explored = system(threads);
        const found = explore(explored, { maxStates: 100_000 });
        expect(found.interleavings).toBe(expected.interleavings);
        expect(found.failing).toBe(expected.failing);
        expect(found.deadlocks > 0).toBe(expected.deadlocked);
        let failing = 0n;
        const machine = new Machine(explored.threads);
        const runs = enumerate(machine, { maxRuns: 100_000 }, () => {
          if (explored.judge(machine.end()) !== null) failing++;
        });
        expect([BigInt(runs), failing]).toEqual([expected.interleavings, expected.failing]);
        if (found.counterexample === null) {
          expect(expected.failing).toBe(0n);
        } else {
          const trace = replay(explored, found.counterexample);
          expect(trace.wrong).toBe('divisible');
          expect(trace.preemptions).toBe(expected.fewest);
        }
      }),
      { seed: 200807, numRuns: 150 },
    );
  });
});
