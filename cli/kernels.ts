// SPDX-License-Identifier: MIT
/** Kernels that are built, or were, with progress. */
import { Listr } from 'listr2';
import {
  BUILD_MB,
  BUILD_MINUTES,
  buildKernel,
  type Kernel,
  type Recipe,
} from '../linux/guest/build.ts';
import { cacheAt } from '../linux/guest/cache.ts';
import { Stopped } from '../linux/guest/command.ts';
import { DEBIANS, type Origin, SOURCE_MB } from '../linux/guest/source.ts';
import { Interrupted, progress, say, wasInterrupted } from './terminal.ts';

/** Lines that make prints for a file that it makes. */
const MAKES = /^\s+(\S+)\s+(\S+)$/;
/** In a log, progress is a line every so many of make's. */
const SAY_EVERY = 200;

/**
 * @param what it is called
 * @throws InputError; Interrupted
 */
export async function builtKernel(
  what: string,
  recipe: Recipe,
  from: Origin = DEBIANS,
): Promise<Kernel> {
  const cache = cacheAt();
  let files = 0;
  let isSaid = false;
  let kernel: Kernel | null = null;
  const stages = new Listr(
    [
      {
        title: what,
        task: async (_context, task) => {
          const watch = {
            interrupted: wasInterrupted,
            onBegin() {
              if (isSaid) return;
              isSaid = true;
              say(
                `a kernel is built in ${cache.root}: up to ${BUILD_MINUTES} minutes on two cores, ` +
                  `${SOURCE_MB + BUILD_MB} MB`,
              );
            },
            onLine(line: string) {
              const [, does, file] = MAKES.exec(line) ?? [];
              files++;
              const isDue = process.stderr.isTTY === true || files % SAY_EVERY === 0;
              if (isDue) task.output = `${files} lines: ${does ?? ''} ${file ?? line}`;
            },
          };
          kernel = await buildKernel(cache, recipe, watch, from);
          task.title = `${what}: Linux ${kernel.version}, key ${kernel.key}`;
        },
      },
    ],
    progress(),
  );
  try {
    await stages.run();
  } catch (error) {
    if (error instanceof Stopped) throw new Interrupted();
    throw error;
  }
  if (kernel === null) throw new Error('a build that ended without a kernel');
  return kernel;
}
