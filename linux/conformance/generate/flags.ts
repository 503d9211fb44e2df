// SPDX-License-Identifier: MIT
/** Flags that make tasks, and those of them that should work. */
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
} from '../../../core/kernel/flags.ts';

export const SOUND_FLAGS = [
  ...[0, CLONE_A_THREAD, CLONE_VM, CLONE_FILES, CLONE_NEWPID, CLONE_NEWIPC],
  ...[CLONE_NEWPID | CLONE_NEWIPC],
];
export const CLONE_FLAGS = [
  ...[0, CLONE_NEWPID, CLONE_A_THREAD, CLONE_PARENT, CLONE_NEWIPC, CLONE_A_THREAD],
  ...[CLONE_NEWPID | CLONE_NEWIPC, CLONE_A_THREAD | CLONE_NEWPID, CLONE_SIGHAND],
  ...[CLONE_VM | CLONE_THREAD, CLONE_NEWPID | CLONE_PARENT, CLONE_VM, CLONE_FILES],
];

export const isSound = (flags: number): boolean => SOUND_FLAGS.includes(flags);
