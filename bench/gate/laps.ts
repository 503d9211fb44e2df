// SPDX-License-Identifier: MIT
/** Rows as tapes that an agent plays in laps, all of a turn in one fresh image. */
import { quantile } from 'simple-statistics';
import type { Agent } from '../../linux/host/agent.ts';
import { type Clock, playAll } from '../../linux/tape/play.ts';
import { encodeTapes } from '../../linux/tape/wire.ts';
import { recorded } from '../host/recorded.ts';
import type { HostSubject } from '../host/subjects.ts';
import type { Ask, Taken, Turn } from './turns.ts';

/** Few, as images differ by more than laps in one do. */
const LAPS = 5;
/** Of a lap: one more is 3 %. */
const OPERATIONS = 33;
/** Of the laps, sorted: low, as what holds a lap up only ever makes it longer. */
const QUANTILE = 0;
/** Preparation, and the lap that warms up. */
const NOT_COUNTED = 2;

/** All rows in one image: to make it takes ten times as long as a row in it. */
export function inLaps(
  subjects: readonly HostSubject[],
  clock: Clock,
): (agent: Agent, ask: Ask & { readonly kind: 'turn' }) => Promise<Turn> {
  const names = subjects.map(({ name }) => name);
  const tapesOf = (perLap: number) => {
    const { tapes, plays } = recorded(
      subjects.map((subject) => ({ ...subject, perLap })),
      LAPS,
    );
    return { encoded: encodeTapes(tapes), plays };
  };
  /** Recorded once, by operations of a lap. */
  const known = new Map<number, ReturnType<typeof tapesOf>>();
  return async (agent, { rows, more, environment }) => {
    const perLap = OPERATIONS + Math.round((OPERATIONS * more) / 100);
    const tapes = known.get(perLap) ?? tapesOf(perLap);
    known.set(perLap, tapes);
    const asked = rows.flatMap((row) => tapes.plays[names.indexOf(row)] ?? []);
    const played = await playAll(agent, tapes.encoded, asked, environment, clock);
    return rows.map((row, nth): Taken => {
      const laps = (played[nth]?.laps ?? []).slice(NOT_COUNTED);
      if (laps.length === 0) throw new Error(`${row} is refused by this kernel`);
      const times = laps.map(({ time }) => time);
      const [, first = 0, second = 0] = asked[nth]?.laps ?? [];
      return {
        ns: quantile(times, QUANTILE) / OPERATIONS,
        work: `${(second - first) / perLap} calls`,
      };
    });
  };
}
