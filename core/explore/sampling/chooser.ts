// SPDX-License-Identifier: MIT
/** Says whose step is next, and is told what became of it. */
export interface Chooser {
  /** One of `enabled`. */
  choose(enabled: readonly string[]): string;
  /** The step was taken, and made these threads. */
  took(thread: string, made: readonly string[]): void;
}
