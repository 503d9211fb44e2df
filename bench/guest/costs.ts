// SPDX-License-Identifier: MIT
/** Lane guest, exact: all that is counted of kernels, with what makes one count comparable to another. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../../core/input-error.ts';
import { DESIGNS, type Design, type Strategy } from '../../core/kernel/strategy.ts';
import type { Config, Kernel } from '../../linux/guest/build.ts';
import { keyOf } from '../../linux/guest/cache.ts';
import { CPU_MODELS, type CpuModel } from '../../linux/guest/counting.ts';
import { QEMU } from '../../linux/guest/guest.ts';
import type { Patched } from '../../linux/guest/options.ts';
import { type PatchLines, patchLines } from '../../linux/guest/patch-lines.ts';
import { type Sizes, sizesOf, symbolsThatDiffer } from '../../linux/guest/size.ts';
import { type Slab, slabOf } from '../../linux/guest/slab.ts';
import {
  DEBIANS,
  nextCallBy,
  ONE_INSTRUCTION,
  type Origin,
  type PatchSet,
  patchesIn,
  seriesBy,
} from '../../linux/guest/source.ts';
import { buildGuestAgent } from '../../linux/host/build-agent.ts';
import { type Count, countCalls, requestFor } from './count.ts';
import { countRestarts, type RestartCount } from './restarts.ts';
import { countAgain } from './second.ts';

/** A kernel that is counted: with nothing built in, one design alone, or all there is. */
export type Built = 'none' | Design | 'all';
export const BUILT: readonly Built[] = ['none', ...DESIGNS, 'all'];

export interface Specimen {
  readonly built: Built;
  readonly config: Config;
  readonly series: SeriesName;
}

/**
 * The designs; these with patches that let one more call be directed; with one instruction more in
 * msgget, by which the count itself is checked.
 */
export type SeriesName = 'designs' | 'next call' | 'one instruction';

/** What is built of each beside the designs themselves. */
const MORE: Readonly<Record<Built, readonly SeriesName[]>> = {
  none: ['one instruction'],
  with_id: ['next call'],
  procfs: ['next call'],
  setter: ['next call'],
  indirect: ['next call'],
  all: [],
};

/**
 * Each differs from the one before it in as little as can be, as make has only that to do. Of the
 * larger configuration there are no more than the rows that stand for all need.
 */
export const SPECIMENS: readonly Specimen[] = [
  ...BUILT.flatMap((built) =>
    (['designs', ...MORE[built]] as const).map(
      (series): Specimen => ({ built, config: 'tiny', series }),
    ),
  ),
  ...(['none', ...DESIGNS] as const).map(
    (built): Specimen => ({ built, config: 'hardened', series: 'designs' }),
  ),
];

/** What counts depend on beside the kernel. */
export interface Instrument {
  readonly qemu: string;
  /** Of the program that is the guest's init. */
  readonly init: string;
}

export interface KernelCosts extends Specimen {
  /** Of source, patches, configuration and compiler. */
  readonly key: string;
  /** Of vmlinux: the same bits may come of another source. */
  readonly image: string;
  readonly linux: string;
  readonly counts: Readonly<Partial<Record<CpuModel, Readonly<Record<string, Count>>>>>;
  /** The least of each row, by the second counter; of the first CPU model. */
  readonly again: Readonly<Record<string, number>>;
  readonly restarts: readonly RestartCount[];
  readonly sizes: Sizes;
  /** Bytes by which functions and data differ from those of the kernel without designs, if that is there. */
  readonly grown: Readonly<Record<string, number>>;
  /** Of task_struct, by CPU model. */
  readonly slabs: Readonly<Partial<Record<CpuModel, Slab>>>;
}

export interface Costs {
  readonly compiler: string;
  readonly instrument: Instrument;
  readonly kernels: readonly KernelCosts[];
  readonly patches: Patches;
}

/** Lines of patches: what all share, and what each design needs beside that. */
export interface Lines {
  readonly groundwork: readonly PatchLines[];
  readonly own: Readonly<Record<Design, readonly PatchLines[]>>;
}

/** Of the series, and of what lets one more call be directed. */
export interface Patches extends Lines {
  readonly nextCall: Lines;
}

export const patches = (): Patches => ({ ...linesOf(seriesBy), nextCall: linesOf(nextCallBy) });

function linesOf(set: (design: Design) => PatchSet): Lines {
  const read = (paths: readonly string[]) => paths.map(patchLines);
  const own = (design: Design) => read(set(design).own);
  return {
    groundwork: read(set(DESIGNS[0]).groundwork),
    own: {
      with_id: own('with_id'),
      procfs: own('procfs'),
      setter: own('setter'),
      indirect: own('indirect'),
    },
  };
}

/** @throws InputError where there is no QEMU, or no compiler */
export async function readInstrument(): Promise<Instrument> {
  return { qemu: firstLine(QEMU), init: hashOf(await buildGuestAgent()) };
}

const hashOf = (path: string): string => keyOf([readFileSync(path)]);

export const readCompiler = (): string => firstLine('gcc');

function firstLine(command: string): string {
  try {
    return execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  } catch {
    throw new InputError(command, 'it does not say its version', 'install it');
  }
}

/** The strategies whose calls a kernel is to make. */
export const builtIn = (built: Built, strategies: readonly Strategy[]): Strategy[] =>
  strategies.filter(({ name }) => (built === 'all' ? isDesign(name) : name === built));

const isDesign = (name: string): boolean => DESIGNS.some((design) => design === name);

/** What is unpacked and patched for it. */
export function originOf({ built, series }: Specimen): Origin {
  const design = DESIGNS.find((one) => one === built);
  const more = (paths: readonly string[]) => ({
    ...DEBIANS,
    patches: [...DEBIANS.patches, ...paths],
  });
  if (series === 'one instruction') return more(patchesIn(ONE_INSTRUCTION));
  if (series === 'designs' || design === undefined) return DEBIANS;
  const { groundwork, own } = nextCallBy(design);
  return more([...groundwork, ...own]);
}

/** Options that are on in it. */
export const optionsOf = (built: Built, all: readonly Patched[]): readonly Patched[] =>
  built === 'all' ? all : all.filter((option) => option === built);

/** @throws InputError where the guest fails, refuses what the model allows, or gives two answers */
export async function costsOf(
  specimen: Specimen,
  kernel: Kernel,
  none: Kernel | null,
  all: readonly Strategy[],
): Promise<KernelCosts> {
  const { built, config, series } = specimen;
  const strategies = builtIn(built, all);
  const request = requestFor(strategies, series === 'next call');
  const isMain = config === 'tiny' && series === 'designs';
  const models = isMain ? CPU_MODELS : CPU_MODELS.slice(0, 1);
  const counts: Partial<Record<CpuModel, Record<string, Count>>> = {};
  const slabs: Partial<Record<CpuModel, Slab>> = {};
  for (const cpu of models) {
    slabs[cpu] = await slabOf(kernel, cpu);
    const [once, twice] = [
      Object.fromEntries(await countCalls(kernel, cpu, request)),
      Object.fromEntries(await countCalls(kernel, cpu, request)),
    ];
    if (!isDeepStrictEqual(once, twice)) {
      const rows = Object.keys(once).filter((row) => !isDeepStrictEqual(once[row], twice[row]));
      const what = `it gives two different answers of ${rows.join('; ')}`;
      throw new InputError(`the guest with ${built}`, what, 'report this');
    }
    counts[cpu] = once;
  }
  const [cpu = 'qemu64'] = models;
  const isAlone = isMain && built !== 'all';
  return {
    ...specimen,
    ...{ key: kernel.key, image: hashOf(kernel.path), linux: kernel.version, counts },
    again: Object.fromEntries(await countAgain(kernel, cpu, request)),
    restarts: isAlone ? await countRestarts(kernel, cpu, strategies) : [],
    sizes: sizesOf(kernel),
    grown: none === null ? {} : symbolsThatDiffer(none.path, kernel.path),
    slabs,
  };
}
