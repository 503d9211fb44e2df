// SPDX-License-Identifier: MIT
/** Signals: sent, blocked, ignored, handled. Handlers run step by step, as tasks do. */
import {
  SA_NOCLDWAIT,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SA_RESTORER,
  SIG_DFL,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
} from '../../../core/kernel/flags.ts';
import { SIGACTION } from '../../../core/kernel/memory.ts';
import type { Arg, Load, Store } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { PIDS } from './tasks.ts';

const TARGETS = [...PIDS, -2, -3];
const HANDLED = [SIGUSR1, SIGUSR1, SIGCHLD, SIGUSR2, SIGTERM, SIGUSR1];
/** Sent more often than it is fatal, or little of a script would be left. */
const SENT = [SIGUSR1, SIGUSR1, 0, SIGUSR2, SIGCHLD, SIGUSR1, SIGTERM, SIGCONT, 65, -1, SIGKILL];
const FLAGS = [0, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_NOCLDWAIT, SA_RESTART | SA_NODEFER];
const MASKS = [0, bit(SIGUSR2), bit(SIGUSR1) | bit(SIGTERM), bit(SIGCHLD), 0x7fffffff];
const HOW = [0, 2, 1, 0, 3];

function bit(signal: number): number {
  return 2 ** (signal - 1);
}

/** Mostly to a task that an earlier step made, if it was not made in another namespace. */
const kill: Kind = (b) => {
  const known = b.known('task');
  return ['kill', [known === undefined || b.once(3) ? b.of(TARGETS) : known, sent(b)]];
};

const tgkill: Kind = (b) => ['tgkill', [b.of(PIDS), b.of(PIDS), sent(b)]];

function sent(b: Builder): number {
  const signal = b.of(SENT);
  b.sends(signal);
  return signal;
}

const at = (field: string): number =>
  SIGACTION.fields.find(({ name }) => name === field)?.offset ?? 0;

/** What was in place before, behind the new action; the kernel's own restorer is nobody's business. */
const oldAction = (b: Builder): Load[] =>
  SIGACTION.fields
    .filter(({ name }) => name !== 'restorer')
    .map(({ name, offset, bytes }) => ({
      name,
      offset: b.memory + SIGACTION.bytes + offset,
      bytes,
      as: name === 'handler' ? 'handler' : 'number',
    }));

function rtSigaction(b: Builder): Made {
  const signal = b.once(12) ? b.of([SIGKILL, 0, 65, -1]) : b.of(HANDLED);
  return act(b, signal);
}

/** By the first task, so that all inherit it. */
export const handleUsr1: Kind = (b) => act(b, SIGUSR1);

function act(b: Builder, signal: number): Made {
  const child = b.once(4) ? undefined : b.handler(signal);
  const handler: Store =
    child === undefined
      ? { offset: b.memory, bytes: 8, value: b.of([SIG_IGN, SIG_DFL]) }
      : { offset: b.memory, address: 'handler' };
  const stores: Store[] = [
    handler,
    { offset: b.memory + at('flags'), bytes: 8, value: b.of(FLAGS) + SA_RESTORER },
    { offset: b.memory + at('restorer'), address: 'restorer' },
    { offset: b.memory + at('mask'), bytes: 8, value: b.of(MASKS) },
  ];
  const address: Arg = b.once(12) ? 0 : b.address();
  const old: Arg = b.once(3) ? { memory: b.memory + SIGACTION.bytes } : 0;
  const bytes = b.once(20) ? 4 : 8;
  return [
    'rt_sigaction',
    [signal, address, old, bytes],
    { stores, loads: old === 0 ? [] : oldAction(b), ...(child === undefined ? {} : { child }) },
  ];
}

function rtSigprocmask(b: Builder): Made {
  const set: Arg = b.once(8) ? 0 : b.address();
  const old: Arg = b.once(3) ? { memory: b.memory + 8 } : 0;
  return [
    'rt_sigprocmask',
    [b.of(HOW), set, old, b.once(20) ? 4 : 8],
    {
      stores: [{ offset: b.memory, bytes: 8, value: b.of(MASKS) }],
      loads: old === 0 ? [] : [{ name: 'old', offset: b.memory + 8, bytes: 8, as: 'number' }],
    },
  ];
}

const pause: Kind = () => ['pause', []];

/** Handlers, and what makes them run. */
export const HANDLING: readonly Kind[] = [kill, kill, tgkill, rtSigaction, rtSigprocmask, pause];

export const SIGNALS: readonly Kind[] = [
  kill,
  kill,
  tgkill,
  rtSigaction,
  rtSigaction,
  rtSigaction,
  rtSigprocmask,
  pause,
];
