// SPDX-License-Identifier: MIT
/**
 * A process of several versions of the explorer and the model, side by side: two processes of one
 * version differ by more than what is looked for, and so does one process from one tenth of a second
 * to the next. So versions change places every few operations. Arguments: the bundle of each, as
 * part=path; what is loaded first stands lower in the heap, and their order is drawn by who starts this.
 */
import { pathToFileURL } from 'node:url';
import {
  type Part,
  type Round,
  type RoundAsk,
  RoundAskSchema,
  serve,
  type Taken,
} from './turns.ts';

type OfModel = typeof import('./of-model.ts');

/** Between which versions change places. The first operations of one find the caches full of another. */
const SLICES = 4;
const SLICE = 12;
/** As many as it takes until code is compiled. */
const WARMING = 8;

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
  for (let n = 0; n < WARMING; n++) operate();
  ready.set(key, operate);
  return operate;
}

/** Before a slice and not within it. */
const collect = (): void => globalThis.gc?.({ type: 'minor' });

/**
 * The shortest operation of each part: a third of them are held up by a timer's interrupt, and what
 * holds one up only ever makes it longer.
 */
function playRow(row: string, { order, more }: RoundAsk): Record<Part, Taken> {
  const taken = { base: none(), candidate: none(), again: none() };
  const operations = new Map(order.map((part) => [part, operationOf(part, row)]));
  for (let slice = 0; slice < SLICES; slice++) {
    collect();
    for (const part of slice % 2 === 0 ? order : order.toReversed()) {
      const operate = operations.get(part);
      const into = taken[part];
      if (operate === undefined) continue;
      for (let n = 0; n < SLICE; n++) {
        const before = process.hrtime.bigint();
        into.work = String(operate());
        if (part === 'candidate' && more > 0) delay(before, more);
        into.ns = Math.min(into.ns, Number(process.hrtime.bigint() - before));
      }
    }
  }
  return taken;
}

const none = (): Taken => ({ ns: Number.POSITIVE_INFINITY, work: '' });

/** @param more percent of what has been taken since `before` */
function delay(before: bigint, more: number): void {
  const now = process.hrtime.bigint();
  const until = now + ((now - before) * BigInt(more)) / 100n;
  while (process.hrtime.bigint() < until);
}

function play(ask: RoundAsk): Round {
  const played = ask.rows.map((row) => playRow(row, ask));
  const turnOf = (part: Part) => played.map((taken) => taken[part]);
  return { base: turnOf('base'), candidate: turnOf('candidate'), again: turnOf('again') };
}

const [first] = modules.values();
if (first === undefined) throw new Error('nothing was named');
await serve(first.hello, RoundAskSchema, play);
