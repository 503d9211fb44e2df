// SPDX-License-Identifier: MIT
/** Rules that generated scripts taught the model, each as a script that both kernels run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  CLONE_SIGHAND,
  CLONE_VM,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_SET,
  IPC_STAT,
  SETVAL,
  SIGCHLD,
  SIGKILL,
  WNOHANG,
} from '../../core/kernel/flags.ts';
import { CLONE_ARGS, MSQID_DS, SHMID_DS } from '../../core/kernel/memory.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { runOnLinux } from './on-linux.ts';
import { runOnModel } from './on-model.ts';
import {
  type Answer,
  type Arg,
  formatAnswer,
  type Load,
  type Script,
  type Step,
  type Store,
} from './script.ts';

const noHost = await whyNoHost();
let agent: Agent | null = null;
beforeAll(async () => {
  if (noHost === null) agent = await Agent.start(await buildAgent());
});
afterAll(() => agent?.end());

const step = (task: number, call: Step['call'], ...args: Arg[]): Step => ({ task, call, args });
const makes = (task: number, child: number, flags = 0): Step => ({
  ...step(task, 'clone', flags),
  child,
});
const made = (index: number): Arg => ({ result: index });
const memory: Arg = { memory: 0 };
const store = (offset: number, bytes: 2 | 4 | 8, value: number): Store => ({
  offset,
  bytes,
  value,
});
const MODE = 20;
const QBYTES = 88;
/** Of user and group 0. */
const limits = (mode: number, qbytes: number) => [store(MODE, 4, mode), store(QBYTES, 8, qbytes)];
const operations = (...shorts: number[]) => shorts.map((value, n) => store(2 * n, 2, value));

function field(layout: typeof MSQID_DS, name: string): Load {
  const found = layout.fields.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return { ...found, as: name.endsWith('time') ? 'time' : 'number' };
}

interface Rule {
  readonly rule: string;
  readonly script: Script;
  /** By index of the step. */
  readonly answers: Readonly<Record<number, string>>;
  readonly users?: boolean;
}

const set = (task: number, id: Arg, mode: number, qbytes: number): Step => ({
  ...step(task, 'msgctl', id, IPC_SET, memory),
  stores: limits(mode, qbytes),
});

const sends = (task: number, id: Arg): Step => ({
  ...step(task, 'msgsnd', id, memory, 0, 0),
  stores: [store(0, 8, 1)],
});

const RULES: readonly Rule[] = [
  {
    rule: 'IPC_SET wakes a sender whose message now fits: ss_wakeup()',
    script: [
      step(0, 'msgget', IPC_PRIVATE, 0o600),
      set(0, made(0), 0o600, 0),
      makes(0, 1),
      sends(1, made(0)),
      set(0, made(0), 0o600, 16),
    ],
    answers: { 3: 'slept, 0' },
  },
  {
    rule: 'IPC_SET leaves a sender asleep whose message does not fit, whatever the mode',
    users: true,
    script: [
      step(0, 'msgget', IPC_PRIVATE, 0o666),
      set(0, made(0), 0o666, 0),
      makes(0, 1),
      step(1, 'setuid', 1000),
      sends(1, made(0)),
      set(0, made(0), 0o600, 0),
      set(0, made(0), 0o666, 16),
    ],
    answers: { 4: 'slept, 0' },
  },
  {
    rule: 'IPC_SET wakes a receiver that may no longer read: expunge_all()',
    users: true,
    script: [
      step(0, 'msgget', IPC_PRIVATE, 0o666),
      makes(0, 1),
      step(1, 'setuid', 1000),
      step(1, 'msgrcv', made(0), memory, 8, 0, 0),
      set(0, made(0), 0o600, 16),
    ],
    answers: { 3: 'slept, -EACCES' },
  },
  {
    rule: 'msg_lrpid of a receiver that slept is its thread: pipelined_send()',
    script: [
      step(0, 'msgget', IPC_PRIVATE, 0o600),
      makes(0, 1, CLONE_A_THREAD),
      step(1, 'msgrcv', made(0), memory, 8, 0, 0),
      sends(0, made(0)),
      { ...step(0, 'msgctl', made(0), IPC_STAT, memory), loads: [field(MSQID_DS, 'lrpid')] },
      sends(0, made(0)),
      step(1, 'msgrcv', made(0), memory, 8, 0, 0),
      { ...step(0, 'msgctl', made(0), IPC_STAT, memory), loads: [field(MSQID_DS, 'lrpid')] },
    ],
    answers: { 4: '0 {lrpid=2}', 7: '0 {lrpid=1}' },
  },
  {
    rule: 'a semop that slept is not asked for permission again: who wakes it has done it',
    users: true,
    script: [
      step(0, 'semget', IPC_PRIVATE, 1, 0o666),
      makes(0, 1),
      step(1, 'setuid', 1000),
      { ...step(1, 'semop', made(0), memory, 1), stores: operations(0, -1, 0) },
      {
        ...step(0, 'semctl', made(0), 0, IPC_SET, memory),
        stores: [store(MODE, 4, 0o600)],
      },
      step(0, 'semctl', made(0), 0, SETVAL, 1),
    ],
    answers: { 3: 'slept, 0' },
  },
  {
    rule: 'a semop that slept gives up where another of its operations would not wait',
    script: [
      step(0, 'semget', IPC_PRIVATE, 1, 0o600),
      makes(0, 1),
      {
        ...step(1, 'semop', made(0), memory, 2),
        stores: operations(...[0, 0, IPC_NOWAIT], ...[0, -1, 0]),
      },
      step(0, 'semctl', made(0), 0, SETVAL, 1),
    ],
    answers: { 2: 'slept, -EAGAIN' },
  },
  {
    rule: 'a thread waits for its own children, then for those of the next thread: do_wait()',
    script: [
      makes(0, 1, CLONE_A_THREAD),
      makes(0, 2),
      makes(1, 3),
      step(2, 'exit_group', 0),
      step(3, 'exit_group', 0),
      step(1, 'wait4', -1, 0, WNOHANG, 0),
      step(1, 'wait4', -1, 0, WNOHANG, 0),
    ],
    answers: { 5: '4', 6: '3' },
  },
  {
    rule: 'children of a thread that exits come after those of the thread that gets them',
    script: [
      makes(0, 1, CLONE_A_THREAD),
      makes(1, 2),
      makes(0, 3),
      step(1, 'exit', 0),
      step(2, 'exit_group', 0),
      step(3, 'exit_group', 0),
      step(0, 'wait4', -1, 0, WNOHANG, 0),
      step(0, 'wait4', -1, 0, WNOHANG, 0),
    ],
    answers: { 6: '4', 7: '3' },
  },
  {
    rule: 'a clone that may make no namespace has copied its memory by then: copy_process()',
    users: true,
    script: [
      step(0, 'shmget', IPC_PRIVATE, 4096, 0o666),
      makes(0, 1),
      step(1, 'setuid', 1000),
      step(1, 'shmat', made(0), 0),
      makes(1, 2, CLONE_NEWPID),
      {
        ...step(0, 'shmctl', made(0), IPC_STAT, memory),
        loads: [field(SHMID_DS, 'dtime'), field(SHMID_DS, 'nattch')],
      },
    ],
    answers: { 4: '-EPERM', 5: '0 {dtime=some time nattch=1}' },
  },
  {
    rule: 'a queue larger than msgmnb takes CAP_SYS_RESOURCE outside of any user namespace',
    script: [step(0, 'msgget', IPC_PRIVATE, 0o600), set(0, made(0), 0o600, 16385)],
    answers: { 1: '-EPERM' },
  },
  {
    rule: 'the number of a dead leader is taken while a session has it, if no group does: change_pid()',
    script: [
      makes(0, 1),
      step(1, 'setsid'),
      makes(1, 2),
      step(1, 'exit_group', 0),
      step(0, 'wait4', made(0), 0, 0, 0),
      step(2, 'setpgid', 0, 0),
      {
        ...step(0, 'clone3', memory, CLONE_ARGS.bytes),
        child: 3,
        stores: [
          store(32, 8, SIGCHLD),
          { offset: 64, memory: CLONE_ARGS.bytes },
          store(72, 8, 1),
          store(CLONE_ARGS.bytes, 4, 2),
        ],
      },
    ],
    answers: { 5: '0', 6: '-EEXIST' },
  },
  {
    rule: 'a dead init waits for whom a parent outside has to reap, and makes no call: zap_pid_ns_processes()',
    script: [
      step(0, 'unshare', CLONE_NEWPID),
      makes(0, 1),
      makes(0, 2),
      step(0, 'kill', made(1), SIGKILL),
      step(2, 'getpid'),
      step(1, 'getpid'),
    ],
    answers: { 3: '0', 4: 'gone', 5: 'slept, asleep' },
  },
  {
    rule: 'when that is done it goes',
    script: [
      step(0, 'unshare', CLONE_NEWPID),
      makes(0, 1),
      makes(0, 2),
      step(0, 'kill', made(1), SIGKILL),
      step(0, 'wait4', made(2), 0, 0, 0),
      step(0, 'wait4', made(1), 0, WNOHANG, 0),
    ],
    answers: { 3: '0', 4: '3', 5: '2' },
  },
  {
    rule: 'a dying init ignores SIGCHLD for whoever shares its handlers: zap_pid_ns_processes()',
    script: [
      makes(0, 1, CLONE_VM | CLONE_SIGHAND | CLONE_NEWPID),
      step(1, 'exit_group', 0),
      step(0, 'wait4', made(0), 0, 0, 0),
      makes(0, 2),
      step(2, 'exit_group', 0),
      step(0, 'wait4', made(3), 0, 0, 0),
    ],
    answers: { 0: '2', 2: '-ECHILD', 3: '3', 5: '-ECHILD' },
  },
  {
    rule: 'what is no whence is asked for before what has no position: ksys_lseek()',
    script: [
      step(0, 'pidfd_open', 1, 0),
      step(0, 'lseek', made(0), 0, 0),
      step(0, 'lseek', made(0), 0, 99),
      step(0, 'lseek', made(0), 0, -1),
    ],
    answers: { 1: '-ESPIPE', 2: '-EINVAL', 3: '-EINVAL' },
  },
  {
    rule: 'an attached segment has whole pages',
    script: [
      step(0, 'shmget', IPC_PRIVATE, 1, 0o600),
      step(0, 'shmat', made(0), 0),
      step(0, 'shmctl', made(0), IPC_STAT, made(1)),
    ],
    answers: { 2: '0' },
  },
];

const shown = ({ steps }: Answer, answers: Rule['answers']) =>
  Object.fromEntries(
    Object.keys(answers).map((index) => {
      const answer = steps[Number(index)];
      return [index, answer === undefined ? 'none' : formatAnswer(answer)];
    }),
  );

describe.each(RULES)('$rule', ({ script, answers, users }) => {
  it('on the model', () => {
    expect(shown(runOnModel(script), answers)).toEqual(answers);
  });

  it('on Linux', async (test) => {
    if (agent === null) return test.skip(noHost ?? '');
    if (users && agent.hello.users === 1) return test.skip('it takes another user');
    expect(shown(await runOnLinux(agent, script), answers)).toEqual(answers);
  });
});
