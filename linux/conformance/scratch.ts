// SPDX-License-Identifier: MIT
import type { Scalar, UserMemory } from '../../core/kernel/memory.ts';

/** Beyond what a number in a call may be. */
const FIRST_ADDRESS = 2 ** 40;

/** Memory of a program that no kernel answers. */
export class Scratch implements UserMemory {
  private readonly scalars = new Map<number, Scalar>();
  private end = 0;

  allocate(bytes: number): number {
    const address = FIRST_ADDRESS + this.end;
    this.end += Math.ceil(bytes / 8) * 8;
    return address;
  }

  store(address: number, value: Scalar): void {
    this.scalars.set(address, value);
  }

  load(address: number): Scalar {
    return this.scalars.get(address) ?? 0;
  }
}
