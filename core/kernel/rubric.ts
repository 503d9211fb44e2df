// SPDX-License-Identifier: MIT
/**
 * What is asked of whoever adds a system call (Documentation/process/adding-syscalls.rst), and what
 * the discussions since have asked on top: what filters and tracers see, and what the next call to be
 * directed takes. A design answers in its own file; the answers are read, not measured.
 */
export const RUBRIC = {
  alternative: 'something else than a new call?',
  extension: 'how it is extended',
  handle: 'refers to objects by',
  privilege: 'privilege, and when tested',
  compat: '32-bit callers',
  absent: 'not configured: how a caller knows',
  seen: 'what filters and tracers see',
  nextCall: 'to direct one more call',
} as const;

export type RubricQuestion = keyof typeof RUBRIC;

export type Rubric = Readonly<Record<RubricQuestion, string>>;
