// SPDX-License-Identifier: MIT
/** Programs of two or three threads, each with a few calls of its own. */
import fc from 'fast-check';
import { smallerList } from './shorten.ts';

/**
 * What is done on the way to a directed call: between the passes of a design that has two, before
 * the call of one that has one. None of it may change what the call gets, nor be given its id.
 */
export type Between =
  | 'nothing'
  /** A child, which makes a queue. */
  | 'forks'
  /** Before it asks, it asks for something else, and makes no call for that. */
  | 'asks twice'
  /** The first descriptor, which may be the one that the design keeps. */
  | 'closes'
  /** The file that another thread would ask with is written to. */
  | "writes to another's file";

export type Call =
  /** A queue, of a given id or not. */
  | { readonly does: 'msgget'; readonly want: number | null; readonly between: Between }
  /** A queue whose key is taken, or an id that is none: refused. */
  | { readonly does: 'msgget in vain'; readonly why: 'EEXIST' | 'EINVAL' }
  /** A child, of a given number or not, which makes a queue; perhaps as a new program. */
  | { readonly does: 'fork'; readonly want: number | null; readonly execs: boolean }
  /** A signal to another thread, whose handler makes a queue. */
  | { readonly does: 'signal'; readonly to: number };

export interface ThreadProgram {
  /** Calls of each thread. */
  readonly threads: readonly (readonly Call[])[];
  /** Whether they share a process, or are one each. */
  readonly isOneProcess: boolean;
}

/** What calls there may be, by what a design directs, and whether there are signals. */
export interface Vocabulary {
  readonly queues: boolean;
  readonly pids: boolean;
  readonly signals: boolean;
}

export function threadPrograms(has: Vocabulary): fc.Arbitrary<ThreadProgram> {
  // Only a thread of the same process can be sure of whom it signals.
  const isOneProcess = has.signals ? fc.constant(true) : fc.boolean();
  return isOneProcess.chain((isOne) => threadsOf(has, isOne));
}

function threadsOf(has: Vocabulary, isOneProcess: boolean): fc.Arbitrary<ThreadProgram> {
  // Few, so that threads ask for the same; two of one slot.
  const id = fc.constantFrom(101, 102, 32768 + 101);
  const pid = fc.constantFrom(101, 102);
  const asked = (isDirected: boolean, wants: fc.Arbitrary<number>): fc.Arbitrary<number | null> =>
    isDirected ? fc.option(wants) : fc.constant(null);
  const between = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Between>('nothing') },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Between>(
        'forks',
        'asks twice',
        // Threads of a process would close what another asks with.
        ...(isOneProcess ? [] : (['closes'] as const)),
        "writes to another's file",
      ),
    },
  );
  const calls: fc.Arbitrary<Call>[] = [
    fc.record({ does: fc.constant('msgget' as const), want: asked(has.queues, id), between }),
    fc.record({
      does: fc.constant('fork' as const),
      want: asked(has.pids, pid),
      execs: fc.boolean(),
    }),
  ];
  if (has.queues) {
    calls.push(
      fc.record({
        does: fc.constant('msgget in vain' as const),
        why: fc.constantFrom('EEXIST' as const, 'EINVAL' as const),
      }),
    );
  }
  if (has.signals) {
    calls.push(fc.record({ does: fc.constant('signal' as const), to: fc.nat(1) }));
  }
  const thread = fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 4 });
  return fc.record({
    // Three have many interleavings.
    threads: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(thread, thread) },
      { weight: 1, arbitrary: fc.tuple(thread, thread, thread) },
    ),
    isOneProcess: fc.constant(isOneProcess),
  });
}

/** One thread less, one call less, or a call that does less. */
export function* smallerThreads(program: ThreadProgram): Generator<ThreadProgram> {
  const { threads } = program;
  const candidates = smallerList(threads, (calls) => smallerList(calls, smallerCall));
  for (const smaller of candidates) {
    if (smaller.length > 0) yield { ...program, threads: smaller };
  }
}

function* smallerCall(call: Call): Generator<Call> {
  if (call.does === 'msgget' && call.between !== 'nothing') yield { ...call, between: 'nothing' };
  if (call.does === 'fork' && call.execs) yield { ...call, execs: false };
}

export function formatCall(call: Call): string {
  switch (call.does) {
    case 'msgget':
    case 'fork':
      return `${call.does}${asking(call.want)}${besides(call)}`;
    case 'msgget in vain':
      return `msgget to get ${call.why}`;
    case 'signal':
      return `signal to the ${call.to === 0 ? 'next' : 'one after'}`;
  }
}

const asking = (want: number | null): string => (want === null ? '' : ` asking for ${want}`);

function besides(call: Call): string {
  if (call.does === 'fork') return call.execs ? ', which execs' : '';
  return call.does === 'msgget' && call.between !== 'nothing' ? ` that first ${call.between}` : '';
}

const NAMES = ['A', 'B', 'C'] as const;

export const nameOf = (thread: number): string => NAMES[thread] ?? 'Z';

export function formatThreads({ threads, isOneProcess }: ThreadProgram): string {
  const lines = threads.map((calls, n) => `${nameOf(n)}: ${calls.map(formatCall).join(', ')}`);
  return `${lines.join(' | ')}${isOneProcess ? '' : ' (a process each)'}`;
}
