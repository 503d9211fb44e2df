// SPDX-License-Identifier: MIT
/** The same plays once more, counted by other means. */
import { min, sum } from 'simple-statistics';
import type { Kernel } from '../../linux/guest/build.ts';
import type { CpuModel } from '../../linux/guest/counting.ts';
import { type CountedLap, countByFunction, total } from '../../linux/guest/second-counter.ts';
import type { Request } from './count.ts';

/** By name of the subject, the least of all operations but the first. */
export async function countAgain(
  kernel: Pick<Kernel, 'path'>,
  cpu: CpuModel,
  { request, warming, plays }: Request,
): Promise<ReadonlyMap<string, number>> {
  const all = [...warming, ...plays.values()];
  const counted = (await countByFunction(kernel, cpu, request, all)).slice(warming.length);
  return new Map(
    [...plays].map(([name, { operations }], index) => {
      const laps = counted[index] ?? [];
      const warm = operations
        .slice(1)
        .map((calls) => sum(calls.map(({ lap }) => inLap(laps[lap]))));
      return [name, min(warm)];
    }),
  );
}

const inLap = (lap: CountedLap | undefined): number =>
  lap === undefined ? Number.NaN : total(lap.with) - total(lap.without);
