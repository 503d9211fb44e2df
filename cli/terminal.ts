// SPDX-License-Identifier: MIT
/**
 * How the command line talks: results on standard output, progress and errors on standard error,
 * one sentence an error, exit codes that mean something.
 */
import { ListrLogger, ProcessOutput } from 'listr2';
import pc from 'picocolors';
import { InputError } from '../core/input-error.ts';

export const EXIT = {
  ok: 0,
  /** See EXIT_CODES. */
  failed: 1,
  /** Bad usage or bad input. */
  usage: 2,
  /** A verdict is INCOMPLETE. */
  incomplete: 3,
  /** Of gate: nothing follows from its times. */
  noisy: 3,
  /** Figures have another key than those that they are held against, or were not all there. */
  notComparable: 4,
  /** A defect of Sideband. */
  internal: 70,
  interrupted: 130,
} as const;

/** Of gate and baseline. A pass is 0 and nothing else. */
export const GATE_EXIT_CODES = `Exit codes:
  0    fine: every figure of the baseline was found, and is as it was;
       nothing that was timed is slower
  1    a regression, or a change that nobody has accepted: an exact
       figure is another under the same key, or one version is slower
  2    bad usage or bad input; nothing was written
  3    could not judge: this machine is too noisy for its times
  4    incomplete or not comparable: a lane did not run or has another
       key, a row is missing or in no baseline yet
  70   a defect of Sideband itself
  130  interrupted; nothing was written`;

export const EXIT_CODES = `Exit codes:
  0    all is as it should be; what a comparison finds out about
       the designs is no failure of it
  1    race of a named scenario or design: it failed; a control that
       fails nothing that its design holds, a seeded defect that
       nothing rejects, a system that is not restored as it was
       captured, a model that differs from Linux, or a count that
       differs from the reference under the same key
  2    bad usage or bad input; nothing was written
  3    a verdict is INCOMPLETE
  4    not comparable: counted under another key than the reference
  70   a defect of Sideband itself
  130  interrupted; nothing was written`;

/** Thrown where a long run notices that Ctrl-C was pressed. */
export class Interrupted extends Error {}

/** Other threads can look at it too: not 0 once there was a signal. */
export const interruptFlag = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
const interrupted = new Int32Array(interruptFlag);

export function wasInterrupted(): boolean {
  return Atomics.load(interrupted, 0) !== 0;
}

export function stopIfInterrupted(): void {
  if (wasInterrupted()) throw new Interrupted();
}

/** The first Ctrl-C asks runs to stop where they lose nothing; the second is the shell's. */
export function watchSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      Atomics.store(interrupted, 0, 1);
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    // `sideband ... | head` is not an error: whoever read has read enough.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.ok);
      throw error;
    });
  }
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Progress for listr2: drawn in place on a terminal, a line for each event in a log. */
export function progress() {
  return {
    renderer: process.stderr.isTTY === true ? ('default' as const) : ('simple' as const),
    registerSignalListeners: false,
    rendererOptions: {
      logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
    },
  };
}

/** Prints what went wrong as one sentence; the exit code for it. */
export function explain(error: unknown): number {
  const head = pc
    .createColors(pc.isColorSupported && process.stderr.isTTY === true)
    .red('sideband:');
  if (error instanceof Interrupted) {
    say(`${head} interrupted; nothing was written`);
    return EXIT.interrupted;
  }
  if (error instanceof InputError) {
    say(`${head} ${error.message}`);
    return EXIT.usage;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(`${head} internal error, please report it: ${text}`);
  return EXIT.internal;
}
