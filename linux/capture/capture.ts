// SPDX-License-Identifier: MIT
/** A capture of what runs on this machine: its process tree, or one of its trees, and their IPC. */
import { release } from 'node:os';
import { InputError } from '../../core/input-error.ts';
import type { Capture, CapturedIpc } from '../../core/restart/capture.ts';
import { checkCapture } from '../../core/restart/check.ts';
import { ipcKeepers } from '../../core/restart/ipc-namespaces.ts';
import type { CapturedTask } from '../../core/restart/planned.ts';
import { buildProgram } from '../host/build-agent.ts';
import { type Objects, readObjects, readSysvipc } from './objects.ts';
import { PROC, type Proc } from './proc.ts';
import { readTree, type Tree } from './tree.ts';

const IPC_OBJECTS = { name: 'ipc-objects', sources: new URL('./', import.meta.url) };

/** How the machine is read; tests have other machines. */
export interface Machine {
  readonly proc: Proc;
  readonly self: number;
  /** The program that enters IPC namespaces. @throws InputError where it can't be had */
  build(): Promise<string>;
}

export const THIS_MACHINE: Machine = {
  proc: PROC,
  self: process.pid,
  build: () => buildProgram(IPC_OBJECTS),
};

const NOTHING: CapturedIpc = { msg: [], sem: [], shm: [] };

/**
 * The tree below `root`, 1 being the whole machine.
 * @throws InputError
 */
export async function captureMachine(root: number, machine = THIS_MACHINE): Promise<Capture> {
  const tree = readTree(machine.proc, root, machine.self);
  const bare: Capture = {
    schema: 'sideband-capture/2',
    source: '',
    tasks: tree.tasks,
    ipc: NOTHING,
    otherIpc: tree.ipcNames.slice(1).map(() => NOTHING),
  };
  const read = await readNamespaces(machine, tree, ipcKeepers(bare));
  const [ipc = NOTHING, ...otherIpc] = read.map((objects) => objects.ipc);
  const lacks = [...new Set([...tree.lacks, ...read.flatMap((objects) => objects.lacks)])];
  const source = `Linux ${release()}, ${root === 1 ? 'the machine' : `the tree below ${root}`}`;
  const said = lacks.length === 0 ? source : `${source}; ${lacks.join('; ')}`;
  return checkCapture({ ...bare, source: said, ipc, otherIpc }, source);
}

async function readNamespaces(
  machine: Machine,
  tree: Tree,
  keepers: readonly (CapturedTask | undefined)[],
): Promise<Objects[]> {
  let program: string | null = null;
  let why = '';
  try {
    program = await machine.build();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    why = error.message;
  }
  const read: Objects[] = [];
  for (const [index, keeper] of keepers.entries()) {
    const pid = keeper === undefined ? undefined : tree.pids.get(keeper);
    const name = tree.ipcNames[index] ?? null;
    if (pid === undefined || name === null) {
      read.push({ ipc: NOTHING, lacks: ['no IPC objects, as it is not known whose they are'] });
      continue;
    }
    try {
      if (program === null) throw new InputError('ipc-objects', why, 'install a C compiler');
      read.push(await readObjects(program, pid));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      read.push(withoutProgram(machine.proc, pid, name, error));
    }
  }
  return read;
}

/** What can be read from outside, and what was missing. */
function withoutProgram(proc: Proc, pid: number, name: string, error: InputError): Objects {
  const why = `${error.place}: ${error.problem}`;
  if (proc.link('self/ns/ipc') !== name) {
    return {
      ipc: NOTHING,
      lacks: [`the IPC objects of ${pid}'s namespace are not in it (${why})`],
    };
  }
  const withState = proc.link('self/ns/pid') === proc.link(`${pid}/ns/pid`);
  const objects = readSysvipc(proc, withState);
  return { ipc: objects.ipc, lacks: [...objects.lacks, `only what /proc shows of IPC (${why})`] };
}
