// SPDX-License-Identifier: MIT
/** The source of Linux as Debian packs it, unpacked and patched once. */

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../core/input-error.ts';
import type { Design } from '../../core/kernel/strategy.ts';
import { type Cache, isOf, keyOf, needRoom, readIfThere, sign, takeSign } from './cache.ts';
import { needCommands, runToEnd, type Watch } from './command.ts';
import type { Patched } from './options.ts';

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

export interface SourceKey {
  /** Of the archive and of the patches. */
  readonly key: string;
  /** Of the archive alone. */
  readonly unpacked: string;
}

export interface Source extends SourceKey {
  readonly directory: string;
}

export function patchesIn(directory = PATCHES): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.patch'))
    .sort()
    .map((name) => join(directory, name));
}

export const DEBIANS: Origin = { archive: ARCHIVE, patches: patchesIn() };

/** One instruction more, for a check of whatever counts them. */
export const ONE_INSTRUCTION = join(PATCHES, 'probe');

/** What all designs share, and what one needs beside that. */
export interface PatchSet {
  readonly groundwork: readonly string[];
  readonly own: readonly string[];
}

interface Series<Name extends string> {
  readonly groundwork: readonly number[];
  readonly own: Readonly<Record<Name, readonly number[]>>;
}
const SERIES: Series<Patched> = {
  groundwork: [1, 2],
  own: {
    with_id: [3],
    procfs: [4, 5, 6],
    setter: [4, 5, 7],
    indirect: [4, 8],
    'process-field': [4, 9],
  },
};
/** Of linux/patches/next-call: to have one more call directed, timer_create. */
const NEXT_CALL: Series<Design> = {
  groundwork: [1],
  own: { with_id: [2], procfs: [3, 4], setter: [3], indirect: [3, 5] },
};

function setFor<Name extends string>(
  name: Name,
  { groundwork, own }: Series<Name>,
  directory: string,
): PatchSet {
  const all = patchesIn(directory);
  const nth = (n: number) => all.slice(n - 1, n);
  return { groundwork: groundwork.flatMap(nth), own: own[name].flatMap(nth) };
}

export const seriesBy = (name: Patched): PatchSet => setFor(name, SERIES, PATCHES);
export const nextCallBy = (design: Design): PatchSet =>
  setFor(design, NEXT_CALL, join(PATCHES, 'next-call'));

/** @throws InputError where there is no source */
export async function keyOfSource({ archive, patches }: Origin): Promise<SourceKey> {
  if (!existsSync(archive)) {
    throw new InputError(
      archive,
      'there is no source of Linux',
      `apt-get install linux-source-${VERSION}`,
    );
  }
  const unpacked = await sha256(archive);
  return { key: keyOf([unpacked, ...patches.map((path) => readFileSync(path))]), unpacked };
}

/**
 * One that has other patches gives up those that are not wanted, and gets those that are: what neither
 * touches keeps its time, so that it is not compiled again.
 * @throws InputError where there is no source, no room, or a patch does not apply; Stopped
 */
export async function patchedSource(cache: Cache, watch: Watch, origin: Origin): Promise<Source> {
  const { key, unpacked } = await keyOfSource(origin);
  needCommands('the source of Linux', { tar: 'tar', xz: 'xz-utils', patch: 'patch' });
  const directory = cache.source;
  if (isOf(directory, key)) return { directory, key, unpacked };
  needRoom(cache, SOURCE_MB, 'the source');
  watch.onBegin?.();
  rmSync(cache.log, { force: true });
  const isWhole = takeSign(directory) && readIfThere(join(directory, ARCHIVE_NAME)) === unpacked;
  if (!isWhole) {
    await unpack(origin.archive, cache, watch);
    writeFileSync(join(directory, ARCHIVE_NAME), unpacked);
  }
  await repatch(origin.patches, cache, watch);
  sign(directory, key);
  return { directory, key, unpacked };
}

async function unpack(archive: string, cache: Cache, watch: Watch): Promise<void> {
  const directory = cache.source;
  rmSync(directory, { recursive: true, force: true });
  const unpacking = `${directory}.new`;
  rmSync(unpacking, { recursive: true, force: true });
  await mkdir(join(unpacking, APPLIED), { recursive: true });
  watch.onLine?.(`unpacking ${basename(archive)}`);
  // Younger than whatever was built of another one.
  const untar = ['-x', '--xz', '--touch', '--strip-components=1', '-C', unpacking, '-f', archive];
  await runToEnd('tar', untar, cache.log, watch);
  await rename(unpacking, directory);
}

/** In the source: which archive it is of, and the patches that were applied, by their places. */
const ARCHIVE_NAME = '.archive';
const APPLIED = '.applied';

async function repatch(wanted: readonly string[], cache: Cache, watch: Watch): Promise<void> {
  const kept = join(cache.source, APPLIED);
  const placeOf = (index: number) => join(kept, String(index).padStart(4, '0'));
  const applied = readdirSync(kept)
    .sort()
    .map((name) => join(kept, name));
  let same = 0;
  while (same < applied.length && same < wanted.length) {
    const [one, other] = [applied[same], wanted[same]];
    if (one === undefined || other === undefined) break;
    if (!readFileSync(one).equals(readFileSync(other))) break;
    same++;
  }
  for (const path of applied.slice(same).reverse()) {
    await patch(path, ['--reverse'], cache, watch);
    rmSync(path);
  }
  for (const [index, path] of wanted.entries()) {
    if (index < same) continue;
    watch.onLine?.(`applying ${basename(path)}`);
    await patch(path, ['--forward'], cache, watch);
    copyFileSync(path, placeOf(index));
  }
}

async function patch(
  path: string,
  which: readonly string[],
  cache: Cache,
  watch: Watch,
): Promise<void> {
  const to = cache.source;
  const args = ['-p1', '--batch', ...which, '--fuzz=0', '-d', to, '-i', path];
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
