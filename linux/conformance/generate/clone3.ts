// SPDX-License-Identifier: MIT
/** clone3 and its structure: of any size, with any member wrong, mostly with numbers for the child. */
import { CLONE_PARENT, CLONE_THREAD, CLONE_VM, SIGCHLD } from '../../../core/kernel/flags.ts';
import { CLONE_ARGS, CLONE_ARGS_SIZE_VER0 } from '../../../core/kernel/memory.ts';
import type { Store } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Made } from './builder.ts';
import { CLONE_FLAGS, isSound } from './flags.ts';

const WANTED = [5, 2, 1, 3, 9, 40, 300, 0, -1];
const SIZES = [80, CLONE_ARGS_SIZE_VER0, 72, 96, 63, 0, 4097, -1];
/** Told by nothing, or by SIGURG, which is ignored by default; then no signals. */
const EXIT_SIGNALS = [0, 23, 64 + 1, 256 + SIGCHLD, -1];
/** Bits of an exit signal, which clone has there; a flag of the future. */
const NEW_FLAGS = [SIGCHLD, 2 ** 34];
const COUNTS = [0, 32, 33, -1];
/** Behind the structure and what a later kernel may have in it. */
const TAIL = CLONE_ARGS.bytes;
const SET_TID = TAIL + 8;
const MOST_WANTED = 8;

export function clone3(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  const flags = b.once(3) ? b.of([...CLONE_FLAGS, ...NEW_FLAGS]) : 0;
  const { child, depth } = b.child(flags);
  const [size, isPlain] = [b.once(4) ? b.of(SIZES) : CLONE_ARGS.bytes, b.once(4)];
  const wrong = b.once(3) ? b.of(WRONG) : null;
  // Numbers in namespaces around the script's own are not its to choose.
  const count = isPlain ? 0 : b.once(3) ? Math.min(depth, MOST_WANTED) : 1;
  const wanted = Array.from({ length: count }, () => b.of(WANTED));
  if (count > 0 && b.mayMakeInit(flags) && !b.once(4)) wanted[0] = 1;
  const at = b.memory;
  const inherits = (flags & (CLONE_THREAD | CLONE_PARENT)) !== 0;
  const members: Members = {
    flags: { value: flags },
    exit_signal: { value: inherits ? 0 : SIGCHLD },
    set_tid: count === 0 ? { value: 0 } : { memory: at + SET_TID },
    set_tid_size: { value: count },
    tail: { value: size > TAIL && b.once(2) ? 1 : 0 },
    ...wrong?.(b, flags),
  };
  const stores: Store[] = [
    ...structure(at, members),
    ...wanted.map((value, n): Store => ({ offset: at + SET_TID + 4 * n, bytes: 4, value })),
  ];
  const isOdd = size !== CLONE_ARGS.bytes || wrong !== null || wanted.some((number) => number < 2);
  if (!isSound(flags) || isOdd) b.doubts();
  const address = b.once(size > TAIL ? 3 : 20) ? BAD_ADDRESS : { memory: at };
  return ['clone3', [address, size], { child, stores }];
}

/** A process like one that fork makes, but for some members. */
export function cloneWith(b: Builder, child: number, members: Members): Made {
  const zeros = Object.fromEntries(CLONE_ARGS.fields.map(({ name }) => [name, { value: 0 }]));
  const all = { ...zeros, exit_signal: { value: SIGCHLD }, ...members };
  const stores = structure(b.memory, all);
  return ['clone3', [{ memory: b.memory }, CLONE_ARGS.bytes], { child, stores }];
}

/** A process of a number in the caller's own namespace. */
export function cloneAt(b: Builder, child: number, number: number): Made {
  const [call, args, made] = cloneWith(b, child, {
    set_tid: { memory: b.memory + SET_TID },
    set_tid_size: { value: 1 },
  });
  const wanted: Store = { offset: b.memory + SET_TID, bytes: 4, value: number };
  return [call, args, { ...made, stores: [...(made?.stores ?? []), wanted] }];
}

type Member = { readonly value: number } | { readonly memory: number };
type Members = Readonly<Record<string, Member>>;

/** What a structure may have wrong, or unusual. A stack is set only where it is refused. */
const WRONG: readonly ((b: Builder, flags: number) => Members)[] = [
  (b) => ({ exit_signal: { value: b.of(EXIT_SIGNALS) } }),
  (b) => ({ exit_signal: { value: b.of(EXIT_SIGNALS) } }),
  () => ({ exit_signal: { value: SIGCHLD } }),
  (b) => ({ set_tid_size: { value: b.of(COUNTS) } }),
  (b) => ({ set_tid: { value: b.of([0, BAD_ADDRESS]) } }),
  (b, flags) => {
    const member = b.of(['stack', 'stack_size']);
    return (flags & CLONE_VM) === 0 ? { [member]: { value: 4096 } } : {};
  },
];

function structure(at: number, members: Members): Store[] {
  const places = [...CLONE_ARGS.fields, { name: 'tail', offset: TAIL }];
  return places.flatMap(({ name, offset }): Store[] => {
    const member = members[name];
    if (member === undefined) return [];
    const to = { offset: at + offset };
    return ['memory' in member ? { ...to, ...member } : { ...to, bytes: 8, ...member }];
  });
}
