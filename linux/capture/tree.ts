// SPDX-License-Identifier: MIT
/**
 * A process tree that was never there all at once, read while it lives. It is read until two
 * readings agree; where a busy tree never holds still, the last one is made consistent: a task whose
 * parent went meanwhile is asked again, and what has no parent in the end is left out, and said.
 */
import { InputError } from '../../core/input-error.ts';
import type { CapturedTask } from '../../core/restart/planned.ts';
import { listTasks, type Proc, readTask, type Seen } from './proc.ts';

const MOST_READINGS = 5;

export interface Tree {
  readonly tasks: CapturedTask[];
  /** In /proc's numbers: who is which task. */
  readonly pids: ReadonlyMap<CapturedTask, number>;
  /** Names of the IPC namespaces, the root's first; null where that could not be read. */
  readonly ipcNames: readonly (string | null)[];
  /** What is not as it was, one sentence each. */
  readonly lacks: readonly string[];
}

/**
 * The tree below `root`, without `self`, which reads it.
 * @throws InputError
 */
export function readTree(proc: Proc, root: number, self: number): Tree {
  let last = readOnce(proc, root, self);
  for (let n = 1; n < MOST_READINGS; n++) {
    const next = readOnce(proc, root, self);
    const isStill = isSame(next, last);
    last = next;
    if (isStill) return treeOf(proc, last, root, []);
  }
  return treeOf(proc, last, root, [
    `it changed in each of ${MOST_READINGS} readings, so tasks are as each was when it was read`,
  ]);
}

/** Whoever is outside may come and go. */
const isSame = (a: Reading, b: Reading): boolean =>
  JSON.stringify([a.members, a.lacks]) === JSON.stringify([b.members, b.lacks]);

interface Reading {
  /** Everybody whom /proc lists and who may be read, kernel threads left out. */
  readonly members: readonly [number, Seen][];
  readonly outside: readonly number[];
  readonly lacks: readonly string[];
}

function readOnce(proc: Proc, root: number, self: number): Reading {
  const seen = new Map<number, Seen>();
  let unreadable = 0;
  for (const pid of listTasks(proc)) {
    const glimpse = readTask(proc, pid);
    if (typeof glimpse === 'object') seen.set(pid, glimpse);
    else if (glimpse === 'unreadable') unreadable++;
  }
  if (!seen.has(root)) {
    throw new InputError(
      `process ${root}`,
      unreadable === 0 ? 'there is none' : 'there is none that may be read',
      'name one that runs and is yours (--pid)',
    );
  }
  const lacks: string[] = [];
  if (unreadable > 0) lacks.push(`${unreadable} processes may not be read`);
  const strays = adopt(proc, seen, root);
  if (strays.length > 0) {
    lacks.push(`left out, as their parents are gone or out of sight: ${listed(strays)}`);
  }
  const members = descendants(seen, root, self);
  if (self !== root && seen.has(self) && isBelow(seen, self, root)) {
    lacks.push(`the reader itself, ${self}, is left out`);
  }
  const intruders = withoutIntruders(members, seen);
  if (intruders.length > 0) {
    lacks.push(`left out, as they entered a pid namespace from outside: ${listed(intruders)}`);
  }
  const outside = [...seen.keys()].filter((pid) => !members.has(pid));
  return { members: [...members], outside, lacks };
}

/** Asks again those whose parent is not there; who has none still is returned. */
function adopt(proc: Proc, seen: Map<number, Seen>, root: number): number[] {
  const strays: number[] = [];
  for (const [pid, { ppid }] of seen) {
    if (pid === root || seen.has(ppid)) continue;
    const again = readTask(proc, pid);
    if (typeof again !== 'object') seen.delete(pid);
    else if (seen.has(again.ppid)) seen.set(pid, again);
    // Of a tree that is not the whole machine, nobody knows whether it was in it.
    else if (root === 1) strays.push(pid);
  }
  return strays;
}

function descendants(
  seen: ReadonlyMap<number, Seen>,
  root: number,
  self: number,
): Map<number, Seen> {
  const children = new Map<number, number[]>();
  for (const [pid, { ppid }] of seen) {
    if (pid === root) continue;
    children.set(ppid, [...(children.get(ppid) ?? []), pid]);
  }
  const members = new Map<number, Seen>();
  const queue = [root];
  for (const pid of queue) {
    const task = seen.get(pid);
    if (task === undefined || (pid === self && pid !== root)) continue;
    members.set(pid, task);
    for (const child of children.get(pid) ?? []) queue.push(child);
  }
  return members;
}

function isBelow(seen: ReadonlyMap<number, Seen>, pid: number, root: number): boolean {
  const passed = new Set<number>();
  let at: number | undefined = pid;
  while (at !== undefined && at !== root && !passed.has(at)) {
    passed.add(at);
    at = seen.get(at)?.ppid;
  }
  return at === root;
}

/** Takes out those whose numbers say that neither their parent forked them nor an init took them. */
function withoutIntruders(members: Map<number, Seen>, seen: ReadonlyMap<number, Seen>): number[] {
  const intruders: number[] = [];
  let isFirst = true;
  for (const [pid, { nspid, ppid }] of members) {
    if (isFirst) {
      isFirst = false;
      continue;
    }
    const parent = members.get(ppid);
    const levels = nspid.length - (seen.get(ppid)?.nspid.length ?? 0);
    const fits = levels === 0 || (levels === 1 && nspid.at(-1) === 1);
    if (parent !== undefined && fits) continue;
    members.delete(pid);
    if (!fits) intruders.push(pid);
  }
  return intruders;
}

function treeOf(proc: Proc, reading: Reading, root: number, unrest: readonly string[]): Tree {
  const { members } = reading;
  const lacks = [...unrest, ...reading.lacks];
  const depth = (new Map(members).get(root)?.nspid.length ?? 1) - 1;
  const levels = ({ nspid }: Seen) => nspid.slice(depth);
  const inside = new Set(members.map(([pid]) => pid));
  const outside = new Set(reading.outside);
  /** A leader that runs elsewhere is nobody here; one that is dead is known by its number. */
  const leader = (numbers: readonly number[]): number => {
    const [first = 0] = numbers;
    const isElsewhere = !inside.has(first) && (outside.has(first) || proc.exists(first));
    return first === 0 || isElsewhere ? 0 : (numbers[depth] ?? 0);
  };
  const numberOf = new Map(members.map(([pid, task]) => [pid, levels(task)[0] ?? 0]));
  const ipcNames: (string | null)[] = [new Map(members).get(root)?.ipcNs ?? null];
  if (ipcNames[0] === null) lacks.push('which IPC namespaces there are may not be known');
  const pids = new Map<CapturedTask, number>();
  const notes = new Notes();
  const tasks = members.map(([pid, task]): CapturedTask => {
    const { comm, isZombie, exitStatus, threads, ipcNs } = task;
    const isDead = isZombie && threads.length === 0;
    const isKnown = ipcNs !== null && ipcNames[0] !== null;
    if (isKnown && !ipcNames.includes(ipcNs)) ipcNames.push(ipcNs);
    if (ipcNs === null && !isZombie && ipcNames[0] !== null)
      notes.add('their IPC namespaces may not be known', pid);
    if (isZombie && !isDead) notes.add('their leaders are dead, which is not captured', pid);
    if (comm === null) notes.add('their names are not UTF-8', pid);
    const isExit = exitStatus !== null && (exitStatus & 0x7f) === 0;
    if (isDead && !isExit) notes.add('how they ended is not captured', pid);
    const captured: CapturedTask = {
      nspid: levels(task),
      ppid: pid === root ? 0 : (numberOf.get(task.ppid) ?? 0),
      pgid: leader(task.nspgid),
      sid: leader(task.nssid),
      ...(comm === null ? {} : { comm }),
      ...(isDead
        ? { state: 'zombie', ...(isExit ? { exitCode: exitStatus >> 8 } : {}) }
        : { state: 'running' }),
      threads: threads.map((numbers) => numbers.slice(depth)),
      ...(isKnown ? { ipcNs: ipcNames.indexOf(ipcNs) } : {}),
    };
    pids.set(captured, pid);
    return captured;
  });
  return { tasks, pids, ipcNames, lacks: [...lacks, ...notes.sentences()] };
}

/** What is said of several tasks is said once. */
class Notes {
  private readonly byText = new Map<string, number[]>();

  add(what: string, pid: number): void {
    const pids = this.byText.get(what) ?? [];
    pids.push(pid);
    this.byText.set(what, pids);
  }

  sentences(): string[] {
    return [...this.byText].map(([what, pids]) => `of ${listed(pids)}, ${what}`);
  }
}

const MOST_LISTED = 10;

const listed = (pids: readonly number[]): string =>
  pids.length <= MOST_LISTED
    ? pids.join(', ')
    : `${pids.slice(0, MOST_LISTED).join(', ')} and ${pids.length - MOST_LISTED} more`;
