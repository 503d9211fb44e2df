// SPDX-License-Identifier: MIT
/** What was measured of mainline's ways to ask for an id, as scripts that both kernels run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  PR_TIMER_CREATE_RESTORE_IDS,
} from '../../core/kernel/flags.ts';
import { CLONE_ARGS } from '../../core/kernel/memory.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { FEATURE_TIMER_IDS } from '../host/protocol.ts';
import { clone3 } from './clone3-step.ts';
import { runOnLinux } from './on-linux.ts';
import { runOnModel } from './on-model.ts';
import { type Answer, formatAnswer, type Script, type Step } from './script.ts';

const noHost = await whyNoHost();
if (noHost !== null) process.stderr.write(`skipped, as the host lane can't be run: ${noHost}\n`);

let agent: Agent;
beforeAll(async () => {
  if (noHost === null) agent = await Agent.start(await buildAgent());
});
afterAll(() => agent?.end());

const resultsOf = ({ steps }: Answer) => steps.map((answer) => formatAnswer(answer));

async function expectResults(rows: readonly (readonly [Step, string])[]): Promise<void> {
  const script: Script = rows.map(([step]) => step);
  const results = rows.map(([, result]) => result);
  expect(resultsOf(await runOnLinux(agent, script))).toEqual(results);
  expect(resultsOf(runOnModel(script))).toEqual(results);
}

const fork = (child: number): Step => ({ task: 0, call: 'fork', args: [], child });

describe.skipIf(noHost !== null)('clone3 with set_tid', () => {
  it('does not move the cursor, and refuses a number that is taken or none', () =>
    expectResults([
      [fork(1), '2'],
      [clone3(2, [4000]), '4000'],
      [fork(3), '3'],
      [clone3(4, [4000]), '-EEXIST'],
      [clone3(4, [0]), '-EINVAL'],
      [clone3(4, [-1]), '-EINVAL'],
      [clone3(4, []), '-EINVAL'],
      [clone3(4, [5], CLONE_ARGS.bytes, { set_tid: 0 }), '-EINVAL'],
    ]));

  it('ignores it where the structure ends before it', () =>
    expectResults([
      [clone3(1, [4000], 64), '2'],
      [clone3(2, [4000], 72), '-EINVAL'],
      [clone3(2, [4000], 80), '4000'],
      [clone3(3, [4001], 88), '4001'],
      [clone3(4, [4002], 96), '4002'],
      [clone3(5, [4003], 63), '-EINVAL'],
      [clone3(5, [4003], 4097), '-E2BIG'],
    ]));

  it('checks range, then privilege, then who has it', async (test) => {
    if (agent.hello.users === 1) test.skip('it takes another user to have no privilege');
    await expectResults([
      [fork(1), '2'],
      [{ task: 0, call: 'setresuid', args: [-1, 65534, -1] }, '0'],
      [clone3(2, [1]), '-EPERM'],
      [clone3(2, [0]), '-EINVAL'],
      [{ task: 0, call: 'setresuid', args: [-1, 0, -1] }, '0'],
      [clone3(2, [1]), '-EEXIST'],
    ]);
  });
});

const mode = (task: number, control: number, ...more: number[]): Step => ({
  task,
  call: 'prctl',
  args: [PR_TIMER_CREATE_RESTORE_IDS, control, ...more],
});
const [OFF, ON, GET] = [0, 1, 2];

/** Its id is what is asked for, and what is read. */
const timer = (task: number, wanted: number): Step => ({
  task,
  call: 'timer_create',
  args: [1, 0, { memory: 0 }],
  stores: [{ offset: 0, bytes: 4, value: wanted }],
  loads: [{ name: 'id', offset: 0, bytes: 4, as: 'number' }],
});

describe.skipIf(noHost !== null)('timers of a given id', () => {
  it('are a mode of the process, not inherited, with the id in the call', async (test) => {
    if ((agent.hello.features & FEATURE_TIMER_IDS) === 0) test.skip('they came with Linux 6.15');
    const thread: Step = { task: 0, call: 'clone', args: [CLONE_A_THREAD], child: 1 };
    await expectResults([
      [timer(0, 9), '0 {id=0}'],
      [mode(0, ON), '0'],
      [timer(0, 9), '0 {id=9}'],
      [timer(0, 9), '-EBUSY {id=9}'],
      [timer(0, -1), '-EINVAL {id=-1}'],
      [timer(0, 2 ** 31 - 1), `0 {id=${2 ** 31 - 1}}`],
      [mode(0, ON, 1), '-EINVAL'],
      [mode(0, ON, 0, 1), '-EINVAL'],
      [mode(0, ON, 0, 0, 1), '-EINVAL'],
      [mode(0, 3), '-EINVAL'],
      [thread, '2'],
      [mode(1, GET), '1'],
      [timer(1, 9), '-EBUSY {id=9}'],
      [fork(2), '3'],
      [mode(2, GET), '0'],
      [timer(2, 9), '0 {id=0}'],
      [{ task: 2, call: 'timer_delete', args: [9] }, '-EINVAL'],
      [mode(0, OFF), '0'],
      [timer(0, 9), '0 {id=1}'],
    ]);
  });
});

describe.skipIf(noHost !== null)('unshare of the pid namespace', () => {
  it('is for children, lasts, and ends with the first of them', () => {
    const by = (task: number, call: Step['call'], ...args: number[]): Step => ({
      task,
      call,
      args,
    });
    return expectResults([
      [by(0, 'unshare', CLONE_NEWPID), '0'],
      [by(0, 'unshare', CLONE_NEWPID), '-EINVAL'],
      [{ task: 0, call: 'clone', args: [CLONE_NEWPID], child: 1 }, '-EINVAL'],
      [clone3(1, [5]), '-EINVAL'],
      [fork(1), '2'],
      [by(1, 'getpid'), '1'],
      [by(1, 'getppid'), '0'],
      [by(0, 'getpid'), '1'],
      [by(1, 'exit_group', 0), 'gone'],
      [fork(2), '-ENOMEM'],
      [by(0, 'wait4', 2, 0, 0, 0), '2'],
      [fork(2), '-ENOMEM'],
    ]);
  });
});
