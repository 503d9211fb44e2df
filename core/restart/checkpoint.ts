// SPDX-License-Identifier: MIT
/** Reads a tree of tasks and its IPC objects from the model kernel, as a capture. */
import type { IpcIds, IpcNamespace, IpcPerm } from '../model/ipc.ts';
import type { ModelKernel } from '../model/kernel.ts';
import { type Pid, type PidNamespace, pidNrNs } from '../model/pid.ts';
import type { Signal, Task } from '../model/task.ts';
import type { Capture } from './capture.ts';
import { ipcKeepers } from './ipc-namespaces.ts';

type CapturedTask = Capture['tasks'][number];

/** The tree from `root` down, in its numbers from `ns` inwards, and the IPC objects of all of it. */
export function checkpoint(kernel: ModelKernel, root: Signal, ns: PidNamespace): Capture {
  const outside = new Set([kernel.init.signal.pgrp.v, kernel.init.signal.session.v]);
  const visible = (pid: Pid | null) => (outside.has(pid) ? 0 : pidNrNs(pid, ns));
  const level = ns.level.v;
  const numbers = (pid: Pid | null) => (pid?.numbers.v ?? []).slice(level);
  const tasks: CapturedTask[] = [];
  const namespaces = new Map<IpcNamespace, number>();
  const living = new Map<CapturedTask, Task>();
  const queue: { signal: Signal; ppid: number }[] = [{ signal: root, ppid: 0 }];
  for (let at = 0; at < queue.length; at++) {
    const item = queue[at];
    const leader = item?.signal.leader.v ?? null;
    if (item === undefined || leader === null) continue;
    const { signal, ppid } = item;
    const isZombie = leader.exitState.v === 'zombie';
    const ipcNs = namespaces.get(leader.ipcNs) ?? namespaces.size;
    if (!isZombie) namespaces.set(leader.ipcNs, ipcNs);
    const task: CapturedTask = {
      nspid: numbers(leader.pid.v),
      ppid,
      pgid: visible(signal.pgrp.v),
      sid: visible(signal.session.v),
      comm: leader.comm.v,
      ...(isZombie
        ? { state: 'zombie' as const, exitCode: leader.exitCode.v >> 8 }
        : { state: 'running' as const, ipcNs }),
      threads: [...signal.threads].filter((t) => t !== leader).map((t) => numbers(t.pid.v)),
    };
    tasks.push(task);
    living.set(task, leader);
    for (const child of signal.children) {
      queue.push({ signal: child, ppid: pidNrNs(leader.pid.v, ns) });
    }
  }
  const ofRoot: Capture = {
    schema: 'sideband-capture/2',
    source: 'model kernel',
    tasks,
    ipc: { msg: [], sem: [], shm: [] },
    otherIpc: [...namespaces].slice(1).map(() => ({ msg: [], sem: [], shm: [] })),
  };
  const [ipc = ofRoot.ipc, ...otherIpc] = ipcKeepers(ofRoot).map((keeper) => {
    const task = keeper === undefined ? undefined : living.get(keeper);
    return task === undefined ? ofRoot.ipc : checkpointIpc(task.ipcNs, task.activePidNs);
  });
  return { ...ofRoot, ipc, otherIpc };
}

function checkpointIpc(objects: IpcNamespace, ns: PidNamespace): Capture['ipc'] {
  const shown = (pid: Pid | null) => pidNrNs(pid, ns);
  return {
    msg: sorted(objects.msg).map((queue) => ({
      ...perm(queue),
      qbytes: queue.qbytes.v,
      messages: queue.messages.v.map(({ type, text }) => ({
        type,
        text: Buffer.from(text, 'latin1').toString('base64'),
      })),
      state: {
        lspid: shown(queue.lspid.v),
        lrpid: shown(queue.lrpid.v),
        stime: queue.stime.v,
        rtime: queue.rtime.v,
        ctime: queue.ctime.v,
      },
    })),
    sem: sorted(objects.sem).map((set) => ({
      ...perm(set),
      values: [...set.values.v],
      state: { otime: set.otime.v, ctime: set.ctime.v, pids: set.pids.v.map(shown) },
    })),
    shm: sorted(objects.shm).map((segment) => ({
      ...perm(segment),
      size: segment.bytes.v,
      state: {
        cpid: shown(segment.cpid.v),
        lpid: shown(segment.lpid.v),
        atime: segment.atime.v,
        dtime: segment.dtime.v,
        ctime: segment.ctime.v,
      },
    })),
  };
}

const sorted = <T extends IpcPerm>({ slots }: IpcIds<T>): T[] =>
  [...slots.entries()].map(([, object]) => object).sort((a, b) => a.id.v - b.id.v);

const perm = (object: IpcPerm) => ({
  id: object.id.v,
  key: object.key.v,
  uid: object.uid.v,
  gid: object.gid.v,
  cuid: object.cuid.v,
  cgid: object.cgid.v,
  mode: object.mode.v,
});
