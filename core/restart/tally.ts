// SPDX-License-Identifier: MIT
/** A count of tasks that have got to a place, at which others wait until all are there. */
import { Cell } from '../explore/cell.ts';
import type { Await } from '../kernel/syscall.ts';

export class Tally {
  private readonly arrived: Cell<number>;
  private readonly name: string;
  private readonly of: number;
  /** Nobody is waited for any more, whoever is missing. */
  private readonly isOver: () => boolean;

  constructor(name: string, of: number, isOver: () => boolean) {
    this.arrived = new Cell(0, null, name);
    this.name = name;
    this.of = of;
    this.isOver = isOver;
  }

  /** To be yielded: is one of them, and goes on. */
  arrive(): Await {
    return this.use(true, false);
  }

  /** Is one of them, and waits for the others. */
  meet(): Await {
    return this.use(true, true);
  }

  /** Waits, and is none of them. */
  wait(): Await {
    return this.use(false, true);
  }

  private use(arrives: boolean, waits: boolean): Await {
    const { arrived, name, of, isOver } = this;
    if (arrives) arrived.v += 1;
    return {
      until: () => !waits || arrived.v === of || isOver(),
      why: `all to be ${name}`,
      tally: { name, of, arrives, waits },
    };
  }
}
