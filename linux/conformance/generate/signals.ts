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
import { NSIG } from '../../../core/model/limits.ts';
import type { Arg, Load, Store } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';
import { PIDS } from './tasks.ts';

const TARGETS = [...PIDS, -2, -3, -(2 ** 31)];
const HANDLED = [SIGUSR1, SIGUSR1, SIGCHLD, SIGUSR2, SIGTERM, SIGUSR1];
/** Sent more often than it is fatal, or little of a script would be left. */
const SENT = [SIGUSR1, SIGUSR1, 0, SIGUSR2, SIGCHLD, SIGUSR1, SIGTERM, SIGCONT, 65, -1, SIGKILL];
const FLAGS = [0, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_NOCLDWAIT, SA_RESTART | SA_NODEFER];
const MASKS = [0, bit(SIGUSR2), bit(SIGUSR1) | bit(SIGTERM), bit(SIGCHLD), 0x7fffffff];
const HOW = [0, 2, 1, 0, 3];

export function bit(signal: number): number {
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
  // The last signal that there is. What real-time signals do is left out.
  if (b.once(30)) return sigaction(b, NSIG, { handler: SIG_DFL });
  const signal = b.once(12) ? b.of([SIGKILL, 0, NSIG + 1, -1]) : b.of(HANDLED);
  return act(b, signal);
}

/** By the first task, so that all inherit it. */
export const handleUsr1: Kind = (b) => act(b, SIGUSR1);

function act(b: Builder, signal: number): Made {
  const child = b.once(4) ? undefined : b.handler(signal);
  const [, , step] = sigaction(b, signal, {
    ...(child === undefined ? { handler: b.of([SIG_IGN, SIG_DFL]) } : { child }),
    flags: b.of(FLAGS),
    mask: b.of(MASKS),
  });
  const address: Arg = b.once(12) ? 0 : b.address();
  const old = oldAddress(b, SIGACTION.bytes);
  const bytes = b.once(20) ? 4 : 8;
  const loads = old === 0 ? [] : oldAction(b);
  return ['rt_sigaction', [signal, address, old, bytes], { ...step, loads }];
}

/** Where to put what was in place before: mostly nowhere. */
function oldAddress(b: Builder, offset: number): Arg {
  if (!b.once(3)) return 0;
  return b.once(5) ? BAD_ADDRESS : { memory: b.memory + offset };
}

/** A handler of its own by the task that stands for it, or one that all know. */
type Action = ({ readonly child: number } | { readonly handler: number }) & {
  readonly flags?: number;
  readonly mask?: number;
};

export function sigaction(b: Builder, signal: number, action: Action): Made {
  const { flags = 0, mask = 0 } = action;
  const handler: Store =
    'child' in action
      ? { offset: b.memory, address: 'handler' }
      : { offset: b.memory, bytes: 8, value: action.handler };
  const stores: Store[] = [
    handler,
    { offset: b.memory + at('flags'), bytes: 8, value: flags + SA_RESTORER },
    { offset: b.memory + at('restorer'), address: 'restorer' },
    { offset: b.memory + at('mask'), bytes: 8, value: mask },
  ];
  const child = 'child' in action ? { child: action.child } : {};
  return ['rt_sigaction', [signal, { memory: b.memory }, 0, 8], { stores, ...child }];
}

function rtSigprocmask(b: Builder): Made {
  const set: Arg = b.once(8) ? 0 : b.address();
  const old = oldAddress(b, 8);
  return [
    'rt_sigprocmask',
    [b.of(HOW), set, old, b.once(20) ? 4 : 8],
    {
      stores: [{ offset: b.memory, bytes: 8, value: b.of(MASKS) }],
      loads: old === 0 ? [] : [{ name: 'old', offset: b.memory + 8, bytes: 8, as: 'number' }],
    },
  ];
}

export const masks = (b: Builder, how: number, set: number): Made => [
  'rt_sigprocmask',
  [how, { memory: b.memory }, 0, 8],
  { stores: [{ offset: b.memory, bytes: 8, value: set }] },
];

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
