// SPDX-License-Identifier: MIT
/**
 * Scripts, generated and shrunk by fast-check. An operation is a few small numbers; what they mean
 * is looked up in pools that hold the usual, the borders and what is beyond them, so that a shrunk
 * operation is a simpler one.
 */
import fc from 'fast-check';
import {
  CLONE_A_THREAD,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
  GETALL,
  GETPID,
  GETVAL,
  IPC_CREAT,
  IPC_EXCL,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  PR_SET_NAME,
  SETALL,
  SETVAL,
  SHM_RDONLY,
  WNOHANG,
} from '../../core/kernel/flags.ts';
import { type Layout, MSQID_DS, SEMID_DS, SHMID_DS } from '../../core/kernel/memory.ts';
import type { Arg, Load, Script, ScriptCall, Step, Store } from './script.ts';

export const MOST_STEPS = 28;
const MOST_CHILDREN = 12;
/** Memory that is a step's own, so that nothing is left in it from earlier ones. */
const STEP_MEMORY = 128;
const BAD_ADDRESS = 1;

/** The numbers of an operation, each to be looked up in a pool. */
interface Operation {
  readonly kind: number;
  readonly task: number;
  readonly picks: readonly number[];
}

export const scripts: fc.Arbitrary<Script> = fc
  .array(
    fc.record({
      kind: fc.nat({ max: 9999 }),
      task: fc.nat({ max: 9999 }),
      picks: fc.array(fc.nat({ max: 9999 }), { minLength: 7, maxLength: 7 }),
    }),
    { minLength: 1, maxLength: MOST_STEPS, size: 'max' },
  )
  .map(scriptOf);

/** The same script where no user and group but 0 exist. */
export function byOneUser(script: Script): Script {
  return script.map((step) => {
    const { call, args, stores, ...rest } = step;
    const isSet = call === 'setuid' || call === 'setgid';
    const alone = (value: number) => (OTHERS.has(value) ? 0 : value);
    return {
      ...rest,
      call,
      args: isSet ? args.map((arg) => (typeof arg === 'number' ? alone(arg) : arg)) : args,
      stores: (stores ?? []).map((store) =>
        'value' in store && store.bytes === 4 ? { ...store, value: alone(store.value) } : store,
      ),
    };
  });
}

function scriptOf(operations: readonly Operation[]): Script {
  const builder = new Builder();
  for (const operation of operations) builder.add(operation);
  return builder.steps;
}

const POOLS = {
  pid: [0, 1, 2, 3, 4, 5, 6, -1, 99],
  waited: [-1, 0, 2, 3, 4, 5, -2, -3, 99],
  wanted: [5, 2, 1, 3, 9, 40, 300, 0, -1],
  cloneFlags: [
    ...[
      0,
      CLONE_NEWPID,
      CLONE_A_THREAD,
      CLONE_PARENT,
      CLONE_NEWIPC,
      CLONE_A_THREAD,
      CLONE_NEWPID | CLONE_NEWIPC,
    ],
    ...[
      CLONE_A_THREAD | CLONE_NEWPID,
      CLONE_SIGHAND,
      CLONE_VM | CLONE_THREAD,
      CLONE_NEWPID | CLONE_PARENT,
    ],
  ],
  code: [0, 1, 255, 256 + 7],
  user: [0, 1000, 1001, -1],
  key: [1, 2, 0, 3],
  get: [
    ...[IPC_CREAT | 0o600, IPC_CREAT | 0o666, IPC_CREAT | IPC_EXCL | 0o600, 0, 0o600, 0o400],
    ...[IPC_CREAT | 0o640, IPC_CREAT, IPC_EXCL],
  ],
  id: [0, 1, 32768, -1, 99999],
  messageType: [1, 2, 3, 0, -1],
  wantedType: [0, 1, 2, -2, -3],
  text: ['', 'a', 'hello', 'x'.repeat(100)],
  textSize: [0, 1, 5, 100, 8193, -1],
  room: [100, 5, 3, 0, -1],
  queueBytes: [16384, 5, 1, 0, 16385],
  mode: [0o600, 0o644, 0o666, 0, 0o7777],
  nsems: [1, 2, 0, -1, 32001],
  semaphore: [0, 1, 5, -1],
  operation: [1, -1, 0, 2, 32767, -2],
  value: [0, 1, 32767, 32768, -1],
  command: [99, -1, 4242],
  size: [4096, 1, 5000, 0, -1],
  wait: [IPC_NOWAIT, IPC_NOWAIT, 0],
  name: ['name', '', 'a name that is longer than fifteen bytes'],
} as const;

type Pool = keyof typeof POOLS;

const OTHERS: ReadonlySet<number> = new Set(POOLS.user.filter((user) => user > 0));

/** What the next operation may refer to, and the steps so far. */
class Builder {
  readonly steps: Step[] = [];
  private children = 0;
  private readonly ids: Record<'msg' | 'sem' | 'shm', number[]> = { msg: [], sem: [], shm: [] };
  private readonly addresses: number[] = [];
  private picks: number[] = [];
  private task = 0;
  /** Pid namespaces of the script that each task is in, and which are their inits, or threads of one. */
  private readonly depths: number[] = [1];
  private readonly inits = new Set([0]);
  private readonly doubtful = new Set<number>();

  add({ kind, task, picks }: Operation): void {
    this.picks = [...picks];
    this.task = this.chosen(task);
    const make = KINDS[kind % KINDS.length];
    const step = make?.(this);
    if (step === undefined) return;
    const [call, args, more] = step;
    this.steps.push({ task: this.task, call, args, ...more });
  }

  /** Mostly of those that should be alive; a call of the dead compares little. */
  private chosen(pick: number): number {
    const all = Array.from({ length: this.children + 1 }, (_, task) => task);
    const living = all.filter((task) => !this.doubtful.has(task));
    const from = living.length === 0 || pick % 20 === 19 ? all : living;
    return from[Math.floor(pick / 20) % from.length] ?? 0;
  }

  /** The caller is about to die, and with it whoever depends on it. */
  dies(): void {
    this.doubtful.add(this.task);
  }

  /** The task made last may not come to be. */
  doubts(): void {
    this.doubtful.add(this.children);
  }

  /** Does it matter who is dead from here on? */
  get isLate(): boolean {
    return this.steps.length > MOST_STEPS - 6;
  }

  private next(): number {
    return this.picks.shift() ?? 0;
  }

  pick<P extends Pool>(pool: P): (typeof POOLS)[P][number] {
    const values: readonly (typeof POOLS)[P][number][] = POOLS[pool];
    return values[this.next() % values.length] as (typeof POOLS)[P][number];
  }

  /** True once in so many. */
  once(inSoMany: number): boolean {
    return this.next() % inSoMany === inSoMany - 1;
  }

  get memory(): number {
    return this.steps.length * STEP_MEMORY;
  }

  /** Own memory, or now and then an address that faults. */
  address(): Arg {
    return this.once(9) ? BAD_ADDRESS : { memory: this.memory };
  }

  /** A new task; its depth, which a task of another namespace in between may have made less. */
  child(flags: number): { child: number; depth: number } {
    const depth = (this.depths[this.task] ?? 1) + ((flags & CLONE_NEWPID) === 0 ? 0 : 1);
    this.children++;
    this.depths[this.children] = depth;
    const isThread = (flags & CLONE_THREAD) !== 0;
    if ((flags & CLONE_NEWPID) !== 0 || (isThread && this.isInit)) this.inits.add(this.children);
    return { child: this.children, depth };
  }

  get isInit(): boolean {
    return this.inits.has(this.task);
  }

  get isFull(): boolean {
    return this.children === MOST_CHILDREN;
  }

  made(type: 'msg' | 'sem' | 'shm'): void {
    this.ids[type].push(this.steps.length);
  }

  id(type: 'msg' | 'sem' | 'shm'): Arg {
    const known = this.ids[type];
    const index = this.next();
    if (known.length === 0 || this.once(8)) return this.pick('id');
    return { result: known[index % known.length] as number };
  }

  attached(): void {
    this.addresses.push(this.steps.length);
  }

  attachment(): Arg {
    const known = this.addresses;
    if (known.length === 0) return BAD_ADDRESS;
    return { result: known[this.next() % known.length] as number };
  }
}

type Made = readonly [ScriptCall, readonly Arg[], Partial<Step>?];
type Kind = (b: Builder) => Made | undefined;

const plain =
  (call: ScriptCall): Kind =>
  () => [call, []];

function fork(b: Builder): Made | undefined {
  return b.isFull ? undefined : ['fork', [], { child: b.child(0).child }];
}

function clone(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  const flags = b.pick('cloneFlags');
  const { child } = b.child(flags);
  if (!isSound(flags)) b.doubts();
  return ['clone', [flags], { child }];
}

function clone3(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  const flags = b.once(3) ? b.pick('cloneFlags') : 0;
  const { child, depth } = b.child(flags);
  // Numbers in namespaces around the script's own are not its to choose.
  const wanted = Array.from({ length: b.once(3) ? depth : 1 }, () => b.pick('wanted'));
  if ((flags & CLONE_NEWPID) !== 0 && !b.once(4)) wanted[0] = 1;
  const stores = wanted.map((value, n): Store => ({ offset: b.memory + 4 * n, bytes: 4, value }));
  const size = b.once(9) ? ([0, 33, -1][wanted.length % 3] ?? 0) : wanted.length;
  const address: Arg = b.once(12) ? 0 : b.address();
  if (!isSound(flags) || wanted.some((number) => number < 2)) b.doubts();
  return ['clone3', [flags, address, size], { child, stores }];
}

/**
 * An init that joins a group of its own namespace can never exit: zap_pid_ns_processes() waits for
 * a number that the init itself holds. Linux 6.18 hangs for good; that is not to be tried.
 */
function joinGroup(b: Builder): Made {
  return ['setpgid', [0, b.isInit ? 0 : b.pick('pid')]];
}

function wait4(b: Builder): Made {
  const options = [WNOHANG, 0, WNOHANG, 0, 64][b.once(5) ? 4 : Number(b.once(2))] ?? 0;
  const pid = b.pick('waited');
  const address = b.once(3) ? 0 : b.address();
  return [
    'wait4',
    [pid, address, options, 0],
    { loads: [{ name: 'status', offset: b.memory, bytes: 4, as: 'number' }] },
  ];
}

const isSound = (flags: number): boolean =>
  [0, CLONE_A_THREAD, CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWPID | CLONE_NEWIPC].includes(flags);

/** Not by an init, which takes everybody along, unless the script is nearly over. */
function exits(call: 'exit' | 'exit_group'): Kind {
  return (b) => {
    if (b.isInit && !b.isLate) return undefined;
    b.dies();
    return [call, [b.pick('code')]];
  };
}

function get(type: 'msg' | 'sem' | 'shm'): Kind {
  return (b) => {
    b.made(type);
    const [key, flags] = [b.pick('key'), b.pick('get')];
    switch (type) {
      case 'msg':
        return ['msgget', [key, flags]];
      case 'sem':
        return ['semget', [key, b.pick('nsems'), flags]];
      case 'shm':
        return ['shmget', [key, b.pick('size'), flags]];
    }
  };
}

function msgsnd(b: Builder): Made {
  const text = b.pick('text');
  const size = b.once(6) ? b.pick('textSize') : text.length;
  // A text longer than what is there would read on into memory that the two kernels lay out freely.
  const sent = size <= 100 ? Math.min(size, text.length) : size;
  const type = b.pick('messageType');
  const stores: Store[] = [{ offset: b.memory, bytes: 8, value: type }];
  if (text !== '') stores.push({ offset: b.memory + 8, text });
  return ['msgsnd', [b.id('msg'), b.address(), sent, b.pick('wait')], { stores }];
}

function msgrcv(b: Builder): Made {
  const [size, type] = [b.pick('room'), b.pick('wantedType')];
  const loads: Load[] = [
    { name: 'type', offset: b.memory, bytes: 8, as: 'number' },
    { name: 'text', offset: b.memory + 8, bytes: 100, as: 'text' },
  ];
  return ['msgrcv', [b.id('msg'), b.address(), size, type, b.pick('wait')], { loads }];
}

const TIMES: ReadonlySet<string> = new Set(['stime', 'rtime', 'ctime', 'otime', 'atime', 'dtime']);

const loadsOf = (layout: Layout, at: number): Load[] =>
  layout.fields.map(({ name, offset, bytes }) => ({
    name,
    offset: at + offset,
    bytes,
    as: TIMES.has(name) ? 'time' : 'number',
  }));

function storesOf(b: Builder, layout: Layout): Store[] {
  const values: Readonly<Record<string, number>> = {
    uid: b.pick('user'),
    gid: b.pick('user'),
    mode: b.pick('mode'),
    qbytes: b.pick('queueBytes'),
  };
  return layout.fields.flatMap(({ name, offset, bytes }): Store[] => {
    const value = values[name];
    if (value === undefined) return [];
    return [{ offset: b.memory + offset, bytes: bytes as 2 | 4 | 8, value }];
  });
}

/** STAT, SET, RMID and commands that are none, which all types have. */
function control(
  type: 'msg' | 'sem' | 'shm',
  layout: Layout,
  call: (id: Arg, command: number, address: Arg) => readonly [ScriptCall, readonly Arg[]],
): Kind {
  return (b) => {
    const command = b.once(6)
      ? b.pick('command')
      : ([IPC_STAT, IPC_SET, IPC_RMID][b.once(3) ? 2 : Number(b.once(2))] ?? 0);
    const address = b.address();
    const [name, args] = call(b.id(type), command, address);
    if (command === IPC_STAT) return [name, args, { loads: loadsOf(layout, b.memory) }];
    return [name, args, command === IPC_SET ? { stores: storesOf(b, layout) } : {}];
  };
}

function semop(b: Builder): Made {
  const count = b.once(3) ? 2 : 1;
  const stores: Store[] = [];
  for (let n = 0; n < count; n++) {
    const values = [b.pick('semaphore'), b.pick('operation'), b.once(3) ? 0 : IPC_NOWAIT];
    for (const [at, value] of values.entries()) {
      stores.push({ offset: b.memory + 6 * n + 2 * at, bytes: 2, value });
    }
  }
  const nsops = b.once(10) ? ([0, 501, -1][count] ?? 0) : count;
  return ['semop', [b.id('sem'), b.address(), nsops], { stores }];
}

function semctl(b: Builder): Made {
  const command =
    [GETVAL, SETVAL, GETPID, GETALL, SETALL][
      b.once(2) ? 1 : b.once(2) ? 4 : b.once(2) ? 3 : b.once(2) ? 2 : 0
    ] ?? 0;
  const [id, number] = [b.id('sem'), b.pick('semaphore')];
  switch (command) {
    case SETVAL:
      return ['semctl', [id, number, command, b.pick('value')]];
    case GETALL: {
      const loads: Load[] = [0, 1].map((n) => ({
        name: `value${n}`,
        offset: b.memory + 2 * n,
        bytes: 2,
        as: 'number',
      }));
      return ['semctl', [id, number, command, b.address()], { loads }];
    }
    case SETALL: {
      const stores = [0, 1].map((n): Store => {
        const value = b.pick('value');
        return { offset: b.memory + 2 * n, bytes: 2, value: value & 0xffff };
      });
      return ['semctl', [id, number, command, b.address()], { stores }];
    }
    default:
      return ['semctl', [id, number, command, 0]];
  }
}

const KINDS: readonly Kind[] = [
  fork,
  fork,
  clone,
  clone3,
  clone3,
  wait4,
  wait4,
  exits('exit_group'),
  exits('exit'),
  plain('getpid'),
  plain('gettid'),
  plain('getppid'),
  plain('setsid'),
  (b) => ['getsid', [b.pick('pid')]],
  (b) => ['getpgid', [b.pick('pid')]],
  (b) => ['setpgid', [b.pick('pid'), 0]],
  joinGroup,
  joinGroup,
  (b) => ['setuid', [b.pick('user')]],
  (b) => ['setgid', [b.pick('user')]],
  (b) => [
    'prctl',
    [PR_SET_NAME, b.address()],
    { stores: [{ offset: b.memory, text: b.pick('name') }] },
  ],
  get('msg'),
  get('msg'),
  msgsnd,
  msgsnd,
  msgrcv,
  msgrcv,
  control('msg', MSQID_DS, (id, command, address) => ['msgctl', [id, command, address]]),
  get('sem'),
  semop,
  semop,
  semctl,
  semctl,
  control('sem', SEMID_DS, (id, command, address) => ['semctl', [id, 0, command, address]]),
  get('shm'),
  (b) => {
    const id = b.id('shm');
    b.attached();
    return ['shmat', [id, b.once(3) ? SHM_RDONLY : 0]];
  },
  (b) => ['shmdt', [b.attachment()]],
  control('shm', SHMID_DS, (id, command, address) => ['shmctl', [id, command, address]]),
];
