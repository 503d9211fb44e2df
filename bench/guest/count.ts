// SPDX-License-Identifier: MIT
/** Lane guest, exact: instructions of each subject, by a machine whose clock they are. */
import { max, min, mode, sum } from 'simple-statistics';
import { InputError } from '../../core/input-error.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import type { Kernel } from '../../linux/guest/build.ts';
import { answers, type CountingMachine, type CpuModel } from '../../linux/guest/counting.ts';
import {
  type Clock,
  decodePlayed,
  encodePlays,
  type Lap,
  type Played,
} from '../../linux/tape/play.ts';
import type { Tape } from '../../linux/tape/tape.ts';
import { encodeTapes } from '../../linux/tape/wire.ts';
import { type CallLap, type RecordedPlay, recordedSubjects } from './recorded.ts';
import { callSubjects, WARMS } from './subjects.ts';

/** Instructions of one operation, user's and kernel's. */
export interface Count {
  /** The first in its process. */
  readonly cold: number;
  /** Of all others: the least, how many were that, the most frequent, and the most. */
  readonly least: number;
  readonly times: number;
  readonly mode: number;
  readonly most: number;
  /** Of the first that was the least: its calls, in their order. */
  readonly calls: Operation;
}

/**
 * Plays that are not counted: they bring the numbers of tasks in the outer namespaces beyond 63, where
 * an IDR gets its second level, and a fork costs more.
 */
const WARMING = 2;

export interface Request {
  readonly request: Buffer;
  readonly tapes: readonly Tape[];
  readonly warming: readonly RecordedPlay[];
  /** By name of the subject. */
  readonly plays: ReadonlyMap<string, RecordedPlay>;
}

/** @param hasNextCall is one more call directed? */
export function requestFor(
  strategies: readonly Strategy[],
  hasNextCall: boolean,
  clock: Clock = 'ticks',
): Request {
  const { tapes, plays } = recordedSubjects(callSubjects(strategies, hasNextCall));
  const forking = plays.get(WARMS);
  const warming = Array.from({ length: WARMING }, () => forking ?? []).flat();
  const all = [...warming, ...plays.values()];
  return { request: encodePlays(encodeTapes(tapes), all, 0, clock), tapes, warming, plays };
}

/** What the calls of an operation took, in their order. */
export type Operation = readonly { readonly call: string; readonly count: number }[];

/**
 * Makes the plays of a request; of each, by name, its operations.
 * @throws InputError where the guest fails, or refuses what the model allows
 */
export async function operationsIn(
  kernel: Pick<Kernel, 'path'>,
  machine: CountingMachine,
  { request, tapes, warming, plays }: Request,
): Promise<ReadonlyMap<string, readonly Operation[]>> {
  const [frame = Buffer.alloc(0)] = await answers(kernel, machine, [request]);
  const played = decodePlayed(frame).slice(warming.length);
  return new Map(
    [...plays].map(([name, play], index) => {
      const one = played[index];
      if (one === undefined) throw new Error(`no play of ${name}`);
      if (one.refused !== null) throw refusal(name, tapes[play.tape], one.refused);
      return [name, play.operations.map((calls) => operationOf(calls, one.laps))];
    }),
  );
}

const operationOf = (calls: readonly CallLap[], laps: readonly Lap[]): Operation =>
  calls.map(({ lap, call }) => {
    const one = laps[lap];
    return { call, count: one === undefined ? Number.NaN : one.time - one.emptyTime };
  });

function refusal(
  name: string,
  tape: Tape | undefined,
  refused: NonNullable<Played['refused']>,
): InputError {
  const call = tape?.calls[refused.call];
  const wanted = call?.expects ?? null;
  const instead = wanted === null ? '' : `, where ${formatResult(wanted)} belongs`;
  const what = `${call?.call} gave ${formatResult(refused.result)}${instead}`;
  return new InputError('the guest', `${name}: ${what}`, 'report this');
}

export const inAll = (operation: Operation): number => sum(operation.map(({ count }) => count));

/** Likewise, as counts. */
export async function countCalls(
  kernel: Pick<Kernel, 'path'>,
  cpu: CpuModel,
  request: Request,
): Promise<ReadonlyMap<string, Count>> {
  const operations = await operationsIn(kernel, { cpu }, request);
  return new Map([...operations].map(([name, all]) => [name, countOf(all)]));
}

function countOf(operations: readonly Operation[]): Count {
  const [cold = 0, ...warm] = operations.map(inAll);
  const least = min(warm);
  return {
    ...{ cold, least, mode: mode(warm), most: max(warm) },
    times: warm.filter((count) => count === least).length,
    calls: operations[1 + warm.indexOf(least)] ?? [],
  };
}
