// SPDX-License-Identifier: MIT
/**
 * CRIU itself, where there is one: it dumps a tree that was grown for it and restores it, and what
 * stands then is captured and compared, as after a restore of ours.
 *
 * CRIU sets hardware breakpoints where its parasite leaves; on a virtual machine that takes them and
 * never delivers them it waits for ever. Its own fault injection has a way without (FI_NO_BREAKPOINTS
 * of criu/include/fault-injection.h), which is used throughout: some stops of ptrace more.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../../core/input-error.ts';
import { compareCaptures } from '../../core/restart/compare.ts';
import { captureMachine } from '../capture/capture.ts';
import { buildProgram } from '../host/build-agent.ts';
import { cacheRoot } from '../host/cache-root.ts';
import { type Grown, grow } from './grown.ts';
import type { RealEnd, Subject } from './restore.ts';
import { withoutState } from './stateless.ts';

const run = promisify(execFile);
const SLEEPERS = { name: 'sleepers', sources: new URL('./sleepers/', import.meta.url) };
const TASKS = 20;
/** Of each type. */
const OBJECTS = 4;
const PATIENCE_MS = 20_000;
const NO_BREAKPOINTS = { CRIU_FAULT: '130' };

export interface Criu {
  readonly path: string;
  readonly version: string;
}

/** In our repository: unpacks one beside the system. */
export const GET_CRIU = 'linux/restore/get-criu.sh';

/** That of PATH, or what GET_CRIU unpacked; null where there is none that runs. */
export async function findCriu(env = process.env): Promise<Criu | null> {
  for (const candidate of ['criu', join(cacheRoot(env), 'criu', 'criu')]) {
    try {
      const { stdout } = await run(candidate, ['--version'], { env });
      const version = /^Version: (\S+)/m.exec(stdout)?.[1];
      if (version !== undefined) return { path: candidate, version };
    } catch {
      // The next one may run.
    }
  }
  return null;
}

export interface CriuRestores {
  /** The tree that it dumped. */
  readonly subject: Subject;
  readonly end: RealEnd;
  /** Wall time of each command `criu restore`, in nanoseconds. */
  readonly ns: readonly number[];
}

/**
 * Dumps a tree once, and restores it `runs` times.
 * @throws InputError where the tree does not grow here
 */
export async function restoreByCriu(
  criu: Criu,
  runs: number,
  patienceMs = PATIENCE_MS,
): Promise<CriuRestores> {
  const command = (args: readonly string[]) => play(criu, images, args, patienceMs);
  const images = await mkdtemp(join(tmpdir(), 'criu-'));
  const tree = await growSleepers();
  const ns: number[] = [];
  try {
    const { capture } = withoutState(await captureMachine(tree.root));
    await command(['dump', '-t', String(tree.root)]);
    let end: RealEnd = { kind: 'not run', reason: 'interrupted' };
    for (let nth = 0; nth < runs; nth++) {
      const begun = process.hrtime.bigint();
      await command(['restore', '-d', '--pidfile', `${nth}.pid`]);
      ns.push(Number(process.hrtime.bigint() - begun));
      const root = Number(await readFile(join(images, `${nth}.pid`), 'utf8'));
      const compared = compareCaptures(capture, withoutState(await captureMachine(root)).capture);
      process.kill(root, 'SIGKILL');
      if ('difference' in compared) {
        end = { kind: 'different', difference: compared.difference };
        break;
      }
      end = { kind: 'restored', fields: compared.fields };
    }
    return { subject: { name: 'sleepers', capture }, end, ns };
  } finally {
    await tree.end();
    await rm(images, { recursive: true, force: true });
  }
}

async function play(
  { path }: Criu,
  images: string,
  args: readonly string[],
  patienceMs: number,
): Promise<void> {
  // Cgroups are the machine's: which of them a task is in is no matter here.
  const all = [...args, '-D', images, '--manage-cgroups=ignore', '-v1'];
  const env = { ...process.env, ...NO_BREAKPOINTS };
  try {
    await run(path, all, { env, timeout: patienceMs, killSignal: 'SIGKILL' });
  } catch (error) {
    const { killed, stderr = '' } = error as { killed?: boolean; stderr?: string };
    const last = stderr.trim().split('\n').at(-1);
    const why =
      killed === true
        ? `does not end within ${patienceMs / 1000} s`
        : `fails (${last === undefined || last === '' ? (error as Error).message : last})`;
    throw new InputError(`criu ${args[0]}`, why, 'see what criu check says');
  }
}

const growSleepers = async (): Promise<Grown> =>
  grow(await buildProgram(SLEEPERS), [String(TASKS), String(OBJECTS)]);
