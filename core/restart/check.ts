// SPDX-License-Identifier: MIT
/**
 * What a capture must be beyond its schema: one tree, numbers that are taken once in each pid
 * namespace, ids that an IPC namespace could hold at the same time. Linear in the capture's size.
 *
 * A pid namespace is derived: a task with as many numbers as its parent lives in its parent's; one
 * more number is a new one, whose init it is.
 */
import { InputError } from '../input-error.ts';
import type { Capture, CapturedIpc } from './capture.ts';
import { ipcKeepers } from './ipc-namespaces.ts';

type Task = Capture['tasks'][number];

/** PID_MAX_LIMIT and IPCMNI of Linux on 64 bits. */
const PID_MAX = 4194304;
const IPCMNI = 32768;

/** @throws InputError naming the first thing that no kernel could have held. */
export function checkCapture(capture: Capture, place: string): Capture {
  new TaskCheck(capture.tasks, place).run();
  checkNamespaces(capture, place);
  checkIpc(capture.ipc, `${place}: ipc`);
  for (const [index, ipc] of (capture.otherIpc ?? []).entries()) {
    checkIpc(ipc, `${place}: otherIpc[${index}]`);
  }
  return capture;
}

function checkIpc(ipc: CapturedIpc, place: string): void {
  for (const type of ['msg', 'sem', 'shm'] as const) checkIds(`${place}.${type}`, ipc[type]);
  for (const [index, { qbytes, messages }] of ipc.msg.entries()) {
    const bytes = messages.reduce((sum, { text }) => sum + Buffer.byteLength(text, 'base64'), 0);
    if (bytes > qbytes) {
      refuse(`${place}.msg[${index}]`, `${bytes} bytes of messages exceed qbytes ${qbytes}`);
    }
  }
  for (const [index, { values, state }] of ipc.sem.entries()) {
    if (state !== undefined && state.pids.length !== values.length) {
      refuse(`${place}.sem[${index}].state.pids`, `not one pid for each of ${values.length}`);
    }
  }
}

/** Who is in an IPC namespace that there is, and that none of them is empty. */
function checkNamespaces(capture: Capture, place: string): void {
  const { schema, tasks, otherIpc } = capture;
  const count = otherIpc?.length ?? 0;
  const isFirst = schema === 'sideband-capture/1';
  if (isFirst && otherIpc !== undefined) refuse(`${place}: otherIpc`, `${schema} has none`);
  for (const [index, { ipcNs, state, ppid }] of tasks.entries()) {
    if (ipcNs === undefined) continue;
    const at = `${place}: tasks[${index}].ipcNs`;
    if (isFirst) refuse(at, `${schema} has none`);
    if (state === 'zombie') refuse(at, 'a zombie is in no IPC namespace any more');
    if (ppid === 0 && ipcNs !== 0) refuse(at, `the root's is 0`);
    if (ipcNs > count) refuse(at, `there is no otherIpc[${ipcNs - 1}]`);
  }
  const empty = ipcKeepers(capture).indexOf(undefined);
  if (empty > 0) refuse(`${place}: otherIpc[${empty - 1}]`, 'no living task is in it');
}

function refuse(place: string, problem: string): never {
  throw new InputError(place, problem, 'no kernel could have been in this state; capture it again');
}

class TaskCheck {
  private readonly tasks: readonly Task[];
  private readonly place: string;
  private readonly byNumber = new Map<number, number>();

  constructor(tasks: readonly Task[], place: string) {
    this.tasks = tasks;
    this.place = place;
  }

  private at(index: number, field = ''): string {
    return `${this.place}: tasks[${index}]${field}`;
  }

  run(): void {
    this.ranges();
    for (const [index, task] of this.tasks.entries()) {
      const number = task.nspid[0] ?? 0;
      const other = this.byNumber.get(number);
      if (other !== undefined) {
        refuse(this.at(index, '.nspid'), `number ${number} is also that of tasks[${other}]`);
      }
      this.byNumber.set(number, index);
    }
    const order = this.parents();
    this.namespaces(order);
    this.groups();
    this.zombies();
  }

  private ranges(): void {
    for (const [index, { nspid, threads, pgid, sid, ppid }] of this.tasks.entries()) {
      for (const number of [...nspid, ...threads.flat()]) {
        if (number < 1 || number >= PID_MAX) {
          refuse(this.at(index), `number ${number} is not from 1 to pid_max, ${PID_MAX}`);
        }
      }
      for (const number of [ppid, pgid, sid]) {
        if (number >= PID_MAX) refuse(this.at(index), `number ${number} is beyond pid_max`);
      }
    }
  }

  /** One root, and everybody below it: parents before children. */
  private parents(): number[] {
    const children = new Map<number, number[]>();
    let root: number | null = null;
    for (const [index, { ppid }] of this.tasks.entries()) {
      if (ppid === 0) {
        if (root !== null) refuse(this.at(index, '.ppid'), `a second root beside tasks[${root}]`);
        root = index;
      } else {
        const parent = this.byNumber.get(ppid);
        if (parent === undefined) refuse(this.at(index, '.ppid'), `no task has number ${ppid}`);
        const siblings = children.get(parent) ?? [];
        siblings.push(index);
        children.set(parent, siblings);
      }
    }
    const order = root === null ? [] : [root];
    for (const index of order) order.push(...(children.get(index) ?? []));
    if (order.length < this.tasks.length) this.refuseCycle(new Set(order));
    return order;
  }

  private refuseCycle(reached: ReadonlySet<number>): never {
    const start = this.tasks.findIndex((_, index) => !reached.has(index));
    const path: number[] = [];
    let at = start;
    while (!path.includes(at)) {
      path.push(at);
      at = this.byNumber.get(this.tasks[at]?.ppid ?? 0) ?? start;
    }
    const cycle = [...path.slice(path.indexOf(at)), at];
    const numbers = cycle.map((index) => this.tasks[index]?.nspid[0]);
    refuse(this.at(at, '.ppid'), `parents go round in a circle, ${numbers.join(' -> ')}`);
  }

  /** Which numbers are taken in each namespace, ancestors included. */
  private namespaces(order: readonly number[]): void {
    const chains = new Map<number, readonly Map<number, string>[]>();
    for (const index of order) {
      const task = this.tasks[index];
      if (task === undefined) continue;
      const parent = this.byNumber.get(task.ppid);
      const above = (parent === undefined ? undefined : chains.get(parent)) ?? null;
      const chain = this.chainOf(index, task, above);
      chains.set(index, chain);
      this.claim(chain, task.nspid, this.at(index, '.nspid'));
      for (const [nth, thread] of task.threads.entries()) {
        const place = this.at(index, `.threads[${nth}]`);
        if (thread.length !== chain.length) {
          refuse(place, `${thread.length} numbers, where its leader has ${chain.length}`);
        }
        this.claim(chain, thread, place);
      }
    }
  }

  private chainOf(
    index: number,
    { nspid }: Task,
    above: readonly Map<number, string>[] | null,
  ): readonly Map<number, string>[] {
    if (above === null) {
      if (nspid.length === 1) return [new Map()];
      refuse(this.at(index, '.nspid'), 'the root has numbers in more than one namespace');
    }
    if (nspid.length === above.length) return above;
    if (nspid.length === above.length + 1 && nspid.at(-1) === 1) return [...above, new Map()];
    refuse(
      this.at(index, '.nspid'),
      `${nspid.length} numbers ending in ${nspid.at(-1)}, below a parent with ${above.length}`,
    );
  }

  private claim(
    chain: readonly Map<number, string>[],
    numbers: readonly number[],
    place: string,
  ): void {
    for (const [level, number] of numbers.entries()) {
      const other = chain[level]?.get(number);
      if (other !== undefined) {
        refuse(place, `number ${number} at level ${level} is taken by ${other.split(': ').at(-1)}`);
      }
      chain[level]?.set(number, place);
    }
  }

  /** A group lies in one session; leaders of both are processes, living or dead. */
  private groups(): void {
    const sessions = new Map<number, { sid: number; index: number }>();
    const threads = new Set(this.tasks.flatMap((task) => task.threads.map(([number]) => number)));
    for (const [index, { pgid, sid }] of this.tasks.entries()) {
      for (const [field, number] of [
        ['.pgid', pgid],
        ['.sid', sid],
      ] as const) {
        if (threads.has(number)) refuse(this.at(index, field), `${number} is a thread's number`);
      }
      const known = sessions.get(pgid);
      if (known !== undefined && known.sid !== sid && pgid !== 0) {
        refuse(
          this.at(index, '.sid'),
          `group ${pgid} is in session ${known.sid} (tasks[${known.index}]) and in ${sid}`,
        );
      }
      sessions.set(pgid, { sid, index });
    }
  }

  private zombies(): void {
    for (const [index, { state, exitCode, threads, ppid }] of this.tasks.entries()) {
      const parent = this.tasks[this.byNumber.get(ppid) ?? -1];
      if (parent?.state === 'zombie') {
        refuse(this.at(index, '.ppid'), `parent ${ppid} is a zombie, and zombies have no children`);
      }
      if (state === 'zombie' && threads.length > 0) refuse(this.at(index), 'a zombie with threads');
      if (state === 'running' && exitCode !== undefined) {
        refuse(this.at(index, '.exitCode'), 'a running task has none');
      }
    }
  }
}

/** Ids, slots and keys that two objects of one type can't both have. */
function checkIds(
  place: string,
  objects: readonly { readonly id: number; readonly key: number }[],
): void {
  const slots = new Map<number, number>();
  const keys = new Map<number, number>();
  for (const [index, { id, key }] of objects.entries()) {
    const slot = slots.get(id % IPCMNI);
    if (slot !== undefined) {
      refuse(
        `${place}[${index}].id`,
        `id ${id} is in the slot of ${place.split(': ').at(-1)}[${slot}]`,
      );
    }
    slots.set(id % IPCMNI, index);
    const owner = keys.get(key);
    if (key !== 0 && owner !== undefined) {
      refuse(
        `${place}[${index}].key`,
        `key ${key} is that of ${place.split(': ').at(-1)}[${owner}]`,
      );
    }
    keys.set(key, index);
  }
}
