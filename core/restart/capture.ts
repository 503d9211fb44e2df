// SPDX-License-Identifier: MIT
/**
 * A capture: a checkpoint reduced to what restart must recreate. The schema below is published as
 * capture.schema.json; what a schema can't say (one root, no cycles, no id twice) is in check.ts.
 */
import * as v from 'valibot';

const INT_MAX = 2147483647;
const UINT_MAX = 4294967295;

const whole = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

/** 0 stands for none, or for a process outside of the capture. */
const pid = whole(0, INT_MAX);
const time = whole(0, Number.MAX_SAFE_INTEGER);
const numbers = v.pipe(v.array(pid), v.minLength(1), v.maxLength(32));

const Task = v.strictObject({
  /** Its number in each pid namespace, outermost captured first, as NSpid in /proc/PID/status. */
  nspid: numbers,
  /** Parent, group and session, as numbers in the outermost captured namespace. */
  ppid: pid,
  pgid: pid,
  sid: pid,
  /** Not every checkpoint has names. At most 15 bytes (TASK_COMM_LEN). */
  comm: v.optional(v.pipe(v.string(), v.maxBytes(15))),
  state: v.picklist(['running', 'zombie']),
  /** What exit() was called with, for a zombie. */
  exitCode: v.optional(whole(0, 255)),
  /** The numbers of every other thread, the leader left out. */
  threads: v.array(numbers),
});

const PERM = {
  id: whole(0, INT_MAX),
  /** key_t is signed; 0 is IPC_PRIVATE. */
  key: whole(-INT_MAX - 1, INT_MAX),
  uid: whole(0, UINT_MAX - 1),
  gid: whole(0, UINT_MAX - 1),
  cuid: whole(0, UINT_MAX - 1),
  cgid: whole(0, UINT_MAX - 1),
  mode: whole(0, 0o777),
};

const Queue = v.strictObject({
  ...PERM,
  qbytes: whole(0, UINT_MAX),
  messages: v.array(
    v.strictObject({
      type: whole(1, Number.MAX_SAFE_INTEGER),
      text: v.pipe(v.string(), v.base64()),
    }),
  ),
  /** Absent where the checkpoint did not carry it; CRIU's does not. */
  state: v.optional(
    v.strictObject({ lspid: pid, lrpid: pid, stime: time, rtime: time, ctime: time }),
  ),
});

const SemaphoreSet = v.strictObject({
  ...PERM,
  values: v.pipe(v.array(whole(0, 32767)), v.minLength(1), v.maxLength(32000)),
  state: v.optional(v.strictObject({ otime: time, ctime: time, pids: v.array(pid) })),
});

const Segment = v.strictObject({
  ...PERM,
  size: whole(1, Number.MAX_SAFE_INTEGER),
  state: v.optional(
    v.strictObject({ cpid: pid, lpid: pid, atime: time, dtime: time, ctime: time }),
  ),
});

export const CaptureSchema = v.strictObject({
  schema: v.literal('sideband-capture/1'),
  /** Where it comes from, for people. */
  source: v.string(),
  tasks: v.pipe(v.array(Task), v.minLength(1)),
  ipc: v.strictObject({
    msg: v.array(Queue),
    sem: v.array(SemaphoreSet),
    shm: v.array(Segment),
  }),
});

export type Capture = v.InferOutput<typeof CaptureSchema>;
