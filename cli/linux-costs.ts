// SPDX-License-Identifier: MIT
/** What the designs cost Linux: counted, and compared with the reference. */
import * as v from 'valibot';
import {
  type Built,
  builtIn,
  type Costs,
  costsOf,
  optionsOf,
  originOf,
  patches,
  readCompiler,
  readInstrument,
  SPECIMENS,
  type Specimen,
} from '../bench/guest/costs.ts';
import { type TimedCalls, timedCalls, whyNotTimed } from '../bench/guest/timed.ts';
import type { Kernel } from '../linux/guest/build.ts';
import { PATCHED } from '../linux/guest/options.ts';
import { type Block, prose, type Section } from '../reports/document.ts';
import {
  type Compared,
  compareCosts,
  nameOf,
  REFERENCE,
  readReference,
} from '../reports/reference.ts';
import { COSTS_SCHEMA, type CostsResult, CostsSchema } from '../reports/schema/costs.ts';
import { costSections } from '../reports/sections/costs/index.ts';
import { timedSection } from '../reports/sections/costs/timed.ts';
import { jsonOf, writeAtomically } from '../reports/write.ts';
import { chooseStrategies } from './choose.ts';
import { type Common, deliver, prepare } from './deliver.ts';
import { builtKernel } from './kernels.ts';
import { type Share, shareOf, WHOLE } from './share.ts';
import { EXIT, say, stopIfInterrupted } from './terminal.ts';

export interface CountOptions extends Pick<Common, 'json' | 'out'> {
  /** Of the small configuration and without the next call; all there is if it is empty. */
  readonly kernel: readonly Built[];
}

const isMain = ({ config, series }: Specimen): boolean => config === 'tiny' && series === 'designs';

/** Without the hardened ones and those with the next call. */
export const MAIN_KERNELS: readonly Specimen[] = SPECIMENS.filter(isMain);

export const chosen = (names: readonly Built[]): readonly Specimen[] =>
  names.length === 0 ? SPECIMENS : MAIN_KERNELS.filter(({ built }) => names.includes(built));

export async function countCosts(options: CountOptions): Promise<void> {
  await prepare(options);
  const { costs, kernels } = await counted(chosen(options.kernel));
  await deliverCosts(costs, await timedWhereVirtual(kernels), options);
}

export async function deliverCosts(
  costs: CostsResult,
  timed: TimedCalls,
  options: Pick<CountOptions, 'json' | 'out'>,
): Promise<void> {
  const sections = [...costSections(costs, false), timedSection(timed)];
  await deliver('costs', options, sections, { ...costs, timed });
}

export async function verifyCosts(
  options: CountOptions & { readonly write?: boolean },
): Promise<void> {
  await prepare(options);
  if (options.write === true) {
    const { costs } = await counted(SPECIMENS);
    await writeAtomically(REFERENCE, jsonOf(costs));
    say(`${REFERENCE} is written`);
    return;
  }
  // What it is compared with comes first: half an hour of building is lost otherwise.
  const reference = await readReference();
  const compared = compareCosts(reference, (await counted(chosen(options.kernel))).costs);
  await deliver('verify', options, [comparedSection(compared)], compared);
  process.exitCode = verifyExit(compared);
}

interface Counted {
  readonly costs: CostsResult;
  /** Of the small configuration: that without designs, and those with one each. */
  readonly kernels: ReadonlyMap<Built, Kernel>;
}

/** @param share of the kernels, each of which takes minutes to build @throws InputError; Interrupted */
export async function counted(
  specimens: readonly Specimen[],
  share: Share = WHOLE,
): Promise<Counted> {
  const strategies = await chooseStrategies([]);
  const instrument = await readInstrument();
  const kernels: Costs['kernels'][number][] = [];
  const built = new Map<Built, Kernel>();
  const plain = specimens.find((one) => isMain(one) && one.built === 'none');
  const build = async (what: string, specimen: Specimen): Promise<Kernel> => {
    const recipe = { built: optionsOf(specimen.built, PATCHED), config: specimen.config };
    const kernel = await builtKernel(what, recipe, originOf(specimen));
    if (isMain(specimen)) built.set(specimen.built, kernel);
    return kernel;
  };
  const own = shareOf(specimens, share);
  for (const [index, specimen] of own.entries()) {
    const what = `Kernel ${index + 1} of ${own.length}, ${nameOf(specimen)}`;
    const isHeldAgainst = isMain(specimen) && specimen.built !== 'none';
    // In a share without it, too: its symbols are what the others' are held against.
    if (isHeldAgainst && plain !== undefined && !built.has('none')) {
      await build(`${nameOf(plain)}, to compare with`, plain);
    }
    const kernel = await build(what, specimen);
    const none = isHeldAgainst ? (built.get('none') ?? null) : null;
    kernels.push(await costsOf(specimen, kernel, none, strategies));
    say(`${what}: counted`);
    stopIfInterrupted();
  }
  const costs: Costs = { compiler: readCompiler(), instrument, kernels, patches: patches() };
  const asRead: unknown = JSON.parse(JSON.stringify({ schema: COSTS_SCHEMA, ...costs }));
  return { costs: v.parse(CostsSchema, asRead), kernels: built };
}

/** Of kernels that were counted, where this machine can. */
async function timedWhereVirtual(kernels: Counted['kernels']): Promise<TimedCalls> {
  const reason = whyNotTimed();
  if (reason !== null) return { kind: 'not run', reason };
  const none = kernels.get('none');
  if (none === undefined) return { kind: 'not run', reason: 'the kernel none was not counted' };
  const strategies = await chooseStrategies([]);
  const timed = (name: Built, kernel: Kernel) => ({
    kernel,
    strategies: builtIn(name, strategies),
  });
  const others = [...kernels].filter(([name]) => name !== 'none' && name !== 'all');
  return timedCalls(
    timed('none', none),
    others.map(([name, kernel]) => timed(name, kernel)),
  );
}

/** Figures of one kernel that are shown, at most. */
const MOST = 20;

function comparedSection(compared: readonly Compared[]): Section {
  return {
    title: 'COUNTED AGAIN, AGAINST THE REFERENCE',
    lane: 'guest, exact',
    blocks: compared.flatMap(blocksOf),
  };
}

function blocksOf(one: Compared): Block[] {
  switch (one.kind) {
    case 'equal':
      return [prose(`${one.kernel}: all ${one.figures} figures are equal, to the last digit.`)];
    case 'differs':
      return [prose(`${one.kernel}: DIFFERS UNDER THE SAME KEY.`), ...changedBlocks(one.changed)];
    case 'not comparable':
      return [
        prose(`${one.kernel}: not comparable, as ${one.why}. Both, where they differ:`),
        ...changedBlocks(one.changed),
      ];
  }
}

function changedBlocks(changed: Extract<Compared, { kind: 'differs' }>['changed']): Block[] {
  const lines = changed
    .slice(0, MOST)
    .map(({ figure, was, is }) => prose(`- ${figure}: was ${was ?? 'none'}, is ${is ?? 'none'}`));
  const left = changed.length - lines.length;
  return left > 0 ? [...lines, prose(`- and ${left} more (--json has all)`)] : lines;
}

/** Another key is no regression, and no pass either. */
export function verifyExit(compared: readonly Compared[]): number {
  if (compared.some(({ kind }) => kind === 'differs')) return EXIT.failed;
  return compared.some(({ kind }) => kind === 'not comparable') ? EXIT.notComparable : EXIT.ok;
}
