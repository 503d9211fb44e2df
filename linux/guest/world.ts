// SPDX-License-Identifier: MIT
/** What each design does to the world around it, tried by world/world.c as a machine's only process. */
import { InputError } from '../../core/input-error.ts';
import { buildProgram } from '../host/build-agent.ts';
import type { Kernel } from './build.ts';
import { consoleOf } from './guest.ts';

const WORLD = {
  name: 'world',
  sources: new URL('./world/', import.meta.url),
  flags: ['-static'],
};
const PATIENCE_MS = 60_000;

export interface Answered {
  readonly question: string;
  readonly design: string;
  readonly answer: string;
}

/** @throws InputError where the guest does not come to its end */
export async function askWorld(kernel: Pick<Kernel, 'path'>): Promise<Answered[]> {
  const program = await buildProgram(WORLD);
  return answersIn(await consoleOf(kernel, program, PATIENCE_MS));
}

/** @throws InputError */
export function answersIn(console: string): Answered[] {
  const lines = console.split('\n').map((line) => line.replaceAll('\r', ''));
  if (!lines.includes('world: done')) {
    throw new InputError(
      'the guest',
      `it did not come to its end:\n${lines.slice(-8).join('\n')}\n`,
      'build its kernel anew',
    );
  }
  const answers = lines.flatMap((line): Answered[] => {
    const [, question, design, answer] = /^world: (.+) \/ (\w+): (.+)$/.exec(line) ?? [];
    if (question === undefined || design === undefined || answer === undefined) return [];
    return [{ question, design, answer }];
  });
  return [...answers, ...audited(lines)];
}

const AUDIT = 'the audit log has calls';

/** Of the log between two marks: calls by number, and whether the id is among their arguments. */
function audited(lines: readonly string[]): Answered[] {
  return lines.flatMap((line, at): Answered[] => {
    const design = /^world: audit (\w+) begins$/.exec(line)?.[1];
    if (design === undefined) return [];
    const end = lines.indexOf(`world: audit ${design} ends`, at);
    const calls = lines.slice(at, end).flatMap((one) => {
      const [, nr, args] = /syscall=(\d+) .*?(a0=\S+ a1=\S+ a2=\S+ a3=\S+)/.exec(one) ?? [];
      return nr === undefined ? [] : [{ nr, isShown: args?.includes(`=${WANTED_HEX} `) === true }];
    });
    const answer =
      calls.length === 0
        ? 'none'
        : `${calls.map(({ nr }) => nr).join(' ')}; id ${calls.some(({ isShown }) => isShown) ? 'in it' : 'not in it'}`;
    return [{ question: AUDIT, design, answer }];
  });
}

/** Of world.c: 4242. */
const WANTED_HEX = (4242).toString(16);
