// SPDX-License-Identifier: MIT
/**
 * A caller whose arguments lie where the last call's lay, as on a stack: what a program leaves in
 * memory does not grow with the calls that it makes.
 */
import type { UserMemory } from './memory.ts';
import type { Caller } from './syscall.ts';

const BYTES = 4096;

export class Frame implements Caller {
  readonly memory: UserMemory;
  private offset = 0;
  private kept: number | null = null;

  constructor(memory: UserMemory) {
    const base = memory.allocate(BYTES);
    this.memory = {
      allocate: (bytes) => {
        const address = base + this.offset;
        const end = this.offset + Math.ceil(bytes / 8) * 8;
        if (end > BYTES) return memory.allocate(bytes);
        this.offset = end;
        return address;
      },
      store: (address, value) => memory.store(address, value),
      load: (address) => memory.load(address),
    };
  }

  /** Behind each call. What the first one left stays: something may be prepared in it for all. */
  pop(): void {
    this.kept ??= this.offset;
    this.offset = this.kept;
  }
}
