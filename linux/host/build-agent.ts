// SPDX-License-Identifier: MIT
/** Builds the agent with the user's own compiler, once for each content of its sources. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InputError } from '../../core/input-error.ts';

const run = promisify(execFile);
const SOURCES = new URL('../agent/', import.meta.url);
const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror'];

/**
 * Path of the agent's executable.
 * @param compiler CC of the environment, or cc
 * @throws InputError where there is no compiler, or it can't build the agent
 */
export async function buildAgent(
  cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sideband'),
  compiler = process.env.CC ?? 'cc',
): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new InputError(
      'the host lane',
      `it drives Linux on x86-64, and this is ${process.platform} on ${process.arch}`,
      'use the model, or such a machine',
    );
  }
  const sources = (await readdir(SOURCES)).filter((name) => /\.[ch]$/.test(name)).sort();
  const hash = createHash('sha256').update([compiler, ...FLAGS].join(' '));
  for (const name of sources) hash.update(await readFile(new URL(name, SOURCES)));
  const path = join(cache, `agent-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(path)) return path;
  await mkdir(cache, { recursive: true });
  const directory = await mkdtemp(join(cache, 'build-'));
  try {
    const built = join(directory, 'agent');
    const files = sources
      .filter((name) => name.endsWith('.c'))
      .map((name) => fileURLToPath(new URL(name, SOURCES)));
    await compile(compiler, [...FLAGS, '-o', built, ...files]);
    await rename(built, path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return path;
}

async function compile(compiler: string, args: readonly string[]): Promise<void> {
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
      `it does not build the agent (${first ?? `exit code ${code}`})`,
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
