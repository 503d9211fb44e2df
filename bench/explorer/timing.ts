// SPDX-License-Identifier: MIT
/** What one run of something takes, by tinybench; it is long enough to be a sample by itself. */
import { Bench } from 'tinybench';
import type { Timing } from './rows.ts';

export interface Effort {
  /** At least so many, and for so long. */
  readonly samples: number;
  readonly leastMs: number;
  /** Runs before the first that counts: by then the code is compiled. */
  readonly warmUp: number;
}

export async function timing(
  { samples, leastMs, warmUp }: Effort,
  run: () => unknown,
): Promise<Timing> {
  const bench = new Bench({
    iterations: samples,
    time: leastMs,
    warmup: warmUp > 0,
    warmupIterations: warmUp,
    warmupTime: 0,
    throws: true,
  });
  const task = bench.add('run', run).tasks[0];
  await bench.run();
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error('a run was not timed');
  const { p50, p75, samplesCount } = result.latency;
  return { median: p50 / 1000, p75: p75 / 1000, samples: samplesCount };
}
