// SPDX-License-Identifier: MIT
/**
 * What is played to restore a capture: the restart's programs are run on the model, twice, and the
 * calls of each task become its tape. What only a kernel with real tasks needs is added: before a task
 * says that it is restored, its workers are gone and its zombies dead.
 */
import { directBy } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type ProgramBody, type Programs, sys } from '../../core/kernel/syscall.ts';
import { ModelKernel } from '../../core/model/kernel.ts';
import { runInit } from '../../core/model/run.ts';
import type { Capture } from '../../core/restart/capture.ts';
import { planRestart } from '../../core/restart/plan.ts';
import { outermost, type Plan } from '../../core/restart/planned.ts';
import { RESTARTER, RESTORED, Restart, type Workers } from '../../core/restart/programs.ts';
import { NS_LAST_PID } from '../../strategies/relatives/ns-last-pid.ts';
import { Logs } from '../tape/log.ts';
import { tapesOf } from '../tape/record.ts';
import type { Tape, TapeCall } from '../tape/tape.ts';

export interface Score {
  /** The restarter's first. */
  readonly tapes: readonly Tape[];
  /** By tape. */
  readonly names: readonly string[];
  /** How many are to arrive at each; the last ends the restore. */
  readonly tallies: readonly { readonly name: string; readonly of: number }[];
  readonly directed: number;
}

/** The model refuses it, and so would Linux: one sentence. */
export interface Refused {
  readonly refused: string;
}

/** @throws InputError where no order of calls leads to the captured tree */
export function scoreOf(
  capture: Capture,
  place: string,
  way: Strategy,
  workers: Workers,
  pidMax: number,
): Score | Refused {
  const run = (logs: Logs, around: (programs: Programs) => Programs) => {
    const plan = planRestart(capture, place, pidMax);
    const restart = new Restart(plan, capture, directBy(way.caller), workers);
    const programs = around(logs.logged(restart.programs()));
    const { blocked } = runInit(new ModelKernel(way.kernel, programs), RESTARTER);
    return { plan, restart, blocked };
  };
  const [one, two] = [new Logs(0), new Logs(SHIFT)];
  const { plan, restart, blocked } = run(one, (programs) => programs);
  const refused = restart.refused.v;
  if (refused !== null) {
    return { refused: `${refused.call}, to ${refused.purpose}, gives ${refused.result}` };
  }
  const [stuck] = blocked;
  if (stuck !== undefined) return { refused: `it waits for ${stuck.why}` };
  run(two, elsewhere);
  const byName = tapesOf(one, two);
  const names = [...byName.keys()];
  const tallies = [...one.tallies].map(([name, of]) => ({ name, of }));
  const last = tallies.findIndex(({ name }) => name === RESTORED);
  const zombies = zombiesByParent(plan);
  const tapes = [...byName].map(([name, tape]) => {
    const calls = [...tape.calls];
    const end = calls.findLastIndex(({ call, args }) => call === 'arrive' && args[0] === last);
    if (end >= 0) {
      const gone = [...workersOf(tape, (child) => byName.get(names[child] ?? ''))];
      calls.splice(end, 0, ...gone, ...(zombies.get(name) ?? []).map(awaitDeath));
    }
    return { ...tape, calls: calls.map((call) => renumbered(call, last, tallies.length - 1)) };
  });
  return { tapes, names, tallies: swapped(tallies, last), directed: restart.directed.v };
}

/** Not a multiple of what programs allocate. */
const SHIFT = 1 << 16;
const DESCRIPTORS = 3;

/** All numbers are asked for, so only descriptors can be others. */
function elsewhere(programs: Programs): Programs {
  const body = programs[RESTARTER];
  if (body === undefined) throw new Error('there is no restarter');
  const behind: ProgramBody = function* (me) {
    for (let n = 0; n < DESCRIPTORS; n++) {
      const path = me.memory.allocate(NS_LAST_PID.length + 1);
      me.memory.store(path, NS_LAST_PID);
      yield sys('open', path, NS_LAST_PID.length, 0);
    }
    return yield* body(me);
  };
  return { ...programs, [RESTARTER]: behind };
}

/** By name of the parent's program, as its parent numbers each. */
function zombiesByParent({ all }: Plan): ReadonlyMap<string, readonly number[]> {
  const byNumber = new Map(all.map((planned) => [outermost(planned.nspid), planned]));
  const zombies = new Map<string, number[]>();
  for (const { task } of all) {
    const parent = byNumber.get(task?.ppid ?? 0);
    if (task?.state !== 'zombie' || parent === undefined) continue;
    const number = task.nspid[parent.nspid.length - 1] ?? 0;
    zombies.set(parent.name, [...(zombies.get(parent.name) ?? []), number]);
  }
  return zombies;
}

const P_PID = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000;

const awaitDeath = (number: number): TapeCall => ({
  call: 'waitid',
  args: [P_PID, number, 0, WEXITED | WNOWAIT, 0],
  expects: 0,
});

function* workersOf(
  { calls }: Tape,
  tapeOf: (child: number) => Tape | undefined,
): Generator<TapeCall> {
  for (const [place, { child }] of calls.entries()) {
    if (child === undefined || tapeOf(child)?.calls.at(-1)?.call !== 'exit') continue;
    yield { call: 'see_off', args: [{ result: place }], expects: 0 };
  }
}

/** The tally that ends all is to be the last. */
function renumbered(call: TapeCall, last: number, end: number): TapeCall {
  if (call.call !== 'arrive' && call.call !== 'wait') return call;
  const [tally] = call.args;
  if (tally === last) return { ...call, args: [end] };
  return tally === end ? { ...call, args: [last] } : call;
}

function swapped<T>(list: readonly T[], at: number): T[] {
  const copy = [...list];
  const [one, last] = [copy[at], copy.at(-1)];
  if (one === undefined || last === undefined) throw new Error('nothing says that it is restored');
  copy[at] = last;
  copy[copy.length - 1] = one;
  return copy;
}
