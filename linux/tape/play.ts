// SPDX-License-Identifier: MIT
/** Has tapes played by the agent, each time by a fresh process in fresh namespaces, and timed. */
import type { Agent } from '../host/agent.ts';
import {
  CLOCK_NS,
  CLOCK_TICKS,
  FrameReader,
  frameOf,
  limited,
  MAX_LAPS,
  MAX_PLAYS,
  REQUEST_TIMES,
  word,
} from '../host/protocol.ts';

/** One play of a tape: by laps, which end behind so many calls. */
export interface Play {
  readonly tape: number;
  /** Of pid namespaces that are made for it, one in the other; 1 if it is left out. */
  readonly levels?: number;
  readonly laps: readonly number[];
}

export interface Lap {
  /** Time of all its calls, and of the loop without them. */
  readonly time: number;
  readonly emptyTime: number;
}

export interface Played {
  /** Null if all calls returned what they had to; else the first that did not, and what it did. */
  readonly refused: { readonly call: number; readonly result: number } | null;
  /** How often the process had to let another one run. */
  readonly preempted: number;
  /** None where a call was refused. */
  readonly laps: readonly Lap[];
}

/** Nanoseconds, or what rdtsc counts: under a machine that counts instructions, these. */
export type Clock = 'ns' | 'ticks';

/**
 * Makes the plays in their order, in one fresh image; times are in nanoseconds, or by another clock.
 * @param tapes as encodeTapes() has them
 * @param environment bytes of it: where the image's stack begins follows from that
 * @throws InputError where the agent fails
 */
export function playAll(
  agent: Agent,
  tapes: Buffer,
  plays: readonly Play[],
  environment: number,
  clock: Clock = 'ns',
): Promise<Played[]> {
  return agent.ask(encodePlays(tapes, plays, environment, clock), decodePlayed);
}

/** The request for them. */
export function encodePlays(
  tapes: Buffer,
  plays: readonly Play[],
  environment: number,
  clock: Clock,
): Buffer {
  const numbers = plays.flatMap(({ tape, levels = 1, laps }) => [
    tape,
    levels,
    laps.length,
    ...laps,
  ]);
  return frameOf(REQUEST_TIMES, [
    ...[environment, clock === 'ns' ? CLOCK_NS : CLOCK_TICKS].map((n) => word(n, 4)),
    tapes,
    ...[plays.length, ...numbers].map((n) => word(n, 4)),
  ]);
}

/** @throws ProtocolError */
export function decodePlayed(frame: Buffer): Played[] {
  const reader = new FrameReader(frame);
  const time = () => Number(reader.bytes(8).readBigUInt64LE(0));
  const played = Array.from({ length: limited(reader.number(4), MAX_PLAYS) }, () => {
    const call = reader.number(4);
    const result = Number(reader.bytes(8).readBigInt64LE(0));
    const preempted = reader.number(4);
    const count = limited(reader.number(4), MAX_LAPS);
    const laps = Array.from({ length: count }, () => ({
      time: time(),
      emptyTime: time(),
    }));
    return { refused: count === 0 ? { call, result } : null, preempted, laps };
  });
  reader.end();
  return played;
}
