// SPDX-License-Identifier: MIT
/**
 * What the explorer allows a scenario to come to: of each thread, everything that its calls return, in
 * every interleaving of the model. Finer than what the scenario judges, so that a kernel which does
 * the right thing for a wrong reason is found too.
 */
import { explore } from '../../core/explore/graph.ts';
import type { Scenario, Subject } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import type { Program, ProgramBody, Said } from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';

/** What the calls of a thread returned, in order; of timer_create, the id. */
export type History = readonly number[];

export interface Allowed {
  /** Of each task of the scenario: the histories that it can have. */
  readonly histories: readonly (readonly History[])[];
  /** Those that it can have together: by their places in these lists, whether the scenario's rule rejects it. */
  readonly outcomes: ReadonlyMap<string, boolean>;
  readonly interleavings: bigint;
  readonly failing: bigint;
}

/** Why a scenario can not be run freely, as a sentence for the report. */
export class LeftOut extends Error {}

export const outcomeOf = (ends: readonly number[]): string => ends.join(' ');

/**
 * @param design its kernel half is empty, but for a test's defects
 * @throws LeftOut
 */
export function allowed(
  scenario: Scenario,
  design: Pick<Strategy, 'caller' | 'kernel'>,
  subject: Subject,
  maxStates: number,
): Allowed {
  const names = scenario.tasks.map(({ name }) => name);
  const numbering = names.map(() => new Map<string, number>());
  const outcomes = new Map<string, boolean>();
  const beyond = new Set<string>();
  let isEndless = false;
  const watched: Scenario = {
    ...scenario,
    programs: (direct, about) =>
      Object.fromEntries(
        Object.entries(scenario.programs(direct, about)).map(([name, body]) => [
          name,
          told(body, beyond),
        ]),
      ),
    judge({ results }) {
      const ends: number[] = [];
      const said = new Map<string, Said>();
      for (const [thread, all] of results) {
        const task = names.indexOf(thread);
        const { history, said: own } = untold(all);
        if (task < 0 && history.length > 0) {
          throw new LeftOut('its children make calls of their own');
        }
        said.set(thread, own);
        if (task < 0) continue;
        const known = numbering[task];
        const key = JSON.stringify(history);
        const end = known?.get(key) ?? known?.size ?? 0;
        known?.set(key, end);
        ends[task] = end;
      }
      const isWhole = names.every((name) => said.has(name));
      const wrong = scenario.judge({ results: said });
      if (isWhole) outcomes.set(outcomeOf(ends), wrong !== null);
      else isEndless = true;
      return wrong;
    },
  };
  const system = scenarioOnModel(watched, design, subject);
  const { interleavings, failing, deadlocks } = explore(system, { maxStates });
  const [first] = beyond;
  if (first !== undefined) throw new LeftOut(`a thread of it calls ${first}`);
  if (interleavings === null) throw new LeftOut(`it has more than ${maxStates} states`);
  if (isEndless) throw new LeftOut('a thread of it never ends');
  if (deadlocks > 0) throw new LeftOut('threads of it may wait for ever');
  return {
    histories: numbering.map((known) => [...known.keys()].map((key) => JSON.parse(key))),
    outcomes,
    interleavings,
    failing: failing ?? 0n,
  };
}

/** Calls that no thread of a free run makes: another program would have to be played then. */
const BEYOND: ReadonlySet<string> = new Set(['execve', 'rt_sigaction', 'exit', 'exit_group']);

/** The program, which says in the end what its calls returned, and then what it says itself. */
const told = (body: ProgramBody, beyond: Set<string>): ProgramBody =>
  function* (me): Program<Said> {
    const results: number[] = [];
    const program = body(me);
    let result = 0;
    for (;;) {
      const { done, value } = program.next(result);
      if (done === true) {
        const [isList, said] = typeof value === 'number' ? [0, [value]] : [1, value];
        return Object.freeze([results.length, ...results, isList, ...said]);
      }
      if ('name' in value && BEYOND.has(value.name)) beyond.add(value.name);
      result = yield value;
      if ('until' in value) continue;
      const isTimer = value.name === 'timer_create' && result === 0;
      results.push(isTimer ? Number(me.memory.load(value.args[2])) : result);
    }
  };

function untold(all: Said): { readonly history: History; readonly said: Said } {
  // A child that is only there.
  if (typeof all === 'number') return { history: [], said: all };
  const [calls = 0, ...rest] = all;
  const [isList, first = 0, ...more] = rest.slice(calls);
  return { history: rest.slice(0, calls), said: isList === 1 ? [first, ...more] : first };
}
