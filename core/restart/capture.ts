// SPDX-License-Identifier: MIT
/**
 * A capture: a checkpoint reduced to what restart must recreate. The schema below is published as
 * capture.schema.json; what a schema can't say (one root, no cycles, no id twice) is in check.ts.
 *
 * Version 2 added IPC namespaces beside the root's; without any, a capture is one of version 1.
 */
import * as v from 'valibot';

const INT_MAX = 2147483647;
const UINT_MAX = 4294967295;

const whole = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

const time = whole(0, Number.MAX_SAFE_INTEGER);
const pid = whole(0, INT_MAX);
/** A number by which the capture's outermost namespace knows a process. */
const outer = (what: string) =>
  v.pipe(
    pid,
    v.description(`${what}, as numbered in the outermost captured namespace; 0: outside`),
  );
const numbers = v.pipe(v.array(pid), v.minLength(1), v.maxLength(32));

const Task = v.strictObject({
  nspid: v.pipe(
    numbers,
    v.description('its number in each pid namespace, outermost captured first, as NSpid'),
  ),
  ppid: outer('parent'),
  pgid: outer('process group'),
  sid: outer('session'),
  comm: v.optional(
    v.pipe(v.string(), v.maxBytes(15), v.description('name, at most 15 bytes, where it is known')),
  ),
  state: v.picklist(['running', 'zombie']),
  exitCode: v.optional(
    v.pipe(whole(0, 255), v.description('what exit() was called with, for a zombie')),
  ),
  threads: v.pipe(
    v.array(numbers),
    v.description('the numbers of every other thread, the leader left out'),
  ),
  ipcNs: v.optional(
    v.pipe(
      whole(0, INT_MAX),
      v.description("its IPC namespace: 0 the root's, n otherIpc[n - 1]; absent: its parent's"),
    ),
  ),
});

const PERM = {
  id: whole(0, INT_MAX),
  key: v.pipe(whole(-INT_MAX - 1, INT_MAX), v.description('key_t, signed; 0 is IPC_PRIVATE')),
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
  // Absent where the checkpoint did not carry it; CRIU's does not.
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

const Ipc = v.strictObject({
  msg: v.array(Queue),
  sem: v.array(SemaphoreSet),
  shm: v.array(Segment),
});

export const SCHEMAS = ['sideband-capture/1', 'sideband-capture/2'] as const;

export const CaptureSchema = v.pipe(
  v.strictObject({
    schema: v.picklist(SCHEMAS),
    source: v.pipe(v.string(), v.description('where it comes from, for people')),
    tasks: v.pipe(v.array(Task), v.minLength(1)),
    ipc: v.pipe(
      Ipc,
      v.description("of the root's IPC namespace; pids in it are numbers that the root sees"),
    ),
    otherIpc: v.optional(
      v.pipe(
        v.array(Ipc),
        v.description(
          'of other IPC namespaces; pids in one are numbers that its keeper sees: the living task in it with the fewest numbers, and of these the lowest first one',
        ),
      ),
    ),
  }),
  v.title('Sideband capture'),
  v.description('A checkpoint reduced to what a restart must recreate.'),
);

export type Capture = v.InferOutput<typeof CaptureSchema>;
export type CapturedIpc = Capture['ipc'];
