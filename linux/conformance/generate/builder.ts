// SPDX-License-Identifier: MIT
/**
 * What a script under construction knows of itself: who should be alive, which ids and addresses
 * earlier steps may have returned. A kind of operation takes its choices from here, so that each
 * follows from a few small numbers and a shrunk operation is a simpler one.
 */
import { CLONE_NEWIPC, CLONE_NEWPID, CLONE_THREAD } from '../../../core/kernel/flags.ts';
import type { Arg, ScriptCall, Step } from '../script.ts';

export const MOST_STEPS = 27;
/** Steps of an operation. */
const LONGEST = 2;
const MOST_CHILDREN = 12;
/** Memory that is a step's own, so that nothing is left in it from earlier ones. */
export const STEP_MEMORY = 128;
export const BAD_ADDRESS = 1;

/** The numbers of an operation, each to be looked up in a list of values. */
export interface Operation {
  readonly kind: number;
  readonly task: number;
  readonly picks: readonly number[];
}

/** A call, its arguments, and what it finds in memory or leaves there. */
export type Made = readonly [ScriptCall, readonly Arg[], Partial<Step>?];
/** Undefined where the operation makes no sense at this point. */
export type Kind = (b: Builder) => Made | undefined;

/** What later steps may refer to by the result of the step that made it. */
export type Resource = 'msg' | 'sem' | 'shm' | 'address' | 'fd';

/** Namespaces of the script that a task is in, by the task that is or was their first. */
export interface Namespaces {
  readonly pid: number;
  readonly ipc: number;
  /** The IPC namespace that the first task of `ipc` came from. */
  readonly left: number;
}

export class Builder {
  readonly steps: Step[] = [];
  private children = 0;
  private readonly made: Record<Resource, number[]> = {
    msg: [],
    sem: [],
    shm: [],
    address: [],
    fd: [],
  };
  private picks: number[] = [];
  private task = 0;
  /** Pid namespaces of the script that each task is in, and which are their inits, or threads of one. */
  private readonly depths: number[] = [1];
  private readonly makers: (number | undefined)[] = [undefined];
  private readonly namespaces: Namespaces[] = [{ pid: 0, ipc: 0, left: 0 }];
  private readonly inits = new Set([0]);
  private readonly doubtful = new Set<number>();

  add({ task, picks }: Operation, kind: Kind): void {
    if (this.steps.length + LONGEST > MOST_STEPS) return;
    this.picks = [...picks];
    this.task = this.chosen(task);
    const step = kind(this);
    if (step !== undefined) this.put(step);
  }

  /** A step in front of the one that a kind returns; its result, for that. */
  put([call, args, more]: Made): Arg {
    this.steps.push({ task: this.task, call, args, ...more });
    return { result: this.steps.length - 1 };
  }

  /** Mostly of those that should be alive; a call of the dead compares little. */
  private chosen(pick: number): number {
    const all = Array.from({ length: this.children + 1 }, (_, task) => task);
    const living = all.filter((task) => !this.doubtful.has(task));
    const from = living.length === 0 || pick % 20 === 19 ? all : living;
    return from[Math.floor(pick / 20) % from.length] ?? 0;
  }

  /** The caller is about to die, and with it whoever depends on it. */
  dies(): void {
    this.doubtful.add(this.task);
  }

  /** The task made last may not come to be. */
  doubts(): void {
    this.doubtful.add(this.children);
  }

  /** Does it matter who is dead from here on? */
  get isLate(): boolean {
    return this.steps.length > MOST_STEPS - 6;
  }

  private next(): number {
    return this.picks.shift() ?? 0;
  }

  /** One of the values; the first is the simplest. */
  of<T>(values: readonly T[]): T {
    return values[this.next() % values.length] as T;
  }

  /** True once in so many. */
  once(inSoMany: number): boolean {
    return this.next() % inSoMany === inSoMany - 1;
  }

  get memory(): number {
    return this.steps.length * STEP_MEMORY;
  }

  /** Own memory, or now and then an address that faults. */
  address(): Arg {
    return this.once(9) ? BAD_ADDRESS : { memory: this.memory };
  }

  /** A new task; its depth, which a task of another namespace in between may have made less. */
  child(flags: number): { child: number; depth: number } {
    const depth = (this.depths[this.task] ?? 1) + ((flags & CLONE_NEWPID) === 0 ? 0 : 1);
    const { pid, ipc, left } = this.namespacesOf(this.task);
    const isNewIpc = (flags & CLONE_NEWIPC) !== 0;
    this.children++;
    this.makers[this.children] = this.task;
    this.namespaces[this.children] = {
      pid: (flags & CLONE_NEWPID) === 0 ? pid : this.children,
      ipc: isNewIpc ? this.children : ipc,
      left: isNewIpc ? ipc : left,
    };
    this.depths[this.children] = depth;
    const isThread = (flags & CLONE_THREAD) !== 0;
    if ((flags & CLONE_NEWPID) !== 0 || (isThread && this.isInit)) this.inits.add(this.children);
    return { child: this.children, depth };
  }

  namespacesOf(task: number): Namespaces {
    return this.namespaces[task] ?? { pid: 0, ipc: 0, left: 0 };
  }

  /** Of each namespace of a type, a task that should be alive, if there is one. */
  witnesses(type: 'pid' | 'ipc'): ReadonlyMap<number, number> {
    const chosen = new Map<number, number>();
    for (const [task, namespaces] of this.namespaces.entries()) {
      const namespace = namespaces[type];
      if (!this.doubtful.has(task) && !chosen.has(namespace)) chosen.set(namespace, task);
    }
    return chosen;
  }

  /** Steps that made such a thing, if they succeeded. */
  madeBy(resource: Resource): readonly number[] {
    return this.made[resource];
  }

  /**
   * May the task hold descriptors of an IPC namespace that is gone? A worker of the kernel takes its
   * files away, sooner or later. That of task 0 stays, and so do those of whoever lives in them.
   */
  get hasStaleFiles(): boolean {
    return this.namespacesOf(this.task).left !== 0;
  }

  get isInit(): boolean {
    return this.inits.has(this.task);
  }

  get isFull(): boolean {
    return this.children === MOST_CHILDREN;
  }

  /** The step being made returns such a thing, if it succeeds. */
  makes(resource: Resource): void {
    this.made[resource].push(this.steps.length);
  }

  /** The result of a step that made one; undefined if there is none. */
  known(resource: Resource): Arg | undefined {
    return this.resultOf(this.made[resource]);
  }

  /** As `known`, of the task itself or of those that it comes from. */
  inherited(resource: Resource): Arg | undefined {
    const line = new Set<number | undefined>();
    for (let task: number | undefined = this.task; task !== undefined; task = this.makers[task]) {
      line.add(task);
    }
    return this.resultOf(this.made[resource].filter((made) => line.has(this.steps[made]?.task)));
  }

  private resultOf(steps: readonly number[]): Arg | undefined {
    const step = steps[this.next() % Math.max(steps.length, 1)];
    return step === undefined ? undefined : { result: step };
  }
}
