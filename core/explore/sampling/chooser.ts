// SPDX-License-Identifier: MIT
import type { Draw } from './draw.ts';

/** Says whose step is next, and is told what became of it. */
export interface Chooser {
  /** One of `enabled`. */
  choose(enabled: readonly string[]): string;
  /** Of so many alternatives, the usual first, which. */
  pick(alternatives: number): number;
  /** The step was taken, and made these threads. */
  took(thread: string, made: readonly string[]): void;
}

/** Alternatives are equally likely in every way of drawing. */
export const evenly =
  (draw: Draw): Chooser['pick'] =>
  (alternatives) =>
    draw(alternatives);
