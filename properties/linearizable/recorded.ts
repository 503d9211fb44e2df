// SPDX-License-Identifier: MIT
/**
 * Scenarios whose programs write down their history: of each call what it gave, and how many calls of
 * each task had returned when it was made. That is part of what is explored, so the judge sees every
 * history of every interleaving. A design's whole caller half is one call.
 */
import { HistoryCell } from '../../core/explore/cell.ts';
import { type History, linearize, type Specification } from '../../core/explore/linearizability.ts';
import { WANT_NUMBERS, type WantKind, wantKind } from '../../core/kernel/directed.ts';
import type { Direct, Scenario, Size, Subject } from '../../core/kernel/scenario.ts';
import type { Caller, Program, ProgramBody } from '../../core/kernel/syscall.ts';
import { growing, nTasks, runByEach } from '../sizes/alike.ts';

export interface Family<State, Call> {
  readonly name: string;
  readonly question: string;
  readonly context: Scenario['context'];
  readonly directs: readonly WantKind[];
  /** The nth call of a task. */
  call(task: number, nth: number, tasks: number): Call;
  /** For people: "wants 11". */
  role(call: Call): string;
  /** The id that a call asks for; null if it asks for none. */
  wants(call: Call): number | null;
  /** What is done before anybody calls; null if nothing is. */
  setUp(direct: Direct, subject: Subject): ProgramBody | null;
  /** Makes a call; its answer as a number. */
  make(direct: Direct, subject: Subject, me: Caller, call: Call): Program;
  /** Of the kind that is directed, with so many tasks. */
  specification(kind: WantKind, tasks: number): Specification<State, Call, number>;
  told(call: Call, answer: number): string;
}

const RULE =
  'all calls must fit into one order, in which what had returned comes before what was made after';

/** The family, at its smallest: two threads, a call each. */
export const recorded = <State, Call>(family: Family<State, Call>): Scenario =>
  growing({ threads: 2, calls: 1 }, (size) => atSize(family, size));

function atSize<State, Call>(family: Family<State, Call>, { threads, calls }: Size): Scenario {
  const { name, question, context, directs } = family;
  const tasks = nTasks(threads);
  const made = tasks.map((_, task) =>
    Array.from({ length: calls }, (_, nth) => family.call(task, nth, threads)),
  );
  return {
    name,
    question,
    rule: RULE,
    kind: 'hazard',
    context,
    directs,
    wants: made.flat().flatMap((call) => family.wants(call) ?? []),
    tasks: tasks.map((task, at) => ({
      name: task,
      role: (made[at] ?? []).map((call) => family.role(call)).join(', '),
      process: 'P',
      program: task,
      ...(at === 0 ? { setUp: 'setUp' } : {}),
    })),
    programs(direct, subject) {
      const returned = tasks.map((task) => new HistoryCell(0, null, `${task}.returned`));
      return {
        setUp: family.setUp(direct, subject) ?? nothing,
        ...runByEach(tasks, function* (me, task) {
          const said: number[] = [WANT_NUMBERS[subject.kind]];
          for (const [nth, call] of (made[task] ?? []).entries()) {
            said.push(...returned.map(({ v }) => v));
            const answer = yield* family.make(direct, subject, me, call);
            const own = returned[task];
            if (own !== undefined) own.v = nth + 1;
            said.push(answer);
          }
          return Object.freeze(said);
        }),
      };
    },
    judge({ results }) {
      const said = tasks.map((task) => [results.get(task) ?? []].flat());
      const kind = wantKind(said[0]?.[0] ?? 0);
      if (kind === null) return 'A did not come to its end';
      return judge(family, family.specification(kind, threads), historyOf(made, said), tasks);
    },
  };
}

function* nothing(): Program {
  return 0;
}

/** Calls of the first task, then those of the second, and so on. */
function historyOf<Call>(
  made: readonly (readonly Call[])[],
  said: readonly (readonly number[])[],
): History<Call, number> {
  const [calls = 0] = made.map(({ length }) => length);
  const room = made.length + 1;
  return made.flatMap((ofTask, task) =>
    ofTask.map((call, nth) => {
      // Behind the kind.
      const record = (said[task] ?? []).slice(1 + nth * room, 1 + (nth + 1) * room);
      const after = made.flatMap((_, other) =>
        Array.from({ length: record[other] ?? 0 }, (_, at) => other * calls + at),
      );
      return { call, answer: record.at(-1) ?? 0, after };
    }),
  );
}

function judge<State, Call>(
  family: Family<State, Call>,
  specification: Specification<State, Call, number>,
  history: History<Call, number>,
  tasks: readonly string[],
): string | null {
  const found = linearize(history, specification);
  if (found.kind === 'linearizable') return null;
  const calls = history.length / tasks.length;
  const texts = history.map(
    ({ call, answer }, at) => `${tasks[Math.floor(at / calls)]}: ${family.told(call, answer)}`,
  );
  const { longest, refused } = found;
  const explained = longest.map((at) => texts[at]).join(', then ');
  const rest = refused.map(({ operation, why }) => `${texts[operation]}, where ${why}`);
  return (
    `an order explains at most ${longest.length === 0 ? 'none of the calls' : explained}; ` +
    `not ${rest.join('; nor ')}`
  );
}
