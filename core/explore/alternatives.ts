// SPDX-License-Identifier: MIT
/** What a step can choose from, as it is found while the step is taken. */

/** Named as in a schedule: by its word, and a number behind one that comes again. */
export class Alternatives {
  /** The usual, which has no name, first. */
  readonly names: string[] = [''];
  private readonly times = new Map<string, number>();

  /** @returns the index of the alternative */
  add(word: string): number {
    const times = (this.times.get(word) ?? 0) + 1;
    this.times.set(word, times);
    this.names.push(times === 1 ? word : `${word}${times}`);
    return this.names.length - 1;
  }
}
