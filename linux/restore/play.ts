// SPDX-License-Identifier: MIT
/** Has a score played by the agent, and finds what came of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { InputError } from '../../core/input-error.ts';
import type { Capture } from '../../core/restart/capture.ts';
import { captureMachine, THIS_MACHINE } from '../capture/capture.ts';
import { PROC } from '../capture/proc.ts';
import type { Agent } from '../host/agent.ts';
import { FrameReader, frameOf, NO_TAPE, REQUEST_RESTORE, word } from '../host/protocol.ts';
import { encodeTapes } from '../tape/wire.ts';
import type { Score } from './score.ts';

export interface Standing {
  /** Wall time from before the first fork to when all had arrived. */
  readonly ns: number;
  /** By tally, from the same moment to when it was full; null if it never was. */
  readonly filled: readonly { readonly name: string; readonly ns: number | null }[];
  /** The first call that was refused, or returned what it must not: one sentence. */
  readonly refused: string | null;
}

export function encodeScore({ tapes, tallies }: Score): Buffer {
  const counts = [tallies.length, ...tallies.map(({ of }) => of)];
  return frameOf(REQUEST_RESTORE, [...counts.map((n) => word(n, 4)), encodeTapes(tapes)]);
}

/**
 * Plays it; what came of it stands until tearDown().
 * @throws InputError where the agent fails
 */
export function play(agent: Agent, score: Score, request: Buffer): Promise<Standing> {
  return agent.ask(request, (frame) => decodeStanding(frame, score));
}

/** Nanoseconds that it took. @throws InputError where the agent fails */
export function tearDown(agent: Agent): Promise<number> {
  return agent.ask(frameOf(REQUEST_RESTORE, []), (frame) => {
    const reader = new FrameReader(frame);
    const ns = Number(reader.bytes(8).readBigUInt64LE(0));
    reader.end();
    return ns;
  });
}

/** @throws ProtocolError */
export function decodeStanding(frame: Buffer, { tapes, names, tallies }: Score): Standing {
  const reader = new FrameReader(frame);
  const ns = Number(reader.bytes(8).readBigUInt64LE(0));
  const [tape, at] = [reader.number(4), reader.number(4)];
  const result = Number(reader.bytes(8).readBigInt64LE(0));
  const filled = tallies.map(({ name }) => {
    const since = Number(reader.bytes(8).readBigInt64LE(0));
    return { name, ns: since < 0 ? null : since };
  });
  reader.end();
  if (tape === NO_TAPE) return { ns, filled, refused: null };
  const call = tapes[tape]?.calls[at];
  const expected = call?.expects ?? null;
  const wanted = expected === null ? '' : `, where ${expected} was to come`;
  const refused = `${call?.call} of ${names[tape]}, its call ${at + 1}, gave ${result}${wanted}`;
  return { ns, filled, refused };
}

/**
 * The restored root, in the numbers of our /proc: below the agent and its init is the init of the
 * restore, whose only child it is.
 * @throws InputError where it can't be found
 */
function findRoot(agent: Agent): number {
  let pid = agent.pid;
  for (let level = 0; level < 3; level++) {
    const children = childrenOf(pid);
    const [only] = children;
    if (only === undefined || children.length > 1) {
      throw new InputError(
        `process ${pid}`,
        `it has ${children.length} children, where one belongs`,
        'report this',
      );
    }
    pid = only;
  }
  return pid;
}

/** The tree that stands, captured: of all that /proc lists, only what is below its root is read. */
export function captureStanding(agent: Agent): Promise<Capture> {
  const root = findRoot(agent);
  const list = (path: string) => (path === '' ? below(root) : PROC.list(path));
  return captureMachine(root, { ...THIS_MACHINE, proc: { ...PROC, list } });
}

function below(root: number): string[] {
  const pids = [root];
  for (const pid of pids) pids.push(...childrenOf(pid));
  return pids.map(String);
}

/** Of all its threads. */
function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task`;
  try {
    return readdirSync(path).flatMap((thread) => {
      const numbers = readFileSync(`${path}/${thread}/children`, 'utf8').trim();
      return numbers === '' ? [] : numbers.split(' ').map(Number);
    });
  } catch {
    throw new InputError(`${path}/*/children`, "can't be read", 'use CONFIG_PROC_CHILDREN');
  }
}
