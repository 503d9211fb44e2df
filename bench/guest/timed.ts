// SPDX-License-Identifier: MIT
/**
 * Lane guest, timed: what a directed call takes beyond the floor in nanoseconds, where the machine can
 * run a guest with hardware virtualisation. A block is a boot of each kernel, one after the other; a
 * figure is of the differences within blocks.
 */
import { accessSync, constants } from 'node:fs';
import { quantile } from 'simple-statistics';
import type { Strategy } from '../../core/kernel/strategy.ts';
import type { Kernel } from '../../linux/guest/build.ts';
import type { CountingMachine } from '../../linux/guest/counting.ts';
import { hodgesLehmann, type Interval } from '../statistics/signed-rank.ts';
import { inAll, operationsIn, type Request, requestFor } from './count.ts';

export interface TimedRow {
  readonly call: string;
  readonly by: string;
  /** Nanoseconds beyond the same call at the floor; null where blocks differ too much. */
  readonly beyond: Interval | null;
}

export type TimedCalls =
  | { readonly kind: 'run'; readonly blocks: number; readonly rows: readonly TimedRow[] }
  | { readonly kind: 'not run'; readonly reason: string };

/** A kernel, and the strategies whose calls are made in it. */
export interface TimedKernel {
  readonly kernel: Pick<Kernel, 'path'>;
  readonly strategies: readonly Strategy[];
}

const KVM = '/dev/kvm';
const BLOCKS = 10;
const CONFIDENCE = 0.95;
/** Low, as what holds a call up only ever makes it longer. */
const QUANTILE = 0.2;
/** Calls, with the row that each is held against. */
const FLOORS: Readonly<Record<string, string>> = {
  msgget: 'msgget by floor, dense',
  'fork, 1 of 2 pids': 'fork, 1 of 2 pids by plain, dense',
};

/** Null, or why a guest can't be timed here. */
export function whyNotTimed(): string | null {
  try {
    accessSync(KVM, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `there is no ${KVM}` : `${KVM} can't be opened (${code})`;
  }
}

/**
 * @param none the kernel without designs
 * @throws InputError where a guest fails
 */
export async function timedCalls(
  none: TimedKernel,
  others: readonly TimedKernel[],
  machine: CountingMachine = { cpu: 'host' },
): Promise<TimedCalls> {
  const [one, ...rest] = [none, ...others].map(({ kernel, strategies }) => ({
    kernel,
    request: requestFor(strategies, false, 'ns'),
  }));
  if (one === undefined) throw new Error('no kernel');
  const differences = new Map<string, number[]>();
  for (let block = 0; block < BLOCKS; block++) {
    const floor = await nanosecondsOf(one, machine);
    for (const other of rest) {
      for (const [row, ns] of await nanosecondsOf(other, machine)) {
        const { call, by } = parted(row);
        const from = floor.get(FLOORS[call] ?? '');
        if (from === undefined || !isDirected(by)) continue;
        const key = `${call}\n${by}`;
        differences.set(key, [...(differences.get(key) ?? []), ns - from]);
      }
    }
  }
  const rows = [...differences].map(([key, all]): TimedRow => {
    const [call = '', by = ''] = key.split('\n');
    return { call, by, beyond: hodgesLehmann(all, CONFIDENCE) };
  });
  return { kind: 'run', blocks: BLOCKS, rows };
}

const DENSE = /^(.*) by (.*), dense$/;
const NOBODY = ['plain', 'floor', 'clone3'];

function parted(row: string): { readonly call: string; readonly by: string } {
  const [, call = '', by = ''] = DENSE.exec(row) ?? [];
  return { call, by };
}

const isDirected = (by: string): boolean => by !== '' && !NOBODY.includes(by);

interface Requested {
  readonly kernel: TimedKernel['kernel'];
  readonly request: Request;
}

/** By name of the row. */
async function nanosecondsOf(
  { kernel, request }: Requested,
  machine: CountingMachine,
): Promise<ReadonlyMap<string, number>> {
  const operations = await operationsIn(kernel, machine, request);
  return new Map(
    [...operations].map(([name, all]) => [name, quantile(all.slice(1).map(inAll), QUANTILE)]),
  );
}
