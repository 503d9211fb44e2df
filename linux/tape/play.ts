// SPDX-License-Identifier: MIT
/** Has tapes played by the agent, each time by a fresh process in fresh namespaces, and timed. */
import type { Agent } from '../host/agent.ts';
import {
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
  readonly laps: readonly number[];
}

export interface Lap {
  /** Nanoseconds of all its calls, and of the loop without them. */
  readonly ns: number;
  readonly emptyNs: number;
}

export interface Played {
  /** Null if all calls returned what they had to; else the first that did not, and what it did. */
  readonly refused: { readonly call: number; readonly result: number } | null;
  /** How often the process had to let another one run. */
  readonly preempted: number;
  /** None where a call was refused. */
  readonly laps: readonly Lap[];
}

/**
 * Makes the plays in their order, in one fresh image.
 * @param tapes as encodeTapes() has them
 * @param environment bytes of it: where the image's stack begins follows from that
 * @throws InputError where the agent fails
 */
export function playAll(
  agent: Agent,
  tapes: Buffer,
  plays: readonly Play[],
  environment: number,
): Promise<Played[]> {
  const encoded = plays.flatMap(({ tape, laps }) => [tape, laps.length, ...laps]);
  const parts = [
    word(environment, 4),
    tapes,
    word(plays.length, 4),
    ...encoded.map((n) => word(n, 4)),
  ];
  return agent.ask(frameOf(REQUEST_TIMES, parts), decodePlayed);
}

/** @throws ProtocolError */
export function decodePlayed(frame: Buffer): Played[] {
  const reader = new FrameReader(frame);
  const nanoseconds = () => Number(reader.bytes(8).readBigUInt64LE(0));
  const played = Array.from({ length: limited(reader.number(4), MAX_PLAYS) }, () => {
    const call = reader.number(4);
    const result = Number(reader.bytes(8).readBigInt64LE(0));
    const preempted = reader.number(4);
    const count = limited(reader.number(4), MAX_LAPS);
    const laps = Array.from({ length: count }, () => ({
      ns: nanoseconds(),
      emptyNs: nanoseconds(),
    }));
    return { refused: count === 0 ? { call, result } : null, preempted, laps };
  });
  reader.end();
  return played;
}
