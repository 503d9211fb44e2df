// SPDX-License-Identifier: MIT
/** Deaths that leave something behind: a group or session, a namespace below, a status for nobody. */
import { CLONE_A_THREAD, CLONE_NEWPID, WNOHANG } from '../../../core/kernel/flags.ts';
import type { Arg } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';

const dies: Made = ['exit_group', [3]];

function makes(b: Builder, flags: number, by?: number): number {
  const { child } = b.child(flags);
  b.also(['clone', [flags], { child }], by);
  return child;
}

/** The number of a leader that is dead and waited for stays its group's and session's. */
function leader(b: Builder): Made {
  const made = { result: b.steps.length };
  const child = makes(b, 0);
  b.also(['setsid', []], child);
  b.doubts();
  makes(b, 0, child);
  b.also(dies, child);
  return waitsFor(made, 0);
}

/** An init goes whose namespace has nobody but those in another one below. */
function init(b: Builder): Made {
  const made = { result: b.steps.length };
  const child = makes(b, CLONE_NEWPID);
  b.doubts();
  makes(b, CLONE_NEWPID, child);
  b.doubts();
  b.also(dies, child);
  return waitsFor(made, 0);
}

/** Who is waited for with a bad address is gone all the same. */
function unread(b: Builder): Made {
  const made = { result: b.steps.length };
  const child = makes(b, 0);
  b.doubts();
  b.also(dies, child);
  return waitsFor(made, BAD_ADDRESS);
}

/** Children of a thread are handed over to another, and those of the others stay theirs. */
function thread(b: Builder): Made {
  const other = makes(b, CLONE_A_THREAD);
  b.doubts();
  makes(b, 0);
  makes(b, 0, other);
  b.also(['exit', [0]], other);
  return ['wait4', [-1, 0, WNOHANG, 0]];
}

const waitsFor = (child: Arg, address: number): Made => ['wait4', [child, address, 0, 0]];

const seldom =
  (kind: Kind): Kind =>
  (b) =>
    b.hasRoomFor(3) && b.once(4) ? kind(b) : undefined;

export const DEATHS: readonly Kind[] = [leader, init, unread, thread].map(seldom);
