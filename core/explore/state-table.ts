// SPDX-License-Identifier: MIT
/** Numbers vectors of integers, equal ones alike: a hash table whose keys lie in one array. */

/** Beyond so many entries for each slot the table is made larger. */
const LOAD = 0.5;

export class StateTable {
  /** Number of the vector in each slot, and one more; 0 where there is none. */
  private slots = new Int32Array(1 << 10);
  private readonly hashes: number[] = [];
  /** Where the vector of each number begins; it ends where the next does. */
  private readonly starts: number[] = [0];
  private pool = new Int32Array(1 << 12);

  get size(): number {
    return this.hashes.length;
  }

  number(vector: readonly number[]): number {
    const hash = hashOf(vector);
    let slot = hash & (this.slots.length - 1);
    for (;;) {
      const entry = this.slots[slot] ?? 0;
      if (entry === 0) return this.insert(slot, hash, vector);
      if (this.hashes[entry - 1] === hash && this.equals(entry - 1, vector)) return entry - 1;
      slot = (slot + 1) & (this.slots.length - 1);
    }
  }

  private equals(number: number, vector: readonly number[]): boolean {
    const { pool, starts } = this;
    const start = starts[number] ?? 0;
    if ((starts[number + 1] ?? 0) - start !== vector.length) return false;
    for (let at = 0; at < vector.length; at++) if (pool[start + at] !== vector[at]) return false;
    return true;
  }

  private insert(slot: number, hash: number, vector: readonly number[]): number {
    const number = this.hashes.length;
    const start = this.starts[number] ?? 0;
    const end = start + vector.length;
    while (end > this.pool.length) {
      const larger = new Int32Array(2 * this.pool.length);
      larger.set(this.pool);
      this.pool = larger;
    }
    this.pool.set(vector, start);
    this.hashes.push(hash);
    this.starts.push(end);
    this.slots[slot] = number + 1;
    if (this.hashes.length > LOAD * this.slots.length) this.grow();
    return number;
  }

  private grow(): void {
    const slots = new Int32Array(2 * this.slots.length);
    for (const [number, hash] of this.hashes.entries()) {
      let slot = hash & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = number + 1;
    }
    this.slots = slots;
  }
}

/** FNV-1a by whole numbers, and mixed once more, as neighbouring states differ in little. */
function hashOf(vector: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < vector.length; at++) {
    hash = Math.imul(hash ^ (vector[at] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995);
  return (hash ^ (hash >>> 16)) >>> 0;
}
