// SPDX-License-Identifier: MIT
/** What is counted, as the guest is given it. */
import { describe, expect, it } from 'vitest';
import { DESIGNS } from '../../core/kernel/strategy.ts';
import { NUMBERS } from '../../linux/conformance/on-linux.ts';
import { MAX_LAPS, MAX_PLAYS } from '../../linux/host/protocol.ts';
import { encodeTapes } from '../../linux/tape/wire.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { OPERATIONS, recordedSubjects } from './recorded.ts';
import { callSubjects, WARMS } from './subjects.ts';

const designs = (await loadStrategies()).filter(({ name }) => DESIGNS.some((one) => one === name));
const subjects = callSubjects(designs, true);
const { tapes, plays } = recordedSubjects(subjects);

const tapeOf = (name: string) => tapes[plays.get(name)?.tape ?? -1];
/** What each call of the nth operation of a subject is, and returns. */
const operation = (name: string, n: number) => {
  const play = plays.get(name);
  return (play?.operations[n] ?? []).map(({ lap, call }) => {
    const made = tapeOf(name)?.calls[(play?.laps[lap] ?? 0) - 1];
    expect(made?.call).toBe(call);
    return [call, made?.expects];
  });
};

describe('each subject', () => {
  it('is played once, within what the agent takes', () => {
    expect(new Set(subjects.map(({ name }) => name)).size).toBe(subjects.length);
    expect(plays.size).toBeLessThan(MAX_PLAYS);
    for (const { laps, operations } of plays.values()) {
      expect(laps.length).toBeLessThanOrEqual(MAX_LAPS);
      expect(operations).toHaveLength(OPERATIONS);
      expect([...laps].sort((a, b) => a - b)).toEqual(laps);
    }
    expect(plays.has(WARMS)).toBe(true);
  });

  it('has a lap for each call that its caller makes, and none for what is between', () => {
    expect(operation('msgget by plain, dense', 4)).toEqual([['msgget', 14]]);
    expect(operation('msgget by with_id, dense', 4)).toEqual([['msgget_with_id', 15]]);
    expect(operation('msgget by setter, sparse', 4)).toEqual([
      ['set_next_syscall_data', 0],
      ['msgget', 20005],
    ]);
    expect(operation('fork, 1 of 2 pids by procfs, dense', 5).map(([call]) => call)).toEqual([
      ...['open', 'write', 'close', 'fork'],
    ]);
    expect(operation('fork, 1 of 2 pids by procfs (kept), dense', 5).map(([call]) => call)).toEqual(
      ['write', 'fork'],
    );
    expect(operation('read', 7)).toEqual([['read', 8]]);
  });

  it('must be refused where it is to be', () => {
    for (const by of DESIGNS) {
      expect(operation(`msgget by ${by}, taken`, 9).at(-1)?.[1]).toBe(-17);
      expect(operation(`msgget by ${by}, denied`, 9).at(-1)?.[1]).toBe(-1);
      expect(operation(`timer_create by ${by}, taken`, 9).at(-1)?.[1]).toBe(-17);
    }
  });

  it('that is directed asks for the ids that plain calls get, in another order', () => {
    const asked = (by: string) =>
      Array.from({ length: OPERATIONS }, (_, n) =>
        Number(operation(`semget by ${by}, dense`, n).at(-1)?.[1]),
      );
    for (const by of DESIGNS) {
      const ids = asked(by);
      expect(ids).not.toEqual([...ids].sort((a, b) => a - b));
      expect([...ids].sort((a, b) => a - b)).toEqual(
        Array.from({ length: OPERATIONS }, (_, n) => 10 + n),
      );
    }
  });
});

it('what indirect wraps is a number in its registers, and a child plays its tape', () => {
  const name = 'fork, 2 of 2 pids by indirect, dense';
  const play = plays.get(name);
  const [lap] = play?.operations[3] ?? [];
  const call = tapeOf(name)?.calls[(play?.laps[lap?.lap ?? 0] ?? 0) - 1];
  expect(call).toMatchObject({ call: 'indirect', wraps: 'fork' });
  expect(tapes[call?.child ?? -1]?.calls.map((one) => one.call)).toEqual(['exit_group']);
  const tape = tapeOf(name);
  const registers = call?.args[0];
  if (tape === undefined || typeof registers !== 'object' || !('memory' in registers)) {
    throw new Error('no registers');
  }
  const head = 4 + 12;
  const wire = encodeTapes([tape]);
  expect(wire.readBigUInt64LE(head + registers.memory)).toBe(BigInt(NUMBERS.fork));
  expect(wire.readBigUInt64LE(head + registers.memory + 8)).toBe(0n);
});

it('a call that no kernel has is no tape', () => {
  const [call] = tapes[0]?.calls ?? [];
  if (call === undefined) throw new Error('no call');
  const unknown = {
    calls: [{ ...call, call: 'frobnicate' as never }],
    memory: Buffer.alloc(0),
    pointers: [],
  };
  expect(() => encodeTapes([unknown])).toThrow('no kernel has frobnicate');
  // All that are recorded are there.
  expect(encodeTapes(tapes).length).toBeGreaterThan(0);
});
