// SPDX-License-Identifier: MIT
/** Runs lanes for their exact figures, as a gate and a baseline want them. */
import { InputError } from '../core/input-error.ts';
import { readResult } from '../reports/cite.ts';
import { guestLane, hostLane, type Lane, modelLane, type Ran } from '../reports/gate/lanes.ts';
import { provenance } from '../reports/provenance.ts';
import { modelLane as measureModel } from './compare.ts';
import { commandLine } from './deliver.ts';
import { hostLane as askHost } from './host-lane.ts';
import { counted, MAIN_KERNELS } from './linux-costs.ts';
import { version } from './version.ts';
import { wholeComparison } from './whole.ts';

export const originOf = (seed: number) => provenance({ version, seed, commandLine: commandLine() });

/** Measures a lane anew. Where it can't be, that is what is said of it. */
export async function runLane(lane: Lane, seed: number): Promise<Ran> {
  try {
    return await run(lane, seed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'not run', why: error.message };
  }
}

async function run(lane: Lane, seed: number): Promise<Ran> {
  switch (lane) {
    case 'model':
      return modelLane((await measureModel(await wholeComparison(seed))).exact, seed);
    case 'host': {
      const { scenarios, strategies } = await wholeComparison(seed);
      const asked = await askHost({ scenarios, strategies, seed, thorough: false });
      return hostLane(asked, (await originOf(seed)).kernel);
    }
    case 'guest':
      return guestLane((await counted(MAIN_KERNELS)).costs);
  }
}

/** Figures that a result has. @throws InputError where it can't be read */
export async function lanesOfResult(path: string): Promise<(lane: Lane) => Ran> {
  const result = await readResult(path);
  const { kernel, seed } = result.provenance;
  return (lane) => {
    switch (lane) {
      case 'model':
        return modelLane(result, seed);
      case 'host':
        return hostLane(result, kernel);
      case 'guest':
        return {
          kind: 'not run',
          why: 'a result shows what is committed of it, and counts nothing',
        };
    }
  };
}
