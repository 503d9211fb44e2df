// SPDX-License-Identifier: MIT
/** A script on the kernel below, by the agent. System call numbers are those of x86-64. */
import { CLONE_PARENT, CLONE_THREAD, CLONE_VM, PR_SET_NAME } from '../../core/kernel/flags.ts';
import type { Agent } from '../host/agent.ts';
import { NR_THREAD, type WireArg, type WireEvent, type WireStep } from '../host/protocol.ts';
import { shown, shownResult } from './on-model.ts';
import {
  type Answer,
  type Arg,
  formatTask,
  type Script,
  type ScriptCall,
  type Step,
  type StepAnswer,
  type Store,
} from './script.ts';

const NUMBERS: Readonly<Record<ScriptCall, number>> = {
  fork: 57,
  clone: 56,
  clone3: 435,
  exit: 60,
  exit_group: 231,
  wait4: 61,
  getpid: 39,
  gettid: 186,
  getppid: 110,
  setsid: 112,
  getsid: 124,
  setpgid: 109,
  getpgid: 121,
  setuid: 105,
  setgid: 106,
  prctl: 157,
  msgget: 68,
  msgsnd: 69,
  msgrcv: 70,
  msgctl: 71,
  semget: 64,
  semop: 65,
  semctl: 66,
  shmget: 29,
  shmat: 30,
  shmdt: 67,
  shmctl: 31,
  open: 2,
  read: 0,
  write: 1,
  lseek: 8,
  close: 3,
};

const SIGCHLD = 17;
/** Where a step's struct clone_args goes: behind what generated scripts use. */
const CLONE_ARGS = 4096 - 128;
const CLONE_ARGS_BYTES = 88;

const number = (value: number): WireArg => ({ kind: 'number', value: BigInt(value) });
const CLOSE_RANGE = 436;
const INIT = { task: 0, child: 0, loads: [] };
/** Makes task 0 what it is in the model: it has no descriptors, and is called init. */
const PROLOGUE: readonly WireStep[] = [
  { ...INIT, nr: CLOSE_RANGE, args: [number(0), number(0xffffffff), number(0)], stores: [] },
  {
    ...INIT,
    nr: NUMBERS.prctl,
    args: [number(PR_SET_NAME), { kind: 'memory', offset: CLONE_ARGS }],
    stores: [{ offset: CLONE_ARGS, bytes: Buffer.from('init\0') }],
  },
];

export async function runOnLinux(agent: Agent, script: Script): Promise<Answer> {
  const { base, size } = agent.hello;
  const wire = script.map((step) => wireStep(step, base + BigInt(step.task * size)));
  const { events, tasks } = await agent.run([...PROLOGUE, ...wire]);
  const births = new Map<number, string>();
  const answers = script.map((step, index) => answerOf(step, index, events));
  for (const { kind, result, bytes } of events) {
    if (kind === 'born') births.set(Number(result), bytes.toString('latin1'));
  }
  const outer = levelsOutside(births.get(0) ?? '');
  return {
    steps: answers,
    tasks: tasks
      .filter(({ status }) => status !== '' && field(status, 'State')[0]?.[0] !== 'X')
      .map(({ status }) => taskOf(status, outer))
      .sort(),
  };
}

function answerOf(step: Step, index: number, events: readonly WireEvent[]): StepAnswer {
  const at = PROLOGUE.length + index;
  const own = events.filter((event) => event.step === at && event.kind !== 'born');
  const slept = own.some(({ kind }) => kind === 'blocked');
  const last = own.at(-1);
  switch (last?.kind) {
    case 'done':
      return {
        slept,
        end: {
          kind: 'returned',
          result: shownResult(step, Number(last.result)),
          loads: loadsOf(step, last.bytes),
        },
      };
    case 'gone':
      return { slept, end: { kind: 'gone' } };
    case 'busy':
      return { slept, end: { kind: 'skipped' } };
    default:
      return { slept, end: { kind: 'asleep' } };
  }
}

function loadsOf({ loads }: Step, bytes: Buffer): string[] {
  let at = 0;
  return (loads ?? []).map((load) => {
    const part = bytes.subarray(at, at + load.bytes);
    at += load.bytes;
    if (load.as === 'text') return shown(load, part.toString('latin1'));
    return shown(load, load.bytes === 8 ? Number(part.readBigInt64LE(0)) : signed(part));
  });
}

const signed = (bytes: Buffer): number =>
  bytes.length === 2 ? bytes.readUInt16LE(0) : bytes.readInt32LE(0);

function wireStep(step: Step, memory: bigint): WireStep {
  const { task, call, args, child } = step;
  const stores = (step.stores ?? []).map(wireStore);
  const common = { task, child: child ?? 0, loads: step.loads ?? [] };
  const wired = args.map(wireArg);
  const flags = call === 'fork' ? 0 : Number(args[0] ?? 0);
  const needsStack = (flags & CLONE_VM) !== 0;
  if (call === 'clone3' || (call === 'clone' && needsStack)) {
    const setTid = call === 'clone3' ? addressOf(args[1] ?? 0, memory) : 0n;
    const count = call === 'clone3' ? BigInt(Number(args[2] ?? 0)) : 0n;
    const struct = cloneArgs(BigInt(flags), setTid, count);
    return {
      ...common,
      nr: needsStack ? NR_THREAD : NUMBERS.clone3,
      args: [
        { kind: 'memory', offset: CLONE_ARGS },
        { kind: 'number', value: BigInt(CLONE_ARGS_BYTES) },
      ],
      stores: [...stores, { offset: CLONE_ARGS, bytes: struct }],
    };
  }
  if (call === 'clone') wired[0] = { kind: 'number', value: BigInt(flags | SIGCHLD) };
  if (call === 'shmat') wired.splice(1, 0, { kind: 'number', value: 0n });
  // A path ends where C says that it does.
  if (call === 'open') wired.splice(1, 1);
  return { ...common, nr: NUMBERS[call], args: wired, stores };
}

/** struct clone_args, as far as Linux 5.7 had it. */
function cloneArgs(flags: bigint, setTid: bigint, setTidSize: bigint): Buffer {
  const struct = Buffer.alloc(CLONE_ARGS_BYTES);
  struct.writeBigUInt64LE(flags, 0);
  // Threads have no exit signal, and siblings that of their parent.
  const inherits = (flags & BigInt(CLONE_THREAD | CLONE_PARENT)) !== 0n;
  if (!inherits) struct.writeBigUInt64LE(BigInt(SIGCHLD), 32);
  struct.writeBigUInt64LE(BigInt.asUintN(64, setTid), 64);
  struct.writeBigUInt64LE(BigInt.asUintN(64, setTidSize), 72);
  return struct;
}

function addressOf(arg: Arg, memory: bigint): bigint {
  if (typeof arg === 'number') return BigInt(arg);
  if ('memory' in arg) return memory + BigInt(arg.memory);
  throw new Error('an address can not be a result');
}

function wireArg(arg: Arg): WireArg {
  if (typeof arg === 'number') return { kind: 'number', value: BigInt(arg) };
  if ('memory' in arg) return { kind: 'memory', offset: arg.memory };
  return { kind: 'result', step: PROLOGUE.length + arg.result };
}

function wireStore(store: Store): { offset: number; bytes: Buffer } {
  if ('text' in store) return { offset: store.offset, bytes: Buffer.from(store.text, 'latin1') };
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(store.value));
  return { offset: store.offset, bytes: bytes.subarray(0, store.bytes) };
}

/** Words of a line of /proc/PID/status. */
function field(status: string, name: string): string[] {
  const line = new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return line.split(/\s+/);
}

/** Namespaces around the script's own, which only their numbers in status files show. */
const levelsOutside = (statusOfInit: string): number => field(statusOfInit, 'NSpid').length - 1;

/** proc_task_name() escapes the line's end and its own backslash. */
const nameOf = (status: string): string =>
  (/^Name:\t(.*)$/m.exec(status)?.[1] ?? '').replaceAll(/\\(.)/g, (_, escaped) =>
    escaped === 'n' ? '\n' : escaped,
  );

function taskOf(status: string, outer: number): string {
  const numbers = (name: string) => field(status, name).slice(outer).map(Number);
  return formatTask({
    nspid: numbers('NSpid'),
    nspgid: numbers('NSpgid'),
    nssid: numbers('NSsid'),
    isZombie: field(status, 'State')[0] === 'Z',
    comm: nameOf(status),
  });
}
