// SPDX-License-Identifier: MIT
/** What was measured of mainline, its own ways to ask for an id first: scripts for both kernels. */
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  IPC_CREAT,
  IPC_EXCL,
  O_RDWR,
  O_WRONLY,
} from '../../core/kernel/flags.ts';
import { CLONE_ARGS } from '../../core/kernel/memory.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { clone3 } from './clone3-step.ts';
import { runOnLinux } from './on-linux.ts';
import { runOnModel } from './on-model.ts';
import type { Answer, Script, Step } from './script.ts';

const noHost = await whyNoHost();
let agent: Agent;

beforeAll(async () => {
  if (noHost === null) agent = await Agent.start(await buildAgent());
});
afterAll(() => agent?.end());

/** Steps with the result that each must have, and what a read must find. */
type Expected = readonly (readonly [Step, string])[];

const shown = ({ steps }: Answer) =>
  steps.map(({ end }) => {
    if (end.kind !== 'returned') return end.kind;
    const [loaded] = end.loads;
    return loaded === undefined ? end.result : loaded;
  });

async function expectOnBoth(test: TestContext, rows: Expected): Promise<void> {
  const script: Script = rows.map(([step]) => step);
  const needsUsers = script.some(({ call }) => call === 'setuid');
  if (needsUsers && agent.hello.users === 1) {
    test.skip('it takes another user to have no privilege');
  }
  const results = rows.map(([, result]) => result);
  expect(shown(await runOnLinux(agent, script))).toEqual(results);
  expect(shown(runOnModel(script))).toEqual(results);
}

const LAST_PID = '/proc/sys/kernel/ns_last_pid';
const NEXT_MSG = '/proc/sys/kernel/msg_next_id';
/** In a task's memory. */
const [PATH, TEXT, READ] = [0, 64, 128];

const open = (path: string, flags: number, task = 0): Step => ({
  task,
  call: 'open',
  args: [{ memory: PATH }, path.length, flags],
  stores: [{ offset: PATH, text: `${path}\0` }],
});
const write = (text: string, fd = 0, task = 0): Step => ({
  task,
  call: 'write',
  args: [fd, { memory: TEXT }, text.length],
  stores: [{ offset: TEXT, text }],
});
const read = (fd = 0, task = 0): Step => ({
  task,
  call: 'read',
  args: [fd, { memory: READ }, 32],
  stores: [{ offset: READ, text: '\0'.repeat(32) }],
  loads: [{ name: 'file', offset: READ, bytes: 32, as: 'text' }],
});
const rewind = (fd = 0): Step => ({ task: 0, call: 'lseek', args: [fd, 0, 0] });
const queue = (key = 0, flags = IPC_CREAT): Step => ({
  task: 0,
  call: 'msgget',
  args: [key, flags],
});
const fork = (child: number): Step => ({ task: 0, call: 'fork', args: [], child });
const nobody = (task: number): Step => ({ task, call: 'setuid', args: [65534] });

/** Writes at the beginning, where alone it counts. */
const set = (text: string, result: string): Expected => [
  [rewind(), '0'],
  [write(text), result],
];
const isNow = (text: string): Expected => [
  [rewind(), '0'],
  [read(), `file=${JSON.stringify(text)}`],
];

describe.skipIf(noHost !== null)('wait4 by threads', () => {
  const thread = (child: number): Step => ({
    task: 0,
    call: 'clone',
    args: [CLONE_A_THREAD],
    child,
  });
  const forkBy = (task: number, child: number): Step => ({ ...fork(child), task });
  const exit = (task: number): Step => ({ task, call: 'exit', args: [0] });
  const wait = (task: number): Step => ({ task, call: 'wait4', args: [-1, 0, 0, 0] });

  it("finds a thread's own children first, then those of the threads after it", (test) =>
    expectOnBoth(test, [
      [thread(1), '2'],
      [thread(2), '3'],
      [fork(3), '4'],
      [forkBy(1, 4), '5'],
      [forkBy(2, 5), '6'],
      [forkBy(2, 6), '7'],
      ...[3, 4, 5, 6].map((child) => [exit(child), 'gone'] as const),
      [wait(2), '6'],
      [wait(1), '5'],
      [wait(1), '7'],
      [wait(1), '4'],
    ]));

  it('tells the status of whoever went last, though the leader had another', (test) =>
    expectOnBoth(test, [
      [fork(1), '2'],
      [{ ...thread(2), task: 1 }, '3'],
      [{ ...exit(1), args: [1] }, 'gone'],
      [{ ...exit(2), args: [2] }, 'gone'],
      [
        {
          task: 0,
          call: 'wait4',
          args: [-1, { memory: READ }, 0, 0],
          loads: [{ name: 'status', offset: READ, bytes: 4, as: 'number' }],
        },
        'status=512',
      ],
    ]));

  it("finds those that a thread left behind the heir's own", (test) =>
    expectOnBoth(test, [
      [thread(1), '2'],
      [forkBy(1, 2), '3'],
      [fork(3), '4'],
      ...[2, 3, 1].map((task) => [exit(task), 'gone'] as const),
      [wait(0), '4'],
      [wait(0), '3'],
    ]));
});

describe.skipIf(noHost !== null)('ns_last_pid', () => {
  it('moves the cursor and nothing else, from 0 to pid_max', (test) =>
    expectOnBoth(test, [
      [open(LAST_PID, O_RDWR), '0'],
      ...set('4000', '4'),
      [fork(1), '4001'],
      ...set('0', '1'),
      [fork(2), '2'],
      ...isNow('2\n'),
      ...set('4194304', '7'),
      [fork(3), '300'],
      ...set('4194305', '-EINVAL'),
      ...set('-1', '-EINVAL'),
      [fork(4), '301'],
    ]));

  it('is -1 where no number was ever searched for, as the init was asked for', (test) =>
    expectOnBoth(test, [
      [clone3(1, [1], CLONE_ARGS.bytes, { flags: CLONE_NEWPID }), '2'],
      [open(LAST_PID, O_RDWR, 1), '0'],
      [read(0, 1), 'file="-1\\n"'],
    ]));

  it('can be opened by all and written by who has privilege', (test) =>
    expectOnBoth(test, [
      [fork(1), '2'],
      [nobody(1), '0'],
      [open(LAST_PID, O_RDWR, 1), '0'],
      [write('4000', 0, 1), '-EPERM'],
      [read(0, 1), 'file="2\\n"'],
    ]));
});

describe.skipIf(noHost !== null)('comm', () => {
  const [SELF, THREAD] = ['/proc/self/comm', '/proc/thread-self/comm'];

  it('is cut at 15, whatever is in it, and shown as it was when reading began', (test) =>
    expectOnBoth(test, [
      [open(SELF, O_RDWR), '0'],
      [write('a name of more than 15'), '22'],
      [read(), 'file="a name of more \\n"'],
      ...set('one\ntwo\0three', '13'),
      ...isNow('one\ntwo\n'),
      [rewind(), '0'],
      [{ ...read(), args: [0, { memory: READ }, 2] }, 'file="on"'],
      [write(''), '0'],
      [read(), 'file="e\\ntwo\\n"'],
      ...isNow('\n'),
    ]));

  it('is written by its own process, which without privilege finds it in thread-self alone', (test) =>
    expectOnBoth(test, [
      [open(SELF, O_RDWR), '0'],
      [fork(1), '2'],
      [write('child', 0, 1), '-EINVAL'],
      [read(0, 1), 'file="init\\n"'],
      [nobody(1), '0'],
      [open(SELF, O_WRONLY, 1), '-EACCES'],
      [open(THREAD, O_WRONLY, 1), '1'],
      [write('child', 1, 1), '5'],
    ]));
});

describe.skipIf(noHost !== null)('msg_next_id', () => {
  it('takes 0 to INT_MAX, the first of two numbers, and nothing', (test) =>
    expectOnBoth(test, [
      [open(NEXT_MSG, O_RDWR), '0'],
      ...isNow('-1\n'),
      ...set('-1', '-EINVAL'),
      ...set('2147483648', '-EINVAL'),
      ...set('2147483647', '10'),
      ...isNow('2147483647\n'),
      ...set('12 34', '3'),
      [write('56'), '2'],
      ...set('', '0'),
      ...isNow('12\n'),
    ]));

  it('slides to the next free index, without an error', (test) =>
    expectOnBoth(test, [
      [open(NEXT_MSG, O_RDWR), '0'],
      ...set('5000', '4'),
      [queue(), '5000'],
      ...set('5000', '4'),
      [queue(), '5001'],
      ...isNow('-1\n'),
      [queue(), '0'],
    ]));

  it('outlives a call that fails before it is taken, and reaches the next', (test) =>
    expectOnBoth(test, [
      [queue(7), '0'],
      [open(NEXT_MSG, O_RDWR), '0'],
      ...set('7777', '4'),
      [queue(7, IPC_CREAT | IPC_EXCL), '-EEXIST'],
      ...isNow('7777\n'),
      [queue(), '7777'],
    ]));

  it('is EACCES to open and EPERM to write for who has no privilege', (test) =>
    expectOnBoth(test, [
      [open(NEXT_MSG, O_RDWR), '0'],
      [fork(1), '2'],
      [nobody(1), '0'],
      [open(NEXT_MSG, O_WRONLY, 1), '-EACCES'],
      [write('7', 0, 1), '-EPERM'],
      [read(0, 1), 'file="-1\\n"'],
    ]));
});
