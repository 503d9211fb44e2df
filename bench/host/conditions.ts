// SPDX-License-Identifier: MIT
/** What a reader has to know of the machine that times were taken on, found out from readings of it. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { max, median, min } from 'simple-statistics';
import type { Block } from './blocks.ts';

/** Of one moment. */
export interface Reading {
  /** Milliseconds, of a clock that is set and of one that is not. */
  readonly wall: number;
  readonly monotonic: number;
  readonly cpus: number;
  /** Null where it can't be read. */
  readonly clocksource: string | null;
  readonly governor: string | null;
  /** Jiffies in which a hypervisor ran somebody else. */
  readonly steal: number | null;
  /** Of the last minute. */
  readonly load: number | null;
}

export async function readMachine(): Promise<Reading> {
  const stat = await text('/proc/stat');
  const load = await text('/proc/loadavg');
  return {
    wall: Date.now(),
    monotonic: performance.now(),
    cpus: availableParallelism(),
    clocksource: await text('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    governor: await text('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    steal: stat === null ? null : Number(stat.split('\n')[0]?.trim().split(/\s+/)[8] ?? 0),
    load: load === null ? null : Number(load.split(' ')[0]),
  };
}

async function text(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return null;
  }
}

/** Clocks that are read without a system call. */
const FAST: ReadonlySet<string> = new Set(['tsc', 'kvm-clock', 'hyperv_clocksource_tsc_page']);
/** Milliseconds by which two clocks may drift apart. */
const JUMP = 50;
/** What the loop without calls may vary by, where the CPU's speed does not. */
const STEADY = 0.1;
/** Of plays. */
const MUCH = 0.1;

/** Sentences for the report. */
export function conditions(
  before: Reading,
  after: Reading,
  blocks: readonly Block[],
  plays: number,
): string[] {
  const said: string[] = [];
  const wall = after.wall - before.wall;
  const passed = after.monotonic - before.monotonic;
  if (Math.abs(wall - passed) > JUMP) {
    said.push(
      `The clock jumped by ${Math.round(wall - passed)} ms while times were taken, which are of a clock that can not.`,
    );
  }
  const { clocksource, cpus, governor } = after;
  if (clocksource !== null && !FAST.has(clocksource)) {
    said.push(`The clock is ${clocksource}, which is slow to read: short laps are uncertain.`);
  }
  if (cpus === 1) said.push('There is one CPU: whatever else runs shares it.');
  if (governor !== null && governor !== 'performance') {
    said.push(`The frequency of the CPU is governed by "${governor}".`);
  }
  const empty = blocks.map(({ emptyNs }) => median(emptyNs.map(({ first }) => first)));
  const spread = empty.length === 0 ? 0 : max(empty) / Math.max(min(empty), Number.MIN_VALUE) - 1;
  if (spread > STEADY) {
    said.push(
      `A loop without calls took up to ${Math.round(100 * spread)} % longer in one block than in another: the speed of the CPU changed, or what shares it.`,
    );
  }
  const preempted = blocks.reduce((sum, block) => sum + block.preempted, 0);
  const all = blocks.length * plays;
  if (all > 0 && preempted / all > MUCH) {
    said.push(`Another process was let in during ${preempted} of ${all} plays.`);
  }
  const stolen = (after.steal ?? 0) - (before.steal ?? 0);
  if (stolen > 0) said.push(`A hypervisor ran somebody else for ${stolen} jiffies.`);
  if (before.load !== null && before.load > cpus / 2) {
    said.push(`Before it began the load was ${before.load} on ${cpus} CPUs.`);
  }
  return said;
}
