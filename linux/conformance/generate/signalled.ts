// SPDX-License-Identifier: MIT
/**
 * Signals that meet something: a sleep, a mask, a second signal, a thread that may take them, a
 * sender who may not. All of it happens to a child that is made for it, whose parent is the sender.
 */
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  LOCK_EX,
  LOCK_UN,
  SA_RESTART,
  SIG_BLOCK,
  SIG_DFL,
  SIG_IGN,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGCONT,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
} from '../../../core/kernel/flags.ts';
import type { Arg } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { NS_LAST_PID, opens } from './files.ts';
import { bit, masks, sigaction } from './signals.ts';
import { SLEEPS } from './sleepers.ts';

const BOTH = bit(SIGUSR1) | bit(SIGUSR2);
const returns: Made = ['rt_sigreturn', []];
const next = (b: Builder): Arg => ({ result: b.steps.length });

/** A child, perhaps not to be there for long, and its number as its parent knows it. */
function victim(b: Builder, flags = 0): { readonly child: number; readonly pid: Arg } {
  const pid = next(b);
  const child = b.clones(flags);
  b.doubts(child);
  return { child, pid };
}

/** A handler of the child's own; the task that stands for it. */
function handles(b: Builder, by: number, signal: number, flags = 0, mask = 0): number {
  const handler = b.handler(signal);
  if (handler === undefined) throw new Error('a scene has more handlers than it made sure of');
  b.also(sigaction(b, signal, { child: handler, flags, mask }), by);
  return handler;
}

/** Out of a sleep, into a handler; then what it waited for comes, before the handler ends or after. */
function interrupted(b: Builder): Made {
  const { makes, before, call, supply } = b.of(SLEEPS);
  const made = next(b);
  b.also(makes);
  for (const step of before(made, b)) b.also(step);
  const { child, pid } = victim(b);
  const handler = handles(b, child, SIGUSR1, b.of([0, SA_RESTART]));
  b.also(call(made, b), child);
  b.also(['kill', [pid, SIGUSR1]]);
  const isLate = b.once(2);
  if (!isLate) b.also(returns, handler);
  b.also(supply(made, b));
  if (isLate) b.also(returns, handler);
  return ['kill', [pid, 0]];
}

/** Out of the wait for a child that ends only then. */
function interruptedWait(b: Builder): Made {
  const { child, pid } = victim(b);
  const awaited = b.clones(0, child);
  b.doubts(awaited);
  const handler = handles(b, child, SIGUSR1, b.of([SA_RESTART, 0]));
  b.also(b.once(4) ? ['pause', []] : ['wait4', [-1, 0, 0, 0]], child);
  b.also(['kill', [pid, SIGUSR1]]);
  b.also(returns, handler);
  b.also(['exit_group', [3]], awaited);
  return ['kill', [pid, 0]];
}

/** Out of the wait for a lock, which is given up before the handler ends or after. */
function interruptedLock(b: Builder): Made {
  const [mine, other] = [opens(b, NS_LAST_PID), opens(b, NS_LAST_PID)];
  b.also(['flock', [mine, LOCK_EX]]);
  const { child, pid } = victim(b);
  const handler = handles(b, child, SIGUSR1, b.of([0, SA_RESTART]));
  b.also(['flock', [other, LOCK_EX]], child);
  b.also(['kill', [pid, SIGUSR1]]);
  const gives: Made = ['flock', [mine, LOCK_UN]];
  const isLate = b.once(2);
  if (!isLate) b.also(gives);
  b.also(returns, handler);
  if (isLate) b.also(gives);
  return ['kill', [pid, 0]];
}

/** What was blocked while it came: ignored, without consequence, fatal, or not to an init. */
function unblocked(b: Builder): Made {
  const [signal, isIgnored] = b.of([
    [SIGTERM, false],
    [SIGUSR2, true],
    [SIGCHLD, false],
  ] as const);
  const { child, pid } = victim(b, b.once(3) ? CLONE_NEWPID : 0);
  b.also(sigaction(b, signal, { handler: isIgnored ? SIG_IGN : SIG_DFL }), child);
  b.also(masks(b, SIG_BLOCK, bit(signal)), child);
  b.also(b.once(2) ? ['tgkill', [pid, pid, signal]] : ['kill', [pid, signal]]);
  b.also(masks(b, SIG_UNBLOCK, bit(signal)), child);
  return ['kill', [pid, 0]];
}

/** Two at once: a handler on top of another, or after it, or never run as the second is fatal. */
function two(b: Builder): Made {
  const { child, pid } = victim(b);
  const thread = b.once(2) ? b.clones(CLONE_A_THREAD, child) : null;
  if (thread !== null) b.doubts(thread);
  const second = b.of([SIGUSR2, SIGTERM]);
  const both = bit(SIGUSR1) | bit(second);
  const handlers = [handles(b, child, SIGUSR1, 0, b.of([0, both]))];
  if (second === SIGUSR2) handlers.push(handles(b, child, SIGUSR2));
  for (const task of thread === null ? [child] : [child, thread]) {
    b.also(masks(b, SIG_BLOCK, both), task);
  }
  for (const signal of [second, SIGUSR1]) b.also(['kill', [pid, signal]]);
  b.also(masks(b, SIG_UNBLOCK, both), child);
  // Whichever is on top ends first; the step of the other finds it below, or not begun.
  for (const handler of [...handlers, ...handlers]) b.also(returns, handler);
  return ['kill', [pid, 0]];
}

/** What the leader blocks a thread takes, if not even the first; then it goes, and is where to look. */
function taken(b: Builder): Made {
  const { child, pid } = victim(b);
  const threads = [1, 2].map(() => b.clones(CLONE_A_THREAD, child));
  for (const thread of threads) b.doubts(thread);
  const [first = child, second = child] = threads;
  const handler = handles(b, child, SIGUSR1);
  b.also(masks(b, SIG_BLOCK, BOTH), child);
  if (b.once(2)) b.also(masks(b, SIG_BLOCK, BOTH), first);
  b.also(['kill', [pid, SIGUSR1]]);
  b.also(returns, handler);
  b.also(['exit', [0]], b.of([first, second]));
  b.also(['kill', [pid, SIGUSR1]]);
  b.also(returns, handler);
  return ['kill', [pid, 0]];
}

/** All threads block it, one no longer. */
function blockedByAll(b: Builder): Made {
  const { child, pid } = victim(b);
  b.also(masks(b, SIG_BLOCK, BOTH), child);
  const thread = b.clones(CLONE_A_THREAD, child);
  b.doubts(thread);
  const handler = handles(b, child, SIGUSR1);
  b.also(['kill', [pid, SIGUSR1]]);
  b.also(masks(b, SIG_UNBLOCK, bit(SIGUSR1)), b.of([thread, child]));
  b.also(returns, handler);
  return ['kill', [pid, 0]];
}

/** By a child that became another user, in its parent's session or in one of its own. */
function fromStranger(b: Builder): Made {
  const { child } = victim(b);
  if (b.once(2)) b.also(['setsid', []], child);
  b.also(['setuid', [1000]], child);
  const parent = b.also(['getppid', []], child);
  for (const signal of [SIGCONT, SIGUSR1]) b.also(['kill', [parent, signal]], child);
  // Nobody dies of signal 0, and the answer is the same.
  b.also(['kill', [-1, 0]], child);
  return ['getpid', []];
}

const seldom =
  (tasks: number, kind: Kind): Kind =>
  (b) =>
    b.hasRoomFor(tasks) && b.once(3) ? kind(b) : undefined;

export const SIGNALLED: readonly Kind[] = [
  seldom(2, interrupted),
  seldom(3, interruptedWait),
  seldom(2, interruptedLock),
  seldom(1, unblocked),
  seldom(4, two),
  seldom(4, taken),
  seldom(3, blockedByAll),
  seldom(1, fromStranger),
];
