// SPDX-License-Identifier: MIT
/**
 * A process of several versions of the explorer and the model, side by side: two processes of one
 * version differ by more than what is looked for, and so does one process from one tenth of a second
 * to the next. So versions change places every few operations. Arguments: the bundle of each, as
 * part=path; what is loaded first stands lower in the heap, and their order is drawn by who starts this.
 */
import { pathToFileURL } from 'node:url';
import { PARTS, type Part, type Round, type RoundAsk, RoundAskSchema, serve } from './turns.ts';

type OfModel = typeof import('./of-model.ts');

/** So many that one more is 3 %, in slices between which versions change places. */
const SLICES = 11;
const SLICE = 3;
const OPERATIONS = SLICES * SLICE;
const NS_PER_US = 1000;

const modules = new Map<string, OfModel>();
for (const argument of process.argv.slice(2)) {
  const [part = '', ...path] = argument.split('=');
  // A module of its own for each part, though two be of one file.
  modules.set(part, await import(`${pathToFileURL(path.join('=')).href}?${part}`));
}

/** By row and part. */
const ready = new Map<string, () => number>();

/** An operation that has been made often enough for its code to be compiled. */
function operationOf(part: Part, row: string): () => number {
  const key = `${part} ${row}`;
  const known = ready.get(key);
  if (known !== undefined) return known;
  const module = modules.get(part);
  if (module === undefined) throw new Error(`nothing was loaded as ${part}`);
  const operate = module.prepare(row);
  collect();
  for (let n = 0; n < OPERATIONS; n++) operate();
  ready.set(key, operate);
  return operate;
}

/** Before a slice and not within it: what is left of noise would be mostly this. */
const collect = (): void => globalThis.gc?.({ type: 'minor' });

interface Sum {
  us: number;
  work: number;
}

function playRow(row: string, { order, more }: RoundAsk): Record<Part, Sum> {
  const sums = { base: sum(), candidate: sum(), again: sum() };
  const extra = Math.round((OPERATIONS * more) / 100);
  const operations = new Map(order.map((part) => [part, operationOf(part, row)]));
  for (let slice = 0; slice < SLICES; slice++) {
    collect();
    for (const part of slice % 2 === 0 ? order : order.toReversed()) {
      const count = SLICE + (part === 'candidate' && slice < extra ? 1 : 0);
      const operate = operations.get(part);
      if (operate !== undefined) timeSlice(operate, count, sums[part]);
    }
  }
  return sums;
}

const sum = (): Sum => ({ us: 0, work: 0 });

/** By the time that the kernel gave to this process, as others may be let in. */
function timeSlice(operate: () => number, count: number, into: Sum): void {
  const before = process.cpuUsage();
  for (let n = 0; n < count; n++) into.work = operate();
  const { user, system } = process.cpuUsage(before);
  into.us += user + system;
}

function play(ask: RoundAsk): Round {
  const played = ask.rows.map((row) => playRow(row, ask));
  const turnOf = (part: Part) =>
    played.map(({ [part]: { us, work } }) => ({
      ns: (us * NS_PER_US) / OPERATIONS,
      work: String(work),
    }));
  const [base, candidate, again] = PARTS.map(turnOf);
  return { base: base ?? [], candidate: candidate ?? [], again: again ?? [] };
}

const [first] = modules.values();
if (first === undefined) throw new Error('nothing was named');
await serve(first.hello, RoundAskSchema, play);
