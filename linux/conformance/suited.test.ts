// SPDX-License-Identifier: MIT
/** Scripts for kernels that forbid or lack something: without it, and otherwise the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FEATURE_CLONE3,
  FEATURE_EXECVE,
  FEATURE_KEEPS_USER,
  FEATURE_LAST_PID,
  FEATURE_NEXT_ID,
  FEATURE_PIDFD,
  FEATURE_SECCOMP,
  FEATURE_SETNS,
  FEATURE_TIMER_IDS,
  FEATURE_UNSHARE,
} from '../host/protocol.ts';
import { scripts } from './generate/scripts.ts';
import type { Script } from './script.ts';
import { limitsOf, notCompared, suited } from './suited.ts';

const EVERYTHING =
  FEATURE_CLONE3 |
  FEATURE_UNSHARE |
  FEATURE_LAST_PID |
  FEATURE_NEXT_ID |
  FEATURE_TIMER_IDS |
  FEATURE_EXECVE |
  FEATURE_SETNS |
  FEATURE_PIDFD |
  FEATURE_SECCOMP |
  FEATURE_KEEPS_USER;
const USERS = 65536;
const generated = fc.sample(scripts, { seed: 1, numRuns: 400 });

const textsOf = (all: readonly Script[]) => all.flat().map((step) => JSON.stringify(step));

const MISSING: readonly [string, number, RegExp][] = [
  ['clone3', FEATURE_CLONE3, /"call":"clone3"/],
  ['unshare', FEATURE_UNSHARE, /"call":"unshare"/],
  ['ns_last_pid', FEATURE_LAST_PID, /"call":"open(at)?".*ns_last_pid/],
  ['msg_next_id', FEATURE_NEXT_ID, /"call":"open(at)?".*next_id/],
  ['execve', FEATURE_EXECVE, /"call":"execve"/],
  ['timer ids', FEATURE_TIMER_IDS, /"call":"prctl","args":\[77,/],
  ['setns', FEATURE_SETNS, /"call":"setns"/],
  ['pidfds', FEATURE_PIDFD, /"call":"pidfd_/],
  ['filters', FEATURE_SECCOMP, /"call":"(seccomp"|prctl","args":\[3[89],)/],
  ['no_new_privs', FEATURE_KEEPS_USER, /"call":"prctl","args":\[38,/],
];

describe('a script for a kernel without', () => {
  it.each(MISSING)('%s does not ask for it, and is otherwise the same', (_, bit, asks) => {
    const limits = limitsOf({ users: USERS, features: EVERYTHING & ~bit });
    const before = textsOf(generated);
    const after = textsOf(generated.map((script) => suited(script, limits)));
    expect(before.some((text) => asks.test(text))).toBe(true);
    expect(after.some((text) => asks.test(text))).toBe(false);
    for (const [index, text] of before.entries()) {
      if (!asks.test(text)) expect(after[index]).toBe(text);
    }
    expect(notCompared(limits)).toHaveLength(1);
  });
});

describe('a script by one user', () => {
  it('names no other user or group, and makes the same calls', () => {
    const limits = limitsOf({ users: 1, features: EVERYTHING });
    for (const script of generated) {
      const alone = suited(script, limits);
      expect(JSON.stringify(alone)).not.toMatch(/\b100[01]\b(?!\d)/);
      expect(alone.map(({ call }) => call)).toEqual(script.map(({ call }) => call));
    }
    expect(notCompared(limits)).toHaveLength(1);
  });
});

describe('a kernel that has everything', () => {
  it('is asked for everything', () => {
    const limits = limitsOf({ users: USERS, features: EVERYTHING });
    expect(generated.map((script) => suited(script, limits))).toEqual(generated);
    expect(notCompared(limits)).toEqual([]);
  });
});
