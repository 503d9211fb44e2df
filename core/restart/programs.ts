// SPDX-License-Identifier: MIT
/**
 * The programs that restart a capture: one for each task, helper and thread of a plan, and the
 * restarter itself. Stages, with everybody waiting for everybody in between, as CRIU's restore has
 * them: all are forked and lead what they lead; all join their groups; helpers exit and are
 * reaped; zombies die and the root restores the IPC objects, last, so that the pids in their state
 * find their processes.
 */
import { Cell } from '../explore/cell.ts';
import type { Directable, Want } from '../kernel/directed.ts';
import { formatResult } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  PR_SET_NAME,
} from '../kernel/flags.ts';
import { Frame } from '../kernel/frame.ts';
import { putText } from '../kernel/memory.ts';
import type { Direct } from '../kernel/scenario.ts';
import {
  type Await,
  type Program,
  type ProgramBody,
  type Programs,
  type Syscall,
  sys,
} from '../kernel/syscall.ts';
import type { Capture, CapturedIpc } from './capture.ts';
import { ipcNamespaces } from './ipc-namespaces.ts';
import { type Calls, restoreIpc, sharesOf } from './ipc-objects.ts';
import { outermost, type Plan, type Planned } from './planned.ts';

export const RESTARTER = 'restarter';

export interface Refusal {
  readonly call: string;
  readonly purpose: string;
  readonly result: string;
}

const workerName = (ns: number, index: number): string => `worker ${index} of namespace ${ns}`;

type Stage = 'forked' | 'joined' | 'reaped';

/** A call that must succeed. On a refusal everything stops, with the first one kept. */
export class Restart implements Calls {
  readonly refused = new Cell<Refusal | null>(null, null, 'refused');
  readonly directed = new Cell(0, null, 'directed');
  /** What was done, in order, for people. */
  readonly journal: string[] = [];
  private readonly arrived = new Map<Stage, Cell<number>>();
  private readonly plan: Plan;
  /** Of each IPC namespace, what each of its workers restores, and how many are done. */
  private readonly shares: readonly (readonly CapturedIpc[])[];
  private readonly done: readonly Cell<number>[];
  private readonly direct: Direct;
  /** Where the restarter's arguments lie, and in copies those of whoever descends from it. */
  private stack = 0;

  constructor(plan: Plan, capture: Capture, direct: Direct, workers: number) {
    this.plan = plan;
    this.shares = ipcNamespaces(capture).map((ipc) => sharesOf(ipc, workers));
    this.done = this.shares.map((_, ns) => new Cell(0, null, `done ${ns}`));
    this.direct = direct;
  }

  programs(): Programs {
    const programs: Record<string, ProgramBody> = {
      [RESTARTER]: ({ memory }) => {
        const me = new Frame(memory);
        this.stack = me.base;
        return this.restarter(me);
      },
      thread: this.thread,
    };
    for (const [ns, shares] of this.shares.entries()) {
      for (const [index, share] of shares.entries()) {
        programs[workerName(ns, index)] = ({ memory }) => this.worker(new Frame(memory), ns, share);
      }
    }
    for (const planned of this.plan.all) {
      programs[planned.name] = ({ memory }) => {
        const me = new Frame(memory, this.stack);
        return planned.task === null ? this.helper(me, planned) : this.task(me, planned);
      };
    }
    return programs;
  }

  /** Makes a plain call; below 0 the restart is over. */
  *call(purpose: string, call: Syscall): Program {
    return this.check(purpose, call.name, yield call);
  }

  *directedCall(me: Frame, purpose: string, want: Want, call: Directable): Program {
    this.directed.v += 1;
    const result = yield* this.direct(me, want, call);
    me.pop();
    return this.check(purpose, `directed ${call.name}`, result);
  }

  private check(purpose: string, call: string, result: number): number {
    if (result < 0) {
      if (this.refused.v === null) {
        this.refused.v = { call, purpose, result: formatResult(result) };
      }
    } else {
      this.journal.push(purpose);
    }
    return result;
  }

  private *meet(stage: Stage): Generator<Await, boolean, number> {
    let cell = this.arrived.get(stage);
    if (cell === undefined) {
      cell = new Cell(0, null, stage);
      this.arrived.set(stage, cell);
    }
    const arrived = cell;
    arrived.v += 1;
    const all = this.plan.all.length;
    yield {
      until: () => arrived.v === all || this.refused.v !== null,
      why: `the others to have ${stage}`,
    };
    return this.refused.v === null;
  }

  private *restarter(me: Frame): Program {
    const { first } = this.plan;
    const forked = yield* this.fork(me, first);
    if (forked < 0 || first.task !== null) return forked;
    return yield* this.call(`reap the ${first.name}`, sys('wait4', forked, 0, 0));
  }

  /** Forks `child` with its numbers; the number that its parent knows it by. */
  private *fork(me: Frame, child: Planned): Program {
    const { name, nspid, newNamespace, isSibling } = child;
    const values = [...nspid].reverse();
    const isRoot = child === this.plan.root;
    const flags =
      (newNamespace ? CLONE_NEWPID : 0) |
      (isRoot ? CLONE_NEWIPC : 0) |
      (isSibling ? CLONE_PARENT : 0);
    const call = flags === 0 ? sys('fork', name) : sys('clone', flags, name);
    const purpose = `fork ${name} as ${nspid.join('/')}`;
    return yield* this.directedCall(me, purpose, { kind: 'pid', values }, call);
  }

  private *task(me: Frame, planned: Planned): Program {
    const { task, name } = planned;
    if (task === null || !(yield* this.becomesItself(me, planned))) return -1;
    const isZombie = task.state === 'zombie';
    if (task.comm !== undefined) {
      const address = putText(me.memory, task.comm);
      if ((yield* this.call(`name ${name}`, sys('prctl', PR_SET_NAME, address))) < 0) return -1;
    }
    for (const numbers of task.threads) {
      const want: Want = { kind: 'pid', values: [...numbers].reverse() };
      const purpose = `clone a thread of ${name} as ${numbers.join('/')}`;
      const call = sys('clone', CLONE_A_THREAD, 'thread');
      if ((yield* this.directedCall(me, purpose, want, call)) < 0) return -1;
    }
    if (!(yield* this.joinsAndReaps(planned))) return -1;
    if (!(yield* this.meet('reaped'))) return -1;
    if (planned.keeps !== null && !(yield* this.restoresIpc(me, planned.keeps))) return -1;
    if (isZombie) yield sys('exit_group', task.exitCode ?? 0);
    return 0;
  }

  /** By itself, or by threads that go when all of them are done. */
  private *restoresIpc(me: Frame, ns: number): Program<boolean> {
    const [shares, done] = [this.shares[ns] ?? [], this.done[ns]];
    const [all] = shares;
    if (all === undefined || done === undefined) return true;
    if (shares.length === 1) return yield* restoreIpc(this, me, all);
    for (const index of shares.keys()) {
      const name = workerName(ns, index);
      const made = yield* this.call(`clone ${name}`, sys('clone', CLONE_A_THREAD, name));
      if (made < 0) return false;
    }
    yield {
      until: () => done.v === shares.length || this.refused.v !== null,
      why: 'its workers to restore the IPC objects',
    };
    return this.refused.v === null;
  }

  private *worker(me: Frame, ns: number, share: CapturedIpc): Program {
    if (!(yield* restoreIpc(this, me, share))) return -1;
    const done = this.done[ns];
    if (done !== undefined) done.v += 1;
    return yield sys('exit', 0);
  }

  /** Early children, session, group, late children. */
  private *becomesItself(me: Frame, planned: Planned): Program<boolean> {
    const { name } = planned;
    if (!(yield* this.forksAll(me, planned, planned.early, 0))) return false;
    if (planned.leadsSession) {
      if ((yield* this.call(`${name} leads a session`, sys('setsid'))) < 0) return false;
    } else if (planned.leadsGroup) {
      if ((yield* this.call(`${name} leads a group`, sys('setpgid', 0, 0))) < 0) return false;
    }
    return yield* this.forksAll(me, planned, planned.late, planned.early.length);
  }

  /** Forks `children`, the first of whom is its `nth`, and leaves its IPC namespace in between. */
  private *forksAll(
    me: Frame,
    { name, early, late, leavesIpcAfter }: Planned,
    children: readonly Planned[],
    nth: number,
  ): Program<boolean> {
    for (const [index, child] of children.entries()) {
      if (nth + index === leavesIpcAfter && !(yield* this.leavesIpc(name))) return false;
      if ((yield* this.fork(me, child)) < 0) return false;
    }
    const isLast = leavesIpcAfter === early.length + late.length && children === late;
    return isLast ? yield* this.leavesIpc(name) : true;
  }

  private *leavesIpc(name: string): Program<boolean> {
    const purpose = `${name} leaves for an IPC namespace of its own`;
    return (yield* this.call(purpose, sys('unshare', CLONE_NEWIPC))) >= 0;
  }

  private *joinsAndReaps(planned: Planned): Program<boolean> {
    const { joins, name } = planned;
    if (!(yield* this.meet('forked'))) return false;
    if (joins !== 0) {
      const purpose = `${name} joins group ${joins}`;
      if ((yield* this.call(purpose, sys('setpgid', 0, joins))) < 0) return false;
    }
    if (!(yield* this.meet('joined'))) return false;
    for (const child of [...planned.early, ...planned.late]) {
      if (child.task !== null) continue;
      // The caller's own number for it is the innermost: helpers live where their parent does.
      const number = child.nspid.at(-1) ?? outermost(child.nspid);
      const purpose = `${name} reaps the ${child.name}`;
      if ((yield* this.call(purpose, sys('wait4', number, 0, 0))) < 0) return false;
    }
    return true;
  }

  private *helper(me: Frame, planned: Planned): Program {
    if (!(yield* this.becomesItself(me, planned))) return -1;
    if (!(yield* this.joinsAndReaps(planned))) return -1;
    yield* this.leaves();
    return 0;
  }

  /** A helper's part in the last stage is that it is gone by then. */
  private *leaves(): Program<void> {
    const reaped = this.arrived.get('reaped') ?? new Cell(0, null, 'reaped');
    this.arrived.set('reaped', reaped);
    reaped.v += 1;
    yield sys('exit_group', 0);
  }

  private *thread(): Program {
    return 0;
  }
}
