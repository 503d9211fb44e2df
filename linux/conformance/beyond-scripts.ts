// SPDX-License-Identifier: MIT
/**
 * Branches of the model that no script can reach, and why: they are not rules that a stock kernel
 * could be asked about. A test keeps the list exact: a branch that is here and is reached, or is
 * not reached and is not here, fails it. By function, and a branch of it as coverage words it.
 */
import type { FileCoverage, Unreached } from './coverage.ts';

interface Beyond {
  readonly why: string;
  readonly branches: Readonly<Record<string, readonly string[]>>;
}

export const BEYOND_SCRIPTS: readonly Beyond[] = [
  {
    why: 'Only a design asks for it',
    branches: {
      'file.ts': ['get', 'install', 'close'],
      'fork.ts': [
        "duplicateTask: if (atFork === 'copy')",
        "duplicateTask: unless (atFork === 'copy')",
      ],
      'ipc.ts': [
        'ipcget: if (want !== null)',
        'addId: unless (wanted === null || wanted === want)',
        'addId: wanted === null || wanted === want',
        'addId: if (refused !== 0)',
        'addId: unless (wanted === null)',
        ...['refuseId', 'claimId', 'refuseState', 'lastUser'],
      ],
      'kernel.ts': [
        "directable: if (asked?.askedIn === 'call')",
        'askFirst',
        "askAllocator: if (this.asked?.askedIn === 'allocator')",
        ...['copyRegisters', 'dispatch', 'kernelClone', 'steps'],
        ...['doMsgget', 'doSemget', 'doShmget', 'doMsgctl', 'doSemctl', 'doShmctl'],
      ],
      'msg.ts': [
        'setQueue: unless (want === null)',
        'setQueue: if (refused !== 0)',
        'setQueue: if (want !== null)',
      ],
      'pid.ts': ['detachedPid'],
      'procfs.ts': ['walk', 'numbered', 'open', 'permitted', 'write', 'close'],
      'sem.ts': [
        'setSet: unless (want === null)',
        'setSet: if (refused !== 0)',
        'setSet: if (want !== null)',
      ],
      'shm.ts': [
        'setSegment: unless (want === null)',
        'setSegment: if (refused !== 0)',
        'setSegment: if (want !== null)',
      ],
      'task.ts': ['field', 'fieldHook'],
    },
  },
  {
    why: 'Boot, programs and their memory, not system calls',
    branches: {
      'fork.ts': ['refuseFlags: if (!kernel.hasProgram(program))'],
      'kernel.ts': [
        'bootTask: unless (ns.childReaper.v === null)',
        'bootTask: unless (group === null)',
        'run: if (body === undefined)',
        'run: if (done === true)',
        'handle: if (handler === undefined)',
      ],
      'mm.ts': [
        'allocate: if (arena === undefined)',
        'store: if (!this.put(address, value))',
        'load: if (value === undefined)',
      ],
    },
  },
  {
    why: 'Never taken: the types ask for it, or it guards against our own mistakes',
    branches: {
      'exit.ts': [
        'forgetChildren: current.activePidNs.parent.v?.childReaper.v ?? null',
        'forgetChildren: reaper ?? kernel.init.signal',
        'release: if (leader === null)',
        'wait4: dead.leader.v?.pid.v ?? null',
        'wait4: dead.leader.v?.exitCode.v ?? 0',
      ],
      'fork.ts': [
        'kernelClone: current.pidNsForChildren.v ?? current.activePidNs',
        'linkProcess: current.signal.parent.v ?? current.signal',
        'linkProcess: pgrp.v ?? pid',
        'linkProcess: session.v ?? pid',
      ],
      'kernel.ts': [
        'detach: if (pgrp === null || session === null)',
        'structToUser: values[name] ?? 0',
        'asTask: unless (view instanceof Task)',
      ],
      'mm.ts': ['duplicateInto: if (mine === undefined)'],
      'msg.ts': ['msgsnd: type[0] ?? 0'],
      'pid.ts': ['pidNrNs: pid.numbers.v[level] ?? 0', 'putPid: if (ns === null)'],
      'sem.ts': ['attempt: values[operation.num] ?? 0'],
      'session.ts': ['getppid: current.signal.parent.v?.leader.v?.pid.v ?? null'],
      'task.ts': ['linked: if (value === null)'],
    },
  },
  {
    why: 'Takes another CPU in the middle of a call; scripts make one call at a time',
    branches: {
      'fork.ts': [
        'kernelClone: if (!ns.adding.v)',
        'kernelClone: if (current.killed.v)',
        'kernelClone: if (late !== 0)',
      ],
      'kernel.ts': ['run: unless (!task.killed.v)'],
      'pid.ts': ['allocPid: if (!ns.adding.v)'],
      'sem.ts': ['setAll: if (set.deleted.v)'],
    },
  },
  {
    why: 'Takes more tasks or objects than a script makes',
    branches: {
      'ipc.ts': ['addId: if (inUse >= limit)', 'addId: if (id < 0)'],
      'pid.ts': [
        'nextFree: if (cursor > RESERVED_PIDS)',
        'nextFree: if (ns.allocated.v >= PID_MAX - lowest)',
        'nextFree: if (ns.idr.get(number) === undefined)',
      ],
    },
  },
  {
    why: 'Refuses, or faults in, what the model leaves out and Linux has',
    branches: {
      'fork.ts': ['refuseFlags: if ((flags & ~KNOWN_FLAGS) !== 0)'],
      'msg.ts': ['msgsnd: if (text === null)'],
      'sem.ts': ['semop: if ((flags & ~IPC_NOWAIT) !== 0)'],
    },
  },
];

export const nameOf = ({ function: name, branch }: Unreached): string =>
  branch === null ? name : `${name}: ${branch}`;

/** Why no script can reach it; null if one could. */
export function whyBeyond(file: string, unreached: Unreached): string | null {
  const name = nameOf(unreached);
  return BEYOND_SCRIPTS.find(({ branches }) => branches[file]?.includes(name))?.why ?? null;
}

/** What is wrong with the list, if scripts enough have reached so much. */
export function inexact(files: readonly FileCoverage[]): string[] {
  const names = new Set(
    files.flatMap(({ file, unreached }) => unreached.map((one) => `${file} ${nameOf(one)}`)),
  );
  const listed = BEYOND_SCRIPTS.flatMap(({ branches }) =>
    Object.entries(branches).flatMap(([file, ours]) => ours.map((name) => `${file} ${name}`)),
  );
  return [
    ...listed.filter((name) => !names.has(name)).map((name) => `reached, but listed: ${name}`),
    ...[...names]
      .filter((name) => !listed.includes(name))
      .map((name) => `neither reached nor listed: ${name}`),
  ];
}
