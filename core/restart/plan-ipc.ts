// SPDX-License-Identifier: MIT
/**
 * Who leaves for an IPC namespace of its own, and when: a child inherits the one that its parent is
 * in as it forks, so a parent that unshares must do so behind the children that stay in the old one
 * and before those in the new one. One task founds each namespace and the others are born into it.
 * Left out: tasks that entered another's namespace by setns().
 */
import type { InputError } from '../input-error.ts';
import type { Capture } from './capture.ts';
import { ipcKeepers, ipcMembership } from './ipc-namespaces.ts';
import type { Planned } from './planned.ts';

/** Of whoever is outside of the tree: the restarter, and a helper that forks the root. */
const OUTSIDE = -1;

export function planIpc(
  capture: Capture,
  first: Planned,
  root: Planned,
  impossible: (planned: Planned, what: string) => InputError,
): void {
  const membership = ipcMembership(capture.tasks);
  const keepers = new Map(ipcKeepers(capture).map((task, ns) => [task ?? null, ns]));
  /** Null: a helper, or a zombie, which will do in any. */
  const wanted = ({ task }: Planned): number | null =>
    task === null || task.state === 'zombie' ? null : (membership.get(task) ?? 0);
  const founded = new Set([0]);
  const queue = [{ planned: first, born: OUTSIDE }];
  for (const item of queue) {
    const { planned } = item;
    const { task, early, late } = planned;
    // The root is cloned into a namespace of its own.
    const born = planned === root ? 0 : item.born;
    const own = wanted(planned) ?? born;
    if (task !== null) planned.keeps = keepers.get(task) ?? null;
    const isFounder = own !== born;
    if (isFounder) {
      if (founded.has(own)) throw impossible(planned, `IPC namespace ${own}, founded elsewhere`);
      founded.add(own);
      for (const children of [early, late]) {
        children.sort((a, b) => Number(wanted(b) === born) - Number(wanted(a) === born));
      }
    }
    const children = [...early, ...late];
    const stay = isFounder ? children.findLastIndex((child) => wanted(child) === born) + 1 : 0;
    const tooEarly = children.slice(0, stay).find((child) => wanted(child) === own && isFounder);
    if (tooEarly !== undefined) throw impossible(tooEarly, `IPC namespace ${own} so early`);
    if (isFounder) planned.leavesIpcAfter = stay;
    for (const [index, child] of children.entries()) {
      queue.push({ planned: child, born: index < stay ? born : own });
    }
  }
}
