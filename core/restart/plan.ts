// SPDX-License-Identifier: MIT
/**
 * In what order tasks must come to be: who forks whom, before or after its setsid(), and which
 * processes that are gone have to be played by helpers, so that sessions and groups come out as
 * captured. Follows CRIU's prepare_pstree_ids() and restore_sid() in what it is up against:
 *
 * - fork inherits the session, so a task must be forked by somebody who is in its session then;
 * - a parent may have forked children before it became the leader of a session or group;
 * - an orphan was forked by somebody who is dead, and now hangs on its namespace's init;
 * - the leader of a session or group may be dead, its number held by the members alone.
 *
 * Every number that is used is directed, helpers' included: a helper with a number of the kernel's
 * choice could take one that a task still wants.
 */
import { InputError } from '../input-error.ts';
import type { Capture } from './capture.ts';
import { planIpc } from './plan-ipc.ts';
import { type CapturedTask, outermost, type Plan, type Planned } from './planned.ts';

const PID_MAX_LIMIT = 4194304;

/**
 * @param pidMax helpers' and workers' numbers are smaller
 * @throws InputError where no order of calls leads to the captured tree.
 */
export function planRestart(capture: Capture, place: string, pidMax = PID_MAX_LIMIT): Plan {
  return new Planner(capture, place, pidMax).plan();
}

interface Node {
  readonly planned: Planned;
  readonly task: CapturedTask;
  readonly parent: Node | null;
  readonly children: Node[];
  readonly index: number;
  /** The session in which it is to be forked; null if any will do. */
  birth: number | null;
  /** The group in which it is to be forked, because it can't join it later; null if any will do. */
  bornIn: number | null;
}

class Planner {
  private readonly nodes = new Map<number, Node>();
  private readonly order: Node[] = [];
  private readonly helpers: Planned[] = [];
  private readonly sessionHelpers = new Map<number, Planned>();
  private readonly used = new Set<number>();
  private readonly capture: Capture;
  private readonly place: string;

  private nextFree: number;

  constructor(capture: Capture, place: string, pidMax: number) {
    this.capture = capture;
    this.place = place;
    this.nextFree = pidMax - 1;
  }

  plan(): Plan {
    const root = this.tree();
    for (const { nspid, threads, pgid, sid } of this.capture.tasks) {
      for (const number of [...nspid, ...threads.flat(), pgid, sid]) this.used.add(number);
    }
    for (const node of [...this.order].reverse()) this.demandBirth(node);
    const first = this.placeRoot(root);
    for (const node of this.order) if (node !== root) this.placeNode(node);
    this.groups(first);
    const nodes = new Map(this.order.map((node) => [node.planned, node]));
    planIpc(this.capture, first, root.planned, (planned, what) => {
      const node = nodes.get(planned);
      return this.impossible(node ?? root, what);
    });
    const freeNumbers = (count: number) => this.freeNumbers(count);
    return { first, root: root.planned, all: this.everybody(), freeNumbers };
  }

  /** Parents before children, in the order of the capture. */
  private tree(): Node {
    const children = new Map<number, { task: CapturedTask; index: number }[]>();
    for (const [index, task] of this.capture.tasks.entries()) {
      const siblings = children.get(task.ppid) ?? [];
      siblings.push({ task, index });
      children.set(task.ppid, siblings);
    }
    const queue: { task: CapturedTask; index: number; parent: Node | null }[] = (
      children.get(0) ?? []
    ).map((child) => ({ ...child, parent: null }));
    for (let at = 0; at < queue.length; at++) {
      const item = queue[at];
      if (item === undefined) break;
      const { task, index, parent } = item;
      const number = outermost(task.nspid);
      const levels = parent?.task.nspid.length ?? (number === 1 ? 0 : task.nspid.length);
      const planned = this.planned(`task ${number}`, task.nspid, task, task.nspid.length > levels);
      planned.leadsSession = task.sid === number;
      planned.leadsGroup = task.pgid === number;
      const node: Node = {
        planned,
        task,
        parent,
        children: [],
        index,
        birth: null,
        bornIn: null,
      };
      parent?.children.push(node);
      this.nodes.set(number, node);
      this.order.push(node);
      for (const child of children.get(number) ?? []) queue.push({ ...child, parent: node });
    }
    const [root] = this.order;
    if (root === undefined) throw new InputError(this.place, 'no root task', 'capture again');
    return root;
  }

  private planned(
    name: string,
    nspid: readonly number[],
    task: CapturedTask | null,
    newNamespace: boolean,
  ): Planned {
    return {
      name,
      nspid,
      task,
      newNamespace,
      isSibling: false,
      early: [],
      late: [],
      leadsSession: false,
      leadsGroup: false,
      leavesIpcAfter: null,
      keeps: null,
      joins: 0,
    };
  }

  /** From the leaves up: a leader takes over the birth session that an early child needs. */
  private demandBirth(node: Node): void {
    const { task, planned } = node;
    if (!planned.leadsGroup && !this.canJoin(node)) node.bornIn = task.pgid;
    for (const child of node.children) {
      const isSatisfied = planned.leadsGroup && child.bornIn === outermost(planned.nspid);
      if (child.bornIn !== null && !isSatisfied) node.bornIn ??= child.bornIn;
    }
    if (!planned.leadsSession) {
      node.birth = task.sid;
      return;
    }
    for (const child of node.children) {
      if (child.birth === null || child.birth === task.sid) continue;
      // Nobody leads session 0: it is the one that the tree was started in.
      if (child.birth === 0 || !this.isOrphan(child)) node.birth ??= child.birth;
    }
  }

  /** Group 0 has no number here, and one of an outer namespace has none that its member sees. */
  private canJoin({ task }: Node): boolean {
    if (task.pgid === 0) return false;
    const leader = this.nodes.get(task.pgid);
    return leader === undefined || leader.task.nspid.length >= task.nspid.length;
  }

  /** Can it have been forked by somebody else than its parent? */
  private isOrphan(node: Node): boolean {
    return node.parent?.planned.nspid.at(-1) === 1;
  }

  private placeRoot(root: Node): Planned {
    const { birth, planned } = root;
    if (birth === null || birth === 0) return planned;
    if (planned.newNamespace) {
      throw this.impossible(root, `session ${birth}, whose leader is outside of its namespace`);
    }
    const helper = this.deadLeader(birth, planned.nspid.length);
    helper.late.push(planned);
    return helper;
  }

  private placeNode(node: Node): void {
    const { birth, parent, planned } = node;
    if (parent === null) return;
    if (birth === null || birth === parent.task.sid) {
      const isEarly =
        parent.planned.leadsGroup &&
        node.bornIn !== null &&
        node.bornIn !== outermost(parent.planned.nspid);
      (isEarly ? parent.planned.early : parent.planned.late).push(planned);
    } else if (parent.planned.leadsSession && birth === parent.birth) {
      parent.planned.early.push(planned);
    } else if (this.isOrphan(node)) {
      this.forkedByTheDead(node, birth, parent);
    } else {
      this.forkedBySibling(node, birth, parent);
    }
  }

  /** A child of its parent in another session: whoever leads that one cloned it with CLONE_PARENT. */
  private forkedBySibling(node: Node, session: number, parent: Node): void {
    const leader = this.nodes.get(session);
    const levels = parent.task.nspid.length;
    if (
      session === 0 ||
      node.task.nspid.length !== levels ||
      (leader && leader.parent !== parent)
    ) {
      throw this.impossible(node, `session ${session}, in which its parent never was`);
    }
    const sibling = leader?.planned ?? this.deadLeaderBelow(parent, session, levels);
    node.planned.isSibling = true;
    sibling.late.push(node.planned);
  }

  /** The helper that plays a dead leader; one for each session. */
  private deadLeaderBelow(parent: Node, session: number, levels: number): Planned {
    const known = this.sessionHelpers.get(session);
    if (known !== undefined) return known;
    const helper = this.deadLeader(session, levels);
    parent.planned.late.push(helper);
    return helper;
  }

  /** Its parent is init now, but whoever forked it was in another session. */
  private forkedByTheDead(node: Node, session: number, reaper: Node): void {
    const leader = this.nodes.get(session);
    const levels = reaper.task.nspid.length;
    if (node.task.nspid.length !== levels) {
      throw this.impossible(node, `session ${session}, from outside of its namespace`);
    }
    let helper = this.sessionHelpers.get(session);
    if (helper === undefined && leader !== undefined) {
      // The leader lives: one of its children forked this task and died.
      helper = this.helper(`helper in session ${session}`, this.freeNumbers(levels));
      leader.planned.late.push(helper);
      this.sessionHelpers.set(session, helper);
    }
    helper ??= this.deadLeaderBelow(reaper, session, levels);
    helper.late.push(node.planned);
  }

  /** Plays the dead leader of a session: takes its number, and leaves it to the members. */
  private deadLeader(session: number, levels: number): Planned {
    const numbers = [session, ...this.freeNumbers(levels - 1)];
    const helper = this.helper(`dead leader of session ${session}`, numbers);
    helper.leadsSession = true;
    helper.leadsGroup = true;
    this.sessionHelpers.set(session, helper);
    return helper;
  }

  private helper(name: string, nspid: readonly number[]): Planned {
    const helper = this.planned(name, nspid, null, false);
    this.helpers.push(helper);
    return helper;
  }

  /** Numbers that nobody in the capture has, at any level. */
  private freeNumbers(count: number): number[] {
    return Array.from({ length: count }, () => {
      while (this.used.has(this.nextFree)) this.nextFree--;
      return this.nextFree--;
    });
  }

  /** Who joins which group once all exist; most are born into theirs. */
  private groups(first: Planned): void {
    const leaders = new Map<number, Planned>();
    for (const planned of this.everybody()) {
      if (planned.leadsGroup) leaders.set(outermost(planned.nspid), planned);
    }
    const bornInto = this.birthGroups(first);
    for (const node of this.order) {
      const { planned, task } = node;
      if (planned.leadsGroup || (bornInto.get(planned) ?? 0) === task.pgid) continue;
      if (task.pgid === 0) throw this.impossible(node, 'the group that the tree was started in');
      if (planned.leadsSession) {
        throw this.impossible(node, `group ${task.pgid} as the leader of a session`);
      }
      let leader = leaders.get(task.pgid);
      if (leader === undefined) {
        // Its leader is dead; the first member forks somebody to found the group.
        const numbers = [task.pgid, ...this.freeNumbers(task.nspid.length - 1)];
        leader = this.helper(`dead leader of group ${task.pgid}`, numbers);
        leader.leadsGroup = true;
        planned.late.push(leader);
        leaders.set(task.pgid, leader);
      }
      const number = leader.nspid[task.nspid.length - 1];
      if (number === undefined) {
        throw this.impossible(node, `group ${task.pgid}, which its pid namespace can't see`);
      }
      planned.joins = number;
    }
  }

  private everybody(): Planned[] {
    return [...this.order.map((node) => node.planned), ...this.helpers];
  }

  /** The group that each inherits from whoever forks it; undefined is the restarter's. */
  private birthGroups(first: Planned): ReadonlyMap<Planned, number> {
    const groups = new Map<Planned, number>();
    const queue = [first];
    for (const planned of queue) {
      const born = groups.get(planned);
      // Early children come before setsid() or setpgid(), which makes their parent a leader.
      if (born !== undefined) for (const child of planned.early) groups.set(child, born);
      const own = planned.leadsGroup ? outermost(planned.nspid) : born;
      if (own !== undefined) for (const child of planned.late) groups.set(child, own);
      queue.push(...planned.early, ...planned.late);
    }
    return groups;
  }

  private impossible({ index, task }: Node, what: string): InputError {
    return new InputError(
      `${this.place}: tasks[${index}]`,
      `no order of calls puts task ${outermost(task.nspid)} into ${what}`,
      'capture the tree again, from further up',
    );
  }
}
