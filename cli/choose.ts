// SPDX-License-Identifier: MIT
/** Turns names and paths that a user gives into what they stand for, or into one sentence. */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InputError } from '../core/input-error.ts';
import type { Scenario, Size } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import type { Capture } from '../core/restart/capture.ts';
import { importCriu } from '../core/restart/import-criu.ts';
import { parseCapture } from '../core/restart/parse-capture.ts';
import { loadScenarios } from '../properties/index.ts';
import { FOR_SCENARIOS } from '../properties/mutants/for-scenarios.ts';
import { MUTANTS } from '../properties/mutants/index.ts';
import type { Mutant } from '../properties/mutants/mutant.ts';
import { atSize, formatSize, type Sized, smallest } from '../properties/sizes/size.ts';
import { loadStrategies } from '../strategies/index.ts';
import { loadOutside } from './outside-design.ts';

/** with_id is in with-id.ts: either will do. */
const same = (name: string, given: string): boolean =>
  name.replaceAll('_', '-') === given.replaceAll('_', '-');

function choose<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[],
  option: string,
  what: string,
): readonly T[] {
  for (const name of names) {
    if (all.some((candidate) => same(candidate.name, name))) continue;
    const known = all.map((candidate) => candidate.name).join(', ');
    throw new InputError(option, `there is no ${what} "${name}"`, `choose from ${known}`);
  }
  return names.length === 0
    ? all
    : all.filter((candidate) => names.some((name) => same(candidate.name, name)));
}

/** Strategies by name, those in `files` among them; none named means all. */
export async function chooseStrategies(
  names: readonly string[],
  files: readonly string[] = [],
): Promise<readonly Strategy[]> {
  const all = await loadStrategies();
  for (const file of files) {
    const outside = await loadOutside(file);
    const taken = all.find(({ name }) => same(name, outside.name));
    if (taken !== undefined) {
      throw new InputError(
        file,
        `there is a strategy "${taken.name}" already${taken.from === undefined ? '' : `, from ${taken.from}`}`,
        'give this one another name',
      );
    }
    all.push(outside);
  }
  const inOrder = all.sort((a, b) => a.order - b.order);
  return choose(inOrder, names, '--strategy', 'strategy');
}

export async function chooseScenarios(names: readonly string[]): Promise<readonly Scenario[]> {
  return choose(await loadScenarios(), names, 'race', 'scenario');
}

/** One by what is wrong with it, or by a part of that which no other has. */
export function chooseMutant(defect: string): Mutant {
  const all = [...MUTANTS, ...FOR_SCENARIOS];
  const found = all.filter((mutant) => mutant.defect.includes(defect));
  const exact = found.find((mutant) => mutant.defect === defect);
  const [one] = exact === undefined ? found : [exact];
  if (one !== undefined && (exact !== undefined || found.length === 1)) return one;
  throw new InputError(
    '--mutant',
    one === undefined ? `there is no defect "${defect}"` : `more than one has "${defect}"`,
    `choose from: ${all.map((mutant) => mutant.defect).join('; ')}`,
  );
}

/** One scenario or all, at their smallest; or one at the size that is asked for. */
export async function chooseSizes(
  name: string | undefined,
  size: Size | undefined,
): Promise<Sized[]> {
  const scenarios = await chooseScenarios(name === undefined ? [] : [name]);
  if (size === undefined) return scenarios.map(smallest);
  const [one] = scenarios;
  if (name === undefined || one === undefined) {
    throw new InputError('--size', 'sizes differ between scenarios', 'name one');
  }
  const scenario = atSize(one, size);
  if (scenario !== null) return [{ size, scenario }];
  throw new InputError(
    '--size',
    `${one.name} has no size ${formatSize(size)}`,
    `its smallest is ${formatSize(smallest(one).size)}, where it grows by calls only with its tasks`,
  );
}

export const CAPTURES = [
  new URL('../core/restart/fixtures/criu/', import.meta.url),
  new URL('../core/restart/fixtures/last-pids.json', import.meta.url),
  new URL('../core/restart/fixtures/machine.json', import.meta.url),
].map((url) => fileURLToPath(url));

/** A capture from its JSON file, or from a directory of CRIU images. */
export async function readCapture(path: string): Promise<Capture> {
  try {
    if ((await stat(path)).isDirectory()) return importCriu(path);
    return parseCapture(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InputError(path, `can't be read (${code})`, 'name a capture or a CRIU directory');
  }
}
