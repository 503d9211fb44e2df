// SPDX-License-Identifier: MIT
/**
 * The IPC objects of a task's namespace: all of them by ipc-objects.c, which enters it; or where
 * that can't be, what /proc/sysvipc shows of our own. That has no size or messages of a queue and
 * no values of semaphores, so such objects are left out rather than guessed at.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { InputError } from '../../core/input-error.ts';
import type { CapturedIpc } from '../../core/restart/capture.ts';
import type { Proc } from './proc.ts';

const run = promisify(execFile);

export interface Objects {
  readonly ipc: CapturedIpc;
  readonly lacks: readonly string[];
}

const MOST_READINGS = 5;
const MOST_OUTPUT = 1 << 28;

const whole = v.pipe(v.number(), v.integer());
const PERM = {
  id: whole,
  key: whole,
  uid: whole,
  gid: whole,
  cuid: whole,
  cgid: whole,
  mode: whole,
};
/** In place of contents that may not be read. */
const errno = v.optional(whole);

/** A line of ipc-objects.c. */
const Line = v.variant('type', [
  v.strictObject({
    type: v.literal('msg'),
    ...PERM,
    qbytes: whole,
    lspid: whole,
    lrpid: whole,
    stime: whole,
    rtime: whole,
    ctime: whole,
    messages: v.optional(v.array(v.strictObject({ type: whole, text: v.string() }))),
    errno,
  }),
  v.strictObject({
    type: v.literal('sem'),
    ...PERM,
    otime: whole,
    ctime: whole,
    values: v.optional(v.array(whole)),
    pids: v.optional(v.array(whole)),
    errno,
  }),
  v.strictObject({
    type: v.literal('shm'),
    ...PERM,
    size: whole,
    cpid: whole,
    lpid: whole,
    atime: whole,
    dtime: whole,
    ctime: whole,
  }),
]);
type Line = v.InferOutput<typeof Line>;

/** Reads until two readings agree, as nothing stands still for us. @throws InputError */
export async function readObjects(program: string, pid: number): Promise<Objects> {
  let last = await runOnce(program, pid);
  for (let n = 1; n < MOST_READINGS; n++) {
    const next = await runOnce(program, pid);
    const isStill = next === last;
    last = next;
    if (isStill) return objectsOf(last, []);
  }
  return objectsOf(last, ['its IPC objects changed in every reading']);
}

async function runOnce(program: string, pid: number): Promise<string> {
  try {
    return (await run(program, [String(pid)], { maxBuffer: MOST_OUTPUT })).stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new InputError(
      `the IPC namespace of process ${pid}`,
      `it can't be read (${stderr?.trim() || String(error)})`,
      'be root, or capture a tree in a user namespace of yours',
    );
  }
}

const SHM_DEST = 0o1000;
const MODE = 0o777;

export function objectsOf(text: string, lacks: readonly string[]): Objects {
  const ipc: CapturedIpc = { msg: [], sem: [], shm: [] };
  const left: string[] = [];
  for (const json of text.split('\n')) {
    if (json === '') continue;
    const line = v.parse(Line, JSON.parse(json));
    if (!keep(ipc, line)) left.push(`${line.type} ${line.id}`);
  }
  return {
    ipc,
    lacks:
      left.length === 0
        ? lacks
        : [
            ...lacks,
            `left out, as their contents may not be read or they are going: ${left.join(', ')}`,
          ],
  };
}

/** False for an object that can't be had as a whole. */
function keep(ipc: CapturedIpc, line: Line): boolean {
  const { id, key, uid, gid, cuid, cgid, ctime } = line;
  const perm = { id, key, uid, gid, cuid, cgid, mode: line.mode & MODE };
  switch (line.type) {
    case 'msg': {
      if (line.messages === undefined || line.errno !== undefined) return false;
      const { qbytes, lspid, lrpid, stime, rtime } = line;
      ipc.msg.push({
        ...perm,
        qbytes,
        messages: line.messages.map(({ type, text }) => ({
          type,
          text: Buffer.from(text, 'hex').toString('base64'),
        })),
        state: { lspid, lrpid, stime, rtime, ctime },
      });
      return true;
    }
    case 'sem': {
      const { values, pids, otime } = line;
      if (values === undefined || pids === undefined) return false;
      ipc.sem.push({ ...perm, values, state: { otime, ctime, pids } });
      return true;
    }
    case 'shm': {
      // Marked to go with its last user: whoever made it anew would make another sort of segment.
      if ((line.mode & SHM_DEST) !== 0) return false;
      const { size, cpid, lpid, atime, dtime } = line;
      ipc.shm.push({ ...perm, size, state: { cpid, lpid, atime, dtime, ctime } });
      return true;
    }
  }
}

/** What /proc/sysvipc shows of our own namespace; state only where our numbers are the tree's. */
export function readSysvipc(proc: Proc, withState: boolean): Objects {
  const rows = (type: string) => sysvipcRows(proc, type);
  const shm = rows('shm').filter((row) => (octal(row, 'perms') & SHM_DEST) === 0);
  const lacks = [
    ...(
      [
        ['msg', 'msqid'],
        ['sem', 'semid'],
      ] as const
    ).flatMap(([type, id]) => {
      const ids = rows(type).map((row) => `${type} ${row.get(id)}`);
      return ids.length === 0 ? [] : [`left out, as /proc lacks what they hold: ${ids.join(', ')}`];
    }),
    ...(withState || shm.length === 0 ? [] : ['no state of segments, whose pids are not its own']),
  ];
  return {
    ipc: {
      msg: [],
      sem: [],
      shm: shm.map((row) => {
        const number = (name: string) => Number(row.get(name));
        const state = {
          cpid: number('cpid'),
          lpid: number('lpid'),
          atime: number('atime'),
          dtime: number('dtime'),
          ctime: number('ctime'),
        };
        return {
          id: number('shmid'),
          key: number('key'),
          uid: number('uid'),
          gid: number('gid'),
          cuid: number('cuid'),
          cgid: number('cgid'),
          mode: octal(row, 'perms') & MODE,
          size: number('size'),
          ...(withState ? { state } : {}),
        };
      }),
    },
    lacks,
  };
}

const octal = (row: ReadonlyMap<string, string>, name: string): number =>
  Number.parseInt(row.get(name) ?? '0', 8);

function sysvipcRows(proc: Proc, type: string): ReadonlyMap<string, string>[] {
  const [head = '', ...lines] = Buffer.from(proc.read(`sysvipc/${type}`))
    .toString('latin1')
    .trimEnd()
    .split('\n');
  const names = head.trim().split(/\s+/);
  return lines.map((line) => {
    const values = line.trim().split(/\s+/);
    return new Map(names.map((name, at) => [name, values[at] ?? '']));
  });
}
