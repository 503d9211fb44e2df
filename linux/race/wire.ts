// SPDX-License-Identifier: MIT
/** Races as the agent reads them, and how they ended: linux/agent/protocol.h. */
import { wireStep } from '../conformance/on-linux.ts';
import {
  encodeArg,
  encodeStore,
  FrameReader,
  frameOf,
  type Hello,
  limited,
  MAX_OUTCOMES,
  MODE_APART,
  MODE_FREE,
  MODE_TOGETHER,
  RACE_END,
  RACE_STUCK,
  REQUEST_RACE,
  word,
} from '../host/protocol.ts';
import type { Node } from './tree.ts';

/** Each on a CPU of its own, all on one, or wherever the kernel has them. */
export const MODES = ['apart', 'together', 'free'] as const;
export type Mode = (typeof MODES)[number];
const MODE_NUMBERS = { apart: MODE_APART, together: MODE_TOGETHER, free: MODE_FREE } as const;

export interface Racer {
  /** By number of the task that leads its process. */
  readonly process: number;
  readonly tree: Node | number;
}

/** What is raced, in the agent's form, and which node of it is which. */
export interface Course {
  readonly encoded: Buffer;
  readonly nodes: readonly Node[];
  readonly racers: number;
}

export function courseOf(racers: readonly Racer[], hello: Hello): Course {
  const nodes: Node[] = [];
  const collect = (tree: Node | number): void => {
    if (typeof tree === 'number') return;
    nodes.push(tree);
    for (const next of tree.edges.values()) collect(next);
  };
  for (const { tree } of racers) collect(tree);
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const placeOf = (tree: Node | number) =>
    typeof tree === 'number' ? RACE_END + tree : (numbers.get(tree) ?? 0);
  const encoded = Buffer.concat([
    word(racers.length, 4),
    word(nodes.length, 4),
    ...racers.flatMap(({ process, tree }) => [word(process, 4), word(placeOf(tree), 4)]),
    ...nodes.flatMap((node) => encodeNode(node, placeOf, hello)),
  ]);
  return { encoded, nodes, racers: racers.length };
}

function encodeNode(
  { step, edges }: Node,
  placeOf: (tree: Node | number) => number,
  hello: Hello,
): Buffer[] {
  const { nr, args, stores } = wireStep(step, hello);
  return [
    ...[word(nr, 2), word(args.length, 1), word(stores.length, 1), word(edges.size, 4)],
    ...args.map(encodeArg),
    ...stores.map(encodeStore),
    ...[...edges].map(([result, next]) => {
      const edge = Buffer.alloc(12);
      edge.writeBigInt64LE(BigInt(result), 0);
      edge.writeUInt32LE(placeOf(next), 8);
      return edge;
    }),
  ];
}

export const encodeRace = (course: Course, runs: number, seed: number, mode: Mode): Buffer => {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(runs, 0);
  head.writeBigUInt64LE(BigInt(seed), 4);
  head.writeUInt32LE(MODE_NUMBERS[mode], 12);
  return frameOf(REQUEST_RACE, [head, course.encoded]);
};

export type End =
  | { readonly kind: 'over'; readonly history: number }
  /** It was at this node, whose call returned what has no edge. */
  | { readonly kind: 'off'; readonly node: number; readonly result: number }
  | { readonly kind: 'stuck' };

export interface Seen {
  readonly runs: number;
  /** Of each task. */
  readonly ends: readonly End[];
}

/** @throws ProtocolError */
export function decodeSeen(frame: Buffer, racers: number): Seen[] {
  const reader = new FrameReader(frame);
  const seen = Array.from({ length: limited(reader.number(4), MAX_OUTCOMES) }, () => ({
    runs: reader.number(4),
    ends: Array.from({ length: racers }, (): End => {
      const end = reader.number(4);
      const result = Number(reader.bytes(8).readBigInt64LE(0));
      if (end === RACE_STUCK) return { kind: 'stuck' };
      if (end >= RACE_END) return { kind: 'over', history: end - RACE_END };
      return { kind: 'off', node: end, result };
    }),
  }));
  reader.end();
  return seen;
}
