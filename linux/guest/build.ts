// SPDX-License-Identifier: MIT
/**
 * A patched kernel, built out of tree; once for each content. One that differs from the last only in
 * its options is made of what that one left behind, as Kbuild sees to it that what depends on an
 * option is compiled again, and nothing else.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../core/input-error.ts';
import { type Cache, isOf, keyOf, locked, needRoom, sign } from './cache.ts';
import { isThere, needCommands, runToEnd, type Watch } from './command.ts';
import { OPTIONS, optionLines, type Patched } from './options.ts';
import {
  DEBIANS,
  keyOfSource,
  type Origin,
  patchedSource,
  type Source,
  versionOf,
} from './source.ts';

/** Fragments that are merged onto `make tinyconfig`, in their order. */
const FRAGMENTS = {
  tiny: ['tiny.config'],
  hardened: ['tiny.config', 'hardened.config'],
} as const;
export type Config = keyof typeof FRAGMENTS;
export const CONFIGS = Object.keys(FRAGMENTS) as readonly Config[];
const fragmentsOf = (config: Config): string[] =>
  FRAGMENTS[config].map((name) => fileURLToPath(new URL(`./${name}`, import.meta.url)));

export const BUILD_MB = 900;
/** On two slow cores: for people. */
export const BUILD_MINUTES = 9;
const NEEDS = {
  ...{ make: 'make', gcc: 'gcc', ld: 'binutils', bc: 'bc', flex: 'flex', bison: 'bison' },
  ...{ perl: 'perl', nm: 'binutils' },
};
/** So that a build of the same is the same. */
const FIXED = [
  ...['KBUILD_BUILD_TIMESTAMP=1970-01-01', 'KBUILD_BUILD_USER=sideband'],
  ...['KBUILD_BUILD_HOST=sideband', 'KBUILD_BUILD_VERSION=1'],
];

/** What a kernel is to be. */
export interface Recipe {
  readonly built: readonly Patched[];
  readonly config: Config;
}

export interface Kernel extends Recipe {
  /** vmlinux, an ELF file. */
  readonly path: string;
  /** An object file that has task_struct in its debugging information. */
  readonly taskObject: string;
  readonly version: string;
  /** Of source, patches, configuration and compiler. */
  readonly key: string;
}

/** Where a kernel is kept, built or not yet. @throws InputError where there is nothing to build it of */
export async function placeOf(
  cache: Cache,
  { built, config }: Recipe,
  from: Origin = DEBIANS,
): Promise<{ readonly key: string; readonly base: string; readonly directory: string }> {
  const { key: sourceKey, unpacked } = await keyOfSource(from);
  needCommands('a kernel', NEEDS);
  const fragments = fragmentsOf(config);
  const base = keyOf([unpacked, ...fragments.map((path) => readFileSync(path)), compiler()]);
  const key = keyOf([sourceKey, base, optionLines(built)]);
  return { key, base, directory: join(cache.root, `kernel-${key}`) };
}

/** @throws InputError, one sentence on what is missing or failed; Stopped where it was interrupted */
export async function buildKernel(
  cache: Cache,
  recipe: Recipe,
  watch: Watch = {},
  from: Origin = DEBIANS,
): Promise<Kernel> {
  const { key, base, directory } = await placeOf(cache, recipe, from);
  if (!existsSync(directory)) {
    await locked(cache, async () => {
      const source = await patchedSource(cache, watch, from);
      watch.onBegin?.();
      const build = cache.buildOf(recipe.config);
      await make({ cache, source, build, base }, recipe, watch);
      keep(cache, build, directory, versionOf(source.directory));
    });
  }
  const version = readFileSync(join(directory, VERSION_FILE), 'utf8');
  const [path, taskObject] = [join(directory, 'vmlinux'), join(directory, TASK_OBJECT)];
  return { ...recipe, path, taskObject, version, key };
}

/** What of a kernel is this project's own: its patches and its options. */
export const patchedBy = ({ built, config }: Recipe, { patches }: Origin = DEBIANS): string =>
  keyOf([
    ...[...patches, ...fragmentsOf(config)].map((path) => readFileSync(path)),
    optionLines(built),
  ]);

const compiler = (): string => execFileSync('gcc', ['--version'], { encoding: 'utf8' });

interface Build {
  readonly cache: Cache;
  readonly source: Source;
  /** The directory. */
  readonly build: string;
  /** Of all but the options and the patches, whose changes make finds out by itself. */
  readonly base: string;
}

/** What a kernel is of, as its Makefile says it. */
const VERSION_FILE = 'version';
/** The smallest file of the kernel that knows task_struct. */
const TASK_OBJECT = 'init_task.o';

/** What an interrupted one, or one with other options, had done stays. */
async function make(
  { cache, source: { directory }, build, base }: Build,
  { built, config }: Recipe,
  watch: Watch,
): Promise<void> {
  const { log } = cache;
  needRoom(cache, BUILD_MB, 'a build');
  rmSync(log, { force: true });
  const run = (...args: string[]) =>
    runToEnd('make', ['-C', directory, `O=${build}`, ...FIXED, ...ccache(), ...args], log, watch);
  const path = join(build, '.config');
  const fragments = fragmentsOf(config);
  const merge = (...merged: string[]) => {
    const script = join(directory, 'scripts', 'kconfig', 'merge_config.sh');
    return runToEnd('sh', [script, '-m', '-O', build, path, ...merged], log);
  };
  if (!isOf(build, base)) {
    rmSync(build, { recursive: true, force: true });
    mkdirSync(build);
    await run('tinyconfig');
    await merge(...fragments);
    sign(build, base);
  }
  const options = join(build, 'designs.config');
  const lines = optionLines(built);
  writeFileSync(options, lines);
  await merge(options);
  await run('olddefconfig');
  const wanted = [...fragments.map((fragment) => readFileSync(fragment, 'utf8')), lines];
  checkConfig(readFileSync(path, 'utf8'), wanted.join('\n'), versionOf(directory));
  await run(`-j${availableParallelism()}`, 'vmlinux');
  await run('KCFLAGS=-g', `init/${TASK_OBJECT}`);
}

const ccache = (): string[] => (isThere('ccache') ? ['CC=ccache gcc', 'HOSTCC=ccache gcc'] : []);

/** Options that something else forbids are dropped in silence. */
function checkConfig(config: string, wanted: string, version: string): void {
  for (const line of wanted.split('\n')) {
    const [, name, value] = /^(CONFIG_\w+)=(.+)$/.exec(line) ?? [];
    if (name === undefined || config.includes(`\n${name}=${value}\n`)) continue;
    throw new InputError(
      'linux/guest',
      `Linux ${version} does not take ${name}=${value}`,
      `see what it depends on; the options of the designs are ${Object.values(OPTIONS).join(', ')}`,
    );
  }
}

function keep({ root }: Cache, build: string, directory: string, version: string): void {
  const half = join(root, 'kernel.new');
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half);
  for (const name of ['vmlinux', '.config', 'System.map', join('init', TASK_OBJECT)]) {
    copyFileSync(join(build, name), join(half, basename(name)));
  }
  writeFileSync(join(half, VERSION_FILE), version);
  renameSync(half, directory);
}
