// SPDX-License-Identifier: MIT
/** Tapes as the agent reads them: linux/agent/protocol.h. */
import { CLONE_VM, SIGCHLD } from '../../core/kernel/flags.ts';
import { CLONE_ARGS } from '../../core/kernel/memory.ts';
import { registerAt } from '../../strategies/fields/indirect-call.ts';
import { NUMBERS } from '../conformance/on-linux.ts';
import { PROGRAM_AT } from '../conformance/on-model.ts';
import {
  ARG_MEMORY,
  ARG_NUMBER,
  ARG_RESULT,
  ARG_STACK,
  ARG_STACK_END,
  NO_TAPE,
  OWN_ARRIVE,
  OWN_SEE_OFF,
  OWN_WAIT,
  TAPE_STACK_SIZE,
  word,
} from '../host/protocol.ts';
import { NotATape } from './record.ts';
import { NEXT_CALLS, type Tape, type TapeArg, type TapeCall, type TapeCallName } from './tape.ts';

const CALL_NUMBERS: Readonly<Record<TapeCallName, number>> = {
  ...NUMBERS,
  ...NEXT_CALLS,
  waitid: 247,
  arrive: OWN_ARRIVE,
  wait: OWN_WAIT,
  see_off: OWN_SEE_OFF,
};

/** Whoever shares its maker's memory gets a stack of its own. */
type Stack = 'stack' | 'end of stack';
type WireArg = TapeArg | Stack;
type Pointer = Tape['pointers'][number] | { readonly at: number; readonly to: Stack };

export function encodeTapes(tapes: readonly Tape[]): Buffer {
  return Buffer.concat([word(tapes.length, 4), ...tapes.flatMap(encodeTape)]);
}

function encodeTape({ calls, memory, pointers }: Tape): Buffer[] {
  const bytes = Buffer.from(memory);
  const all: Pointer[] = [...pointers];
  for (const call of calls) all.push(...stackInStructure(call, bytes), ...wrap(call, bytes));
  return [
    ...[calls.length, bytes.length, all.length].map((count) => word(count, 4)),
    bytes,
    ...all.map(encodePointer),
    ...calls.map(encodeCall),
  ];
}

function encodePointer({ at, to }: Pointer): Buffer {
  const arg = typeof to === 'number' ? { memory: to } : to;
  return Buffer.concat([word(at, 4), encodeArg(arg)]);
}

function encodeCall(call: TapeCall): Buffer {
  const args = realArgs(call);
  const number = CALL_NUMBERS[call.call];
  if (number === undefined) throw new NotATape(`no kernel has ${call.call}`);
  const head = Buffer.alloc(16);
  head.writeUInt16LE(number, 0);
  head.writeUInt8(args.length, 2);
  head.writeUInt8(call.expects === null ? 0 : 1, 3);
  head.writeUInt32LE(call.child ?? NO_TAPE, 4);
  head.writeBigInt64LE(BigInt(call.expects ?? 0), 8);
  return Buffer.concat([head, ...args.map(encodeArg)]);
}

function encodeArg(arg: WireArg): Buffer {
  const [kind, value] = kindOf(arg);
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(kind, 0);
  bytes.writeBigInt64LE(BigInt(value), 1);
  return bytes;
}

function kindOf(arg: WireArg): [kind: number, value: number] {
  if (typeof arg === 'number') return [ARG_NUMBER, arg];
  if (typeof arg === 'string') return [arg === 'stack' ? ARG_STACK : ARG_STACK_END, 0];
  return 'result' in arg ? [ARG_RESULT, arg.result] : [ARG_MEMORY, arg.memory];
}

/** The model's calls have lengths of paths, and no stacks. */
function realArgs({ call, args }: TapeCall): WireArg[] {
  const real: WireArg[] = [...args];
  if (call === 'clone' || call === 'clone_with_id') {
    const flags = Number(args[0] ?? 0);
    real[0] = flags | SIGCHLD;
    real.splice(1, 0, (flags & CLONE_VM) === 0 ? 0 : 'end of stack');
  }
  if (call === 'open' || call === 'execve') real.splice(1, 1);
  if (call === 'openat') real.splice(2, 1);
  if (call === 'shmat') real.splice(1, 0, 0);
  return real;
}

const offsetOf = (field: string): number =>
  CLONE_ARGS.fields.find(({ name }) => name === field)?.offset ?? 0;

/** clone3 has its stack in memory; its size is written there, and where it must point is said. */
function stackInStructure({ call, args: [address] }: TapeCall, bytes: Buffer): Pointer[] {
  if (call !== 'clone3' || typeof address !== 'object' || !('memory' in address)) return [];
  const at = address.memory;
  if ((bytes.readBigUInt64LE(at) & BigInt(CLONE_VM)) === 0n) return [];
  bytes.writeBigUInt64LE(BigInt(TAPE_STACK_SIZE), at + offsetOf('stack_size'));
  return [{ at: at + offsetOf('stack'), to: 'stack' }];
}

/** Registers have the number of a call; where the model's have a program, clone has a stack. */
function wrap({ wraps, args: [registers] }: TapeCall, bytes: Buffer): Pointer[] {
  if (wraps === undefined || typeof registers !== 'object' || !('memory' in registers)) return [];
  const at = (n: number) => registerAt(registers.memory, n);
  bytes.writeBigUInt64LE(BigInt(NUMBERS[wraps]), at(0));
  const program = PROGRAM_AT[wraps];
  if (program !== undefined) bytes.writeBigUInt64LE(0n, at(program + 1));
  if (wraps !== 'clone') return [];
  const flags = bytes.readBigUInt64LE(at(1));
  bytes.writeBigUInt64LE(flags | BigInt(SIGCHLD), at(1));
  return (flags & BigInt(CLONE_VM)) === 0n ? [] : [{ at: at(2), to: 'end of stack' }];
}
