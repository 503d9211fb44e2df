// SPDX-License-Identifier: MIT
/**
 * One interleaving, live: to completion (each thread as far as it gets) or at random from a seed.
 * Nothing is recorded, so this is the fast way through the same code that exploration drives.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import { Alternatives } from './alternatives.ts';
import type { Chooser } from './sampling/chooser.ts';
import { drawsFrom } from './sampling/draw.ts';
import { byWeights, EQUAL } from './sampling/weights.ts';
import { type Schedule, stepName } from './schedule.ts';
import {
  drivenBy,
  type Engine,
  type Spawn,
  type Steps,
  spawnedName,
  type Thread,
} from './thread.ts';

interface Live {
  readonly name: string;
  readonly steps: Steps<unknown>;
  until: (() => boolean) | null;
  why: string;
  idle: boolean;
  spawned: number;
}

export interface RunEnd {
  /** What each finished thread returned, by name. */
  readonly results: ReadonlyMap<string, unknown>;
  /** Threads that wait for something that nobody will do. */
  readonly blocked: readonly { readonly thread: string; readonly why: string }[];
}

const revive = (thread: Thread): Live => ({
  name: thread.name,
  steps: thread.start(),
  until: thread.block?.until ?? null,
  why: thread.block?.why ?? '',
  idle: thread.block?.idle === true,
  spawned: 0,
});

/** Of threads that wait whether they still have to, on average. */
const LOOKS_A_STEP = 32;

/**
 * A run queue that can be added to and run again: a machine that stays up between workloads. Without
 * a seed, a thread is left only when it waits or ends; with one, each step is of whichever thread
 * is drawn.
 */
export class RunQueue {
  private readonly random: ReturnType<typeof mersenne> | null;
  private readonly ready: Live[] = [];
  private waiting: Live[] = [];
  private readonly results = new Map<string, unknown>();
  private current: string | null = null;
  /** Of those that wait, so many could have been looked at since all were. */
  private sinceWake = 0;

  constructor(seed: number | null = null) {
    this.random = seed === null ? null : mersenne(seed);
  }

  /** Name of the thread whose code runs at this moment. */
  get running(): string | null {
    return this.current;
  }

  add(thread: Thread): void {
    const live = revive(thread);
    if (live.until === null || live.until()) this.ready.push(live);
    else this.waiting.push(live);
  }

  /** Runs until every thread has ended or waits. */
  toCompletion(): RunEnd {
    for (;;) {
      for (let live = this.next(); live !== undefined; live = this.next()) {
        this.advance(live);
        if (this.random !== null) this.wakeNowAndThen();
      }
      this.wake();
      if (this.ready.length === 0) return this.end();
    }
  }

  private next(): Live | undefined {
    const { ready, random } = this;
    if (random === null || ready.length < 2) return ready.shift();
    return ready.splice(uniformInt(random, 0, ready.length - 1), 1)[0];
  }

  /** Seldom where many wait, so that a step costs the same however many do. */
  private wakeNowAndThen(): void {
    this.sinceWake += LOOKS_A_STEP;
    if (this.sinceWake >= this.waiting.length) this.wake();
  }

  private wake(): void {
    this.sinceWake = 0;
    const still = this.waiting;
    this.waiting = [];
    for (const live of still) {
      if (live.until === null || live.until()) this.ready.push(live);
      else this.waiting.push(live);
    }
  }

  private advance(live: Live): void {
    live.until = null;
    this.current = live.name;
    const engine = { spawn: (thread: Spawn) => this.add(named(live, thread)), choose: theUsual };
    drivenBy(engine, () => {
      for (;;) {
        const { done, value } = live.steps.next();
        if (done === true) {
          this.results.set(live.name, value);
          return;
        }
        if (value !== null && !value.until()) {
          live.until = value.until;
          live.why = value.why;
          live.idle = value.idle === true;
          this.waiting.push(live);
          return;
        }
        if (this.random !== null) {
          this.ready.push(live);
          return;
        }
      }
    });
  }

  private end(): RunEnd {
    return {
      results: this.results,
      blocked: blocked(this.waiting),
    };
  }
}

const theUsual: Engine['choose'] = (usual) => usual;

const blocked = (waiting: readonly Live[]): RunEnd['blocked'] =>
  waiting.filter(({ idle }) => !idle).map(({ name, why }) => ({ thread: name, why }));

const named = (parent: Live, thread: Spawn): Thread => ({
  name: spawnedName(parent.name, parent.spawned++),
  start: () => thread.start(),
});

/** One interleaving chosen step by step. */
export function runChosen(
  threads: readonly Thread[],
  chooser: Chooser,
): RunEnd & { readonly schedule: Schedule } {
  const alive = threads.map(revive);
  const results = new Map<string, unknown>();
  const schedule: string[] = [];
  for (;;) {
    const enabled = alive.filter((live) => live.until === null || live.until());
    if (enabled.length === 0) break;
    const next = chooser.choose(enabled.map(({ name }) => name));
    const live = enabled.find(({ name }) => name === next);
    if (live === undefined) throw new Error(`${next} was chosen and can't go on`);
    const made: string[] = [];
    const alternatives = new Alternatives();
    let chosen: string | null = null;
    const engine: Engine = {
      spawn(thread) {
        const born = revive(named(live, thread));
        alive.push(born);
        made.push(born.name);
      },
      choose(usual, others) {
        if (chosen !== null) return usual;
        const names = others.map((other) => alternatives.names[alternatives.add(other)]);
        const picked = chooser.pick(1 + others.length);
        chosen = names[picked - 1] ?? null;
        return others[picked - 1] ?? usual;
      },
    };
    const { done, value } = drivenBy(engine, () => live.steps.next());
    schedule.push(stepName(live.name, chosen));
    if (done === true) {
      results.set(live.name, value);
      alive.splice(alive.indexOf(live), 1);
    } else {
      live.until = value === null ? null : value.until;
      live.why = value === null ? '' : value.why;
      live.idle = value?.idle === true;
    }
    chooser.took(live.name, made);
  }
  return {
    results,
    blocked: blocked(alive),
    schedule,
  };
}

/** One interleaving in which each enabled thread is equally likely. Same seed, same schedule. */
export function runAtRandom(
  threads: readonly Thread[],
  seed: number,
): RunEnd & { readonly schedule: Schedule } {
  return runChosen(threads, byWeights(EQUAL, drawsFrom(seed)));
}
