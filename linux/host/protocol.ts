// SPDX-License-Identifier: MIT
/** The harness's end of linux/agent/protocol.h, version 5, and nothing that is not in there. */

export const AGENT_MAGIC = 0x42444953;
export const AGENT_VERSION = 5;
export const REQUEST_STEPS = 0;
export const REQUEST_RACE = 1;
export const REQUEST_TIMES = 2;
export const REQUEST_RESTORE = 3;
export const MAX_TASKS = 32;
export const MAX_STEPS = 8192;
export const MEMORY_SIZE = 16384;
export const STACK_SIZE = 65536;
export const HANDLER_SIZE = 16;
export const ARG_NUMBER = 0;
export const ARG_RESULT = 1;
export const ARG_MEMORY = 2;
export const ARG_STACK = 3;
export const ARG_STACK_END = 4;
export const MAX_RACERS = 8;
export const MAX_NODES = 65536;
export const MAX_OUTCOMES = 4096;
export const RACE_END = 0x80000000;
export const RACE_STUCK = 0x7fffffff;
export const MODE_FREE = 0;
export const MODE_APART = 1;
export const MODE_TOGETHER = 2;
export const MAX_TAPES = 65536;
export const MAX_CALLS = 65536;
export const MAX_PLAYS = 1024;
export const MAX_LAPS = 512;
export const MAX_TALLIES = 65536;
export const CLOCK_NS = 0;
export const CLOCK_TICKS = 1;
export const TAPE_STACK_SIZE = 16384;
export const NO_TAPE = 0xffffffff;
export const OWN_ARRIVE = 0xff00;
export const OWN_WAIT = 0xff01;
export const OWN_SEE_OFF = 0xff02;
export const MAX_FRAME = 1 << 28;
export const MAX_REPLY = 1 << 21;
export const FEATURE_CLONE3 = 1;
export const FEATURE_UNSHARE = 2;
export const FEATURE_LAST_PID = 4;
export const FEATURE_NEXT_ID = 8;
export const FEATURE_TIMER_IDS = 16;
export const FEATURE_OWN_PROC = 32;
export const FEATURE_EXECVE = 64;
export const FEATURE_SETNS = 128;
export const FEATURE_PIDFD = 256;
export const FEATURE_SECCOMP = 512;
export const FEATURE_KEEPS_USER = 1024;

export type WireArg =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'result'; readonly step: number }
  | { readonly kind: 'memory'; readonly offset: number };

export interface WireStep {
  readonly task: number;
  readonly child: number;
  readonly nr: number;
  readonly args: readonly WireArg[];
  readonly stores: readonly { readonly offset: number; readonly bytes: Buffer }[];
  readonly loads: readonly { readonly offset: number; readonly bytes: number }[];
}

export type EventKind = 'done' | 'blocked' | 'gone' | 'busy' | 'born';
const EVENT_KINDS: readonly EventKind[] = ['done', 'blocked', 'gone', 'busy', 'born'];

export interface WireEvent {
  readonly step: number;
  readonly kind: EventKind;
  readonly result: bigint;
  readonly bytes: Buffer;
}

export interface WireReply {
  readonly events: readonly WireEvent[];
  /** The status file of each task at the end, empty for one that is gone. */
  readonly tasks: readonly { readonly task: number; readonly status: string }[];
}

export interface Hello {
  /** User and group numbers that can be used, from 0 on; 1 without privilege. */
  readonly users: number;
  /** FEATURE_ bits. */
  readonly features: number;
  /** Addresses: of the first task's memory, stack and handler, and of what handlers return to. */
  readonly memory: bigint;
  readonly stacks: bigint;
  readonly handlers: bigint;
  readonly restorer: bigint;
}

/** What the other end said is not of this protocol. */
export class ProtocolError extends Error {}

const ARG_KINDS = { number: ARG_NUMBER, result: ARG_RESULT, memory: ARG_MEMORY } as const;

export function encodeRequest(steps: readonly WireStep[]): Buffer {
  const parts: Buffer[] = [word(steps.length, 4)];
  for (const { task, child, nr, args, stores, loads } of steps) {
    const head = Buffer.from([task, child, nr & 0xff, nr >> 8]);
    parts.push(head, Buffer.from([args.length, stores.length, loads.length, 0]));
    parts.push(...args.map(encodeArg), ...stores.map(encodeStore));
    for (const { offset, bytes } of loads) parts.push(word(offset, 2), word(bytes, 2));
  }
  return frameOf(REQUEST_STEPS, parts);
}

/** A request of some kind, with its length in front. */
export function frameOf(kind: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([word(kind, 4), ...parts]);
  return Buffer.concat([word(body.length, 4), body]);
}

export function encodeArg(arg: WireArg): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = ARG_KINDS[arg.kind];
  bytes.writeBigUInt64LE(BigInt.asUintN(64, wordOf(arg)), 1);
  return bytes;
}

export const encodeStore = ({ offset, bytes }: WireStep['stores'][number]): Buffer =>
  Buffer.concat([word(offset, 2), word(bytes.length, 2), bytes]);

function wordOf(arg: WireArg): bigint {
  switch (arg.kind) {
    case 'number':
      return arg.value;
    case 'result':
      return BigInt(arg.step);
    case 'memory':
      return BigInt(arg.offset);
  }
}

export function word(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

/** Reads numbers and bytes from a frame, and never beyond it. */
export class FrameReader {
  private at = 0;
  private readonly frame: Buffer;

  constructor(frame: Buffer) {
    this.frame = frame;
  }

  bytes(count: number): Buffer {
    const bytes = this.frame.subarray(this.at, this.at + count);
    if (bytes.length < count) throw new ProtocolError('a frame ends in the middle of a value');
    this.at += count;
    return bytes;
  }

  number(count: number): number {
    return this.bytes(count).readUIntLE(0, count);
  }

  end(): void {
    if (this.at < this.frame.length) throw new ProtocolError('a frame goes on after its end');
  }
}

/** @throws ProtocolError */
export function decodeHello(frame: Buffer): Hello {
  const reader = new FrameReader(frame);
  if (reader.number(4) !== AGENT_MAGIC) throw new ProtocolError('it does not say who it is');
  const version = reader.number(4);
  if (version !== AGENT_VERSION) throw new ProtocolError(`it speaks version ${version}`);
  const users = reader.number(4);
  const features = reader.number(4);
  const [memory, stacks, handlers, restorer] = Array.from({ length: 4 }, () =>
    reader.bytes(8).readBigUInt64LE(0),
  ) as [bigint, bigint, bigint, bigint];
  reader.end();
  return { users, features, memory, stacks, handlers, restorer };
}

/** @throws ProtocolError */
export function decodeReply(frame: Buffer): WireReply {
  const reader = new FrameReader(frame);
  const events = Array.from({ length: limited(reader.number(4), 4 * MAX_STEPS) }, () => {
    const step = reader.number(4);
    const kind = EVENT_KINDS[reader.number(1)];
    if (kind === undefined) throw new ProtocolError('an event of no known kind');
    reader.number(1);
    const length = reader.number(2);
    const result = reader.bytes(8).readBigInt64LE(0);
    return { step, kind, result, bytes: reader.bytes(length) };
  });
  const tasks = Array.from({ length: limited(reader.number(4), MAX_TASKS) }, () => {
    const task = reader.number(1);
    reader.number(1);
    return { task, status: reader.bytes(reader.number(2)).toString('latin1') };
  });
  reader.end();
  return { events, tasks };
}

export function limited(count: number, most: number): number {
  if (count > most) throw new ProtocolError(`${count} of what can be ${most} at most`);
  return count;
}
