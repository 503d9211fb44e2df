// SPDX-License-Identifier: MIT
/**
 * What is counted in a guest: calls by themselves, and as each design directs them. Each is a program;
 * nothing here knows which kernel answers.
 *
 * An id alone may cost more than an interface does. So whatever is directed asks for the ids that plain
 * calls are given, of two digits; and once more for ids far away, of five, where no plain call gets. What
 * was made stays where it is, as the removal of an id costs what its neighbours make of it.
 */
import type { Want, WantKind } from '../../core/kernel/directed.ts';
import { IPC_CREAT, IPC_PRIVATE, SEEK_SET } from '../../core/kernel/flags.ts';
import { putNumbers } from '../../core/kernel/memory.ts';
import { A_TIMER, CHILD, type Direct, directBy, plainly } from '../../core/kernel/scenario.ts';
import type { KernelHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, type Programs, sys } from '../../core/kernel/syscall.ts';
import { openFile, writeText } from '../../strategies/fields/task-file.ts';
import { clone3 } from '../../strategies/relatives/clone3.ts';
import { users } from '../entrants.ts';

/** Whose calls these are: nobody's in particular, or a caller half's. */
export interface Way {
  /** `plain`, or a strategy and its variant. */
  readonly by: string;
  /** What the kernel must have. */
  readonly design: string | null;
  readonly half: KernelHalf;
  readonly direct: Direct | null;
}

/** dense: the ids that plain calls get; sparse: far from all others; taken; denied: without privilege. */
export type Case = 'dense' | 'sparse' | 'taken' | 'denied';

export interface CallSubject {
  readonly call: string;
  /** Pid namespaces below that of the guest. */
  readonly levels: number;
  readonly case: Case;
  readonly way: Way;
  /** Unique; a row's key. */
  readonly name: string;
  prepare(me: Caller): Program;
  /** What is counted, the nth time. */
  operate(me: Caller, n: number): Program;
  /** What is not, of what came of it. */
  after(me: Caller, n: number, result: number): Program;
}

export const PROGRAMS: Programs = {
  *[CHILD]() {
    return yield sys('exit_group', 0);
  },
};

/** The first id that is counted, and how many are made in front of it. */
const FIRST = 10;
const FAR = 20000;
/** In namespaces further out: beyond all numbers that a run uses, and still of two levels of an IDR. */
const OUTSIDE = 3000;
const CREATE = IPC_CREAT | 0o600;
/** _LINUX_CAPABILITY_VERSION_3, whose sets are twice three words. */
const CAPABILITIES = [0x20080522, 0];
const NONE = [0, 0, 0, 0, 0, 0];

interface Counted {
  readonly call: string;
  readonly kind: WantKind;
  readonly directable: Parameters<Direct>[2];
  /** An id that is there. */
  readonly taken: number;
  readonly levels: number;
  /** Numbers asked for; one a level. */
  readonly numbers: number;
  readonly makesTasks: boolean;
}

/** The agent's own, and one below it. */
const LEVELS = 2;
const DEEP = 4;

function object(
  call: 'msgget' | 'semget' | 'shmget',
  kind: 'msg' | 'sem' | 'shm',
): Counted & { readonly hint: string } {
  const directable = {
    msgget: sys('msgget', IPC_PRIVATE, CREATE),
    semget: sys('semget', IPC_PRIVATE, 1, CREATE),
    shmget: sys('shmget', IPC_PRIVATE, 4096, CREATE),
  }[call];
  const common = { levels: LEVELS, numbers: 1, makesTasks: false };
  return { call, kind, directable, taken: FIRST / 2, hint: `${kind}_next_id`, ...common };
}

function child(levels: number, numbers: number): Counted {
  const directable = sys('fork', CHILD);
  const common = { kind: 'pid', directable, taken: 1, makesTasks: true } as const;
  return { call: `fork, ${numbers} of ${levels} pids`, levels, numbers, ...common };
}

const OBJECTS = [object('msgget', 'msg'), object('semget', 'sem'), object('shmget', 'shm')];

const COUNTED: readonly Counted[] = [
  ...OBJECTS,
  child(LEVELS, 1),
  child(LEVELS, 2),
  child(DEEP, 4),
];

/** The next call, which patches of its own let be directed. It says its id in memory. */
const TIMER: Counted = {
  ...{ call: 'timer_create', kind: 'timer', directable: A_TIMER.call },
  ...{ taken: FIRST / 2, levels: LEVELS, numbers: 1, makesTasks: false },
};

/** Of failures one call of each kind stands for all. */
const FAILING: readonly Counted[] = [object('msgget', 'msg'), child(LEVELS, 1)];

const PLAIN: Way = { by: 'plain', design: null, half: {}, direct: null };
/** What mainline has; its own road from the call to the allocator. */
const MAINLINE: Way = {
  ...{ by: clone3.name, design: null, half: clone3.kernel },
  direct: directBy(clone3.caller),
};

function waysOf(strategies: readonly Strategy[]): Way[] {
  return strategies.flatMap((strategy) =>
    users([strategy]).map(({ by, half, direct }) => ({ by, design: strategy.name, half, direct })),
  );
}

/** The subject whose plays bring up the numbers of tasks. */
export const WARMS = nameOf(child(LEVELS, 1), PLAIN, 'dense');

/** What is the same in every kernel comes first, so that what came before it is, too. */
export function callSubjects(strategies: readonly Strategy[], hasNextCall = false): CallSubject[] {
  const next = [PLAIN, ...waysOf(strategies)].flatMap((way) => [
    subject(TIMER, 'dense', way),
    ...(way.direct === null ? [] : [subject(TIMER, 'taken', way)]),
  ]);
  const directed = waysOf(strategies).flatMap((way) => [
    ...COUNTED.flatMap((counted) => [
      subject(counted, 'dense', way),
      subject(counted, 'sparse', way),
    ]),
    ...FAILING.flatMap((counted) => [
      subject(counted, 'taken', way),
      subject(counted, 'denied', way),
    ]),
  ]);
  const mainline = COUNTED.filter(({ makesTasks }) => makesTasks);
  return [
    NULL_CALL,
    ...COUNTED.map((counted) => subject(counted, 'dense', PLAIN)),
    ...OBJECTS.flatMap((counted) => [floor(counted, 'dense'), floor(counted, 'sparse')]),
    ...mainline.map((counted) => subject(counted, 'dense', MAINLINE)),
    ...directed,
    ...(hasNextCall ? next : []),
  ];
}

/** Into the kernel and out of it. */
const NULL_CALL: CallSubject = {
  ...{ call: 'getppid', levels: LEVELS, case: 'dense', way: PLAIN, name: 'getppid' },
  *prepare() {
    return 0;
  },
  *operate() {
    return yield sys('getppid');
  },
  *after() {
    return 0;
  },
};

/**
 * A plain call that is given an id all the same: mainline's msg_next_id and its like say which, by a
 * write that is not counted. So what is counted is the way of an id that is asked for, without any road
 * from a caller to it.
 */
function floor(counted: Counted & { readonly hint: string }, which: Case): CallSubject {
  const base = subject(counted, which, { ...PLAIN, by: 'floor' });
  let hint = 0;
  function* say(me: Caller, n: number): Program {
    // Only what is written at the beginning counts.
    yield sys('lseek', hint, 0, SEEK_SET);
    return yield writeText(me, hint, String(idOf(counted, which, n)));
  }
  return {
    ...base,
    *prepare(me) {
      yield* base.prepare(me);
      hint = yield openFile(me, `/proc/sys/kernel/${counted.hint}`);
      return yield* say(me, 0);
    },
    *after(me, n) {
      return yield* say(me, n + 1);
    },
  };
}

/**
 * Two by two in the other order than plain calls are given them: so whoever gets it was heard.
 */
const idOf = ({ taken }: Counted, which: Case, n: number): number =>
  which === 'taken' ? taken : (which === 'sparse' ? FAR : FIRST) + (n ^ 1);

function nameOf({ call }: Counted, { by }: Way, which: Case): string {
  return `${call} by ${by}, ${which}`;
}

function subject(counted: Counted, which: Case, way: Way): CallSubject {
  const { call, kind, directable, levels, numbers, makesTasks } = counted;
  const { direct } = way;
  const outer = (n: number) => Array.from({ length: numbers - 1 }, () => OUTSIDE + n);
  return {
    call,
    levels,
    case: which,
    way,
    name: nameOf(counted, way, which),
    *prepare(me) {
      const { memory } = me;
      for (let n = makesTasks ? 2 : 0; n < FIRST; n++) {
        const made = yield* plainly(me, directable);
        if (makesTasks) yield sys('wait4', made, 0, 0);
      }
      if (which !== 'denied') return 0;
      return yield sys('capset', putNumbers(memory, 4, CAPABILITIES), putNumbers(memory, 4, NONE));
    },
    operate(me, n) {
      const want: Want = { kind, values: [idOf(counted, which, n), ...outer(n)] };
      return direct === null ? plainly(me, directable) : direct(me, want, directable);
    },
    *after(_me, _n, result) {
      return makesTasks && result > 0 ? yield sys('wait4', result, 0, 0) : 0;
    },
  };
}
