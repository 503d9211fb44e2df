// SPDX-License-Identifier: MIT
/** A relation between things that are numbered, asked about the same pairs over and over. */

/** Beyond so many numbers every pair is asked about each time: the table is square. */
const MOST = 4096;
const [UNKNOWN, NO, YES] = [0, 1, 2];

export class Pairs<T extends { readonly id: number }> {
  private readonly relation: (a: T, b: T) => boolean;
  private size = 64;
  private known = new Uint8Array(this.size * this.size);

  constructor(relation: (a: T, b: T) => boolean) {
    this.relation = relation;
  }

  has(a: T, b: T): boolean {
    const [row, column] = [a.id, b.id];
    if (row >= MOST || column >= MOST) return this.relation(a, b);
    if (row >= this.size || column >= this.size) this.grow(Math.max(row, column));
    const at = row * this.size + column;
    const known = this.known[at];
    if (known !== UNKNOWN) return known === YES;
    const holds = this.relation(a, b);
    this.known[at] = holds ? YES : NO;
    return holds;
  }

  private grow(id: number): void {
    const before = this.size;
    while (this.size <= id) this.size *= 2;
    const larger = new Uint8Array(this.size * this.size);
    for (let row = 0; row < before; row++) {
      larger.set(this.known.subarray(row * before, (row + 1) * before), row * this.size);
    }
    this.known = larger;
  }
}
