// SPDX-License-Identifier: MIT
/**
 * Large captures from a seed: a tree grown task by task, each of a kind that real systems have, and
 * IPC objects spread over its IPC namespaces. Whatever is drawn can be restarted: groups and sessions
 * stay within a pid namespace, and who is in a session of the dead was left to that namespace's init.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import type { Capture } from './capture.ts';
import { checkCapture } from './check.ts';
import { type Draw, generateIpc, type Users } from './generate-ipc.ts';
import { ipcKeepers } from './ipc-namespaces.ts';
import { type CapturedTask, outermost } from './planned.ts';

export interface Size {
  readonly tasks: number;
  /** Pid namespaces, one in the other, the root's included. */
  readonly levels: number;
  readonly objects: number;
}

/** @throws InputError where so many tasks can't be in so many levels */
export function generateCapture({ tasks, levels, objects }: Size, seed: number): Capture {
  const random = mersenne(seed);
  const draw: Draw = (low, high) => uniformInt(random, low, high);
  const growth = new Growth(draw, levels);
  growth.grow(tasks);
  const bare = {
    schema: 'sideband-capture/2' as const,
    source: `generated: tasks ${tasks}, levels ${levels}, objects ${objects}, seed ${seed}`,
    tasks: growth.tasks,
    ipc: { msg: [], sem: [], shm: [] },
    otherIpc: growth.otherIpc,
  };
  const users = ipcKeepers(bare).map((keeper) => growth.usersAsSeenBy(keeper));
  const [ipc = bare.ipc, ...otherIpc] = generateIpc(draw, objects, users);
  return checkCapture({ ...bare, ipc, otherIpc }, bare.source);
}

interface PidNs {
  readonly outer: PidNs | null;
  readonly level: number;
  /** Numbers are given in order, with gaps: those between were of processes that are gone. */
  last: number;
  /** Who may fork; init is the first. */
  readonly living: CapturedTask[];
  /** Groups that may be joined. */
  readonly groups: { readonly pgid: number; readonly sid: number }[];
}

const NAMES = ['init', 'sh', 'sshd', 'worker', 'postgres', 'cron', 'make', 'sleep'] as const;
/** One in so many tasks is the init of a pid namespace, or the first in an IPC namespace. */
const NEW_PID_NS = 100;
const NEW_IPC_NS = 500;
const MOST_THREADS = 3;

class Growth {
  readonly tasks: CapturedTask[] = [];
  readonly otherIpc: Capture['ipc'][] = [];
  private readonly namespaces: PidNs[] = [];
  private readonly draw: Draw;
  private readonly levels: number;

  constructor(draw: Draw, levels: number) {
    this.draw = draw;
    this.levels = levels;
  }

  grow(count: number): void {
    this.newNamespace(null, null);
    while (this.tasks.length < count) {
      const deepest = this.namespaces.at(-1);
      // First one namespace in the other, so that all levels are there; then wherever.
      if (deepest !== undefined && this.namespaces.length < this.levels) {
        this.newNamespace(deepest, this.oneOf(deepest.living));
        continue;
      }
      const ns = this.oneOf(this.namespaces);
      const parent = this.oneOf(ns.living);
      if (ns.level + 1 < this.levels && this.draw(1, NEW_PID_NS) === 1) {
        this.newNamespace(ns, parent);
      } else {
        this.fork(ns, parent);
      }
    }
  }

  /** Numbers that a task can see: of the living, and one of somebody who is gone. */
  usersAsSeenBy(keeper: CapturedTask | undefined): Users {
    const isRoot = keeper === this.tasks[0];
    const living = isRoot ? this.tasks.map(({ nspid }) => outermost(nspid)) : [];
    const own = keeper?.nspid.at(-1) ?? 1;
    const taken = new Set(
      this.tasks.flatMap(({ nspid, threads }) => [...nspid, ...threads.flat()]),
    );
    let dead = own + 1;
    while (taken.has(dead)) dead++;
    return { living: living.length > 0 ? living : [own], dead };
  }

  private oneOf<T>(list: readonly T[]): T {
    return list[this.draw(0, list.length - 1)] as T;
  }

  /** A number at each level, outermost first. */
  private numbers(ns: PidNs): number[] {
    const outer = ns.outer === null ? [] : this.numbers(ns.outer);
    ns.last += ns.last === 0 ? 1 : this.draw(1, 3);
    return [...outer, ns.last];
  }

  private newNamespace(outer: PidNs | null, parent: CapturedTask | null): void {
    const level = outer === null ? 0 : outer.level + 1;
    const ns: PidNs = { outer, level, last: 0, living: [], groups: [] };
    const nspid = this.numbers(ns);
    const number = outermost(nspid);
    this.namespaces.push(ns);
    this.add(ns, {
      nspid,
      ppid: outermost(parent?.nspid ?? []),
      pgid: number,
      sid: number,
      comm: 'init',
      state: 'running',
      threads: [],
      ipcNs: parent === null ? 0 : this.ipcNs(parent),
    });
  }

  private fork(ns: PidNs, drawn: CapturedTask): void {
    const [init] = ns.living;
    const kind = this.draw(0, 99);
    const isOfTheDead = kind >= 96;
    const parent = isOfTheDead && init !== undefined ? init : drawn;
    // Before the task's own, so that the dead were there first.
    const gone = outermost(this.numbers(ns));
    const nspid = this.numbers(ns);
    const number = outermost(nspid);
    let { pgid, sid } = parent;
    if (isOfTheDead) [pgid, sid] = [gone, gone];
    else if (kind >= 90) [pgid, sid] = [number, number];
    else if (kind >= 88) pgid = gone;
    else if (kind >= 70) pgid = number;
    else if (kind >= 50) pgid = ns.groups.findLast((group) => group.sid === sid)?.pgid ?? pgid;
    const shared = { nspid, ppid: outermost(parent.nspid), pgid, sid, comm: this.oneOf(NAMES) };
    if (this.draw(1, 20) === 1) {
      this.tasks.push({ ...shared, state: 'zombie', exitCode: this.draw(0, 255), threads: [] });
      return;
    }
    const threads = this.draw(1, 4) === 1 ? this.draw(1, MOST_THREADS) : 0;
    this.add(ns, {
      ...shared,
      state: 'running',
      threads: Array.from({ length: threads }, () => this.numbers(ns)),
      ipcNs: this.ipcNs(parent),
    });
  }

  private add(ns: PidNs, task: CapturedTask): void {
    this.tasks.push(task);
    ns.living.push(task);
    if (task.pgid === outermost(task.nspid)) ns.groups.push({ pgid: task.pgid, sid: task.sid });
  }

  private ipcNs(parent: CapturedTask): number {
    if (this.draw(1, NEW_IPC_NS) > 1) return parent.ipcNs ?? 0;
    this.otherIpc.push({ msg: [], sem: [], shm: [] });
    return this.otherIpc.length;
  }
}
