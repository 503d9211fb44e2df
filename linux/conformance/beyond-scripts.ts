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

/** As the branch of a function that has nothing else to do then is worded. */
const outOfMemory = (name: string): string => `${name}: if (!kernel.allocates(current))`;

export const BEYOND_SCRIPTS: readonly Beyond[] = [
  {
    why: 'Only a design asks for it',
    branches: {
      'exec.ts': ["flushFields: if (atExec === 'keep')"],
      'fork.ts': [
        "claim: if (args.pidRules === 'set_pidmap')",
        "duplicateTask: if (atFork === 'copy')",
        "duplicateTask: unless (atFork === 'copy')",
        "claim: if (args.pidRules === 'set_pidmap')",
      ],
      'ipc.ts': [
        'ipcget: if (want !== null)',
        'addId: unless (wanted === null || wanted === want)',
        'addId: wanted === null || wanted === want',
        'addId: if (refused !== 0)',
        'addId: unless (wanted === null)',
        'lastUsers: unless (number === 0)',
        'lastUsers: number === 0 || pid !== null',
        'lastUsers: unless (number === 0 || pid !== null)',
        ...['claimId', 'changeId', 'refuseState'],
      ],
      'kernel.ts': [
        "directable: if (asked?.askedIn === 'call')",
        'askFirst',
        "askAllocator: if (this.asked?.askedIn === 'allocator')",
        ...['copyRegisters', 'dispatch', 'kernelClone', 'steps', 'capable', 'pidLevels'],
        ...['doTimerCreate', 'changeIpcId'],
        ...['doMsgget', 'doSemget', 'doShmget', 'doMsgctl', 'doSemctl', 'doShmctl'],
      ],
      'msg.ts': [
        'setQueue: unless (want === null)',
        'setQueue: if (refused !== 0)',
        'setQueue: if (want !== null)',
      ],
      'open.ts': ['openat: if (operations.holdsMm === true)'],
      'pid.ts': ['detachedPid', 'setPidmap'],
      'procfs.ts': [
        'entryFile',
        "tidDirectory: => where !== 'process'",
        'tidDirectory: => [entry.name, entryFile(entry, tidPermission)] as const',
        "tgidDirectory: => where === 'process'",
        'tgidDirectory: => [entry.name, entryFile(entry, genericPermission)] as const',
      ],
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
      'timer.ts': ['timerCreate: if (want !== null)', 'timerCreate: unless (want === null)'],
      'wanted.ts': ['refuseId'],
    },
  },
  {
    why: 'Boot, programs and their memory, not system calls',
    branches: {
      'fork.ts': ['refuseFlags: if (!kernel.hasProgram(program))'],
      'kernel.ts': [
        'bootTask: unless (ns.childReaper.v === null)',
        'bootTask: unless (group === null)',
        'runImage: if (body === undefined)',
        'handle: if (handler === undefined)',
        'phases',
      ],
      'mm.ts': [
        'allocateIn: if (arena === undefined)',
        'store: if (!this.mm.put(address, value))',
        'load: if (value === undefined)',
      ],
    },
  },
  {
    why: 'Never taken: the types ask for it, or it guards against our own mistakes',
    branches: {
      'capability.ts': ['set: given[at] ?? 0'],
      'clone3.ts': ['clone3: setTid ?? 0'],
      'comm.ts': ["write: text.split('\\0')[0] ?? ''"],
      'cred.ts': ['getResId: addresses[n] ?? 0'],
      'exec.ts': ["openExec: parts.at(-1) ?? ''"],
      'exit.ts': [
        'forgetChildren: current.activePidNs.parent.v?.childReaper.v ?? null',
        'forgetChildren: reaper ?? kernel.init.signal',
        'release: if (leader === null)',
        'wait4: dead.leader.v?.pid.v ?? null',
        'notifyParent: if (parent === null)',
        'wait4: dead.groupExit.v ?? 0',
      ],
      'fork.ts': [
        'kernelClone: current.pidNsForChildren.v ?? current.activePidNs',
        'linkProcess: current.signal.parent.v ?? current.signal',
        'linkProcess: current.signal.realParent.v ?? current',
        'linkProcess: pgrp.v ?? pid',
        'linkProcess: session.v ?? pid',
      ],
      'file.ts': ['duplicate: unless (file !== undefined)'],
      'ipc-sysctl.ts': ['idsOf: unless (data.v instanceof IpcNamespace)'],
      'kernel.ts': [
        'detach: if (pgrp === null || session === null)',
        'asTask: unless (view instanceof Task)',
      ],
      'mm.ts': ['duplicateInto: if (mine === undefined)'],
      'msg.ts': ['msgsnd: type[0] ?? 0', 'handOver: receiver.task.v?.pid.v ?? null'],
      'nsfs.ts': ['of: if (target === null)'],
      'pidfd.ts': ['permits'],
      'pid.ts': ['pidNrNs: pid.numbers.v[level] ?? 0', 'putPid: if (ns === null)'],
      'sem.ts': ['attempt: values[operation.num] ?? 0'],
      'seq-file.ts': ["read: file.buffer.v ?? ''"],
      'session.ts': ['getppid: current.signal.parent.v?.leader.v?.pid.v ?? null'],
      'signal.ts': [
        'nextThread: task.inGroup.next.v ?? task.signal.threads.head ?? task',
        'sendToGroup: if (leader === null)',
        'killAll: group.leader.v?.pid.v ?? null',
        'rtSigprocmask: read[0] ?? 0',
      ],
      'task.ts': ['linked: if (value === null)'],
      'unshare.ts': ['copyNamespaces: current.pidNsForChildren.v ?? activePidNs'],
    },
  },
  {
    why: 'Takes another CPU in the middle of a call; scripts make one call at a time',
    branches: {
      'exec.ts': [
        'execve: if (current.killed.v)',
        'execve: if (!(yield* lockInterruptible(current)))',
        'lockInterruptible: if (current.sigpending.v)',
        'until',
        'beginNewExec: if (refused !== 0)',
        'deThread: if (signal.groupExit.v !== null)',
        'deThread: if (current.killed.v)',
      ],
      'exit.ts': ['exitGroup: if (signal.groupExit.v === null && signal.execTask.v !== null)'],
      'fork.ts': [
        'kernelClone: if (current.sigpending.v)',
        'kernelClone: if (!ns.adding.v)',
        'kernelClone: if (current.killed.v)',
        'kernelClone: if (late !== 0)',
      ],
      'kernel.ts': ['call: if (task.sigpending.v)'],
      'sem.ts': ['setAll: if (set.deleted.v)'],
      'signal.ts': [
        'restartsAfter: if (result === ERESTARTNOINTR)',
        'retarget: unless (other.isExiting.v || (left & ~other.blocked.v) === 0)',
        'retarget: if (left === 0)',
      ],
    },
  },
  {
    why: 'Takes more tasks or objects than a script makes',
    branches: {
      'file.ts': [
        'install: if (fd >= NR_OPEN)',
        "dup: current.files.install(opened.file) ?? fail('EMFILE')",
      ],
      'ipc.ts': ['addId: if (inUse >= limit)', 'addId: if (id < 0)'],
      'pid.ts': ['nextFree: if (ns.allocated.v >= PID_MAX - lowest)'],
      'open.ts': [
        'openat: if (bytes > PATH_MAX)',
        "openat: current.files.install(file, (flags & O_CLOEXEC) !== 0) ?? fail('EMFILE')",
      ],
      'pidfd.ts': [
        "pidfdOpen: current.files.install(file, true) ?? fail('EMFILE')",
        "pidfdGetfd: current.files.install(file, true) ?? fail('EMFILE')",
      ],
    },
  },
  {
    why: 'Takes a kernel without memory',
    branches: {
      'capability.ts': [outOfMemory('capset')],
      'cred.ts': ['setId', 'setReId', 'setResId'].map(outOfMemory),
      'exec.ts': [
        'execve: if (!kernel.allocates(current) || !kernel.allocates(current))',
        'execve: if (error !== 0 && !current.killed.v)',
        'openExec: if (!kernel.allocates(current) || !kernel.allocates(current))',
        'beginNewExec: if (!unshareFiles(kernel, current))',
        'beginNewExec: if (!unshareSighand(kernel, current))',
        'unshareFiles: if (!kernel.allocates(current))',
        'unshareSighand: if (!kernel.allocates(current))',
      ],
      'flock.ts': ['lock: if (type !== null && !kernel.allocates(current))'],
      'fork.ts': [
        'kernelClone: if (child === null)',
        'kernelClone: if (copied !== 0)',
        'abandon: unless (mm !== null)',
        'copyResources: if (files === null)',
        'copyResources: if (mm === null)',
        'copyFiles: unless (kernel.allocates(current))',
        ...['duplicateTask', 'copyResources', 'copyMm'].map(outOfMemory),
      ],
      'ipc.ts': ['lastUsers: if (detached === null)'],
      'kernel.ts': [
        "allocates: unless (!task.mayLackMemory.v || choose('', 'ENOMEM') === '')",
        "allocates: !task.mayLackMemory.v || choose('', 'ENOMEM') === ''",
      ],
      'msg.ts': [
        "setQueue: if (typeof users === 'number')",
        ...['create', 'msgsnd'].map(outOfMemory),
      ],
      'pid.ts': ['allocPid', 'childNamespaceOf'].map(outOfMemory),
      'pidfd.ts': [outOfMemory('pidfdOpen')],
      'open.ts': ["openat: if (!kernel.allocates(current, 'walk'))"],
      'seccomp.ts': [outOfMemory('seccomp')],
      'sem.ts': ["setSet: if (typeof users === 'number')", outOfMemory('create')],
      'seq-file.ts': ['fill: if (file.buffer.v === null && !kernel.allocates(current))'],
      'setns.ts': [outOfMemory('setns')],
      'shm.ts': [
        "setSegment: if (typeof users === 'number')",
        ...['create', 'shmat'].map(outOfMemory),
      ],
      'sysctl.ts': [outOfMemory('read'), "admit: if (!kernel.allocates(current, 'parse'))"],
      'timer.ts': [outOfMemory('timerCreate')],
      'unshare.ts': [
        'unshare: if (isOwn && !kernel.allocates(current))',
        'copyNamespaces: if (pidNs === null)',
        outOfMemory('copyNamespaces'),
      ],
    },
  },
  {
    why: 'Refuses, or faults in, what the model leaves out and Linux has',
    branches: {
      'fork.ts': ['refuseFlags: if ((flags & ~KNOWN_FLAGS) !== 0)'],
      'capability.ts': ['validateMagic: unless (isPut)'],
      'file.ts': [
        'llseekTo: if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END)',
      ],
      'open.ts': ['openat: if (access === undefined)'],
      'sem.ts': ['semop: if ((flags & ~IPC_NOWAIT) !== 0)'],
    },
  },
  {
    why: 'Faults behind a border of memory, which each kernel lays out as it likes',
    branches: {
      'capability.ts': ['capget: if (pid === undefined)', 'capset: if (pid === undefined)'],
      'file.ts': ['read: copied === 0 || (copied < text.length && operations.isReadWhole)'],
      'msg.ts': [
        'msgsnd: if (text === null)',
        'msgsnd: if (current.mm.room(address + MTEXT) < bytes)',
      ],
    },
  },
  {
    why: 'Takes privilege in the initial user namespace, and scripts run in one of their own',
    branches: {
      'task.ts': ['initiallyCapable: task.cred.v.userNsLevel === 0 && capable(task, capability)'],
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
