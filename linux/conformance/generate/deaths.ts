// SPDX-License-Identifier: MIT
/** Deaths that leave something behind: a group or session, a namespace below, a status for nobody. */
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  CLONE_SIGHAND,
  CLONE_VM,
  SA_NOCLDWAIT,
  SIG_DFL,
  SIG_IGN,
  SIGCHLD,
  SIGURG,
  WALL,
  WCLONE,
  WNOHANG,
} from '../../../core/kernel/flags.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';
import { cloneWith } from './clone3.ts';
import { sigaction } from './signals.ts';
import { waitsFor } from './tasks.ts';

const dies: Made = ['exit_group', [3]];

/** The number of a leader that is dead and waited for stays its group's and session's. */
function leader(b: Builder): Made {
  const made = { result: b.steps.length };
  const child = b.clones(0);
  b.also(['setsid', []], child);
  b.doubts();
  b.clones(0, child);
  b.also(dies, child);
  return waitsFor(b, made, 0);
}

/**
 * An init goes whose namespace has nobody but those in another one below, a family, or somebody
 * dead; and perhaps leaves to others what it does to its signal handlers.
 */
function init(b: Builder): Made {
  const made = { result: b.steps.length };
  const child = b.clones(CLONE_NEWPID | b.of([0, 0, CLONE_VM | CLONE_SIGHAND]));
  b.doubts();
  const grandchild = b.clones(b.of([CLONE_NEWPID, 0]), child);
  b.doubts();
  if (b.once(2)) {
    b.clones(0, grandchild);
    b.doubts();
  }
  if (b.once(3)) b.also(dies, grandchild);
  b.also(dies, child);
  return waitsFor(b, made, 0);
}

/** Who is waited for with a bad address is gone all the same. */
function unread(b: Builder): Made {
  const made = { result: b.steps.length };
  const child = b.clones(0);
  b.doubts();
  b.also(dies, child);
  return waitsFor(b, made, BAD_ADDRESS);
}

/** An init's leader goes before its last thread, which has the last word, and keeps a number until then. */
function leaderOfInit(b: Builder): Made {
  const made = { result: b.steps.length };
  const child = b.clones(CLONE_NEWPID);
  b.doubts();
  const thread = b.clones(CLONE_A_THREAD, child);
  b.doubts();
  b.also(['exit', [1]], child);
  b.also(['exit', [2]], thread);
  return waitsFor(b, made, b.address());
}

/** Its parent is told by a signal that it ignores, or by none, and waits for it only if it asks for such. */
function toldOtherwise(b: Builder): Made {
  const made = { result: b.steps.length };
  const { child } = b.child(0);
  b.also(cloneWith(b, child, { exit_signal: { value: b.of([SIGURG, 0]) } }));
  b.doubts();
  b.also(dies, child);
  return ['wait4', [made, 0, b.of([WCLONE, WALL, WNOHANG]), 0]];
}

/** Nobody waits for the children of who does not want to know. */
function unwanted(b: Builder): Made {
  const child = b.clones(0);
  b.doubts();
  const isIgnored = b.once(2);
  const action = { handler: isIgnored ? SIG_IGN : SIG_DFL, flags: isIgnored ? 0 : SA_NOCLDWAIT };
  b.also(sigaction(b, SIGCHLD, action), child);
  const grandchild = b.clones(0, child);
  b.doubts();
  b.also(dies, grandchild);
  b.also(['wait4', [-1, 0, WNOHANG, 0]], child);
  return ['wait4', [-1, 0, WNOHANG, 0]];
}

/** Children of a thread are handed over to another, and those of the others stay theirs. */
function thread(b: Builder): Made {
  const other = b.clones(CLONE_A_THREAD);
  b.doubts();
  b.clones(0);
  b.clones(0, other);
  b.also(['exit', [0]], other);
  return ['wait4', [-1, 0, WNOHANG, 0]];
}

const seldom =
  (kind: Kind): Kind =>
  (b) =>
    b.hasRoomFor(3) && b.once(4) ? kind(b) : undefined;

export const DEATHS: readonly Kind[] = [
  leader,
  init,
  unread,
  unwanted,
  leaderOfInit,
  toldOtherwise,
  thread,
].map(seldom);
