// SPDX-License-Identifier: MIT
/**
 * A set of threads over memory, at one state, that can take a step and undo it. The memory is the
 * cells themselves; what a step wrote is kept until it is undone.
 */
import type { Cell } from './cell.ts';
import type { Block, Thread } from './thread.ts';
import { type Outcome, type Position, Trie } from './trie.ts';

/** How a run ended: everybody is done, or some wait for ever. */
export interface End {
  readonly results: ReadonlyMap<string, unknown>;
  readonly blocked: readonly { readonly thread: string; readonly why: string }[];
}

/** What is explored: threads, and what must hold when they are done. */
export interface System {
  readonly threads: readonly Thread[];
  /** Null if all is well at this end, or what is wrong. Reads cells, writes none. */
  judge(end: End): string | null;
}

export interface Undo {
  readonly positions: readonly Position[];
  readonly values: readonly { readonly cell: Cell<unknown>; readonly value: unknown }[];
}

/** Numbers the values that one cell takes; its first value is 0. */
class ValueIds {
  private readonly ids = new Map<unknown, number>();

  of(key: unknown): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(key, id);
    }
    return id;
  }
}

export class Machine {
  private readonly trie = new Trie();
  private positions: readonly Position[];
  private readonly indices = new Map<Cell<unknown>, number>();
  private readonly valueIds: ValueIds[] = [];
  private readonly values: number[] = [];

  constructor(threads: readonly Thread[]) {
    this.positions = sorted(threads.map((thread) => this.trie.root(thread)));
  }

  /** Threads that can take a step now, by name. */
  enabled(): readonly Position[] {
    return this.positions.filter((position) => canStep(position));
  }

  position(thread: string): Position | undefined {
    return this.positions.find((position) => position.thread === thread);
  }

  /** What `position` would do next, not yet done. */
  peek(position: Position): Outcome {
    return this.trie.step(position);
  }

  take(position: Position): { readonly outcome: Outcome; readonly undo: Undo } {
    const outcome = this.trie.step(position);
    const slot = this.positions.indexOf(position);
    const undo: Undo = {
      positions: this.positions,
      values: outcome.writes.map(({ cell }) => ({ cell, value: cell.raw })),
    };
    const positions = [...this.positions];
    positions[slot] = outcome.next;
    this.positions =
      outcome.spawned.length === 0 ? positions : sorted([...positions, ...outcome.spawned]);
    for (const { cell, value } of outcome.writes) this.store(cell, value);
    return { outcome, undo };
  }

  undo({ positions, values }: Undo): void {
    this.positions = positions;
    for (const { cell, value } of values) this.store(cell, value);
  }

  private store(cell: Cell<unknown>, value: unknown): void {
    let index = this.indices.get(cell);
    if (index === undefined) {
      index = this.values.length;
      this.indices.set(cell, index);
      const ids = new ValueIds();
      this.valueIds.push(ids);
      this.values.push(ids.of(this.trie.key(cell.raw)));
    }
    cell.raw = value;
    this.values[index] = this.valueIds[index]?.of(this.trie.key(value)) ?? 0;
  }

  /**
   * Equal for equal states. Cells that were first written after another state's key was made are
   * at their first value there, hence the trimmed zeros.
   */
  key(): string {
    let length = this.values.length;
    while (length > 0 && this.values[length - 1] === 0) length--;
    const threads = this.positions.map(({ thread, id }) => thread + id).join();
    return `${threads}|${this.values.slice(0, length).join()}`;
  }

  /** @throws NondeterminismError if a thread, run again, does something else. */
  verifyDeterminism(): void {
    this.trie.verify();
  }

  /** Where nothing is enabled: how it ended. */
  end(): End {
    const results = new Map<string, unknown>();
    const blocked: { thread: string; why: string }[] = [];
    for (const { thread, end, block } of this.positions) {
      if (end !== null) results.set(thread, end.result);
      else if (block?.idle !== true) blocked.push({ thread, why: (block as Block).why });
    }
    return { results, blocked };
  }
}

export function canStep({ end, block }: Position): boolean {
  return end === null && (block === null || block.until());
}

const sorted = (positions: Position[]): Position[] =>
  positions.sort((a, b) => (a.thread < b.thread ? -1 : 1));
