// SPDX-License-Identifier: MIT
/** What this machine has room for, looked at before anything is restored. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Capture } from '../../core/restart/capture.ts';
import { ipcNamespaces } from '../../core/restart/ipc-namespaces.ts';
import type { Agent } from '../host/agent.ts';
import { FEATURE_CLONE3, FEATURE_LAST_PID, FEATURE_NEXT_ID } from '../host/protocol.ts';
import { readSteps, textRead } from '../host/read-file.ts';

export interface Limits {
  /** In a fresh pid namespace. */
  readonly pidMax: number;
  /** The most objects of a fresh IPC namespace. */
  readonly msg: number;
  readonly sem: number;
  readonly shm: number;
  /** Users from 0 on. */
  readonly users: number;
  readonly features: number;
  /** The tightest of what bounds tasks, by its name. */
  readonly tasks: { readonly limit: string; readonly most: number };
}

/** Of a task that does next to nothing: its kernel stack, page tables and pages of its own. */
const TASK_BYTES = 192 * 1024;

/** @throws InputError where the agent fails */
export async function readLimits(agent: Agent): Promise<Limits> {
  const kernel = async (name: string) =>
    (await readFresh(agent, `/proc/sys/kernel/${name}`)).split(/\s+/).map(Number);
  const [pidMax = 0] = await kernel('pid_max');
  const [msg = 0] = await kernel('msgmni');
  const [, , , sem = 0] = await kernel('sem');
  const [shm = 0] = await kernel('shmmni');
  const { users, features } = agent.hello;
  return { pidMax, msg, sem, shm, users, features, tasks: tightest() };
}

const readFresh = async (agent: Agent, path: string): Promise<string> =>
  textRead(await agent.run(readSteps(path)));

function tightest(): Limits['tasks'] {
  const number = (path: string) => Number(textOf(path).trim().split(/\s+/)[0] || Number.NaN);
  const nproc = Number(/^Max processes\s+(\d+)/m.exec(textOf('/proc/self/limits'))?.[1]);
  const free = Number(/^MemAvailable:\s+(\d+)/m.exec(textOf('/proc/meminfo'))?.[1]) * 1024;
  const all: Limits['tasks'][] = [
    { limit: 'pid_max', most: number('/proc/sys/kernel/pid_max') },
    { limit: 'threads-max', most: number('/proc/sys/kernel/threads-max') },
    { limit: 'pids.max of the cgroup', most: pidsMax() },
    // Root of the machine is not held to it.
    { limit: 'ulimit -u', most: process.getuid?.() === 0 ? Number.NaN : nproc },
    { limit: 'what memory has room for', most: Math.floor(free / TASK_BYTES) },
  ];
  const known = all.filter(({ most }) => !Number.isNaN(most));
  return known.reduce((a, b) => (b.most < a.most ? b : a));
}

/** Of our cgroup and those around it, in either version. */
function pidsMax(): number {
  let most = Number.NaN;
  for (const line of textOf('/proc/self/cgroup').split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers !== '' && !controllers.split(',').includes('pids')) continue;
    const root = controllers === '' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/pids';
    for (let at = path; at.startsWith('/') && at !== '/'; at = join(at, '..')) {
      const own = Number.parseInt(textOf(join(root, at, 'pids.max')), 10);
      if (!Number.isNaN(own) && !(own >= most)) most = own;
    }
  }
  return most;
}

function textOf(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}

/** Why this can't be restored here by a way, or null. `made`: tasks and threads in all. */
export function beyond(
  limits: Limits,
  capture: Capture,
  way: { readonly name: string; readonly usesClone3: boolean },
  made: number,
): string | null {
  const { tasks, features } = limits;
  const lacks = (bit: number) => (features & bit) === 0;
  if (way.usesClone3 && lacks(FEATURE_CLONE3)) return 'clone3 is refused here';
  if (!way.usesClone3 && lacks(FEATURE_LAST_PID)) return 'ns_last_pid can not be written here';
  const namespaces = ipcNamespaces(capture);
  const objects = namespaces.flatMap(({ msg, sem, shm }) => [...msg, ...sem, ...shm]);
  if (objects.length > 0 && lacks(FEATURE_NEXT_ID)) return 'next_id can not be written here';
  if (made > tasks.most) {
    return `${tasks.limit} is ${tasks.most}, and this takes ${made} tasks and threads`;
  }
  const numbers = capture.tasks.flatMap(({ nspid, threads }) => [...nspid, ...threads.flat()]);
  const largest = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (largest >= limits.pidMax) return `pid_max is ${limits.pidMax}, and there is a ${largest}`;
  for (const type of ['msg', 'sem', 'shm'] as const) {
    const most = Math.max(...namespaces.map((ipc) => ipc[type].length));
    if (most > limits[type]) return `${type}mni is ${limits[type]}, and there are ${most}`;
  }
  const user = objects.flatMap(({ uid, gid }) => [uid, gid]).find((id) => id >= limits.users);
  return user === undefined
    ? null
    : `there are users 0 to ${limits.users - 1}, and ${user} is needed`;
}
