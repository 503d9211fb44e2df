// SPDX-License-Identifier: MIT
/** A script on the kernel below, by the agent. System call numbers are those of x86-64. */
import { CLONE_PARENT, CLONE_THREAD, CLONE_VM, SIGCHLD } from '../../core/kernel/flags.ts';
import { CLONE_ARGS } from '../../core/kernel/memory.ts';
import type { Agent } from '../host/agent.ts';
import { NR_THREAD, type WireArg, type WireEvent, type WireStep } from '../host/protocol.ts';
import { shown, shownResult } from './on-model.ts';
import {
  type Answer,
  type Arg,
  BORN,
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
  unshare: 272,
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
};

/** Where the structure of a clone that needs one goes: behind what generated scripts use. */
const CLONE_ARGS_AT = 4096 - 128;

export async function runOnLinux(agent: Agent, script: Script): Promise<Answer> {
  const { base, size } = agent.hello;
  const wire = script.map((step) => wireStep(step, base + BigInt(step.task * size)));
  const { events, tasks } = await agent.run(wire);
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
      .map(({ status }) => taskOf(status, outer, nameOf(births.get(0) ?? '')))
      .sort(),
  };
}

function answerOf(step: Step, index: number, events: readonly WireEvent[]): StepAnswer {
  const own = events.filter((event) => event.step === index && event.kind !== 'born');
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
  const stores = (step.stores ?? []).map((store) => wireStore(store, memory));
  const common = { task, child: child ?? 0, loads: step.loads ?? [] };
  const wired = args.map(wireArg);
  if (call === 'clone') {
    const flags = Number(args[0] ?? 0);
    if ((flags & CLONE_VM) !== 0) return { ...common, ...cloneWithStack(flags) };
    wired[0] = { kind: 'number', value: BigInt(flags | SIGCHLD) };
  }
  if (call === 'shmat') wired.splice(1, 0, { kind: 'number', value: 0n });
  const needsStack = call === 'clone3' && (flagsIn(step) & CLONE_VM) !== 0;
  return { ...common, nr: needsStack ? NR_THREAD : NUMBERS[call], args: wired, stores };
}

/** The flags that a clone3 finds in the structure that the step stores; 0 where there is none. */
function flagsIn({ args: [address], stores }: Step): number {
  if (typeof address !== 'object' || !('memory' in address)) return 0;
  const store = stores?.find(({ offset }) => offset === address.memory);
  return store !== undefined && 'value' in store ? store.value : 0;
}

/** What shares memory has a stack of its own: clone3, whose structure the agent completes. */
function cloneWithStack(flags: number): Pick<WireStep, 'nr' | 'args' | 'stores'> {
  const struct = Buffer.alloc(CLONE_ARGS.bytes);
  struct.writeBigUInt64LE(BigInt(flags), 0);
  // Threads have no exit signal, and siblings that of their parent.
  const inherits = (flags & (CLONE_THREAD | CLONE_PARENT)) !== 0;
  if (!inherits) struct.writeBigUInt64LE(BigInt(SIGCHLD), 32);
  return {
    nr: NR_THREAD,
    args: [
      { kind: 'memory', offset: CLONE_ARGS_AT },
      { kind: 'number', value: BigInt(CLONE_ARGS.bytes) },
    ],
    stores: [{ offset: CLONE_ARGS_AT, bytes: struct }],
  };
}

function wireArg(arg: Arg): WireArg {
  if (typeof arg === 'number') return { kind: 'number', value: BigInt(arg) };
  if ('memory' in arg) return { kind: 'memory', offset: arg.memory };
  return { kind: 'result', step: arg.result };
}

function wireStore(store: Store, memory: bigint): { offset: number; bytes: Buffer } {
  if ('text' in store) return { offset: store.offset, bytes: Buffer.from(store.text, 'latin1') };
  const bytes = Buffer.alloc(8);
  if ('memory' in store) {
    bytes.writeBigUInt64LE(memory + BigInt(store.memory));
    return { offset: store.offset, bytes };
  }
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

const nameOf = (status: string): string => /^Name:\t(.*)$/m.exec(status)?.[1] ?? '';

function taskOf(status: string, outer: number, born: string): string {
  const numbers = (name: string) => field(status, name).slice(outer).map(Number);
  return formatTask({
    nspid: numbers('NSpid'),
    nspgid: numbers('NSpgid'),
    nssid: numbers('NSsid'),
    isZombie: field(status, 'State')[0] === 'Z',
    comm: nameOf(status) === born ? BORN : nameOf(status),
    uids: field(status, 'Uid').slice(0, 3).map(Number),
    gids: field(status, 'Gid').slice(0, 3).map(Number),
    capabilities: ['CapPrm', 'CapEff', 'CapInh'].map((name) => field(status, name)[0] ?? ''),
  });
}
