// SPDX-License-Identifier: MIT
/**
 * What must hold of a program of threads, whatever the interleaving:
 *
 *   of those that ask for one slot, one gets the id it asked for, and the others EEXIST;
 *   a call that must fail fails, with the errno it would have alone;
 *   plain calls, also those of children and handlers, share out what they would without the others.
 */
import { fail, formatResult } from '../../core/kernel/errno.ts';
import type { Outcome } from '../../core/kernel/scenario.ts';
import { type Call, formatCall, nameOf, type ThreadProgram } from './calls.ts';

/** What a thread's program returns: of each call, then of forks in between, then of handlers. */
export interface Parts {
  readonly calls: readonly number[];
  readonly between: readonly number[];
  readonly handlers: readonly number[];
}

const forks = (call: Call): boolean => call.does === 'msgget' && call.between === 'forks';
const closes = (call: Call): boolean => call.does === 'msgget' && call.between === 'closes';

function partsOf(calls: readonly Call[], said: readonly number[]): Parts {
  const between = calls.length + calls.filter(forks).length;
  return {
    calls: said.slice(0, calls.length),
    between: said.slice(calls.length, between),
    handlers: said.slice(between),
  };
}

const saidBy = (outcome: Outcome, name: string): readonly number[] => {
  const said = outcome.results.get(name);
  return said === undefined ? [] : [said].flat();
};

/** The first pid that nobody has: after init come the threads. */
export const firstFree = ({ threads }: ThreadProgram): number => 2 + threads.length;

/** Null, or what is wrong. */
export function judge(program: ThreadProgram, outcome: Outcome): string | null {
  const plain = { msgget: [] as number[], fork: [] as number[] };
  const slots = new Map<string, { asked: number; got: number }[]>();
  for (const [n, calls] of program.threads.entries()) {
    const results = partsOf(calls, saidBy(outcome, nameOf(n)));
    let hasClosed = false;
    for (const [at, call] of calls.entries()) {
      const got = results.calls[at] ?? 0;
      hasClosed ||= closes(call);
      if (call.does === 'msgget in vain') {
        const mayBe = hasClosed ? [fail(call.why), fail('EBADF')] : [fail(call.why)];
        if (!mayBe.includes(got)) return `${formatCall(call)} gave ${formatResult(got)}`;
      } else if (call.does === 'signal') {
        if (got !== 0) return `${formatCall(call)} gave ${formatResult(got)}`;
      } else if (call.want === null) {
        plain[call.does].push(got);
        // Who closed what it asks with is told.
      } else if (!(hasClosed && got === fail('EBADF'))) {
        const slot = `${call.does} ${call.want % 32768}`;
        slots.set(slot, [...(slots.get(slot) ?? []), { asked: call.want, got }]);
      }
    }
    plain.fork.push(...results.between);
    plain.msgget.push(...results.handlers);
  }
  for (const [name] of outcome.results) {
    if (name.length > 1) plain.msgget.push(...saidBy(outcome, name));
  }
  for (const [slot, asked] of slots) {
    const wrong = judgeSlot(slot, asked);
    if (wrong !== null) return wrong;
  }
  // The one queue that was there before has id 0.
  return (
    judgePlain('msgget', plain.msgget, 1) ?? judgePlain('fork', plain.fork, firstFree(program))
  );
}

function judgeSlot(slot: string, asked: readonly { asked: number; got: number }[]): string | null {
  const winners = asked.filter((one) => one.got === one.asked);
  const others = asked.filter((one) => one.got !== one.asked);
  const stray = others.find((one) => one.got !== fail('EEXIST'));
  if (stray !== undefined) {
    return `${slot.split(' ')[0]} asking for ${stray.asked} gave ${formatResult(stray.got)}`;
  }
  return winners.length === 1 ? null : `${winners.length} got ${slot}`;
}

function judgePlain(name: string, got: readonly number[], first: number): string | null {
  const sorted = got.toSorted((a, b) => a - b);
  const wrong = sorted.find((result, n) => result !== first + n);
  return wrong === undefined ? null : `a plain ${name} gave ${formatResult(wrong)}`;
}
