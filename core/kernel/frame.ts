// SPDX-License-Identifier: MIT
/**
 * A caller whose arguments lie where the last call's lay, as on a stack: what a program leaves in
 * memory does not grow with the calls that it makes.
 */
import type { Scalar, UserMemory } from './memory.ts';
import type { Caller } from './syscall.ts';

const BYTES = 4096;

export class Frame implements Caller, UserMemory {
  readonly base: number;
  private readonly whole: UserMemory;
  private offset = 0;
  private kept: number | null = null;

  /** @param base of a frame of the parent's, which a forked child has a copy of */
  constructor(whole: UserMemory, base = whole.allocate(BYTES)) {
    this.whole = whole;
    this.base = base;
  }

  get memory(): UserMemory {
    return this;
  }

  /** What does not fit lies elsewhere, and stays there. */
  allocate(bytes: number): number {
    const address = this.base + this.offset;
    const end = this.offset + Math.ceil(bytes / 8) * 8;
    if (end > BYTES) return this.whole.allocate(bytes);
    this.offset = end;
    return address;
  }

  store(address: number, value: Scalar): void {
    this.whole.store(address, value);
  }

  load(address: number): Scalar {
    return this.whole.load(address);
  }

  /** Behind each call. What the first one left stays: something may be prepared in it for all. */
  pop(): void {
    this.kept ??= this.offset;
    this.offset = this.kept;
  }
}
