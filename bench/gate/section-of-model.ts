// SPDX-License-Identifier: MIT
/** The explorer and the model of two versions. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { isThere } from '../../linux/guest/command.ts';
import { shuffled } from '../shuffled.ts';
import { drawEnvironment } from './blocks.ts';
import { Runner } from './runner.ts';
import { mustHave, rowsOf, type Section, type Versions } from './section.ts';
import { type Hello, PARTS, RoundSchema } from './turns.ts';
import { CANDIDATE, type Version } from './versions.ts';

/**
 * Without its optimising compiler, V8 is as fast as it gets after some milliseconds: what it would
 * compile takes seconds a process, and falls out otherwise each time. The heap's halves hold what a turn
 * leaves behind, so that nothing is collected within one.
 */
const V8 = [
  ...['--no-opt', '--single-threaded', '--expose-gc'],
  ...['--min-semi-space-size=16', '--max-semi-space-size=16', '--initial-heap-size=512'],
];

/** Versions change places many times in a round, which is not long. */
const ROUNDS = 3;
/**
 * Blocks, each on a CPU of its own, from the last on, as others are more often on the first; more of
 * them would wait for each other's memory.
 */
const AT_ONCE = Math.min(2, availableParallelism());

/** All three in one process, which lives for a block: two processes of one version differ. */
export async function modelSection({ base, candidate, scratch }: Versions): Promise<Section> {
  const canPin = isThere('taskset');
  const bundle = (entry: string) => join(scratch, `${entry}.mjs`);
  const host = bundle('beside');
  await bundled(CANDIDATE, 'beside', host);
  await bundled(base, 'of-model', bundle('base'));
  await bundled(candidate, 'of-model', bundle('candidate'));
  const loads = {
    base: `base=${bundle('base')}`,
    candidate: `candidate=${bundle('candidate')}`,
    again: `again=${bundle('base')}`,
  };
  const start = (
    loaded: readonly string[],
    place: number,
    environment: number,
    version: string,
  ) => {
    const pin = canPin ? ['taskset', '-c', String(availableParallelism() - 1 - place)] : [];
    const [path = process.execPath, ...args] = [...pin, process.execPath, ...V8, host];
    const command = { path, args: [...args, ...loaded], directory: CANDIDATE.root, version };
    return Runner.start(command, environment);
  };
  const helloOf = async (part: 'base' | 'candidate', { name }: Version): Promise<Hello> => {
    const runner = await start([loads[part]], 0, 0, name);
    runner.end();
    return runner.hello;
  };
  return {
    ...{ rounds: ROUNDS, atOnce: AT_ONCE },
    rows: rowsOf(await helloOf('base', base), await helloOf('candidate', candidate)),
    sides: async (random, place) => {
      const order = shuffled(PARTS, random).map((part) => loads[part]);
      const runner = await start(
        order,
        place,
        drawEnvironment(random),
        `${base.name} or ${candidate.name}`,
      );
      return { play: (ask) => runner.ask(ask, RoundSchema), end: () => runner.end() };
    },
    end() {},
  };
}

/** One file, so that a process is there soon. */
async function bundled({ root, name }: Version, module: string, outfile: string): Promise<void> {
  const entry = join(root, `bench/gate/${module}.ts`);
  await mustHave(entry, name);
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true },
    ...{ platform: 'node', format: 'esm', logLevel: 'silent' },
  });
}
