// SPDX-License-Identifier: MIT
/** Two versions of Sideband: this tree, and one that git has, in a worktree of its own. */
import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InputError } from '../../core/input-error.ts';

const run = promisify(execFile);
const TOP = fileURLToPath(new URL('../..', import.meta.url));

export interface Version {
  /** For people: the name that was given, and the commit. */
  readonly name: string;
  /** Where its files are. */
  readonly root: string;
}

export const CANDIDATE: Version = { name: 'this tree', root: TOP };

/**
 * Another version while it is used, with what it needs installed: ours, where it asks for the same.
 * @throws InputError where git has no such version, or it can't be installed
 */
export async function withVersion<T>(
  ref: string,
  use: (version: Version) => Promise<T>,
  top = TOP,
): Promise<T> {
  const commit = await commitOf(ref, top);
  const directory = await mkdtemp(join(tmpdir(), 'sideband-against-'));
  const root = join(directory, 'tree');
  try {
    await git(top, ['worktree', 'add', '--quiet', '--detach', root, commit]);
    await install(root, top, ref);
    return await use({ name: `${ref} (${commit.slice(0, 12)})`, root });
  } finally {
    await git(top, ['worktree', 'remove', '--force', root]).catch(() => {});
    await rm(directory, { recursive: true, force: true });
    await git(top, ['worktree', 'prune']).catch(() => {});
  }
}

const git = (top: string, args: readonly string[]) => run('git', ['-C', top, ...args]);

async function commitOf(ref: string, top: string): Promise<string> {
  try {
    const { stdout } = await git(top, [
      ...['rev-parse', '--verify', '--quiet', '--end-of-options'],
      `${ref}^{commit}`,
    ]);
    return stdout.trim();
  } catch (error) {
    const isGit = await git(top, ['rev-parse', '--git-dir']).then(
      () => true,
      () => false,
    );
    throw isGit
      ? new InputError(`--against ${ref}`, 'git has no such commit', 'fetch it, or name another')
      : new InputError(
          `--against ${ref}`,
          `this is no git checkout (${(error as NodeJS.ErrnoException).code ?? 'no git'})`,
          'run it in a clone of the repository',
        );
  }
}

async function install(root: string, top: string, ref: string): Promise<void> {
  const lock = (of: string) => readFile(join(of, 'package-lock.json'), 'utf8').catch(() => null);
  const [theirs, ours] = await Promise.all([lock(root), lock(top)]);
  const installed = join(top, 'node_modules');
  if (theirs !== null && theirs === ours && (await isThere(installed))) {
    await symlink(installed, join(root, 'node_modules'));
    return;
  }
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const said = stderr.split('\n').find((line) => line.startsWith('npm')) ?? 'npm ci fails';
    throw new InputError(`--against ${ref}`, `it can't be installed (${said})`, 'name another');
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
