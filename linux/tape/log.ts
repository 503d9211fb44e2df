// SPDX-License-Identifier: MIT
/**
 * What programs do while they run on the model: what they put into memory, the calls that they make,
 * and what these return. Each program by its name; whoever is forked has the memory of its parent.
 */
import type { UserMemory } from '../../core/kernel/memory.ts';
import type {
  Caller,
  ProgramBody,
  Programs,
  Syscall,
  TallyUse,
} from '../../core/kernel/syscall.ts';
import { registerAt } from '../../strategies/fields/indirect-call.ts';
import { PROGRAM_AT } from '../conformance/on-model.ts';
import type { ScriptCall } from '../conformance/script.ts';
import type { TapeCallName } from './tape.ts';

export interface LoggedCall {
  readonly kind: 'call';
  readonly call: TapeCallName;
  readonly args: readonly number[];
  /** The program that it names, or that the call which it wraps does. */
  readonly program: string | null;
  /** The call that indirect wraps. */
  readonly wraps: ScriptCall | null;
  /** Null as long as it has not returned. */
  result: number | null;
}

export type Logged =
  | { readonly kind: 'allocated'; readonly address: number; readonly bytes: number }
  | { readonly kind: 'stored'; readonly address: number; readonly value: number | string }
  | LoggedCall;

export type Log = readonly Logged[];

export class Logs {
  /** By program, in the order in which its runs began. */
  readonly byProgram = new Map<string, Logged[][]>();
  /** How many are to arrive at each that was used, in the order of their first use. */
  readonly tallies = new Map<string, number>();
  private readonly shift: number;

  /** @param shift bytes by which what each program allocates lies further up than it would */
  constructor(shift: number) {
    this.shift = shift;
  }

  logged(programs: Programs): Programs {
    const wrap = (name: string, body: ProgramBody) => [name, this.loggedBody(name, body)] as const;
    return Object.fromEntries(Object.entries(programs).map(([name, body]) => wrap(name, body)));
  }

  private loggedBody(name: string, body: ProgramBody): ProgramBody {
    const { byProgram, shift } = this;
    const tallyCalls = (use: TallyUse) => this.tallyCalls(use);
    return function* (me) {
      const log: Logged[] = [];
      byProgram.set(name, [...(byProgram.get(name) ?? []), log]);
      if (shift > 0) me.memory.allocate(shift);
      const program = body(watched(me, log));
      let result = 0;
      for (;;) {
        const { done, value } = program.next(result);
        if (done === true) return value;
        if ('until' in value) {
          if (value.tally !== undefined) log.push(...tallyCalls(value.tally));
          result = yield value;
          continue;
        }
        const call = loggedCall(value, me.memory);
        log.push(call);
        result = yield value;
        call.result = result;
      }
    };
  }

  private tallyCalls({ name, of, arrives, waits }: TallyUse): LoggedCall[] {
    this.tallies.set(name, of);
    const index = [...this.tallies.keys()].indexOf(name);
    return [
      ...(arrives ? [ownCall('arrive', index)] : []),
      ...(waits ? [ownCall('wait', index)] : []),
    ];
  }
}

const ownCall = (call: 'arrive' | 'wait', tally: number): LoggedCall => ({
  kind: 'call',
  call,
  args: [tally],
  program: null,
  wraps: null,
  result: 0,
});

function loggedCall({ name, args }: Syscall, memory: UserMemory): LoggedCall {
  const call = name as ScriptCall;
  const numbers: unknown[] = [...args];
  const at = PROGRAM_AT[call];
  const [named = null] = at === undefined ? [] : numbers.splice(at, 1);
  const { wraps, program } = call === 'indirect' ? wrapped(Number(args[0]), memory) : NOTHING;
  const says = named === null ? program : String(named);
  return { kind: 'call', call, args: numbers.map(Number), program: says, wraps, result: null };
}

const NOTHING = { wraps: null, program: null };

/** What the registers say that indirect is given. */
function wrapped(registers: number, memory: UserMemory): Pick<LoggedCall, 'wraps' | 'program'> {
  const wraps = memory.load(registers) as ScriptCall;
  const at = PROGRAM_AT[wraps];
  const program = at === undefined ? null : String(memory.load(registerAt(registers, at + 1)));
  return { wraps, program };
}

function watched({ memory }: Caller, log: Logged[]): Caller {
  const watching: UserMemory = {
    allocate(bytes) {
      const address = memory.allocate(bytes);
      log.push({ kind: 'allocated', address, bytes });
      return address;
    },
    store(address, value) {
      memory.store(address, value);
      log.push({ kind: 'stored', address, value });
    },
    load: (address) => memory.load(address),
  };
  return { memory: watching };
}
