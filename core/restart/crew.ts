// SPDX-License-Identifier: MIT
/**
 * Work that a task deals out to threads of its own: each is cloned with a number that nobody in the
 * capture has, does its part, and goes; the task waits for them all. A part alone needs no thread.
 */
import type { Want } from '../kernel/directed.ts';
import { CLONE_A_THREAD } from '../kernel/flags.ts';
import { Frame } from '../kernel/frame.ts';
import { type Program, type ProgramBody, sys } from '../kernel/syscall.ts';
import type { Calls } from './ipc-objects.ts';
import type { Tally } from './tally.ts';

/** False once a call was refused. */
export type Part = (me: Frame) => Program<boolean>;

interface Worker {
  readonly name: string;
  /** Innermost first, as they are asked for. */
  readonly numbers: readonly number[];
  readonly part: Part;
}

interface Crew {
  readonly workers: readonly Worker[];
  readonly done: Tally;
}

/** `all` dealt out to so many at most, one after the other. */
export function dealt<T>(all: readonly T[], hands: number): T[][] {
  const shares = Array.from({ length: Math.min(hands, all.length) }, (): T[] => []);
  for (const [index, one] of all.entries()) shares[index % hands]?.push(one);
  return shares;
}

export class Crews {
  private readonly crews = new Map<string, Crew>();
  private readonly alone = new Map<string, Part>();
  private readonly restart: Calls;
  private readonly tally: (name: string, of: number) => Tally;

  constructor(restart: Calls, tally: (name: string, of: number) => Tally) {
    this.restart = restart;
    this.tally = tally;
  }

  /** @param free numbers for one thread */
  plan(name: string, parts: readonly Part[], free: () => readonly number[]): void {
    const [only] = parts;
    if (only === undefined) return;
    if (parts.length === 1) {
      this.alone.set(name, only);
      return;
    }
    const workers = parts.map((part, index) => ({
      name: `worker ${index} for ${name}`,
      numbers: free(),
      part,
    }));
    this.crews.set(name, { workers, done: this.tally(`done with ${name}`, workers.length) });
  }

  *programs(): Generator<readonly [name: string, body: ProgramBody]> {
    const { restart } = this;
    for (const { workers, done } of this.crews.values()) {
      for (const { name, part } of workers) {
        yield [
          name,
          function* ({ memory }) {
            if (!(yield* part(new Frame(memory)))) return -1;
            yield done.arrive();
            return yield* restart.call(`${name} goes`, sys('exit', 0));
          },
        ];
      }
    }
  }

  /** Everything that was planned by this name. */
  *work(me: Frame, name: string): Program<boolean> {
    const part = this.alone.get(name);
    if (part !== undefined) return yield* part(me);
    const crew = this.crews.get(name);
    if (crew === undefined) return true;
    for (const worker of crew.workers) {
      const want: Want = { kind: 'pid', values: worker.numbers };
      const call = sys('clone', CLONE_A_THREAD, worker.name);
      const made = yield* this.restart.directedCall(me, `clone ${worker.name}`, want, call);
      if (made < 0) return false;
    }
    yield crew.done.wait();
    return !this.restart.isOver();
  }
}
