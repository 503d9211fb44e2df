// SPDX-License-Identifier: MIT
/**
 * Runs Spin: `spin -a` makes a verifier in C of a Promela program, a C compiler (CC, or cc) builds
 * it without partial-order reduction, and then it searches, as often as it is asked to.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../../input-error.ts';

const run = promisify(execFile);
const compiler = (): string => process.env.CC ?? 'cc';

/** What is missing, "there is no spin", or null where Spin can be run. */
export async function whyNoSpin(): Promise<string | null> {
  for (const [command, argument] of [
    ['spin', '-V'],
    [compiler(), '--version'],
  ] as const) {
    try {
      await run(command, [argument]);
    } catch {
      return `there is no ${command}`;
    }
  }
  return null;
}

export interface Build {
  /** Name of a macro that is defined for the program. */
  readonly define?: string;
  /** Of the C compiler; without, it compiles soonest. */
  readonly optimise?: '-O2';
}

/** What a search found. */
export interface Searched {
  readonly states: number;
  /** The one that makes the initial state included. */
  readonly transitions: number;
  /** Assertions that failed: all where all are asked for, or the first. */
  readonly errors: number;
  /** Whether it stopped where nobody could go on and somebody was not at an `end` label. */
  readonly isStuck: boolean;
}

export interface Verifier {
  /** @param options of pan, such as "-E" */
  search(...options: readonly string[]): Promise<Searched>;
}

/**
 * What `use` makes of the verifier of a program, which is gone afterwards.
 * @throws InputError where there is no Spin or no C compiler
 */
export async function verifying<T>(
  promela: string,
  options: Build,
  use: (verifier: Verifier) => Promise<T>,
): Promise<T> {
  const cwd = await mkdtemp(join(tmpdir(), 'sideband-spin-'));
  try {
    await writeFile(join(cwd, 'program.pml'), promela);
    await build(cwd, options);
    return await use({
      async search(...options) {
        return searched((await run('./pan', [...SEARCHED, ...options], { cwd })).stdout);
      },
    });
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** No reduction, so that states compare; and room for as many cells as a kernel writes. */
const BUILT = ['-w', '-DSAFETY', '-DNOREDUCE', '-DVECTORSZ=8192', '-o', 'pan', 'pan.c'];
/** A hash table of a few megabytes: pan's own takes longer to clear than most searches do. */
const SEARCHED = ['-w20'];

async function build(cwd: string, { define, optimise }: Build): Promise<void> {
  const cc = compiler();
  const defined = define === undefined ? [] : [`-D${define}`];
  const optimised = optimise === undefined ? [] : [optimise];
  try {
    // Left alone, it preprocesses by gcc, whatever the compiler is.
    await run('spin', ['-a', `-P${cc} -E -x c`, ...defined, 'program.pml'], { cwd });
    await run(cc, [...BUILT, ...optimised], { cwd });
  } catch (error) {
    const missing = await whyNoSpin();
    if (missing === null) throw error;
    throw new InputError('Spin', missing, 'install Spin and a C compiler');
  }
}

function searched(said: string): Searched {
  if (/search depth too small|out of memory/.test(said)) throw new Error(`pan gave up: ${said}`);
  return {
    states: numberIn(said, /(\d+) states, stored/),
    transitions: numberIn(said, /(\d+) transitions/),
    errors: numberIn(said, /errors: (\d+)/),
    isStuck: said.includes('invalid end state (at depth'),
  };
}

function numberIn(text: string, pattern: RegExp): number {
  const [, digits] = pattern.exec(text) ?? [];
  if (digits === undefined) throw new Error(`pan said nothing of ${pattern}: ${text}`);
  return Number(digits);
}
