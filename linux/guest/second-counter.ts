// SPDX-License-Identifier: MIT
/**
 * What linux/guest/counter counts of plays: instructions of each lap, by function. No clock is in it,
 * so that it bears out, or not, what a clock of instructions says.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildProgram } from '../host/build-agent.ts';
import type { Play } from '../tape/play.ts';
import type { Kernel } from './build.ts';
import { answers, type CpuModel } from './counting.ts';

const COUNTER = {
  name: 'counter',
  sources: new URL('./counter/', import.meta.url),
  flags: ['-shared', '-fPIC'],
};

/** Instructions by function; user space is USER. */
export type ByFunction = ReadonlyMap<string, number>;
export const USER = '(user)';

export interface CountedLap {
  readonly with: ByFunction;
  /** The same without its calls. */
  readonly without: ByFunction;
}

/**
 * Has plays made and their laps counted, in their order.
 * @throws InputError where there is no compiler or no QEMU, or the guest fails
 */
export async function countByFunction(
  kernel: Pick<Kernel, 'path'>,
  cpu: CpuModel,
  request: Buffer,
  plays: readonly Play[],
): Promise<CountedLap[][]> {
  const directory = mkdtempSync(join(tmpdir(), 'sideband-counter-'));
  const [map, out] = [join(dirname(kernel.path), 'System.map'), join(directory, 'counts')];
  try {
    const plugin = `${await buildProgram(COUNTER)},map=${map},out=${out}`;
    await answers(kernel, { cpu, plugin }, [request]);
    return decodeLaps(readFileSync(out), readFileSync(map, 'utf8'), plays);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As the counter numbers them. */
function namesIn(map: string): string[] {
  const lines = map.trimEnd().split('\n');
  const texts = lines.flatMap((line) => /^[0-9a-f]+ [tT] (\S+)/.exec(line)?.[1] ?? []);
  return [USER, ...texts];
}

/**
 * The clock is read before and after each lap; all of a play, and then all of it without calls.
 * @param map System.map
 */
export function decodeLaps(bytes: Buffer, map: string, plays: readonly Play[]): CountedLap[][] {
  const readings = readingsOf(bytes, namesIn(map));
  const all = plays.reduce((sum, { laps }) => sum + READINGS * laps.length, 0);
  if (readings.length < all)
    throw new Error(`${readings.length} readings of the clock, not ${all}`);
  // Whatever read it before was not a play.
  let at = readings.length - all;
  return plays.map(({ laps }) => {
    const ends = (from: number) => laps.map((_, lap) => readings[from + 2 * lap + 1] ?? NOTHING);
    const [withCalls, without] = [ends(at), ends(at + 2 * laps.length)];
    at += READINGS * laps.length;
    return withCalls.map((lap, index) => ({ with: lap, without: without[index] ?? NOTHING }));
  });
}

/** Of each lap. */
const READINGS = 4;
const NOTHING: ByFunction = new Map();

function readingsOf(bytes: Buffer, names: readonly string[]): ByFunction[] {
  const readings: ByFunction[] = [];
  for (let at = 0; at < bytes.length; ) {
    const functions = bytes.readUInt32LE(at);
    const counts = new Map<string, number>();
    const end = at + 4 + 8 * functions;
    for (at += 4; at < end; at += 8) {
      const name = names[bytes.readUInt32LE(at)] ?? '?';
      // Functions of different files may have one name.
      counts.set(name, (counts.get(name) ?? 0) + bytes.readUInt32LE(at + 4));
    }
    readings.push(counts);
  }
  return readings;
}

export const total = (counts: ByFunction): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
