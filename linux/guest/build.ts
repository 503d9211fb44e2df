// SPDX-License-Identifier: MIT
/** A patched kernel, built out of tree with a tiny configuration; once for each content. */
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
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../core/input-error.ts';
import { type Cache, isOf, keyOf, locked, needRoom, sign } from './cache.ts';
import { isThere, needCommands, runToEnd, type Watch } from './command.ts';
import { OPTIONS, optionLines, type Patched } from './options.ts';
import { DEBIANS, type Origin, patchedSource, type Source, versionOf } from './source.ts';

const FRAGMENT = fileURLToPath(new URL('./tiny.config', import.meta.url));
export const BUILD_MB = 700;
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

export interface Kernel {
  /** vmlinux, an ELF file. */
  readonly path: string;
  readonly version: string;
  readonly built: readonly Patched[];
  /** Of source, patches, configuration and compiler. */
  readonly key: string;
}

/** @throws InputError, one sentence on what is missing or failed; Stopped where it was interrupted */
export function buildKernel(
  cache: Cache,
  built: readonly Patched[],
  watch: Watch = {},
  from: Origin = DEBIANS,
): Promise<Kernel> {
  return locked(cache, async () => {
    const source = await patchedSource(cache, watch, from);
    const version = versionOf(source.directory);
    needCommands('a kernel', NEEDS);
    const lines = optionLines(built);
    const key = keyOf([source.key, readFileSync(FRAGMENT), lines, compiler()]);
    const directory = join(cache.root, `kernel-${key}`);
    const kernel = { path: join(directory, 'vmlinux'), version, built, key };
    if (existsSync(kernel.path)) return kernel;
    watch.onBegin?.();
    await make(cache, source, { key, lines, version }, watch);
    keep(cache, directory);
    return kernel;
  });
}

const compiler = (): string => execFileSync('gcc', ['--version'], { encoding: 'utf8' });

interface Build {
  readonly key: string;
  readonly lines: string;
  readonly version: string;
}

/** What an interrupted one of the same key had done stays. */
async function make(
  cache: Cache,
  { directory }: Source,
  { key, lines, version }: Build,
  watch: Watch,
): Promise<void> {
  const { build, log } = cache;
  needRoom(cache, BUILD_MB, 'a build');
  const run = (...args: string[]) =>
    runToEnd('make', ['-C', directory, `O=${build}`, ...FIXED, ...ccache(), ...args], log, watch);
  if (!isOf(build, key)) {
    rmSync(build, { recursive: true, force: true });
    rmSync(log, { force: true });
    mkdirSync(build);
    await run('tinyconfig');
    const options = join(build, 'designs.config');
    writeFileSync(options, lines);
    const merge = join(directory, 'scripts', 'kconfig', 'merge_config.sh');
    const config = join(build, '.config');
    await runToEnd('sh', [merge, '-m', '-O', build, config, FRAGMENT, options], log);
    await run('olddefconfig');
    checkConfig(readFileSync(config, 'utf8'), lines, version);
    sign(build, key);
  }
  await run(`-j${availableParallelism()}`, 'vmlinux');
}

const ccache = (): string[] => (isThere('ccache') ? ['CC=ccache gcc', 'HOSTCC=ccache gcc'] : []);

/** Options that something else forbids are dropped in silence. */
function checkConfig(config: string, lines: string, version: string): void {
  for (const line of `${readFileSync(FRAGMENT, 'utf8')}\n${lines}`.split('\n')) {
    const [, name, value] = /^(CONFIG_\w+)=(.+)$/.exec(line) ?? [];
    if (name === undefined || config.includes(`\n${name}=${value}\n`)) continue;
    throw new InputError(
      FRAGMENT,
      `Linux ${version} does not take ${name}=${value}`,
      `see what it depends on; the options of the designs are ${Object.values(OPTIONS).join(', ')}`,
    );
  }
}

function keep({ build, root }: Cache, directory: string): void {
  const half = join(root, 'kernel.new');
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half);
  for (const name of ['vmlinux', '.config', 'System.map']) {
    copyFileSync(join(build, name), join(half, name));
  }
  renameSync(half, directory);
  rmSync(build, { recursive: true, force: true });
}
