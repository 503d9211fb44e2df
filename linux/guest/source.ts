// SPDX-License-Identifier: MIT
/** The source of Linux as Debian packs it, unpacked and patched once. */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../core/input-error.ts';
import { type Cache, isOf, keyOf, needRoom, sign } from './cache.ts';
import { needCommands, runToEnd, type Watch } from './command.ts';

/** What the patches are made for. */
export const VERSION = '6.1';
const ARCHIVE = `/usr/src/linux-source-${VERSION}.tar.xz`;
const PATCHES = fileURLToPath(new URL('../patches/', import.meta.url));
export const SOURCE_MB = 1600;

/** What is unpacked, and patched by what. */
export interface Origin {
  readonly archive: string;
  readonly patches: readonly string[];
}

export interface Source {
  readonly directory: string;
  /** Of the archive and of the patches. */
  readonly key: string;
}

export function patchesIn(directory = PATCHES): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.patch'))
    .sort()
    .map((name) => join(directory, name));
}

export const DEBIANS: Origin = { archive: ARCHIVE, patches: patchesIn() };

/**
 * @throws InputError where there is no source, no room, or a patch does not apply; Stopped
 */
export async function patchedSource(
  cache: Cache,
  watch: Watch,
  { archive, patches }: Origin,
): Promise<Source> {
  if (!existsSync(archive)) {
    throw new InputError(
      archive,
      'there is no source of Linux',
      `apt-get install linux-source-${VERSION}`,
    );
  }
  needCommands('the source of Linux', { tar: 'tar', xz: 'xz-utils', patch: 'patch' });
  const key = keyOf([await sha256(archive), ...patches.map((path) => readFileSync(path))]);
  const directory = cache.source;
  if (isOf(directory, key)) return { directory, key };
  needRoom(cache, SOURCE_MB, 'the source');
  watch.onBegin?.();
  rmSync(directory, { recursive: true, force: true });
  const unpacking = `${directory}.new`;
  rmSync(unpacking, { recursive: true, force: true });
  await mkdir(unpacking);
  rmSync(cache.log, { force: true });
  watch.onLine?.(`unpacking ${basename(archive)}`);
  const untar = ['-x', '--xz', '--strip-components=1', '-C', unpacking, '-f', archive];
  await runToEnd('tar', untar, cache.log, watch);
  for (const path of patches) await apply(path, unpacking, cache, watch);
  sign(unpacking, key);
  await rename(unpacking, directory);
  return { directory, key };
}

async function apply(path: string, to: string, cache: Cache, watch: Watch): Promise<void> {
  watch.onLine?.(`applying ${basename(path)}`);
  const args = ['-p1', '--batch', '--forward', '--fuzz=0', '-d', to, '-i', path];
  try {
    await runToEnd('patch', args, cache.log, watch);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      path,
      `it does not apply to Linux ${versionOf(to)} (${failures(error.problem)})`,
      `see ${cache.log}; the patches are made for Debian's linux-source-${VERSION}`,
    );
  }
}

/** Which files refused. */
function failures(log: string): string {
  const files = [...log.matchAll(/saving rejects to file (\S+)\.rej|can't find file/g)];
  return files.map(([all, file]) => file ?? all).join(', ') || 'see its log';
}

/** As its Makefile says it. */
export function versionOf(directory: string): string {
  const makefile = readFileSync(join(directory, 'Makefile'), 'utf8');
  const value = (name: string) => new RegExp(`^${name} *= *(\\S*)`, 'm').exec(makefile)?.[1] ?? '?';
  return ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map(value).join('.');
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}
