// SPDX-License-Identifier: MIT
/**
 * What a script under construction knows of itself: who should be alive, which ids and addresses
 * earlier steps may have returned. A kind of operation takes its choices from here, so that each
 * follows from a few small numbers and a shrunk operation is a simpler one.
 */
import { CLONE_NEWPID, CLONE_THREAD } from '../../../core/kernel/flags.ts';
import type { Arg, ScriptCall, Step } from '../script.ts';

export const MOST_OPERATIONS = 28;
const MOST_CHILDREN = 12;
/** Memory that is an operation's own, so that nothing is left in it from earlier ones. */
const OPERATION_MEMORY = 128;
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
export type Resource = 'msg' | 'sem' | 'shm' | 'address';

export class Builder {
  readonly steps: Step[] = [];
  private children = 0;
  private operations = 0;
  private readonly made: Record<Resource, number[]> = { msg: [], sem: [], shm: [], address: [] };
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

  add({ task, picks }: Operation, kind: Kind): void {
    this.picks = [...picks];
    this.task = this.chosen(task);
    this.operations++;
    const made = kind(this);
    if (made !== undefined) this.also(made);
  }

  /** One more step of the same operation, before the one that it returns. */
  also([call, args, more]: Made, task = this.task): void {
    this.steps.push({ task, call, args, ...more });
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
    this.depths[this.children] = depth;
    const isThread = (flags & CLONE_THREAD) !== 0;
    const since = this.unsharers.get(this.task);
    if (this.mayMakeInit(flags) || (isThread && this.isInit)) this.inits.add(this.children);
    this.leaders[this.children] = isThread ? this.leader : this.children;
    if (!isThread) since?.push(this.children);
    return { child: this.children, depth };
  }

  /** The caller's next children may be in a namespace of their own, and any of them its init. */
  unsharesPid(): void {
    if (!this.unsharers.has(this.task)) this.unsharers.set(this.task, []);
  }

  get hasUnsharedPid(): boolean {
    return this.unsharers.has(this.task);
  }

  /** Might what the caller makes with these flags be the first of a pid namespace? */
  mayMakeInit(flags: number): boolean {
    return (flags & CLONE_NEWPID) !== 0 || this.hasUnsharedPid;
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

  /** The step being made returns such a thing, if it succeeds. */
  makes(resource: Resource): void {
    this.made[resource].push(this.steps.length);
  }

  /** The result of a step that made one; undefined if there is none. */
  known(resource: Resource): Arg | undefined {
    const steps = this.made[resource];
    const step = steps[this.next() % Math.max(steps.length, 1)];
    return step === undefined ? undefined : { result: step };
  }
}
