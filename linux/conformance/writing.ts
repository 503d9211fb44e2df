// SPDX-License-Identifier: MIT
/**
 * Calls of programs as steps of scripts. Left out: programs that read what a kernel wrote to their
 * memory, as a step does not tell them.
 */
import { type DirectableName, UNDERSTANDS } from '../../core/kernel/directed.ts';
import type { Scalar, UserMemory } from '../../core/kernel/memory.ts';
import type { Caller, Syscall } from '../../core/kernel/syscall.ts';
import { MAKES_TASKS, PROGRAM_AT } from './on-model.ts';
import type { ScriptCall, Step, Store } from './script.ts';

/** What a program does with memory, in a form that does not depend on where its memory is. */
export class Writing {
  readonly caller: Caller;
  private base: number | null = null;
  private end = 0;
  private stores: Store[] = [];
  private readonly stored = new Set<number>();

  constructor({ memory }: Caller) {
    const recorded: UserMemory = {
      allocate: (bytes) => {
        const address = memory.allocate(bytes);
        this.base ??= address;
        this.end = address + bytes;
        return address;
      },
      store: (address, value) => {
        memory.store(address, value);
        this.stored.add(address);
        this.stores.push(this.storeOf(address, value));
      },
      load: (address) => {
        if (!this.stored.has(address)) throw new Error('a program reads what a kernel wrote');
        return memory.load(address);
      },
    };
    this.caller = { memory: recorded };
  }

  private storeOf(address: number, value: Scalar): Store {
    const offset = address - (this.base ?? 0);
    if (typeof value === 'string') return { offset, text: value };
    const own = this.argOf(value);
    return typeof own === 'object'
      ? { offset, ...own }
      : { offset, bytes: this.widthAt(address), value };
  }

  /** Memory of the model has no widths: as wide as what is stored behind it allows. */
  private widthAt(address: number): 2 | 4 | 8 {
    const isFree = (bytes: number) =>
      Array.from({ length: bytes - 1 }, (_, n) => address + 1 + n).every(
        (other) => !this.stored.has(other),
      );
    return isFree(8) ? 8 : isFree(4) ? 4 : 2;
  }

  /** A call as a step, with what was stored since the last one. */
  step(task: number, { name, args }: Syscall, child: number): Step {
    const call = name as ScriptCall;
    const values: unknown[] = [...args];
    const at = PROGRAM_AT[call];
    if (at !== undefined) values.splice(at, 1);
    const plain = this.stores;
    this.stores = [];
    const stores = call === 'indirect' ? plain.map(wrapped) : plain;
    const wraps = stores.find((store) => 'wraps' in store);
    const maker = wraps !== undefined && 'wraps' in wraps ? wraps.wraps : call;
    const makes = MAKES_TASKS.has(maker) ? { child } : {};
    return { task, call, args: values.map((value) => this.argOf(Number(value))), stores, ...makes };
  }

  private argOf(value: number): number | { readonly memory: number } {
    const { base, end } = this;
    return base !== null && value >= base && value < end ? { memory: value - base } : value;
  }
}

/** Of the registers that indirect is given, the first is the call's name; another text is a program's. */
function wrapped(store: Store): Store {
  if (!('text' in store)) return store;
  const { offset, text } = store;
  return isDirectable(text) ? { offset, wraps: text } : { offset, isProgram: true };
}

const isDirectable = (text: string): text is DirectableName => Object.hasOwn(UNDERSTANDS, text);
