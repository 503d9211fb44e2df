// SPDX-License-Identifier: MIT
/**
 * Programs in which one task acts at a time: plain and directed calls, ids that collide, objects
 * that are removed again; and, around such calls, children, threads, handlers, namespaces and lost
 * privilege. A child, a thread or a handler does its steps to the end before its maker goes on.
 */
import fc from 'fast-check';
import type { WantKind } from '../../core/kernel/directed.ts';
import { type Design, directedOf } from '../check.ts';
import { smallerList } from './shorten.ts';
import { INTO, type Into, OBJECTS, type ObjectType } from './world.ts';

export type Step =
  | {
      readonly does: 'get';
      readonly type: ObjectType;
      readonly key: number;
      readonly want: number | null;
      readonly removes: boolean;
    }
  /** IPC_SET on the newest object of the type. */
  | { readonly does: 'set'; readonly type: ObjectType; readonly want: readonly number[] | null }
  | {
      readonly does: 'fork';
      readonly into: Into;
      readonly want: readonly number[] | null;
      /** Whether a new program takes these steps, in the child's place. */
      readonly execs: boolean;
      readonly steps: readonly Step[];
      readonly waits: boolean;
    }
  | {
      readonly does: 'thread';
      readonly want: readonly number[] | null;
      readonly steps: readonly Step[];
    }
  /** A signal comes; its handler takes these steps. */
  | { readonly does: 'handle'; readonly steps: readonly Step[] }
  | { readonly does: 'unshare'; readonly what: 'pid' | 'ipc' }
  | { readonly does: 'setuid' };

export type StepKind = Step['does'];

/** What a design can be asked for in a program. */
export interface Directs {
  readonly objects: readonly ObjectType[];
  readonly states: readonly ObjectType[];
  readonly pids: boolean;
}

export const IDS = ['msg', 'sem', 'shm', 'pid'] as const satisfies WantKind[];
const STATES = ['msg_state', 'sem_state', 'shm_state'] as const satisfies WantKind[];

export function directsOf(design: Design): Directs {
  const ids = directedOf(design, IDS);
  const states = directedOf(design, STATES);
  return {
    objects: OBJECTS.filter((type) => ids.includes(type)),
    states: OBJECTS.filter((type) => states.includes(`${type}_state`)),
    pids: ids.includes('pid'),
  };
}

const wantOf = <T>(isDirected: boolean, wants: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  isDirected ? fc.option(wants) : fc.constant(null);

// Few indices, so that they collide, with several sequence numbers; and some that are no ids.
const ID = fc.constantFrom(2, 3, 4, 32768 + 2, 65536 + 3, 2147483647, -1, 0);
const PID = fc.constantFrom(2, 3, 5, 7, 1, 0, 4194304);
const PIDS = fc.array(PID, { minLength: 1, maxLength: 3, size: 'max' });

/** A state of the right length, and one that is one too short. */
const STATE_WANTS: Readonly<Record<ObjectType, fc.Arbitrary<readonly number[]>>> = {
  msg: fc.constantFrom([1, 4711, 10, 20, 30], [1, 0, 10, 20]),
  sem: fc.constantFrom([10, 20, 4711], [10, 20]),
  shm: fc.constantFrom([4711, 1, 10, 20, 30], [1, 0, 10, 20]),
};

const get = (directs: Directs): fc.Arbitrary<Step> =>
  fc.constantFrom(...OBJECTS).chain((type) =>
    fc.record({
      does: fc.constant('get' as const),
      type: fc.constant(type),
      key: fc.constantFrom(0, 0, 7, 8),
      want: wantOf(directs.objects.includes(type), ID),
      removes: fc.boolean(),
    }),
  );

const set = (directs: Directs): fc.Arbitrary<Step> =>
  fc.constantFrom(...OBJECTS).chain((type) =>
    fc.record({
      does: fc.constant('set' as const),
      type: fc.constant(type),
      want: wantOf(directs.states.includes(type), STATE_WANTS[type]),
    }),
  );

/** Programs of these kinds of step; those inside of others are `depth` deep. */
export function programs(
  directs: Directs,
  kinds: readonly StepKind[],
  depth: number,
  size: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<readonly Step[]> {
  const inner =
    depth === 0
      ? fc.constant([])
      : programs(directs, kinds, depth - 1, { minLength: 0, maxLength: 4 });
  const want = wantOf(directs.pids, PIDS);
  const all: Readonly<Record<StepKind, fc.Arbitrary<Step>>> = {
    get: get(directs),
    set: set(directs),
    fork: fc.record({
      does: fc.constant('fork' as const),
      into: kinds.includes('unshare') ? fc.constantFrom(...INTO) : fc.constant('same' as const),
      want,
      execs: depth === 0 ? fc.constant(false) : fc.boolean(),
      steps: inner,
      waits: fc.boolean(),
    }),
    thread: fc.record({ does: fc.constant('thread' as const), want, steps: inner }),
    handle: fc.record({ does: fc.constant('handle' as const), steps: inner }),
    unshare: fc.record({
      does: fc.constant('unshare' as const),
      what: fc.constantFrom('pid' as const, 'ipc' as const),
    }),
    setuid: fc.constant({ does: 'setuid' as const }),
  };
  return fc.array(fc.oneof(...kinds.map((kind) => all[kind])), size);
}

const asking = (want: number | readonly number[] | null): string =>
  want === null ? '' : ` asking for ${[want].flat().join(' ')}`;

/** A step for people: "msgget key 7 asking for 3". */
export function formatStep(step: Step): string {
  switch (step.does) {
    case 'get': {
      const key = step.key === 0 ? '' : ` key ${step.key}`;
      return `${step.type}get${key}${asking(step.want)}${step.removes ? ', removed' : ''}`;
    }
    case 'set':
      return `${step.type}ctl IPC_SET${asking(step.want)}`;
    case 'fork': {
      const into = step.into === 'same' ? '' : ` into a new ${step.into} namespace`;
      const inner = formatProgram(step.steps);
      const exec = step.execs ? 'exec; ' : '';
      return `fork${into}${asking(step.want)} { ${exec}${inner} }${step.waits ? ', waited for' : ''}`;
    }
    case 'thread':
      return `thread${asking(step.want)} { ${formatProgram(step.steps)} }`;
    case 'handle':
      return `signal { ${formatProgram(step.steps)} }`;
    case 'unshare':
      return `unshare ${step.what}`;
    case 'setuid':
      return 'setuid 1000';
  }
}

export const formatProgram = (steps: readonly Step[]): string => steps.map(formatStep).join('; ');

/** The same with one step less, at any depth; what was around others leaves them behind. */
export function* smallerPrograms(steps: readonly Step[]): Generator<readonly Step[]> {
  yield* smallerList(steps, function* (step) {
    if (!('steps' in step)) return;
    if (step.does === 'fork' && step.execs) yield { ...step, execs: false };
    for (const inner of smallerPrograms(step.steps)) yield { ...step, steps: inner };
  });
  for (const [at, step] of steps.entries()) {
    if ('steps' in step) yield steps.toSpliced(at, 1, ...step.steps);
  }
}
