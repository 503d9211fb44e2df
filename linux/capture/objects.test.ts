// SPDX-License-Identifier: MIT
/** What is made of the lines of ipc-objects.c, and of /proc/sysvipc where it can't be run. */
import { describe, expect, it } from 'vitest';
import { objectsOf, readObjects, readSysvipc } from './objects.ts';
import { PROC } from './proc.ts';

const PERM = { id: 32769, key: -5, uid: 1, gid: 2, cuid: 3, cgid: 4, mode: 0o1640 };
const TIMES = { stime: 11, rtime: 12, ctime: 13 };
const QUEUE = { type: 'msg', ...PERM, qbytes: 99, lspid: 7, lrpid: 8, ...TIMES };
const SEGMENT = { type: 'shm', ...PERM, size: 5, cpid: 1, lpid: 2, atime: 3, dtime: 4, ctime: 5 };
const lines = (...objects: readonly object[]) =>
  objects.map((object) => `${JSON.stringify(object)}\n`).join('');

describe('a line of an IPC object', () => {
  it('becomes one of a capture', () => {
    const messages = [{ type: 5, text: '6869' }];
    const set = { type: 'sem', ...PERM, otime: 1, ctime: 2, values: [0, 3], pids: [0, 9] };
    const { ipc, lacks } = objectsOf(
      lines({ ...QUEUE, messages }, set, { ...SEGMENT, mode: 0o2640 }),
      [],
    );
    const perm = { ...PERM, mode: 0o640 };
    expect(ipc.msg).toEqual([
      {
        ...perm,
        qbytes: 99,
        messages: [{ type: 5, text: 'aGk=' }],
        state: { lspid: 7, lrpid: 8, ...TIMES },
      },
    ]);
    expect(ipc.sem[0]?.state).toEqual({ otime: 1, ctime: 2, pids: [0, 9] });
    expect(ipc.shm).toHaveLength(1);
    expect(lacks).toEqual([]);
  });

  it('whose contents may not be read, or that is going, is left out and named', () => {
    const set = { type: 'sem', ...PERM, otime: 1, ctime: 2, errno: 13 };
    const torn = { ...QUEUE, messages: [], errno: 38 };
    const { ipc, lacks } = objectsOf(lines(torn, set, SEGMENT), []);
    expect(ipc).toEqual({ msg: [], sem: [], shm: [] });
    expect(lacks).toEqual([
      'left out, as their contents may not be read or they are going: msg 32769, sem 32769, shm 32769',
    ]);
  });
});

describe('a namespace', () => {
  it('that can not be entered is one sentence', async () => {
    await expect(readObjects('/nonexistent', 1)).rejects.toThrow(
      /^the IPC namespace of process 1: it can't be read \(.*ENOENT.*\); be root/,
    );
    await expect(readObjects('/bin/false', 1)).rejects.toThrow(/can't be read/);
  });

  it('without the program has its segments; the rest is named, never guessed', () => {
    const files: Record<string, string> = {
      'sysvipc/msg': '       key      msqid perms\n        81          0   600\n',
      'sysvipc/sem': '       key      semid perms\n        83          4   600\n',
      'sysvipc/shm': [
        '       key      shmid perms       size  cpid  lpid nattch   uid   gid  cuid  cgid atime dtime ctime rss swap',
        '        84     32770   640      12345     5     6      0     0     0     0     0   1  2   3   0  0',
        '         0     32771  1640      12345     5     6      1     0     0     0     0   1  2   3   0  0',
      ].join('\n'),
    };
    const proc = { ...PROC, read: (path: string) => Buffer.from(files[path] ?? '') };
    const { ipc, lacks } = readSysvipc(proc, true);
    const state = { cpid: 5, lpid: 6, atime: 1, dtime: 2, ctime: 3 };
    expect(ipc.shm).toEqual([
      { id: 32770, key: 84, uid: 0, gid: 0, cuid: 0, cgid: 0, mode: 0o640, size: 12345, state },
    ]);
    expect(lacks).toEqual([
      'left out, as /proc lacks what they hold: msg 0',
      'left out, as /proc lacks what they hold: sem 4',
    ]);
    expect(readSysvipc(proc, false).ipc.shm[0]).not.toHaveProperty('state');
  });
});
