// SPDX-License-Identifier: MIT
/**
 * Scripts without what the kernel below can't be asked. Containers forbid some calls, older kernels
 * lack some, and without privilege there is one user; the agent finds out by trying. A step is
 * replaced and not left out, as others refer to it by its place; what is replaced counts as what it
 * became, and the report names it.
 */
import {
  PR_GET_NO_NEW_PRIVS,
  PR_SET_NO_NEW_PRIVS,
  PR_TIMER_CREATE_RESTORE_IDS,
} from '../../core/kernel/flags.ts';
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
  type Hello,
} from '../host/protocol.ts';
import { USERS } from './generate/credentials.ts';
import type { Script, Step } from './script.ts';

/** What may be missing, which steps need it, and what that costs, for people. */
interface Feature {
  readonly bit: number;
  readonly isNeededBy: (step: Step) => boolean;
  readonly cost: string;
}

const opens =
  (path: RegExp) =>
  ({ call, stores }: Step): boolean =>
    (call === 'open' || call === 'openat') &&
    (stores ?? []).some((store) => 'text' in store && path.test(store.text));

const FEATURES: readonly Feature[] = [
  {
    bit: FEATURE_CLONE3,
    isNeededBy: ({ call }) => call === 'clone3',
    cost: 'clone3, and with it numbers that are asked for (set_tid): this kernel or container forbids it.',
  },
  {
    bit: FEATURE_UNSHARE,
    isNeededBy: ({ call }) => call === 'unshare',
    cost: 'unshare: this kernel or container forbids it.',
  },
  {
    bit: FEATURE_LAST_PID,
    isNeededBy: opens(/ns_last_pid/),
    cost: 'the hint for the next pid: ns_last_pid can not be written here.',
  },
  {
    bit: FEATURE_NEXT_ID,
    isNeededBy: opens(/next_id/),
    cost: 'the hints for the next IPC ids: msg_next_id and its like can not be written here.',
  },
  {
    bit: FEATURE_TIMER_IDS,
    isNeededBy: ({ call, args }) => call === 'prctl' && args[0] === PR_TIMER_CREATE_RESTORE_IDS,
    cost: 'timers of a given id: PR_TIMER_CREATE_RESTORE_IDS came with Linux 6.15.',
  },
  {
    bit: FEATURE_EXECVE,
    isNeededBy: ({ call }) => call === 'execve',
    cost: 'execve: this kernel or container forbids a tmpfs with a set-uid file in it.',
  },
  {
    bit: FEATURE_SETNS,
    isNeededBy: ({ call }) => call === 'setns',
    cost: 'setns: this kernel or container forbids it.',
  },
  {
    bit: FEATURE_PIDFD,
    isNeededBy: ({ call }) => call === 'pidfd_open' || call === 'pidfd_getfd',
    cost:
      'pidfd_open and pidfd_getfd, and with them descriptors of other processes: this kernel or ' +
      'container forbids them, or its errors are older than those of Linux 6.18.',
  },
  {
    bit: FEATURE_SECCOMP,
    isNeededBy: ({ call, args }) =>
      call === 'seccomp' ||
      (call === 'prctl' && [PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS].includes(Number(args[0]))),
    cost: 'filters of calls: this kernel or container forbids seccomp, or has set no_new_privs.',
  },
  {
    bit: FEATURE_KEEPS_USER,
    isNeededBy: ({ call, args }) => call === 'prctl' && args[0] === PR_SET_NO_NEW_PRIVS,
    cost:
      'no_new_privs: before Linux 6.17 an exec with it set gives up an effective user that is not the ' +
      'real one, in cap_bprm_creds_from_file().',
  },
];

export interface Limits {
  /** No user and group but 0. */
  readonly isAlone: boolean;
  readonly missing: readonly Feature[];
}

export function limitsOf({ users, features }: Pick<Hello, 'users' | 'features'>): Limits {
  return {
    isAlone: users === 1,
    missing: FEATURES.filter(({ bit }) => (features & bit) === 0),
  };
}

export function suited(script: Script, { isAlone, missing }: Limits): Script {
  const possible = script.map((step) =>
    missing.some(({ isNeededBy }) => isNeededBy(step)) ? somethingElse(step) : step,
  );
  return isAlone ? byOneUser(possible) : possible;
}

/** For people. */
export function notCompared({ isAlone, missing }: Limits): string[] {
  const costs = missing.map(({ cost }) => cost);
  if (!isAlone) return costs;
  const users =
    'other users and groups than root, for want of privilege. Without CAP_SETUID outside, a user ' +
    'namespace has one user (map_write()).';
  return [...costs, users];
}

const somethingElse = ({ task, isLook }: Step): Step => ({
  task,
  call: 'getpid',
  args: [],
  ...(isLook === undefined ? {} : { isLook }),
});

const OTHERS: ReadonlySet<number> = new Set(USERS.filter((user) => user > 0));

/** The same script where no user and group but 0 exist. */
function byOneUser(script: Script): Script {
  return script.map((step) => {
    const { call, args, stores, ...rest } = step;
    const isSet = /^setr?e?s?[ug]id$/.test(call);
    const alone = (value: number) => (OTHERS.has(value) ? 0 : value);
    return {
      ...rest,
      call,
      args: isSet ? args.map((arg) => (typeof arg === 'number' ? alone(arg) : arg)) : args,
      stores: (stores ?? []).map((store) =>
        'value' in store && store.bytes === 4 ? { ...store, value: alone(store.value) } : store,
      ),
    };
  });
}
