// SPDX-License-Identifier: MIT
/** A baseline on file: replaced whole, by one writer at a time. */
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { InputError } from '../../core/input-error.ts';
import { jsonOf, unwritable, writeAtomically } from '../write.ts';
import { type Baseline, readBaseline } from './baseline.ts';

/** What there is to begin with, or null. @throws InputError where it is no baseline */
export async function baselineAt(path: string): Promise<Baseline | null> {
  try {
    await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  }
  return readBaseline(path);
}

/**
 * Replaces what is there by what `next` makes of it; leaves it alone where that is null.
 * @returns whether it was replaced
 * @throws InputError where another process is at it, or it can't be written
 */
export async function replaceBaseline(
  path: string,
  next: (old: Baseline | null) => Baseline | null,
): Promise<boolean> {
  const lock = `${path}.lock`;
  await take(lock);
  try {
    const baseline = next(await baselineAt(path));
    if (baseline === null) return false;
    await writeAtomically(path, jsonOf(baseline));
    return true;
  } finally {
    await rm(lock, { force: true });
  }
}

/** Whoever holds it writes its own number there, so that what one who died left is known as that. */
async function take(lock: string): Promise<void> {
  for (const isLast of [false, true]) {
    const file = await openNew(lock);
    if (file !== null) return sign(file, lock);
    const holder = await readFile(lock, 'utf8').catch(() => '');
    if (isLast || isAlive(holder)) {
      throw new InputError(
        lock,
        `process ${holder.trim() || '?'} is writing this baseline`,
        'try again when it is done, or remove that file if it is not one of yours',
      );
    }
    await rm(lock, { force: true });
  }
}

/** Null if it is there. */
async function openNew(lock: string): Promise<FileHandle | null> {
  try {
    return await open(lock, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw unwritable(lock, error);
  }
}

/** On a full disk there may be room for a file's name and for no byte in it. */
async function sign(file: FileHandle, lock: string): Promise<void> {
  try {
    await file.writeFile(String(process.pid));
  } catch (error) {
    await rm(lock, { force: true });
    throw unwritable(lock, error);
  } finally {
    await file.close();
  }
}

function isAlive(pid: string): boolean {
  if (!/^\d+$/.test(pid)) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
