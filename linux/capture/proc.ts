// SPDX-License-Identifier: MIT
/**
 * /proc as a capture reads it: tasks as status, stat, comm, task/ and ns/ tell of them, after
 * fs/proc/array.c and fs/proc/namespaces.c. Entries come and go and may be closed to us while we
 * read, so each answer is also one of these: gone, or not to be read.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { InputError } from '../../core/input-error.ts';

/** Paths are below /proc. Each throws what node:fs throws. */
export interface Proc {
  list(path: string): readonly string[];
  read(path: string): Uint8Array;
  link(path: string): string;
  /** Is there a process of this number, whether or not we may see it? */
  exists(pid: number): boolean;
}

export const PROC: Proc = {
  list: (path) => readdirSync(`/proc/${path}`),
  read: (path) => readFileSync(`/proc/${path}`),
  link: (path) => readlinkSync(`/proc/${path}`),
  exists(pid) {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return codeOf(error) !== 'ESRCH';
    }
  },
};

/** A process as /proc shows it. Numbers are lists, from /proc's own pid namespace inwards. */
export interface Seen {
  readonly nspid: readonly number[];
  readonly ppid: number;
  readonly nspgid: readonly number[];
  readonly nssid: readonly number[];
  /** Null where it is not UTF-8. */
  readonly comm: string | null;
  readonly isZombie: boolean;
  /** In wait4's format; null where we may not know. */
  readonly exitStatus: number | null;
  readonly threads: readonly (readonly number[])[];
  /** The name of its IPC namespace, null where we may not know or, of a zombie, it has none. */
  readonly ipcNs: string | null;
}

export type Glimpse = Seen | 'kernel thread' | 'gone' | 'unreadable';

export function readTask(proc: Proc, pid: number): Glimpse {
  try {
    const stat = statOf(proc, pid);
    if ((stat.flags & PF_KTHREAD) !== 0) return 'kernel thread';
    const status = statusOf(proc, `${pid}`);
    const isZombie = /^[ZX]/.test(status.one('State'));
    return {
      nspid: status.numbers('NSpid'),
      ppid: Number(status.one('PPid')),
      nspgid: status.numbers('NSpgid'),
      nssid: status.numbers('NSsid'),
      comm: commOf(proc, pid),
      isZombie,
      // Shown as 0 to those who may not know; who may is who may follow its links.
      exitStatus: isZombie && linkOf(proc, pid, 'pid') !== null ? stat.exitStatus : null,
      threads: threadsOf(proc, pid),
      ipcNs: isZombie ? null : linkOf(proc, pid, 'ipc'),
    };
  } catch (error) {
    const code = codeOf(error);
    if (GONE.has(code)) return 'gone';
    if (CLOSED.has(code)) return 'unreadable';
    throw error;
  }
}

/** Numbers of the processes that are listed. @throws InputError where there is no /proc */
export function listTasks(proc: Proc): readonly number[] {
  try {
    return proc
      .list('')
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number);
  } catch (error) {
    throw new InputError('/proc', `can't be read (${codeOf(error)})`, 'mount it, on Linux');
  }
}

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH']);
const CLOSED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);
const PF_KTHREAD = 0x200000;

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** The fields of /proc/PID/stat behind the name, which may hold anything, brackets included. */
function statOf(proc: Proc, pid: number) {
  const line = text(proc.read(`${pid}/stat`));
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .trim()
    .split(' ')
    .map(Number);
  // The state is field 3 of proc(5), flags is 9 and exit_code is 52.
  return { flags: fields[6] ?? 0, exitStatus: fields[49] ?? 0 };
}

function statusOf(proc: Proc, directory: string) {
  const place = `/proc/${directory}/status`;
  const lines = new Map(
    text(proc.read(`${directory}/status`))
      .split('\n')
      .map((line) => {
        const [name = '', value = ''] = line.split(':\t');
        return [name, value] as const;
      }),
  );
  const one = (name: string): string => {
    const value = lines.get(name);
    if (value !== undefined) return value;
    throw new InputError(place, `it has no ${name}`, 'read a /proc of Linux 4.1 or later');
  };
  return { one, numbers: (name: string) => one(name).trim().split(/\s+/).map(Number) };
}

function commOf(proc: Proc, pid: number): string | null {
  const bytes = proc.read(`${pid}/comm`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\n$/, '');
  } catch {
    return null;
  }
}

/** All but the leader. One that goes while we read was one that had gone. */
function threadsOf(proc: Proc, pid: number): number[][] {
  const threads: number[][] = [];
  for (const name of proc.list(`${pid}/task`)) {
    if (name === String(pid)) continue;
    try {
      threads.push(statusOf(proc, `${pid}/task/${name}`).numbers('NSpid'));
    } catch (error) {
      if (!GONE.has(codeOf(error))) throw error;
    }
  }
  return threads;
}

function linkOf(proc: Proc, pid: number, name: string): string | null {
  try {
    return proc.link(`${pid}/ns/${name}`);
  } catch (error) {
    const code = codeOf(error);
    if (GONE.has(code) || CLOSED.has(code)) return null;
    throw error;
  }
}
