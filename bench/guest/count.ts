// SPDX-License-Identifier: MIT
/** Lane guest, exact: instructions of each subject, by a machine whose clock they are. */
import { max, min, mode, sum } from 'simple-statistics';
import { InputError } from '../../core/input-error.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import type { Kernel } from '../../linux/guest/build.ts';
import { answers, type CpuModel } from '../../linux/guest/counting.ts';
import {
  type Clock,
  decodePlayed,
  encodePlays,
  type Lap,
  type Played,
} from '../../linux/tape/play.ts';
import type { Tape } from '../../linux/tape/tape.ts';
import { encodeTapes } from '../../linux/tape/wire.ts';
import { type RecordedPlay, recordedSubjects } from './recorded.ts';
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
  readonly calls: readonly { readonly call: string; readonly count: number }[];
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

/**
 * By name of the subject.
 * @throws InputError where the guest fails, or refuses what the model allows
 */
export async function countCalls(
  kernel: Pick<Kernel, 'path'>,
  cpu: CpuModel,
  strategies: readonly Strategy[],
  hasNextCall = false,
): Promise<ReadonlyMap<string, Count>> {
  const { request, tapes, warming, plays } = requestFor(strategies, hasNextCall);
  const [frame = Buffer.alloc(0)] = await answers(kernel, { cpu }, [request]);
  const played = decodePlayed(frame).slice(warming.length);
  const counts = new Map<string, Count>();
  for (const [index, [name, play]] of [...plays].entries()) {
    const one = played[index];
    if (one === undefined) throw new Error(`no play of ${name}`);
    counts.set(name, countOf(name, play, tapes[play.tape], one));
  }
  return counts;
}

function countOf(
  name: string,
  play: RecordedPlay,
  tape: Tape | undefined,
  { refused, laps }: Played,
): Count {
  if (refused !== null) {
    const call = tape?.calls[refused.call];
    const wanted = call?.expects ?? null;
    const instead = wanted === null ? '' : `, where ${formatResult(wanted)} belongs`;
    const what = `${call?.call} gave ${formatResult(refused.result)}${instead}`;
    throw new InputError('the guest', `${name}: ${what}`, 'report this');
  }
  const counted = play.operations.map((operation) =>
    operation.map(({ lap, call }) => ({ call, count: countIn(laps[lap]) })),
  );
  const [cold = 0, ...warm] = counted.map((calls) => sum(calls.map(({ count }) => count)));
  const least = min(warm);
  return {
    ...{ cold, least, mode: mode(warm), most: max(warm) },
    times: warm.filter((count) => count === least).length,
    calls: counted[1 + warm.indexOf(least)] ?? [],
  };
}

const countIn = (lap: Lap | undefined): number =>
  lap === undefined ? Number.NaN : lap.time - lap.emptyTime;
