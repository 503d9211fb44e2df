// SPDX-License-Identifier: MIT
/** Where sources are unpacked and kernels are built: one at a time, under paths that stay the same. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../core/input-error.ts';
import { cacheRoot } from '../host/cache-root.ts';

/** Paths are part of what ccache compares, so that the source of another key takes the same place. */
export interface Cache {
  readonly root: string;
  readonly source: string;
  /** Where kernels of one configuration are built, one after the other. */
  readonly buildOf: (config: string) => string;
  /** What make said. */
  readonly log: string;
}

export function cacheAt(root = join(cacheRoot(), 'linux')): Cache {
  mkdirSync(root, { recursive: true });
  return {
    root,
    source: join(root, 'source'),
    buildOf: (config) => join(root, `build-${config}`),
    log: join(root, 'build.log'),
  };
}

export const keyOf = (parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('hex').slice(0, 16);
};

const KEY = '.key';

/** Is this directory whole, and of this key? Keys are written last. */
export const isOf = (directory: string, key: string): boolean =>
  readIfThere(join(directory, KEY)) === key;

/** Was it whole? It is about to become another, and is not until that is signed. */
export function takeSign(directory: string): boolean {
  const wasWhole = readIfThere(join(directory, KEY)) !== null;
  rmSync(join(directory, KEY), { force: true });
  return wasWhole;
}

export const readIfThere = (path: string): string | null =>
  existsSync(path) ? readFileSync(path, 'utf8') : null;

export const sign = (directory: string, key: string): void =>
  writeFileSync(join(directory, KEY), key);

const MEGABYTE = 1 << 20;

/** @throws InputError where there is not so much room */
export function needRoom({ root }: Cache, megabytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(root);
  const free = Math.floor((bavail * bsize) / MEGABYTE);
  if (free >= megabytes) return;
  throw new InputError(
    root,
    `${what} takes ${megabytes} MB, and ${free} are free`,
    'make room, or set XDG_CACHE_HOME to a directory that has it',
  );
}

/**
 * Holds the cache while `run` runs.
 * @throws InputError where somebody else does
 */
export async function locked<T>({ root }: Cache, run: () => Promise<T>): Promise<T> {
  const path = join(root, 'lock');
  const holder = existsSync(path) ? Number(readFileSync(path, 'utf8')) : Number.NaN;
  if (isAlive(holder)) {
    throw new InputError(path, `process ${holder} builds there`, 'wait until it has ended');
  }
  rmSync(path, { force: true });
  writeFileSync(path, String(process.pid), { flag: 'wx' });
  try {
    return await run();
  } finally {
    rmSync(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
