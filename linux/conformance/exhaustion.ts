// SPDX-License-Identifier: MIT
/** Is a mismatch none, because the kernel below, or who shares it, has run out of something? */
import type { Compared, Mismatch } from './compare.ts';
import { formatStep } from './script.ts';

/** Of a new task EAGAIN also means that there are too many; of anything, what the others say. */
const NO_MORE: ReadonlySet<string> = new Set(['-ENOMEM', '-ENOSPC', '-ENFILE', '-EUSERS']);
const MAKES_TASKS: ReadonlySet<string> = new Set(['fork', 'clone', 'clone3']);

/** The call and what it got on Linux alone; null if the kernels differ in something else. */
export function exhaustion(
  { script, linux, model }: Compared,
  { step: index }: Mismatch,
): string | null {
  if (index === null) return null;
  const step = script[index];
  const [theirs, ours] = [linux.steps[index]?.end, model.steps[index]?.end];
  if (step === undefined || theirs?.kind !== 'returned') return null;
  const { result } = theirs;
  const isRefusal = NO_MORE.has(result) || (result === '-EAGAIN' && MAKES_TASKS.has(step.call));
  const isOurs = ours?.kind === 'returned' && ours.result === result;
  return isRefusal && !isOurs ? `${formatStep(step)} is ${result.slice(1)}` : null;
}
