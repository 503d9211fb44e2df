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

/** By task: the namespace that it says, or else its parent's; the dead are in none that counts. */
export function ipcMembership(tasks: readonly CapturedTask[]): ReadonlyMap<CapturedTask, number> {
  const byNumber = new Map(tasks.map((task) => [outermost(task.nspid), task]));
  const known = new Map<CapturedTask, number>();
  for (const task of tasks) {
    const unknown: CapturedTask[] = [];
    let at: CapturedTask | undefined = task;
    while (at !== undefined && !known.has(at) && at.ipcNs === undefined) {
      unknown.push(at);
      at = byNumber.get(at.ppid);
    }
    const found = at === undefined ? 0 : (known.get(at) ?? at.ipcNs ?? 0);
    for (const member of at === undefined ? unknown : [at, ...unknown]) known.set(member, found);
  }
  return known;
}

/** The keeper of each namespace, by its place; undefined where nobody living is in it. */
export function ipcKeepers({ tasks, otherIpc }: Capture): readonly (CapturedTask | undefined)[] {
  const membership = ipcMembership(tasks);
  const keepers: (CapturedTask | undefined)[] = Array.from({ length: 1 + (otherIpc?.length ?? 0) });
  for (const task of tasks) {
    const ns = membership.get(task) ?? 0;
    const keeper = keepers[ns];
    if (task.state === 'zombie' || ns === 0) continue;
    if (keeper === undefined || isBefore(task, keeper)) keepers[ns] = task;
  }
  keepers[0] = tasks.find(({ ppid }) => ppid === 0);
  return keepers;
}

const isBefore = (a: CapturedTask, b: CapturedTask): boolean =>
  a.nspid.length < b.nspid.length ||
  (a.nspid.length === b.nspid.length && outermost(a.nspid) < outermost(b.nspid));
