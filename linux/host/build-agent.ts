// SPDX-License-Identifier: MIT
/** Builds our C programs with the user's own compiler, once for each content of their sources. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InputError } from '../../core/input-error.ts';
import { cacheRoot } from './cache-root.ts';

const run = promisify(execFile);
const AGENT = { name: 'agent', sources: new URL('../agent/', import.meta.url) };
/** Where there are no libraries. */
const GUEST_AGENT = { ...AGENT, name: 'guest-agent', flags: ['-static'] };
/** Handlers are at the same addresses in every image of the agent. */
const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror', '-no-pie'];

export interface CProgram {
  readonly name: string;
  /** A directory whose C files make it. */
  readonly sources: URL;
  /** Beyond those of all. */
  readonly flags?: readonly string[];
}

/**
 * Path of the agent's executable.
 * @param compiler CC of the environment, or cc
 * @throws InputError where there is no compiler, or it can't build the agent
 */
export const buildAgent = (cache?: string, compiler?: string): Promise<string> =>
  buildProgram(AGENT, cache, compiler);

/** The same for the first process of a machine. */
export const buildGuestAgent = (): Promise<string> => buildProgram(GUEST_AGENT);

/** The same for any of our programs. */
export async function buildProgram(
  { name: program, sources: directory, flags = [] }: CProgram,
  cache = cacheRoot(),
  compiler = process.env.CC ?? 'cc',
): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new InputError(
      'the host lane',
      `it drives Linux on x86-64, and this is ${process.platform} on ${process.arch}`,
      'use the model, or such a machine',
    );
  }
  const sources = (await readdir(directory)).filter((name) => /\.[ch]$/.test(name)).sort();
  const all = [...FLAGS, ...flags];
  const hash = createHash('sha256').update([compiler, ...all].join(' '));
  for (const name of sources) hash.update(await readFile(new URL(name, directory)));
  const path = join(cache, `${program}-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(path)) return path;
  await mkdir(cache, { recursive: true });
  const building = await mkdtemp(join(cache, 'build-'));
  try {
    const built = join(building, program);
    const files = sources
      .filter((name) => name.endsWith('.c'))
      .map((name) => fileURLToPath(new URL(name, directory)));
    await compile(program, compiler, [...all, '-o', built, ...files]);
    await rename(built, path);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return path;
}

async function compile(program: string, compiler: string, args: readonly string[]): Promise<void> {
  try {
    await run(compiler, args);
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') {
      throw new InputError(
        compiler,
        'there is no such C compiler',
        'install one, or name it in CC',
      );
    }
    const first = (stderr ?? '').split('\n').find((line) => line.includes('error'));
    throw new InputError(
      compiler,
      `it does not build the ${program} (${first ?? `exit code ${code}`})`,
      'name another compiler in CC',
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
