// SPDX-License-Identifier: MIT
/** Models in which one thing survives an exec that should not, or the other way round. */
import { SIG_DFL, SIG_IGN } from '../../core/kernel/flags.ts';
import type { KernelHalf, SyscallHandlers } from '../../core/kernel/strategy.ts';
import type { Cred } from '../../core/model/cred.ts';
import type { ModelKernel } from '../../core/model/kernel.ts';
import { type Action, Sighand } from '../../core/model/signal.ts';
import { type Handler, PLAIN_LINUX } from '../../core/model/table.ts';
import type { Task } from '../../core/model/task.ts';

/** Looks at a task before its exec; what is returned is done to its new image. */
function execve(wrong: (current: Task, kernel: ModelKernel) => () => void): KernelHalf {
  const handler: Handler<'execve'> = function* (kernel, current, ...args) {
    const change = wrong(current, kernel);
    const handled = PLAIN_LINUX.execve(kernel, current, ...args);
    const result = typeof handled === 'number' ? handled : yield* handled;
    if (current.image.v !== null) change();
    return result;
  };
  return { syscalls: { execve: handler } as unknown as SyscallHandlers };
}

const credBecomes = (cred: (old: Cred, now: Cred) => Partial<Cred>): KernelHalf =>
  execve((current) => {
    const old = current.cred.v;
    return () => {
      current.cred.v = { ...current.cred.v, ...cred(old, current.cred.v) };
    };
  });

/** The new action of each signal that had one. */
const actionBecomes = (action: (old: Action, now: Action) => Action): KernelHalf =>
  execve((current) => {
    const old = new Sighand();
    current.sighand.copyInto(old);
    return () => {
      const { sighand } = current;
      for (let signal = 1; signal <= 31; signal++) {
        sighand.set(signal, action(old.action(signal), sighand.action(signal)));
      }
    };
  });

export const EXEC_MUTANTS: readonly [string, KernelHalf][] = [
  [
    'execve: what is blocked is blocked no more',
    execve((current) => () => {
      current.blocked.v = 0;
    }),
  ],
  [
    'execve: what is pending is lost',
    execve((current) => () => {
      current.pending.v = 0;
      current.signal.sharedPending.v = 0;
    }),
  ],
  ['execve: handlers stay', actionBecomes((old) => old)],
  [
    'execve: what is ignored is so no more',
    actionBecomes((_, now) => (now.handler === SIG_IGN ? { ...now, handler: SIG_DFL } : now)),
  ],
  ['execve: flags of actions stay', actionBecomes(({ flags }, now) => ({ ...now, flags }))],
  [
    'execve: descriptors stay open',
    execve(({ files }) => {
      files.closeOnExec.v = [];
      return () => {};
    }),
  ],
  [
    'execve: the table of files stays shared',
    execve((current) => {
      const { files } = current;
      return () => {
        current.filesCell.v = files;
      };
    }),
  ],
  [
    'execve: ids of timers start anew',
    execve((current) => () => {
      current.signal.timers.next.v = 0;
    }),
  ],
  [
    'execve: ids of timers may still be chosen',
    execve((current) => {
      const { restoresIds } = current.signal.timers;
      const old = restoresIds.v;
      return () => {
        restoresIds.v = old;
      };
    }),
  ],
  ['execve: set-uid means nothing', credBecomes(({ euid }) => ({ euid, suid: euid }))],
  ['execve: the saved id stays', credBecomes(({ suid }) => ({ suid }))],
  [
    'execve: a real root has its capabilities in effect',
    credBecomes((_, { permitted }) => ({ effective: permitted })),
  ],
  [
    'execve: what root gave up it has not again',
    credBecomes(({ permitted, euid }) => (euid === 0 ? { permitted, effective: permitted } : {})),
  ],
  [
    'execve: no_new_privs means nothing',
    execve(({ noNewPrivs }) => {
      const old = noNewPrivs.v;
      noNewPrivs.v = false;
      return () => {
        noNewPrivs.v = old;
      };
    }),
  ],
  [
    'execve: who was not dumpable stays so',
    execve((current) => {
      const old = current.mm.dumpable.v;
      return () => {
        if (!old) current.mm.dumpable.v = false;
      };
    }),
  ],
  [
    'execve: who becomes another is dumpable',
    execve((current) => () => {
      current.mm.dumpable.v = true;
    }),
  ],
  [
    'execve: the name stays',
    execve((current) => {
      const old = current.comm.v;
      return () => {
        current.comm.v = old;
      };
    }),
  ],
  [
    'execve: the parent is told as it asked for',
    execve(({ signal }) => {
      const old = signal.exitSignal.v;
      return () => {
        signal.exitSignal.v = old;
      };
    }),
  ],
  [
    'execve: children tell as the old image asked for',
    execve((current) => () => {
      current.selfExecId.v -= 1;
    }),
  ],
  [
    'execve: the parent may still change the group',
    execve((current) => () => {
      current.forkNoExec.v = true;
    }),
  ],
  [
    'execve: segments stay attached',
    execve(({ mm }) => {
      const segments = mm.attachments();
      return () => {
        for (const segment of segments) segment.attaches.v += 1;
      };
    }),
  ],
  [
    'execve: the children of the leader go to init',
    execve((current, { init }) => () => {
      for (const child of current.signal.children) {
        current.signal.children.remove(child);
        child.parent.v = init.signal;
        init.signal.children.append(child);
      }
    }),
  ],
];
