// SPDX-License-Identifier: MIT
/**
 * Whatever a system can get into, a restart must bring back: random process trees are grown on the
 * model under a random schedule, checkpointed, restarted by a design, and verified.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indirect } from '../../strategies/indirect.ts';
import { procfs } from '../../strategies/procfs.ts';
import { setter } from '../../strategies/setter.ts';
import { withId } from '../../strategies/with-id.ts';
import { runAtRandom } from '../explore/run.ts';
import { InputError } from '../input-error.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  IPC_CREAT,
  IPC_NOWAIT,
  WNOHANG,
} from '../kernel/flags.ts';
import { putNumbers } from '../kernel/memory.ts';
import { type Program, type ProgramBody, sys } from '../kernel/syscall.ts';
import { ModelKernel } from '../model/kernel.ts';
import type { Capture } from './capture.ts';
import { checkpoint } from './checkpoint.ts';
import { parseCapture } from './parse-capture.ts';
import { restart } from './restart.ts';

type Action =
  | { readonly do: 'fork'; readonly flags: number; readonly child: Script }
  | { readonly do: 'setsid' | 'lead' | 'thread' | 'reap' | 'unshare' }
  | { readonly do: 'join'; readonly group: number }
  | { readonly do: 'msg' | 'sem' | 'shm'; readonly key: number }
  | { readonly do: 'exit'; readonly code: number };
type Script = readonly Action[];

const { script } = fc.letrec<{ script: Script; action: Action }>((tie) => ({
  script: fc.array(tie('action'), { maxLength: 6, depthIdentifier: 'tree' }),
  action: fc.oneof(
    { depthIdentifier: 'tree', depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom<Action>({ do: 'setsid' }, { do: 'lead' }, { do: 'thread' }, { do: 'reap' }),
    fc.record({ do: fc.constant('join' as const), group: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ do: fc.constantFrom('msg', 'sem', 'shm'), key: fc.integer({ min: 1, max: 3 }) }),
    fc.constant<Action>({ do: 'unshare' }),
    fc.record({ do: fc.constant('exit' as const), code: fc.integer({ min: 0, max: 255 }) }),
    fc.record({
      do: fc.constant('fork' as const),
      flags: fc.constantFrom(0, 0, 0, CLONE_NEWPID, CLONE_PARENT, CLONE_NEWIPC),
      child: tie('script'),
    }),
    fc.record({
      do: fc.constant('fork' as const),
      flags: fc.constant(0),
      child: tie('script'),
    }),
  ),
}));

/** Programs by name; each fork of a script is a program of its own. */
function programsOf(root: Script): Record<string, ProgramBody> {
  const programs: Record<string, ProgramBody> = {
    *init() {
      yield sys('clone', CLONE_NEWPID | CLONE_NEWIPC, 'root');
      return yield sys('pause');
    },
    *thread() {
      return yield sys('pause');
    },
  };
  const add = (name: string, actions: Script) => {
    programs[name] = (me) => play(name, actions, me.memory);
    for (const [n, action] of actions.entries()) {
      if (action.do === 'fork') add(`${name}.${n}`, action.child);
    }
  };
  // The root of a capture stays; if it died, its namespace would.
  add(
    'root',
    root.filter((action) => action.do !== 'exit'),
  );
  return programs;
}

function* play(name: string, actions: Script, memory: Parameters<typeof putNumbers>[0]): Program {
  for (const [n, action] of actions.entries()) {
    switch (action.do) {
      case 'fork':
        yield sys('clone', action.flags, `${name}.${n}`);
        break;
      case 'setsid':
        yield sys('setsid');
        break;
      case 'lead':
        yield sys('setpgid', 0, 0);
        break;
      case 'join':
        yield sys('setpgid', 0, action.group);
        break;
      case 'thread':
        yield sys('clone', CLONE_A_THREAD, 'thread');
        break;
      case 'unshare':
        yield sys('unshare', CLONE_NEWIPC);
        break;
      case 'reap':
        yield sys('wait4', -1, 0, WNOHANG);
        break;
      case 'msg': {
        const id = yield sys('msgget', action.key, IPC_CREAT | 0o600);
        yield sys('msgsnd', id, putNumbers(memory, 8, [1]), 0, IPC_NOWAIT);
        break;
      }
      case 'sem': {
        const id = yield sys('semget', action.key, 2, IPC_CREAT | 0o600);
        yield sys('semop', id, putNumbers(memory, 2, [0, 1, IPC_NOWAIT]), 1);
        break;
      }
      case 'shm':
        yield sys('shmget', action.key, 4096, IPC_CREAT | 0o600);
        break;
      case 'exit':
        return yield sys('exit_group', action.code);
    }
  }
  return yield sys('pause');
}

/** What a system looks like that grew from `root` under this schedule. */
function grown(root: Script, seed: number): Capture {
  const kernel = new ModelKernel({}, programsOf(root));
  runAtRandom([kernel.thread('A', kernel.init, 'init')], seed);
  const signal = kernel.init.signal.children.head;
  const ns = signal?.leader.v?.activePidNs;
  if (signal === null || signal === undefined || ns === undefined) throw new Error('no root');
  return checkpoint(kernel, signal, ns);
}

/** What the plan does not do: a task whose forker outside of its pid namespace was elsewhere then. */
const BEYOND = /pid namespace can't see|from outside of its namespace/;
/** Nor do its tasks enter an IPC namespace that another founded, as orphans of the dead would. */
const BEYOND_TOO = /into IPC namespace/;

describe('any reachable system', () => {
  const designs = [withId, procfs, setter, indirect];

  it('is a capture that its reader accepts, and is restored as it was by every design', () => {
    const refused: string[] = [];
    const runs = 800;
    fc.assert(
      fc.property(script, fc.nat(), fc.constantFrom(...designs), (root, seed, design) => {
        const capture = parseCapture(JSON.stringify(grown(root, seed)), 'grown');
        try {
          const { end } = restart(capture, 'grown', design).result;
          expect(end).toMatchObject({ kind: 'restored' });
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused.push(error.message);
        }
      }),
      { seed: 200807, numRuns: runs },
    );
    const others = refused.filter((message) => !BEYOND_TOO.test(message));
    expect(others.filter((message) => !BEYOND.test(message))).toEqual([]);
    expect(others.length).toBeLessThan(runs / 100);
    expect(refused.length - others.length).toBeLessThan(runs / 50);
  });
});
