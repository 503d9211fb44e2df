// SPDX-License-Identifier: MIT
import type { UserMemory } from '../core/kernel/memory.ts';
import type { Caller } from '../core/kernel/syscall.ts';

const BYTES = 4096;

/** A caller whose arguments lie where the last call's lay, as on a stack. */
export class Frame implements Caller {
  readonly memory: UserMemory;
  private offset = 0;
  private kept: number | null = null;

  constructor(memory: UserMemory) {
    const base = memory.allocate(BYTES);
    this.memory = {
      allocate: (bytes) => {
        const address = base + this.offset;
        this.offset += Math.ceil(bytes / 8) * 8;
        if (this.offset > BYTES) throw new RangeError('a frame holds the arguments of one call');
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
