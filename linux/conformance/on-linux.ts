// SPDX-License-Identifier: MIT
/** A script on the kernel below, by the agent. System call numbers are those of x86-64. */
import { fail } from '../../core/kernel/errno.ts';
import { CLONE_VM, SIGCHLD } from '../../core/kernel/flags.ts';
import { CLONE_ARGS, type Layout } from '../../core/kernel/memory.ts';
import type { Agent } from '../host/agent.ts';
import {
  HANDLER_SIZE,
  type Hello,
  MEMORY_SIZE,
  STACK_SIZE,
  type WireArg,
  type WireEvent,
  type WireStep,
} from '../host/protocol.ts';
import { shown, shownResult } from './on-model.ts';
import {
  type Answer,
  type Arg,
  formatTask,
  PATCHED_CALLS,
  type Script,
  type ScriptCall,
  SIGNAL_SETS,
  type SignalSetName,
  type Step,
  type StepAnswer,
  type Store,
} from './script.ts';

export const NUMBERS: Readonly<Record<ScriptCall, number>> = {
  fork: 57,
  clone: 56,
  clone3: 435,
  execve: 59,
  unshare: 272,
  exit: 60,
  exit_group: 231,
  wait4: 61,
  pause: 34,
  kill: 62,
  tgkill: 234,
  rt_sigaction: 13,
  rt_sigprocmask: 14,
  rt_sigreturn: 15,
  getpid: 39,
  gettid: 186,
  getppid: 110,
  setsid: 112,
  getsid: 124,
  setpgid: 109,
  getpgid: 121,
  getuid: 102,
  geteuid: 107,
  getgid: 104,
  getegid: 108,
  setuid: 105,
  setgid: 106,
  setreuid: 113,
  setregid: 114,
  setresuid: 117,
  setresgid: 119,
  getresuid: 118,
  getresgid: 120,
  capget: 125,
  capset: 126,
  prctl: 157,
  timer_create: 222,
  timer_delete: 226,
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
  openat: 257,
  read: 0,
  write: 1,
  lseek: 8,
  close: 3,
  dup: 32,
  dup2: 33,
  pidfd_open: 434,
  pidfd_getfd: 438,
  setns: 308,
  flock: 73,
  seccomp: 317,
  ...PATCHED_CALLS,
};

export async function runOnLinux(agent: Agent, script: Script): Promise<Answer> {
  const wire = script.map((step) => wireStep(step, agent.hello));
  const { events, tasks } = await agent.run(wire);
  const births = new Map<number, string>();
  const stands = new Set(
    script.flatMap(({ call, child }) => (call === 'rt_sigaction' && child ? [BigInt(child)] : [])),
  );
  const answers = script.map((step, index) =>
    answerOf(step, index, events, (task) => stands.has(task)),
  );
  for (const { kind, result, bytes } of events) {
    if (kind === 'born') births.set(Number(result), bytes.toString('latin1'));
  }
  const outer = levelsOutside(births.get(0) ?? '');
  const filters = filtersOf(births.get(0) ?? '');
  return {
    steps: answers,
    tasks: tasks
      .filter(({ status }) => status !== '' && field(status, 'State')[0]?.[0] !== 'X')
      .map(({ status }) => taskOf(status, outer, filters))
      .sort(),
  };
}

function answerOf(
  step: Step,
  index: number,
  events: readonly WireEvent[],
  isHandler: (task: bigint) => boolean,
): StepAnswer {
  const own = events.filter((event) => event.step === index && event.kind !== 'born');
  const handlers = events
    .filter(({ kind, step: at, result }) => kind === 'born' && at === index && isHandler(result))
    .map(({ result }) => Number(result))
    .sort((a, b) => a - b);
  const slept = own.some(({ kind }) => kind === 'blocked');
  const last = own.at(-1);
  switch (last?.kind) {
    case 'done':
      return {
        slept,
        handlers,
        end: {
          kind: 'returned',
          result: shownResult(step, Number(last.result)),
          loads: loadsOf(step, last.bytes),
        },
      };
    case 'gone':
      return { slept, handlers, end: { kind: 'gone' } };
    case 'busy':
      return { slept, handlers, end: { kind: 'skipped' } };
    default:
      return { slept, handlers, end: { kind: 'asleep' } };
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

export function wireStep(step: Step, hello: Hello): WireStep {
  const { task, call, args, child = 0 } = step;
  const stores = (step.stores ?? []).map((store) => wireStore(store, step, hello));
  const common = { task, child, loads: step.loads ?? [] };
  const wired = args.map(wireArg);
  // Whoever shares its maker's memory needs a stack of its own.
  const stack = hello.stacks + BigInt(child * STACK_SIZE);
  const stackBytes = BigInt(STACK_SIZE - 16);
  const stackFor = (flags: number) => ((flags & CLONE_VM) === 0 ? 0n : stack + stackBytes);
  if (call === 'clone' || call === 'clone_with_id') {
    const flags = Number(args[0] ?? 0);
    wired[0] = { kind: 'number', value: BigInt(flags | SIGCHLD) };
    wired.splice(1, call === 'clone' ? 1 : 0, { kind: 'number', value: stackFor(flags) });
  }
  if (call === 'indirect') stores.push(...wrappedClone(step.stores ?? [], stackFor));
  const structure = call === 'clone3' ? structureOf(step) : null;
  if (structure !== null && (structure.flags & CLONE_VM) !== 0) {
    for (const [name, value] of [
      ['stack', stack],
      ['stack_size', stackBytes],
    ] as const) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      stores.push({ offset: structure.offset + offsetIn(CLONE_ARGS, name), bytes });
    }
  }
  if (call === 'shmat') wired.splice(1, 0, { kind: 'number', value: 0n });
  // A path ends where C says that it does.
  if (call === 'open' || call === 'execve') wired.splice(1, 1);
  if (call === 'openat') wired.splice(2, 1);
  // A filter's length is in its structure.
  if (call === 'seccomp') wired.splice(3, 1);
  return { ...common, nr: NUMBERS[call], args: wired, stores };
}

/** What a wrapped clone is given in place of flags and a program. */
function wrappedClone(stores: readonly Store[], stackFor: (flags: number) => bigint) {
  const wraps = stores.find((store) => 'wraps' in store && store.wraps === 'clone');
  if (wraps === undefined) return [];
  const at = wraps.offset + 8;
  const given = stores.find(({ offset }) => offset === at);
  const flags = given !== undefined && 'value' in given ? given.value : 0;
  return [
    { offset: at, bytes: eightBytes(BigInt(flags | SIGCHLD)) },
    { offset: at + 8, bytes: eightBytes(stackFor(flags)) },
  ];
}

function eightBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

/** Where the step stores a structure for clone3, and the flags in it. */
function structureOf({ args: [address], stores }: Step): { offset: number; flags: number } | null {
  if (typeof address !== 'object' || !('memory' in address)) return null;
  const store = stores?.find(({ offset }) => offset === address.memory);
  const flags = store !== undefined && 'value' in store ? store.value : 0;
  return { offset: address.memory, flags };
}

const offsetIn = ({ fields }: Layout, field: string): number =>
  fields.find(({ name }) => name === field)?.offset ?? 0;

function wireArg(arg: Arg): WireArg {
  if (typeof arg === 'number') return { kind: 'number', value: BigInt(arg) };
  if ('memory' in arg) return { kind: 'memory', offset: arg.memory };
  return { kind: 'result', step: arg.result };
}

function wireStore(store: Store, step: Step, hello: Hello): { offset: number; bytes: Buffer } {
  const { offset } = store;
  if ('text' in store) return { offset, bytes: Buffer.from(store.text, 'latin1') };
  const memory = hello.memory + BigInt(step.task * MEMORY_SIZE);
  if ('refuses' in store)
    return { offset, bytes: filterOf(store.refuses, memory + BigInt(offset)) };
  if ('wraps' in store) return { offset, bytes: eightBytes(BigInt(NUMBERS[store.wraps])) };
  if ('isProgram' in store) return { offset, bytes: eightBytes(0n) };
  const bytes = Buffer.alloc(8);
  if ('memory' in store) {
    bytes.writeBigUInt64LE(memory + BigInt(store.memory));
  } else if ('address' in store) {
    const handler = hello.handlers + BigInt((step.child ?? 0) * HANDLER_SIZE);
    bytes.writeBigUInt64LE(store.address === 'handler' ? handler : hello.restorer);
  } else {
    bytes.writeBigInt64LE(BigInt(store.value));
    return { offset, bytes: bytes.subarray(0, store.bytes) };
  }
  return { offset, bytes };
}

/** struct sock_fprog, and the program that it points to behind it. */
const FPROG_BYTES = 16;
const [BPF_LD_W_ABS, BPF_JEQ_K, BPF_RET_K] = [0x20, 0x15, 0x06];
const SECCOMP_RET_ALLOW = 0x7fff0000;
const SECCOMP_RET_ERRNO = 0x00050000;

/** Loads the call's number, compares it with each that is to be refused; none at all is no program. */
function filterOf(refuses: readonly ScriptCall[], address: bigint): Buffer {
  const eperm = SECCOMP_RET_ERRNO - fail('EPERM');
  const program = [
    [BPF_LD_W_ABS, 0, 0, 0],
    ...refuses.flatMap((call) => [
      [BPF_JEQ_K, 0, 1, NUMBERS[call]],
      [BPF_RET_K, 0, 0, eperm],
    ]),
    [BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW],
  ] as const;
  const bytes = Buffer.alloc(FPROG_BYTES + 8 * program.length);
  bytes.writeUInt16LE(refuses.length === 0 ? 0 : program.length);
  bytes.writeBigUInt64LE(address + BigInt(FPROG_BYTES), 8);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    const at = FPROG_BYTES + 8 * index;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(ifTrue, at + 2);
    bytes.writeUInt8(ifFalse, at + 3);
    bytes.writeUInt32LE(value, at + 4);
  }
  return bytes;
}

/** Words of a line of /proc/PID/status. */
function field(status: string, name: string): string[] {
  const line = new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return line.split(/\s+/);
}

/** Namespaces around the script's own, which only their numbers in status files show. */
const levelsOutside = (statusOfInit: string): number => field(statusOfInit, 'NSpid').length - 1;

const filtersOf = (status: string): number => Number(field(status, 'Seccomp_filters')[0]);

/** proc_task_name() escapes the line's end and its own backslash. */
const nameOf = (status: string): string =>
  (/^Name:\t(.*)$/m.exec(status)?.[1] ?? '').replaceAll(/\\(.)/g, (_, escaped) =>
    escaped === 'n' ? '\n' : escaped,
  );

/** @param outer levels of pid namespaces that are not the script's, and `filters` that are not */
function taskOf(status: string, outer: number, filters: number): string {
  const numbers = (name: string) => field(status, name).slice(outer).map(Number);
  const sets = SIGNAL_SETS.map((name) => [name, Number(`0x${field(status, name)[0]}`)]);
  return formatTask({
    nspid: numbers('NSpid'),
    nspgid: numbers('NSpgid'),
    nssid: numbers('NSsid'),
    isZombie: field(status, 'State')[0] === 'Z',
    comm: nameOf(status),
    signals: Object.fromEntries(sets) as Record<SignalSetName, number>,
    filters: filtersOf(status) - filters,
    uids: field(status, 'Uid').slice(0, 3).map(Number),
    gids: field(status, 'Gid').slice(0, 3).map(Number),
    capabilities: ['CapPrm', 'CapEff', 'CapInh'].map((name) => field(status, name)[0] ?? ''),
  });
}
