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
import type { Capture } from './capture.ts';
import { Crews, dealt } from './crew.ts';
import { ipcNamespaces } from './ipc-namespaces.ts';
import { type Calls, restoreIpc, sharesOf } from './ipc-objects.ts';
import { type Forking, forkings, outermost, type Plan, type Planned } from './planned.ts';
import { Tally } from './tally.ts';

export const RESTARTER = 'restarter';
/** The tally of those who live on, when all of theirs is as it was captured. */
export const RESTORED = 'restored';

export interface Refusal {
  readonly call: string;
  readonly purpose: string;
  readonly result: string;
}

/** Threads of a task that do the same at once. */
export interface Workers {
  /** Its children. */
  readonly forking: number;
  /** The IPC objects of its namespace. */
  readonly restoring: number;
}

const objectsOf = (ns: number): string => `objects of IPC namespace ${ns}`;
const childrenOf = ({ name }: Planned, nth: number): string => `children of ${name} from ${nth}`;

/** Where everybody waits for everybody, helpers included. */
type Stage = 'forked' | 'joined' | 'reaped';

const staysAlive = ({ task }: Planned): boolean => task?.state === 'running';

/** A call that must succeed. On a refusal everything stops, with the first one kept. */
export class Restart implements Calls {
  readonly refused = new Cell<Refusal | null>(null, null, 'refused');
  readonly directed = new Cell(0, null, 'directed');
  /** What was done, in order, for people. */
  readonly journal: string[] = [];
  private readonly stages: Readonly<Record<Stage, Tally>>;
  /** Of those who live on: nobody waits for it but whoever watches the restart. */
  private readonly restored: Tally;
  private readonly plan: Plan;
  private readonly crews: Crews;
  private readonly direct: Direct;
  /** Where the restarter's arguments lie, and in copies those of whoever descends from it. */
  private stack = 0;

  constructor(plan: Plan, capture: Capture, direct: Direct, workers: Workers) {
    this.plan = plan;
    this.direct = direct;
    const tally = (name: string, of: number) => new Tally(name, of, () => this.isOver());
    const everybody = plan.all.length;
    this.stages = {
      forked: tally('forked', everybody),
      joined: tally('joined', everybody),
      reaped: tally('reaped', everybody),
    };
    this.restored = tally(RESTORED, plan.all.filter(staysAlive).length);
    this.crews = new Crews(this, tally);
    const namespaces = ipcNamespaces(capture);
    for (const planned of plan.all) {
      const free = () => plan.freeNumbers(planned.nspid.length);
      for (const { nth, children } of forkings(planned)) {
        const shares = dealt(children, workers.forking);
        const parts = shares.map((share) => (me: Frame) => this.forkAll(me, share));
        this.crews.plan(childrenOf(planned, nth), parts, free);
      }
      const ipc = planned.keeps === null ? undefined : namespaces[planned.keeps];
      if (planned.keeps === null || ipc === undefined) continue;
      const parts = sharesOf(ipc, workers.restoring).map(
        (share) => (me: Frame) => restoreIpc(this, me, share),
      );
      this.crews.plan(objectsOf(planned.keeps), parts, free);
    }
  }

  programs(): Programs {
    const programs: Record<string, ProgramBody> = {
      [RESTARTER]: ({ memory }) => {
        const me = new Frame(memory);
        this.stack = me.base;
        return this.restarter(me);
      },
      thread: this.thread,
      ...Object.fromEntries(this.crews.programs()),
    };
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

  isOver(): boolean {
    return this.refused.v !== null;
  }

  private *meet(stage: Stage): Generator<Await, boolean, number> {
    yield this.stages[stage].meet();
    return !this.isOver();
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
    if (planned.keeps !== null && !(yield* this.crews.work(me, objectsOf(planned.keeps))))
      return -1;
    if (isZombie) yield sys('exit_group', task.exitCode ?? 0);
    else yield this.restored.arrive();
    return 0;
  }

  /** Early children, session, group, late children. */
  private *becomesItself(me: Frame, planned: Planned): Program<boolean> {
    const { name, early } = planned;
    const parts = forkings(planned);
    const isEarly = ({ nth }: { readonly nth: number }) => nth < early.length;
    if (!(yield* this.forks(me, planned, parts.filter(isEarly)))) return false;
    if (planned.leadsSession) {
      if ((yield* this.call(`${name} leads a session`, sys('setsid'))) < 0) return false;
    } else if (planned.leadsGroup) {
      if ((yield* this.call(`${name} leads a group`, sys('setpgid', 0, 0))) < 0) return false;
    }
    return yield* this.forks(
      me,
      planned,
      parts.filter((part) => !isEarly(part)),
    );
  }

  private *forks(me: Frame, planned: Planned, parts: readonly Forking[]): Program<boolean> {
    for (const { nth, leavesIpc } of parts) {
      if (leavesIpc) {
        const purpose = `${planned.name} leaves for an IPC namespace of its own`;
        if ((yield* this.call(purpose, sys('unshare', CLONE_NEWIPC))) < 0) return false;
      }
      if (!(yield* this.crews.work(me, childrenOf(planned, nth)))) return false;
    }
    return true;
  }

  private *forkAll(me: Frame, children: readonly Planned[]): Program<boolean> {
    for (const child of children) if ((yield* this.fork(me, child)) < 0) return false;
    return true;
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
    // Its part in the last stage is that it is gone by then.
    yield this.stages.reaped.arrive();
    yield sys('exit_group', 0);
    return 0;
  }

  private *thread(): Program {
    return 0;
  }
}
