// SPDX-License-Identifier: MIT
/** Programs as tapes, and what the agent does with one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IPC_CREAT, IPC_PRIVATE, O_WRONLY } from '../../core/kernel/flags.ts';
import { putNumbers, putText } from '../../core/kernel/memory.ts';
import { CHILD, directBy } from '../../core/kernel/scenario.ts';
import { type ProgramBody, sys } from '../../core/kernel/syscall.ts';
import { clone3 } from '../../strategies/relatives/clone3.ts';
import { nextId } from '../../strategies/relatives/next-id.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { ProtocolError } from '../host/protocol.ts';
import { recordAsInit } from './as-init.ts';
import { decodePlayed, encodePlays, type Play, playAll } from './play.ts';
import { NotATape } from './record.ts';
import type { Tape } from './tape.ts';
import { encodeTapes } from './wire.ts';

const noHost = await whyNoHost();
if (noHost !== null) process.stderr.write(`skipped, as the host lane can't be run: ${noHost}\n`);

const QUEUE = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
const BYE: ProgramBody = function* () {
  return yield sys('exit_group', 0);
};

function tapesOf(main: ProgramBody): Tape[] {
  return [...recordAsInit({ main, [CHILD]: BYE }, 'main').values()];
}

function mainOf(main: ProgramBody): Tape {
  const [tape] = tapesOf(main);
  if (tape === undefined) throw new Error('no tape');
  return tape;
}

describe('a tape', () => {
  it('has the calls of a caller half, with slots for what a kernel chooses', () => {
    const direct = directBy(nextId.caller);
    const { calls, memory } = mainOf(function* (me) {
      return yield* direct(me, { kind: 'msg', values: [101] }, QUEUE);
    });
    expect(calls.map(({ call, args, expects }) => [call, args.at(0), expects])).toEqual([
      ['open', { memory: 0 }, null],
      ['write', { result: 0 }, 3],
      ['close', { result: 0 }, 0],
      ['msgget', IPC_PRIVATE, 101],
    ]);
    expect(memory.toString('latin1')).toMatch(/^\/proc\/sys\/kernel\/msg_next_id\0+101\0+$/);
  });

  it('points into its own memory, and names the tape of a task that it makes', () => {
    const direct = directBy(clone3.caller);
    const tapes = tapesOf(function* (me) {
      const pid = yield* direct(me, { kind: 'pid', values: [77] }, sys('fork', CHILD));
      return yield sys('wait4', pid, 0, 0);
    });
    const [main] = tapes;
    expect(main?.calls.map(({ call, expects, child }) => [call, expects, child])).toEqual([
      ['clone3', 77, 1],
      ['wait4', 77, undefined],
    ]);
    expect(main?.pointers).toHaveLength(1);
    const [pointer] = main?.pointers ?? [];
    expect(main?.memory.readUInt32LE(pointer?.to)).toBe(77);
    expect(tapes[1]?.calls.map(({ call }) => call)).toEqual(['exit_group']);
  });

  it('keeps what each call was given, also where it is stored over', () => {
    const { calls, memory } = mainOf(function* ({ memory: own }) {
      const fd = yield sys('open', putText(own, '/proc/self/comm'), 15, O_WRONLY);
      const text = putText(own, 'one');
      yield sys('write', fd, text, 3);
      own.store(text, 'two');
      return yield sys('write', fd, text, 3);
    });
    const given = calls.slice(1).map(({ args: [, at] }) => {
      const from = typeof at === 'object' && 'memory' in at ? at.memory : 0;
      return memory.toString('latin1', from, from + 3);
    });
    expect(given).toEqual(['one', 'two']);
  });

  it.each<[string, ProgramBody, RegExp]>([
    [
      'does what depends on a descriptor',
      function* ({ memory }) {
        const fd = yield sys('open', putText(memory, '/proc/self/comm'), 15, O_WRONLY);
        return yield fd === 0 ? sys('getpid') : sys('gettid');
      },
      /main does not do the same twice/,
    ],
    [
      'reckons with a descriptor',
      function* ({ memory }) {
        const fd = yield sys('open', putText(memory, '/proc/self/comm'), 15, O_WRONLY);
        return yield sys('close', fd + 1);
      },
      /gives close what is neither its own nor was returned to it|is refused once/,
    ],
    [
      'hands a descriptor on in memory',
      function* ({ memory }) {
        const fd = yield sys('open', putText(memory, '/proc/self/comm'), 15, O_WRONLY);
        return yield sys('write', fd, putNumbers(memory, 4, [fd]), 4);
      },
      /hands write what a kernel chose, in memory/,
    ],
  ])('is none of a program that %s', (_what, main, message) => {
    expect(() => tapesOf(main)).toThrow(NotATape);
    expect(() => tapesOf(main)).toThrow(message);
  });
});

describe('what is said of plays', () => {
  it('is read, or refused with an error of its own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decodePlayed(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { seed: 5, numRuns: 1000 },
    );
  });
});

describe.skipIf(noHost !== null)('the agent', () => {
  let directory = '';
  let path = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sideband-tape-'));
    path = await buildAgent(directory);
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function played(tapes: readonly Tape[], plays: readonly Play[], environment = 100) {
    const agent = await Agent.start(path);
    try {
      return await playAll(agent, encodeTapes(tapes), plays, environment);
    } finally {
      await agent.end();
    }
  }

  const direct = directBy(clone3.caller);
  const forking = tapesOf(function* (me) {
    const pid = yield* direct(me, { kind: 'pid', values: [77] }, sys('fork', CHILD));
    return yield sys('wait4', pid, 0, 0);
  });

  it('plays each in namespaces of its own, and times its laps with and without calls', async () => {
    const play = { tape: 0, laps: [1, 2] };
    const [one, two] = await played(forking, [play, play]);
    for (const each of [one, two]) {
      expect(each?.refused).toBeNull();
      expect(each?.laps).toHaveLength(2);
      for (const { time, emptyTime } of each?.laps ?? []) {
        expect(time).toBeGreaterThan(emptyTime);
        expect(emptyTime).toBeGreaterThan(0);
      }
    }
  });

  it('plays in pid namespaces one in the other, by either clock', async () => {
    const [deep] = await played(forking, [{ tape: 0, levels: 4, laps: [2] }]);
    expect(deep?.refused).toBeNull();
    const agent = await Agent.start(path);
    try {
      const request = encodePlays(encodeTapes(forking), [{ tape: 0, laps: [1, 2] }], 0, 'ticks');
      const [ticks] = await agent.ask(request, decodePlayed);
      for (const { time, emptyTime } of ticks?.laps ?? []) expect(time).toBeGreaterThan(emptyTime);
    } finally {
      await agent.end();
    }
  });

  it('says which call did not return what it had to', async () => {
    const wrong = forking.map((tape) => ({
      ...tape,
      calls: tape.calls.map((call) => (call.call === 'wait4' ? { ...call, expects: 78 } : call)),
    }));
    const [play] = await played(wrong, [{ tape: 0, laps: [2] }]);
    expect(play).toMatchObject({ refused: { call: 1, result: 77 }, laps: [] });
  });

  it('plays in a new image each time, with as much environment as asked', async () => {
    const play = { tape: 0, laps: [1, 2] };
    for (const environment of [0, 1, 4096, 65536]) {
      expect(await played(forking, [play], environment)).toHaveLength(1);
    }
    await expect(played(forking, [play], 65537)).rejects.toThrow('too large an environment');
  });

  it.each<[string, readonly Play[]]>([
    ["names a tape that can't be", [{ tape: 9, laps: [1] }]],
    ['has no laps, or too many', [{ tape: 0, laps: [] }]],
    ['has no levels, or too many', [{ tape: 0, levels: 9, laps: [1] }]],
    ["has a lap that can't be", [{ tape: 0, laps: [3] }]],
    ["has a lap that can't be", [{ tape: 0, laps: [2, 1] }]],
  ])('refuses a request that %s', async (reason, plays) => {
    await expect(played(forking, plays)).rejects.toThrow(reason);
  });

  it.each<[string, Partial<Tape>]>([
    [
      'uses what no call has returned',
      { calls: [{ call: 'close', args: [{ result: 0 }], expects: 0 }] },
    ],
    [
      'has an argument that is none',
      { calls: [{ call: 'close', args: [{ memory: 9 }], expects: 0 }] },
    ],
    ['has a pointer beyond its memory', { calls: [], pointers: [{ at: 9, to: 0 }] }],
    [
      "names a tape that can't be",
      { calls: [{ call: 'fork', args: [], child: 5, expects: null }] },
    ],
    [
      "names a tape that can't be",
      { calls: [{ call: 'getpid', args: [], child: 0, expects: null }] },
    ],
  ])('refuses a tape that %s', async (reason, part) => {
    const tape: Tape = { calls: [], memory: Buffer.alloc(8), pointers: [], ...part };
    await expect(played([tape], [{ tape: 0, laps: [0] }])).rejects.toThrow(reason);
  });
});
