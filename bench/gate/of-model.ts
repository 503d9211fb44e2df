// SPDX-License-Identifier: MIT
/** A process of the explorer and the model, that takes turns at their rows (subjects.ts). */
import { SUBJECTS, type TimedSubject } from './subjects.ts';
import { type Ask, serveTurns, type Turn } from './turns.ts';

/** So many that one more is 3 %. */
const OPERATIONS = 33;
/** Before the first turn: by then code is compiled, and caches are warm. */
const WARM_UP = 2 * OPERATIONS;
const NS_PER_US = 1000;

const ready = new Map<string, () => number>();

/**
 * By the time that the kernel gave to this process, as others may be let in. It has one thread, and so
 * collecting garbage is in it.
 */
function take({ row, more }: Ask): Turn {
  const subject = SUBJECTS.find(({ name }) => name === row);
  if (subject === undefined) throw new Error(`there is no row ${row}`);
  const operate = ready.get(row) ?? warmedUp(subject);
  ready.set(row, operate);
  const operations = OPERATIONS + Math.round((OPERATIONS * more) / 100);
  let work = 0;
  const before = process.cpuUsage();
  for (let n = 0; n < operations; n++) work = operate();
  const { user, system } = process.cpuUsage(before);
  return { ns: ((user + system) * NS_PER_US) / OPERATIONS, work: String(work) };
}

function warmedUp({ prepare }: TimedSubject): () => number {
  const operate = prepare();
  for (let n = 0; n < WARM_UP; n++) operate();
  return operate;
}

await serveTurns(
  SUBJECTS.map(({ name, does }) => ({ name, does })),
  take,
);
