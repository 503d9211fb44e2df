// SPDX-License-Identifier: MIT
/**
 * Filters of calls. A task of the agent's opens, reads and closes its own status file and waits in a
 * futex; what it needs for that is not refused.
 */
import {
  PR_GET_NO_NEW_PRIVS,
  PR_SET_NO_NEW_PRIVS,
  SECCOMP_SET_MODE_FILTER,
} from '../../../core/kernel/flags.ts';
import type { ScriptCall } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';

const REFUSED: readonly ScriptCall[] = [
  ...(['msgget', 'fork', 'getpid', 'kill', 'setuid', 'seccomp', 'semget', 'unshare'] as const),
  ...(['clone', 'getppid', 'prctl', 'dup', 'setsid', 'msgsnd', 'shmget', 'setns'] as const),
];

function filter(b: Builder): Made {
  const refuses = Array.from({ length: b.of([1, 2, 3, 0]) }, () => b.of(REFUSED));
  const bytes = refuses.join(' ').length;
  const operation = b.once(12) ? 99 : SECCOMP_SET_MODE_FILTER;
  const address = b.once(12) ? BAD_ADDRESS : { memory: b.memory };
  const stores = [{ offset: b.memory, refuses }];
  return ['seccomp', [operation, b.once(12) ? 1 << 20 : 0, address, bytes], { stores }];
}

/** A filter, and then a call that it may refuse, by the task or by its child. */
function filtered(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  b.also(filter(b));
  const child = b.clones(0);
  b.doubts();
  for (const call of ['getpid', 'getppid', 'setsid'] as const) b.also([call, []], child);
  return ['msgget', [0, 0o600]];
}

/** Who gave up privilege has to promise first. */
function promises(b: Builder): Made {
  if (b.once(2)) b.also(['setuid', [1000]]);
  b.also(filter(b));
  b.also(['prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]]);
  if (b.once(2)) b.also(['prctl', [PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0]]);
  b.also(['prctl', [PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0]]);
  return filter(b);
}

const noNewPrivs: Kind = (b) => [
  'prctl',
  [b.of([PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS]), b.of([0, 1, 2]), b.of([0, 0, 0, 1]), 0, 0],
];

const seldom =
  (kind: Kind): Kind =>
  (b) =>
    b.once(3) ? kind(b) : undefined;

export const FILTERS: readonly Kind[] = [filter, filtered, promises, noNewPrivs].map(seldom);
