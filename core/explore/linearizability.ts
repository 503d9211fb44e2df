// SPDX-License-Identifier: MIT
/**
 * Whether a history is linearizable (Herlihy and Wing, "Linearizability: A Correctness Condition for
 * Concurrent Objects", TOPLAS 12(3), 1990): can its operations be put into one order, in which
 * whatever had returned before another was invoked comes before it, and in which each answer is what
 * a sequential specification gives?
 *
 * The search is that of Wing and Gong (JPDC 17, 1993), complete for a given history; as Lowe has it
 * ("Testing for linearizability", 2017), operations that were taken and the state that they led to
 * are tried once, in whichever order they were taken.
 */

/** A call that has returned; an operation that never does is none. */
export interface Operation<Call, Answer> {
  readonly call: Call;
  readonly answer: Answer;
  /** Indices of the operations that had returned when it was invoked, those of its thread included. */
  readonly after: readonly number[];
}

export type History<Call, Answer> = readonly Operation<Call, Answer>[];

/** What comes of an operation, or why it can't be the next. */
export type Step<State> =
  | { readonly kind: 'state'; readonly state: State }
  | { readonly kind: 'refused'; readonly why: string };

/** Pure functions over states that are never changed. */
export interface Specification<State, Call, Answer> {
  readonly init: State;
  step(state: State, call: Call, answer: Answer): Step<State>;
  /** States of equal key are equal. */
  key(state: State): string;
}

/** As many operations as any order explains, and of those that could come next, why none can. */
export interface Stuck {
  readonly longest: readonly number[];
  readonly refused: readonly { readonly operation: number; readonly why: string }[];
}

export type Linearity =
  /** Indices, in an order that explains all answers. */
  | { readonly kind: 'linearizable'; readonly order: readonly number[] }
  | ({ readonly kind: 'not linearizable' } & Stuck);

/** What makes it right. Others are for tests, which show that each rule is needed. */
export interface Rules {
  /** Whether what had returned comes before what was invoked after it. */
  readonly realTime: 'kept' | 'ignored';
  /** By what a place in the search is known again. */
  readonly memo: 'operations and state' | 'operations';
  /** Of how many operations the answers are looked at. */
  explained(operations: number): number;
}

export const SOUND: Rules = {
  realTime: 'kept',
  memo: 'operations and state',
  explained: (operations) => operations,
};

export function linearize<State, Call, Answer>(
  history: History<Call, Answer>,
  specification: Specification<State, Call, Answer>,
  rules: Rules = SOUND,
): Linearity {
  const search = new Search(history, specification, rules);
  const isWhole = search.visit(0n, specification.init);
  return isWhole
    ? { kind: 'linearizable', order: search.order }
    : { kind: 'not linearizable', ...search.stuck };
}

class Search<State, Call, Answer> {
  readonly order: number[] = [];
  stuck: Stuck = { longest: [], refused: [] };
  private readonly history: History<Call, Answer>;
  private readonly specification: Specification<State, Call, Answer>;
  private readonly rules: Rules;
  /** Of each operation, a bit for each that comes before it. */
  private readonly before: readonly bigint[];
  private readonly tried = new Set<string>();

  constructor(
    history: History<Call, Answer>,
    specification: Specification<State, Call, Answer>,
    rules: Rules,
  ) {
    this.history = history;
    this.specification = specification;
    this.rules = rules;
    const set = (operations: readonly number[]) =>
      operations.reduce((all, at) => all | bit(at), 0n);
    this.before = history.map(({ after }) => set(rules.realTime === 'kept' ? after : []));
  }

  /** Whether those that are not `taken` can follow, from `state`. */
  visit(taken: bigint, state: State): boolean {
    if (this.order.length >= this.rules.explained(this.history.length)) return true;
    const known = this.known(taken, state);
    if (this.tried.has(known)) return false;
    this.tried.add(known);
    const refused: Stuck['refused'][number][] = [];
    for (const [operation, { call, answer }] of this.history.entries()) {
      if ((taken & bit(operation)) !== 0n || ((this.before[operation] ?? 0n) & ~taken) !== 0n) {
        continue;
      }
      const next = this.specification.step(state, call, answer);
      if (next.kind === 'refused') {
        refused.push({ operation, why: next.why });
        continue;
      }
      this.order.push(operation);
      if (this.visit(taken | bit(operation), next.state)) return true;
      this.order.pop();
    }
    // Where one could come next, a longer order was stuck before this one.
    const { longest, refused: before } = this.stuck;
    if (before.length === 0 || this.order.length > longest.length) {
      this.stuck = { longest: [...this.order], refused };
    }
    return false;
  }

  private known(taken: bigint, state: State): string {
    const isWhole = this.rules.memo === 'operations and state';
    return `${taken} ${isWhole ? this.specification.key(state) : ''}`;
  }
}

const bit = (operation: number): bigint => 1n << BigInt(operation);
