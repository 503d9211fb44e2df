// SPDX-License-Identifier: MIT
/** Two kernels' answers to a script, side by side. */
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import { runOnModel } from './on-model.ts';
import type { Answer, Script } from './script.ts';
import { formatAnswer, formatStep } from './script.ts';

/** A script with both answers; the model's, of tasks that go one after the other. */
export interface Compared {
  readonly script: Script;
  readonly linux: Answer;
  readonly model: Answer;
}

export interface Mismatch {
  /** Index of the step, or null for the tasks that are left at the end. */
  readonly step: number | null;
  readonly linux: string;
  readonly model: string;
}

/** The first difference, or null. */
export function firstMismatch(script: Script, linux: Answer, model: Answer): Mismatch | null {
  for (const index of script.keys()) {
    const [theirs, ours] = [linux.steps[index], model.steps[index]].map((answer) =>
      answer === undefined ? 'no answer' : formatAnswer(answer),
    );
    if (theirs !== ours) {
      return { step: index, linux: theirs ?? '', model: ours ?? '' };
    }
  }
  const [theirs, ours] = [linux.tasks.join('\n'), model.tasks.join('\n')];
  return theirs === ours ? null : { step: null, linux: theirs, model: ours };
}

/** Orders that are tried where tasks run at the same time. */
const ORDERS = 100;

/**
 * The first difference, or null. Where one step sets several tasks going, a kernel is free to let
 * them go in any order: it agrees if the model gives its answer in one of them.
 */
export function compare(
  { script, linux, model }: Compared,
  half: KernelHalf = {},
): { readonly mismatch: Mismatch | null; readonly isReordered: boolean } {
  const mismatch = firstMismatch(script, linux, model);
  for (let seed = 0; mismatch !== null && seed < ORDERS; seed++) {
    const other = runOnModel(script, half, seed);
    if (firstMismatch(script, linux, other) === null) return { mismatch: null, isReordered: true };
  }
  return { mismatch, isReordered: false };
}

/** A script with both answers, for people. */
export function sideBySide(script: Script, linux: Answer, model: Answer): string[] {
  const lines = script.flatMap((step, index) => {
    const [theirs, ours] = [linux.steps[index], model.steps[index]].map((answer) =>
      answer === undefined ? 'no answer' : formatAnswer(answer),
    );
    const head = `${index + 1}. ${formatStep(step)}`;
    if (theirs === ours) return step.isLook ? [] : [head, `     both   ${theirs}`];
    return [head, `     linux  ${theirs}`, `     model  ${ours}   <-- differs`];
  });
  if (linux.tasks.join() === model.tasks.join()) return lines;
  return [
    ...lines,
    ...linux.tasks.map((task) => `     linux  ${task}`),
    ...model.tasks.map((task) => `     model  ${task}`),
  ];
}
