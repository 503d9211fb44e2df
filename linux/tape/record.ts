// SPDX-License-Identifier: MIT
/**
 * Tapes of programs, from two runs of each on the model. In the second, addresses, descriptors and the
 * numbers that a kernel chooses are others; so what is the same in both is what the program asks for,
 * and what differs must be an address of its memory or what an earlier call returned.
 */
import { MAKES_TASKS } from '../conformance/on-model.ts';
import type { Log, Logged, LoggedCall, Logs } from './log.ts';
import type { Tape, TapeArg, TapeCall, TapeCallName } from './tape.ts';

/** What a program does can not be said by a tape. */
export class NotATape extends Error {}

/**
 * A tape of each program; where several ran the same one, they must have done the same.
 * @throws NotATape
 */
export function tapesOf(one: Logs, two: Logs): ReadonlyMap<string, Tape> {
  const pairs = [...one.byProgram].flatMap(([program, logs]) =>
    logs.map((log, index) => {
      const other = two.byProgram.get(program)?.[index];
      if (other === undefined) throw new NotATape(`${program} did not run twice`);
      return { program, log, other };
    }),
  );
  const numbers = new Map([...one.byProgram.keys()].map((name, index) => [name, index]));
  const allBlocks = pairs.flatMap(({ program, log, other }) => blocksOf(program, log, other));
  const tapes = new Map<string, Tape>();
  for (const { program, log, other } of pairs) {
    const own = blocksOf(program, log, other);
    const writer = new TapeWriter(program, [own, allBlocks], (name) => numbers.get(name) ?? -1);
    const tape = writer.write(log, other);
    const known = tapes.get(program);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(tape)) {
      throw new NotATape(`${program} does one thing here and another there`);
    }
    tapes.set(program, tape);
  }
  return tapes;
}

/** What was allocated at once, in both runs. */
interface Block {
  readonly one: number;
  readonly two: number;
  readonly bytes: number;
}

interface Place {
  readonly block: Block;
  readonly offset: number;
}

function blocksOf(program: string, log: Log, other: Log): Block[] {
  return log.flatMap((event, index) => {
    if (event.kind !== 'allocated') return [];
    const match = other[index];
    if (match?.kind !== 'allocated') throw new NotATape(`${program} does not do the same twice`);
    return { one: event.address, two: match.address, bytes: event.bytes };
  });
}

/** What a block holds. */
interface Contents {
  readonly bytes: Buffer;
  /** By offset: a place that is pointed to, or null for what only a call returned. */
  readonly special: Map<number, Place | null>;
  /** Bytes in use, from the block's first. */
  end: number;
}

const WORD = 8;
/** What a call may be given to write to, behind what was stored. */
const ROOM = 128;
const CACHE_LINE = 64;

/** Calls that leave their memory as it is, so that one copy of it does for all. */
const ONLY_READ: ReadonlySet<TapeCallName> = new Set([
  'open',
  'openat',
  'write',
  'prctl',
  'msgsnd',
]);

class TapeWriter {
  private readonly contents = new Map<number, Contents>();
  private readonly calls: TapeCall[] = [];
  private readonly results: (readonly [number | null, number | null])[] = [];
  private readonly memory: Buffer[] = [];
  private size = 0;
  private readonly pointers: { at: number; to: number }[] = [];
  private readonly copies = new Map<string, number>();
  private readonly program: string;
  /** Its own, and everybody's. */
  private readonly blocks: readonly (readonly Block[])[];
  private readonly tapeOf: (program: string) => number;

  constructor(
    program: string,
    blocks: readonly (readonly Block[])[],
    tapeOf: (program: string) => number,
  ) {
    this.program = program;
    this.blocks = blocks;
    this.tapeOf = tapeOf;
  }

  write(log: Log, other: Log): Tape {
    for (const [index, event] of log.entries()) {
      const match = other[index];
      if (event.kind === 'stored' && match?.kind === 'stored') this.store(event, match);
      else if (event.kind === 'call' && match?.kind === 'call') this.call(event, match);
      else if (event.kind !== match?.kind) throw this.not('does not do the same twice');
    }
    if (other.length !== log.length) throw this.not('does not do the same twice');
    return { calls: this.calls, memory: Buffer.concat(this.memory), pointers: this.pointers };
  }

  private not(what: string): NotATape {
    return new NotATape(`${this.program} ${what}`);
  }

  private find(one: number, two: number): Place | null {
    for (const blocks of this.blocks) {
      const block = blocks.find(
        (b) => one - b.one === two - b.two && one >= b.one && one < b.one + b.bytes,
      );
      if (block !== undefined) return { block, offset: one - block.one };
    }
    return null;
  }

  private contentsOf({ one, bytes }: Block): Contents {
    let contents = this.contents.get(one);
    if (contents === undefined) {
      const words = Math.ceil(bytes / WORD) * WORD;
      contents = { bytes: Buffer.alloc(words), special: new Map(), end: 0 };
      this.contents.set(one, contents);
    }
    return contents;
  }

  /** Numbers are as wide as the word that they begin in has room for: members are stored in order. */
  private store(one: Logged & { kind: 'stored' }, two: Logged & { kind: 'stored' }): void {
    const place = this.find(one.address, two.address);
    if (place === null) throw this.not('stores where it has not allocated');
    const { offset } = place;
    const contents = this.contentsOf(place.block);
    const { bytes, special } = contents;
    if (typeof one.value === 'string') {
      if (one.value !== two.value) throw this.not('stores a text of what a kernel chose');
      const text = Buffer.from(`${one.value}\0`, 'latin1');
      text.copy(bytes, offset);
      for (const at of special.keys()) {
        if (at >= offset && at < offset + text.length) special.delete(at);
      }
      contents.end = Math.max(contents.end, offset + text.length);
      return;
    }
    const word = Buffer.alloc(WORD);
    special.delete(offset);
    if (one.value === two.value) word.writeBigInt64LE(BigInt(one.value));
    else special.set(offset, this.find(one.value, Number(two.value)));
    word.copy(bytes, offset, 0, WORD - (offset % WORD));
    contents.end = Math.max(contents.end, offset + WORD - (offset % WORD));
  }

  private call(one: LoggedCall, two: LoggedCall): void {
    const { call, program, wraps } = one;
    const isSame = call === two.call && program === two.program;
    if (!isSame || one.args.length !== two.args.length) {
      throw this.not('does not do the same twice');
    }
    const args = one.args.map((arg, index) => this.arg(call, arg, two.args[index] ?? 0));
    const isGiven = one.result === two.result;
    if (!isGiven && (Number(one.result) < 0 || Number(two.result) < 0)) {
      throw this.not(`is refused once by ${call}`);
    }
    const isMaker = MAKES_TASKS.has(wraps ?? call);
    const makes = program !== null && isMaker ? { child: this.tapeOf(program) } : {};
    const inner = wraps === null ? {} : { wraps };
    this.calls.push({ call, args, ...makes, ...inner, expects: isGiven ? one.result : null });
    this.results.push([one.result, two.result]);
  }

  private arg(call: TapeCallName, one: number, two: number): TapeArg {
    if (one === two) return one;
    const place = this.find(one, two);
    if (place !== null) return { memory: this.copy(place, call) };
    const result = this.results.findLastIndex(([a, b]) => a === one && b === two);
    if (result < 0) throw this.not(`gives ${call} what is neither its own nor was returned to it`);
    return { result };
  }

  /**
   * What a block holds now from a place on, for one call; where that copy lies in the tape's memory.
   * What lies before it was there for other calls.
   */
  private copy({ block, offset }: Place, call: TapeCallName): number {
    const { bytes, special, end } = this.contentsOf(block);
    const from = Math.floor(offset / WORD) * WORD;
    const size = Math.ceil((end - from) / WORD) * WORD + ROOM;
    const held = Buffer.alloc(Math.max(0, Math.min(bytes.length - from, size)));
    bytes.copy(held, 0, from);
    const pointers = [...special].flatMap(([at, place]) => {
      if (at < from) return [];
      if (place === null) throw this.not(`hands ${call} what a kernel chose, in memory`);
      const isWithin = place.block === block && place.offset >= from;
      const to = isWithin ? place.offset - from : this.copy(place, call);
      return [{ at: at - from, to, isWithin }];
    });
    const key = JSON.stringify([held.toString('latin1'), pointers]);
    const known = ONLY_READ.has(call) ? this.copies.get(key) : undefined;
    if (known !== undefined) return known + offset - from;
    const start = this.size;
    const padded = Buffer.alloc(Math.ceil(held.length / CACHE_LINE) * CACHE_LINE);
    held.copy(padded);
    this.memory.push(padded);
    this.size += padded.length;
    for (const { at, to, isWithin } of pointers) {
      this.pointers.push({ at: start + at, to: isWithin ? start + to : to });
    }
    this.copies.set(key, start);
    return start + offset - from;
  }
}
