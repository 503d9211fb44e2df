// SPDX-License-Identifier: MIT
/**
 * Directed calls of a design, made by its own caller halves: whole ones, ones that only ask, so that
 * whatever comes next takes it or leaves it, and ones with something wrong in them.
 */
import type { Directable, Want } from '../../../core/kernel/directed.ts';
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_SET } from '../../../core/kernel/flags.ts';
import {
  type Layout,
  MSQID_DS,
  putStruct,
  SEMID_DS,
  SHMID_DS,
} from '../../../core/kernel/memory.ts';
import type { CallerHalf } from '../../../core/kernel/strategy.ts';
import type { Caller, Program } from '../../../core/kernel/syscall.ts';
import { Scratch } from '../scratch.ts';
import { type Arg, PATCHED_CALLS, type Step, type Store } from '../script.ts';
import { Writing } from '../writing.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made, OPERATION_MEMORY } from './builder.ts';
import { USERS } from './credentials.ts';
import { execve, PATHS } from './exec.ts';
import { SOUND_FLAGS } from './flags.ts';

const PIDS = [7, 30, 300, 301, 2, 3, 1, 0, -1, 4194303, 4194304];
const IDS = [5, 32768, 98304, 0, 1, 2, 32769, 2147483647, -1];
const NUMBERS = [1, 2, 0, 77, 300, 1, 2, 4194303, 0, 4194304, -1];
const TIMES = [0, 5, 1215129600, 1, 5, 0, 1, 5, -1];
const KEYS = [1, 2, IPC_PRIVATE, 3];
const FLAGS = [IPC_CREAT | 0o600, IPC_CREAT | IPC_EXCL | 0o666, IPC_CREAT | 0o600, 0];
const IPC_KINDS = ['msg', 'sem', 'shm'] as const;
type IpcKind = (typeof IPC_KINDS)[number];
const OBJECTS = [0, 0, 1, 5, 2, 32768];
const NSEMS = 2;
/** Behind what operations have by themselves: paths, records and structures take more. */
const OWN_MEMORY = 8192;
const ROOM = 2 * OPERATION_MEMORY;

interface Directed {
  readonly want: Want;
  call(me: Caller): Directable;
  /** Flags of the task that it makes; null if it makes none. */
  readonly makes: number | null;
}

const counted = (b: Builder, least: readonly number[], of: readonly number[]): number[] =>
  b.once(8) ? [...least, b.of(of)] : [...least];

function pid(b: Builder): Directed {
  const flags = b.once(2) ? b.of(SOUND_FLAGS) : 0;
  const levels = b.depth > 1 && b.once(2) ? 2 : 1;
  return {
    // Numbers of namespaces around the script's are not the script's to ask for.
    want: { kind: 'pid', values: Array.from({ length: levels }, () => b.of(PIDS)) },
    call: () =>
      flags === 0 && !b.once(2)
        ? { name: 'fork', args: ['child'] }
        : { name: 'clone', args: [flags, 'child'] },
    makes: flags,
  };
}

function gets(kind: IpcKind, key: number, flags: number): Directable {
  switch (kind) {
    case 'msg':
      return { name: 'msgget', args: [key, flags] };
    case 'sem':
      return { name: 'semget', args: [key, NSEMS, flags] };
    case 'shm':
      return { name: 'shmget', args: [key, 4096, flags] };
  }
}

function get(b: Builder, kind: IpcKind): Directed {
  const call = gets(kind, b.of(KEYS), b.of(FLAGS));
  const values = counted(b, [b.of(IDS)], IDS);
  return { want: { kind, values }, call: () => call, makes: null };
}

const LAYOUTS: Readonly<Record<IpcKind, Layout>> = {
  msg: MSQID_DS,
  sem: SEMID_DS,
  shm: SHMID_DS,
};

/** Of an object that may be there, or was just made: the first ones have small ids. */
function state(b: Builder, kind: IpcKind): Directed {
  const id = b.of(OBJECTS);
  if (b.once(2)) {
    const { name, args } = gets(kind, IPC_PRIVATE, IPC_CREAT | 0o600);
    b.also([name, args as readonly number[]]);
  }
  const set = { uid: b.of(USERS), gid: b.of(USERS), mode: 0o600, qbytes: 16384 };
  const [pids, times] = [
    [b.of(NUMBERS), b.of(NUMBERS)],
    [b.of(TIMES), b.of(TIMES)],
  ];
  const values = kind === 'sem' ? [...times, ...pids] : [...pids, ...times, b.of(TIMES)];
  return {
    want: { kind: `${kind}_state`, values: counted(b, values, TIMES) },
    makes: null,
    call({ memory }) {
      const address = putStruct(memory, LAYOUTS[kind], set);
      if (kind === 'sem') return { name: 'semctl', args: [id, 0, IPC_SET, address] };
      return { name: kind === 'msg' ? 'msgctl' : 'shmctl', args: [id, IPC_SET, address] };
    },
  };
}

/** What a step returned, as a number that no program makes by itself. */
const RESULT = 2 ** 50;

interface Steps {
  readonly steps: readonly Step[];
  /** Which of them is the call that was to be directed, or stands for it. */
  readonly theCall: number;
}

/** The steps of a caller half; what was opened goes by RESULT and its place among them. */
function stepsOf(half: CallerHalf, { want, call }: Directed, task: number, child: number): Steps {
  const writing = new Writing({ memory: new Scratch() });
  const me = writing.caller;
  const theirs = call(me);
  function* whole(): Program {
    const ready = half.prepare === undefined ? 0 : yield* half.prepare(me);
    return yield* half.direct(me, want, theirs, ready);
  }
  const steps: Step[] = [];
  let theCall = -1;
  const program = whole();
  for (let next = program.next(0); next.done !== true; ) {
    if (!('name' in next.value)) throw new Error('a caller half that waits');
    if (half.twoPasses !== true || next.value === theirs) theCall = steps.length;
    const step = writing.step(task, next.value, child);
    steps.push(step);
    next = program.next(OPENS.has(step.call) ? RESULT + steps.length - 1 : 0);
  }
  return { steps, theCall };
}

const OPENS: ReadonlySet<string> = new Set(['open', 'openat']);

/** In the task's own memory, and behind the steps that there are. */
function placed({ args, stores, ...step }: Step, at: number, first: number): Step {
  const arg = (given: Arg): Arg => {
    if (typeof given === 'object') return 'memory' in given ? { memory: at + given.memory } : given;
    return given < RESULT ? given : { result: first + given - RESULT };
  };
  const store = (given: Store): Store => {
    const moved = { ...given, offset: at + given.offset };
    return 'memory' in moved ? { ...moved, memory: at + moved.memory } : moved;
  };
  return { ...step, args: args.map(arg), stores: (stores ?? []).map(store) };
}

const WRONG = [BAD_ADDRESS, 0, -1, 7, 33, 99];
/** Its flags say what task is made. */
const WHOLE = 'clone_with_id';
/** Of which flags that the model does not have are left alone: all but the id. */
const LAST_ALONE: ReadonlySet<string> = new Set([
  ...['msgget_with_id', 'semget_with_id', 'shmget_with_id'],
]);

/** One argument of one of the design's own calls is another. */
function spoilt(b: Builder, steps: readonly Step[]): Step[] {
  const isOwn = ({ call }: Step) => call === 'write' || Object.hasOwn(PATCHED_CALLS, call);
  const own = steps.filter((step) => isOwn(step) && step.call !== WHOLE);
  const [chosen, which] = [b.of(own), b.of([0, 1, 2, 3])];
  return steps.map((step) => {
    if (step !== chosen) return step;
    const last = step.args.length - 1;
    const at = LAST_ALONE.has(step.call) ? last : which % step.args.length;
    return { ...step, args: step.args.map((arg, n) => (n === at ? b.of(WRONG) : arg)) };
  });
}

type Manner = 'whole' | 'only asks' | 'execs between' | 'forks between' | 'spoilt';

const directed =
  (half: CallerHalf, chooses: (b: Builder) => Directed, manner: Manner): Kind =>
  (b) => {
    const what = chooses(b);
    const makes = manner === 'only asks' ? null : what.makes;
    if (makes !== null && (b.isFull || b.mayMakeInit(makes))) return undefined;
    if (manner === 'execs between' && b.isHandler) return undefined;
    // Who asked for a pid would have it at that fork.
    const isForked = manner === 'forks between';
    if (isForked && (makes !== null || b.isFull || b.mayMakeInit(0))) return undefined;
    const child = makes === null ? 0 : b.child(makes).child;
    if (makes !== null) b.doubts();
    const { steps, theCall } = stepsOf(half, what, b.caller, child);
    const kept = manner === 'only asks' ? steps.filter((_, index) => index !== theCall) : steps;
    const [at, first] = [OWN_MEMORY + (b.memory / OPERATION_MEMORY) * ROOM, b.steps.length];
    const made = (manner === 'spoilt' ? spoilt(b, kept) : kept).map((step): Made => {
      const { call, args, task, ...more } = placed(step, at, first);
      return [call, args, more];
    });
    for (const [index, step] of made.entries()) {
      if (index === theCall && manner === 'execs between') b.also(execve(b, b.of(PATHS)));
      if (index === theCall && isForked) b.also(step, b.clones(0));
      if (index < made.length - 1) b.also(step);
    }
    return made.at(-1);
  };

const CHOICES: readonly ((b: Builder) => Directed)[] = [
  ...[pid, pid, pid],
  ...IPC_KINDS.flatMap((kind) => [
    (b: Builder) => get(b, kind),
    (b: Builder) => get(b, kind),
    (b: Builder) => state(b, kind),
  ]),
];

/** Of every caller half of a design. */
export function directedKinds(halves: readonly CallerHalf[]): readonly Kind[] {
  return halves.flatMap((half) =>
    CHOICES.flatMap((chooses) => {
      const whole = directed(half, chooses, 'whole');
      const others: readonly Manner[] =
        half.twoPasses === true
          ? ['only asks', 'execs between', 'forks between', 'spoilt']
          : ['spoilt'];
      return [whole, whole, whole, ...others.map((manner) => directed(half, chooses, manner))];
    }),
  );
}
