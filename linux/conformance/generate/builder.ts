// SPDX-License-Identifier: MIT
/**
 * What a script under construction knows of itself: who should be alive, which ids and addresses
 * earlier steps may have returned. A kind of operation takes its choices from here, so that each
 * follows from a few small numbers and a shrunk operation is a simpler one.
 */
import { CLONE_NEWIPC, CLONE_NEWPID, CLONE_THREAD, CLONE_VM } from '../../../core/kernel/flags.ts';
import type { Arg, ScriptCall, Step } from '../script.ts';

export const MOST_OPERATIONS = 28;
const MOST_CHILDREN = 20;
/** Memory that is an operation's own, so that nothing is left in it from earlier ones. */
export const OPERATION_MEMORY = 128;
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

/** Where a task lives: tasks of an equal number share it. */
interface Home {
  /** And those around it, as "0/3/". */
  readonly pidNs: string;
  readonly ipcNs: number;
  readonly mm: number;
  /**
   * May it hold descriptors of an IPC namespace that is gone? A worker of the kernel takes such
   * files away, sooner or later.
   */
  readonly hasStaleFiles: boolean;
}

const OUTERMOST: Home = { pidNs: '0/', ipcNs: 0, mm: 0, hasStaleFiles: false };

/** What later steps may refer to by the result of the step that made it, and where it is known. */
const KNOWN_IN = {
  msg: 'ipcNs',
  sem: 'ipcNs',
  shm: 'ipcNs',
  address: 'mm',
  page: 'mm',
  fd: 'mm',
  dirfd: 'mm',
  pidfd: 'mm',
  nsfd: 'mm',
  task: 'pidNs',
} as const satisfies Record<string, keyof Home>;
export type Resource = keyof typeof KNOWN_IN;

interface Thing {
  readonly resource: Resource;
  readonly step: number;
  readonly home: Home[keyof Home];
}

export class Builder {
  readonly steps: Step[] = [];
  private children = 0;
  private operations = 0;
  /** What steps made, if they succeeded; and what of it is not removed yet. */
  readonly made: Thing[] = [];
  private things: readonly Thing[] = [];
  private readonly homes: Home[] = [OUTERMOST];
  private readonly parents = new Set<number>();
  private readonly makers: (number | undefined)[] = [undefined];
  private picks: number[] = [];
  private task = 0;
  /** Pid namespaces of the script that each task is surely in, and who may be init of one. */
  private readonly depths: number[] = [1];
  private readonly inits = new Set([0]);
  /** Who may have asked for a pid namespace for its children, with those that it has made since. */
  private readonly unsharers = new Map<number, number[]>();
  private hasJoined = false;
  /** Of each task, the leader of its group. */
  private readonly leaders: number[] = [0];
  private readonly doubtful = new Set<number>();
  /** Tasks that stand for handlers: nobody knows whether they run, or as part of whom. */
  private readonly handlers = new Map<number, number>();
  /** A handler that may have begun to run. */
  private begun: number | null = null;

  add({ task, picks }: Operation, kind: Kind): void {
    this.picks = [...picks];
    this.task = this.chosen(task);
    this.operations++;
    const returns = this.handlers.has(this.task) && this.once(2);
    if (returns) this.begun = null;
    const made: Made | undefined = returns ? ['rt_sigreturn', []] : kind(this);
    if (made !== undefined) this.also(made);
  }

  /** One more step of the same operation, before the one that it returns; its result, for that. */
  also([call, args, more]: Made, task = this.task): Arg {
    this.steps.push({ task, call, args, ...more });
    return { result: this.steps.length - 1 };
  }

  /** One more step, in which somebody makes a task with such flags; which task that is. */
  clones(flags: number, by = this.task): number {
    const caller = this.task;
    this.task = by;
    const { child } = this.child(flags);
    this.also(['clone', [flags], { child }]);
    this.task = caller;
    return child;
  }

  /** Mostly of those that should be alive; a call of the dead compares little. */
  private chosen(pick: number): number {
    const all = Array.from({ length: this.children + 1 }, (_, task) => task).filter(
      (task) => !this.handlers.has(task),
    );
    if (this.begun !== null && pick % 5 < 3) return this.begun;
    const handlers = [...this.handlers.keys()];
    const handler = handlers[Math.floor(pick / 20) % Math.max(handlers.length, 1)];
    if (pick % 20 === 18 && handler !== undefined) return handler;
    const living = all.filter((task) => !this.doubtful.has(task));
    const from = living.length === 0 || pick % 20 === 19 ? all : living;
    return from[Math.floor(pick / 20) % from.length] ?? 0;
  }

  /** The caller is about to die, and with it whoever depends on it. */
  dies(): void {
    this.doubtful.add(this.task);
    if (!this.isInit) return;
    for (const [task, { pidNs }] of this.homes.entries()) {
      if (pidNs.startsWith(this.home.pidNs)) this.doubtful.add(task);
    }
  }

  /** A task, or the one made last, may not come to be, or not be there for long. */
  doubts(task = this.children): void {
    this.doubtful.add(task);
  }

  /** Does it matter who is dead from here on? */
  get isLate(): boolean {
    return this.operations > MOST_OPERATIONS - 6;
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
    return (this.operations - 1) * OPERATION_MEMORY;
  }

  /** Own memory, or now and then an address that faults. */
  address(): Arg {
    return this.once(9) ? BAD_ADDRESS : { memory: this.memory };
  }

  /** A new task; its depth, which a task of another namespace in between may have made less. */
  child(flags: number): { child: number; depth: number } {
    const depth = (this.depths[this.task] ?? 1) + ((flags & CLONE_NEWPID) === 0 ? 0 : 1);
    this.children++;
    this.makers[this.children] = this.task;
    this.depths[this.children] = depth;
    const isThread = (flags & CLONE_THREAD) !== 0;
    const since = this.unsharers.get(this.task);
    if (this.mayMakeInit(flags) || (isThread && this.isInit)) this.inits.add(this.children);
    this.leaders[this.children] = isThread ? this.leader : this.children;
    if (!isThread) since?.push(this.children);
    const { pidNs, ipcNs, mm, hasStaleFiles } = this.home;
    const isNewIpc = (flags & CLONE_NEWIPC) !== 0;
    this.homes[this.children] = {
      pidNs: (flags & CLONE_NEWPID) === 0 ? pidNs : `${pidNs}${this.children}/`,
      ipcNs: isNewIpc ? this.children : ipcNs,
      mm: (flags & CLONE_VM) !== 0 ? mm : this.children,
      // The namespace of task 0 stays, and so does that of whoever lives in it.
      hasStaleFiles: hasStaleFiles || (isNewIpc && ipcNs !== OUTERMOST.ipcNs),
    };
    if (!isThread) this.parents.add(this.task);
    this.makes('task');
    return { child: this.children, depth };
  }

  /** Somebody becomes a new image, alone in its group and in memory of its own. */
  execs(by = this.task): void {
    for (const [task, leader] of this.leaders.entries()) {
      if (task !== by && leader === this.leaders[by]) this.doubtful.add(task);
    }
    this.homes[by] = { ...(this.homes[by] ?? OUTERMOST), mm: -this.steps.length - 1 };
  }

  /** In how many pid namespaces of the script the caller surely has a number. */
  get depth(): number {
    return this.depths[this.task] ?? 1;
  }

  /** Whose operation this is. */
  get caller(): number {
    return this.task;
  }

  /** Is the caller a handler, and nobody knows whose? */
  get isHandler(): boolean {
    return this.handlers.has(this.task);
  }

  /** A task that stands for a handler of `signal`; undefined if there are enough. */
  handler(signal: number): number | undefined {
    if (this.isFull) return undefined;
    this.children++;
    this.handlers.set(this.children, signal);
    // Whoever inherits the action may run it, an init too, and in any namespace.
    this.inits.add(this.children);
    this.leaders[this.children] = this.children;
    this.depths[this.children] = 1;
    this.homes[this.children] = this.home;
    return this.children;
  }

  /** Somebody may have got a signal. */
  sends(signal: number): void {
    for (const [handler, handled] of this.handlers) if (handled === signal) this.begun = handler;
  }

  /** The caller's next children may be in a namespace of their own, and any of them its init. */
  unsharesPid(): void {
    // A handler may be part of anybody.
    const who = this.handlers.has(this.task)
      ? Array.from({ length: this.children + 1 }, (_, task) => task)
      : [this.task];
    for (const task of who) if (!this.unsharers.has(task)) this.unsharers.set(task, []);
  }

  get hasUnsharedPid(): boolean {
    return this.unsharers.has(this.task);
  }

  /** Might what the caller makes with these flags be the first of a pid namespace? */
  mayMakeInit(flags: number): boolean {
    const isAnybody = this.handlers.has(this.task) && this.unsharers.size > 0;
    return (flags & CLONE_NEWPID) !== 0 || this.hasUnsharedPid || isAnybody;
  }

  /** The caller leaves its IPC namespace, which may then be gone. */
  unsharesIpc(): void {
    const ipcNs = -this.steps.length - 1;
    for (const [task, home] of this.homes.entries()) {
      const isCaller = task === this.task;
      this.homes[task] = { ...home, hasStaleFiles: true, ...(isCaller ? { ipcNs } : {}) };
    }
  }

  get hasStaleFiles(): boolean {
    return this.home.hasStaleFiles;
  }

  /** Of each namespace of a type, a task that should be alive, if there is one. */
  witnesses(type: 'pidNs' | 'ipcNs'): ReadonlyMap<Home[keyof Home], number> {
    const chosen = new Map<Home[keyof Home], number>();
    for (const [task, home] of this.homes.entries()) {
      if (this.doubtful.has(task) || this.handlers.has(task)) continue;
      if (!chosen.has(home[type])) chosen.set(home[type], task);
    }
    return chosen;
  }

  /** The caller may now be in a group that is of a namespace below. */
  joins(): void {
    this.hasJoined = true;
  }

  /**
   * Might the caller be an init whose death would wait for somebody outside of its namespace? For
   * one who holds a number of it, as group or session; or for a parent to reap a sibling.
   */
  get mayLinger(): boolean {
    if (!this.isInit || this.isOfFirst) return false;
    if (this.handlers.has(this.task)) return true;
    const { leader } = this;
    const isOlder = [...this.unsharers.values()].some(
      (made) => made.includes(leader) && made.at(-1) !== leader,
    );
    return this.hasJoined || isOlder;
  }

  private get leader(): number {
    return this.leaders[this.task] ?? 0;
  }

  /** With the first process ends the script. */
  get isOfFirst(): boolean {
    return this.leader === 0;
  }

  get isInit(): boolean {
    return this.inits.has(this.task);
  }

  get isFull(): boolean {
    return !this.hasRoomFor(1);
  }

  hasRoomFor(children: number): boolean {
    return this.children + children <= MOST_CHILDREN;
  }

  private get home(): Home {
    return this.homes[this.task] ?? OUTERMOST;
  }

  /** Has the caller made a process? */
  get isParent(): boolean {
    return this.parents.has(this.task);
  }

  /** The step being made returns such a thing, if it succeeds. */
  makes(resource: Resource): void {
    const home = this.home[KNOWN_IN[resource]];
    const thing = { resource, step: this.steps.length, home };
    this.made.push(thing);
    this.things = [...this.things, thing];
  }

  /** The result of a step that made one where the caller lives; undefined if there is none. */
  known(resource: Resource): Arg | undefined {
    const home = this.home[KNOWN_IN[resource]];
    const things = this.things.filter(
      (thing) => thing.resource === resource && thing.home === home,
    );
    return this.resultOf(things.map(({ step }) => step));
  }

  /** As `known`, of the task itself or of those that it comes from. */
  inherited(resource: Resource): Arg | undefined {
    const line = new Set<number | undefined>();
    for (let task: number | undefined = this.task; task !== undefined; task = this.makers[task]) {
      line.add(task);
    }
    const made = this.made.filter((thing) => thing.resource === resource);
    return this.resultOf(
      made.map(({ step }) => step).filter((step) => line.has(this.steps[step]?.task)),
    );
  }

  private resultOf(steps: readonly number[]): Arg | undefined {
    const step = steps[this.next() % Math.max(steps.length, 1)];
    return step === undefined ? undefined : { result: step };
  }

  /** What is removed is seldom asked for again. */
  forgets(argument: Arg): void {
    if (typeof argument === 'number' || 'memory' in argument || this.once(4)) return;
    this.things = this.things.filter(({ step }) => step !== argument.result);
  }
}
