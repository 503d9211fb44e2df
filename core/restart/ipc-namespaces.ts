// SPDX-License-Identifier: MIT
/**
 * Which task of a capture is in which IPC namespace, and who is the keeper of each: it restores the
 * objects, and the pids in their state are numbers that it sees.
 */
import type { Capture, CapturedIpc } from './capture.ts';
import { type CapturedTask, outermost } from './planned.ts';

/** The namespaces of a capture, the root's first. */
export function ipcNamespaces({ ipc, otherIpc }: Capture): readonly CapturedIpc[] {
  return [ipc, ...(otherIpc ?? [])];
}

/** By living task: the namespace that it says, or else its parent's. */
export function ipcMembership(tasks: readonly CapturedTask[]): ReadonlyMap<CapturedTask, number> {
  const known = new Map<CapturedTask, number>();
  const silent: CapturedTask[] = [];
  for (const task of tasks) {
    if (task.ipcNs !== undefined) known.set(task, task.ipcNs);
    else if (task.state === 'running') silent.push(task);
  }
  if (silent.length === 0) return known;
  const byNumber = new Map(tasks.map((task) => [outermost(task.nspid), task]));
  for (const task of silent) {
    const path: CapturedTask[] = [];
    let at: CapturedTask | undefined = task;
    while (at !== undefined && !known.has(at)) {
      path.push(at);
      at = byNumber.get(at.ppid);
    }
    const found = at === undefined ? 0 : (known.get(at) ?? 0);
    for (const member of path) known.set(member, found);
  }
  return known;
}

/** The keeper of each namespace, by its place; undefined where nobody living is in it. */
export function ipcKeepers({ tasks, otherIpc }: Capture): readonly (CapturedTask | undefined)[] {
  const membership = ipcMembership(tasks);
  const keepers: (CapturedTask | undefined)[] = Array.from({ length: 1 + (otherIpc?.length ?? 0) });
  for (const [task, ns] of membership) {
    const keeper = keepers[ns];
    if (ns === 0) continue;
    if (keeper === undefined || isBefore(task, keeper)) keepers[ns] = task;
  }
  keepers[0] = tasks.find(({ ppid }) => ppid === 0);
  return keepers;
}

const isBefore = (a: CapturedTask, b: CapturedTask): boolean =>
  a.nspid.length < b.nspid.length ||
  (a.nspid.length === b.nspid.length && outermost(a.nspid) < outermost(b.nspid));
